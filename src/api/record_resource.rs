//! The operations that each kind of record has: list, get, put, withdraw.
//!
//! A kind of record has a file beside this one, which implements [`RecordResource`]. The routes are made from that here,
//! and the operations of the specification in `openapi::record_operations`.

use std::marker::PhantomData;

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::guard::{Delete, Get, Put};
use actix_web::{HttpRequest, HttpResponse, Resource, web};
use utoipa::ToSchema;

use super::Service;
use super::record_docs::RecordDocs;
use super::request::lookup::{present_city, present_record};
use super::request::query::{NoQuery, Query};
use super::response::answer::{CachePolicy, answer};
use super::response::columns::Item;
use super::response::costly;
use super::response::list::{Listed, Page, page};
use super::response::problem::Problem;
use super::write::{self, Named};
use crate::answers::body::Body;
use crate::record::{Dossier, Kind};
use crate::registry::Snapshot;

/// A kind of record, as a resource of the API.
///
/// Its records belong to an owner, mostly a city: `/v1/cities/{owner}/baselines/{id}`. Where they belong to none, the
/// owner is empty.
pub trait RecordResource: 'static {
    /// The kind.
    const KIND: Kind;

    /// The names and the texts of its operations in the specification.
    const DOCS: RecordDocs;

    /// What `PUT` takes.
    type Body: ToSchema;

    /// What is answered of one record.
    type Answer: Item;

    /// A page of the records of an owner.
    ///
    /// # Errors
    /// 404 or 410 for the owner, and those of [`page`].
    fn list<'s>(snapshot: &'s Snapshot, owner: &str, page: &Page) -> Result<Listed<'s, Self::Answer>, Problem>;

    /// The rendered answer of one record.
    ///
    /// # Errors
    /// 404 or 410.
    fn get(snapshot: &Snapshot, owner: &str, id: &str) -> Result<Body, Problem> {
        present_record(snapshot, owner, Self::KIND, id)
    }

    /// The record that the path names, for a write.
    fn named<'p>(owner: &'p str, id: &'p str) -> Named<'p> {
        Named { city: Some(owner), kind: Self::KIND, id }
    }
}

/// A page of the records of a city. `answers` takes them from its dossier, with their ids.
///
/// # Errors
/// 404 or 410 for the city, and those of [`page`].
pub fn list_of_city<'s, R: RecordResource>(
    snapshot: &'s Snapshot,
    city: &str,
    asked: &Page,
    answers: impl FnOnce(&Dossier) -> Vec<(String, R::Answer)>,
) -> Result<Listed<'s, R::Answer>, Problem> {
    let (entry, _) = present_city(snapshot, city)?;
    let filters = format!("{} {}", R::DOCS.many, entry.dossier.id);
    Ok((page(answers(&entry.dossier), asked, &filters)?, &entry.edition))
}

/// The routes of a kind of record.
pub struct RecordRoutes<R>(PhantomData<R>);

/// The routes of a kind of record, to be registered.
#[must_use]
pub fn routes<R: RecordResource>() -> RecordRoutes<R> {
    RecordRoutes(PhantomData)
}

impl<R: RecordResource> HttpServiceFactory for RecordRoutes<R> {
    fn register(self, config: &mut AppService) {
        let (list_path, record_path) = (R::DOCS.list_path(), R::DOCS.record_path());
        Resource::new(list_path.as_str()).guard(Get()).to(list::<R>).register(config);
        Resource::new(format!("{list_path}.csv")).guard(Get()).to(list::<R>).register(config);
        Resource::new(record_path.as_str()).guard(Get()).to(get::<R>).register(config);
        Resource::new(record_path.as_str()).guard(Put()).to(put::<R>).register(config);
        Resource::new(record_path.as_str()).guard(Delete()).to(withdraw::<R>).register(config);
    }
}

/// The variable parts of a path, in their order: an owner, if the records have one, then an id, if one record is meant.
type Names = web::Path<Vec<String>>;

/// The owner and the id that the path of a record names.
fn owner_and_id(names: Names) -> (String, String) {
    let mut names = names.into_inner();
    let id = names.pop().unwrap_or_default();
    (names.pop().unwrap_or_default(), id)
}

async fn list<R: RecordResource>(
    request: HttpRequest,
    service: web::Data<Service>,
    names: Names,
    page: Query<Page>,
) -> Result<HttpResponse, Problem> {
    let owner = names.into_inner().pop().unwrap_or_default();
    let fields = page.fields.clone();
    costly::list(&request, &service, fields, move |snapshot, _| R::list(snapshot, &owner, &page)).await
}

async fn get<R: RecordResource>(
    request: HttpRequest,
    service: web::Data<Service>,
    names: Names,
    _: Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    let (owner, id) = owner_and_id(names);
    let body = R::get(&service.registry.present(), &owner, &id)?;
    Ok(answer(&request, &body, CachePolicy::Revalidate))
}

async fn put<R: RecordResource>(
    request: HttpRequest,
    service: web::Data<Service>,
    names: Names,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let (owner, id) = owner_and_id(names);
    write::put(&request, &service, payload, R::named(&owner, &id)).await
}

async fn withdraw<R: RecordResource>(
    request: HttpRequest,
    service: web::Data<Service>,
    names: Names,
) -> Result<HttpResponse, Problem> {
    let (owner, id) = owner_and_id(names);
    write::withdraw(&request, &service, R::named(&owner, &id)).await
}
