//! Answering what costs much to make: from the cache, or made in turn.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};

use super::answer::{self, CachePolicy, SendGuard, answer_with_guard};
use super::answer_cache::Kept;
use super::columns::Item;
use super::csv;
use super::list::{Format, Listed, rendered};
use super::problem::Problem;
use super::rendered::{Rendered, link_next};
use crate::answers::body::Body;
use crate::answers::edition::Edition;
use crate::api::Service;
use crate::api::request::access::client_address;
use crate::registry::limits::LOG_READ_BYTES;
use crate::registry::{History, Snapshot};

/// Who asks, by their address; all whose address is not known are one.
#[must_use]
pub fn asker(request: &HttpRequest, service: &web::Data<Service>) -> IpAddr {
    client_address(request, service).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

/// What is asked for, in one form: the order of parameters does not matter.
fn asked(request: &HttpRequest) -> String {
    let mut pairs: Vec<&str> = request.query_string().split('&').filter(|pair| !pair.is_empty()).collect();
    pairs.sort_unstable();
    format!("{}?{}", request.path(), pairs.join("&"))
}

/// Answers a read of what is the same for all who ask it of one edition.
///
/// # Errors
/// Those of `make`; 429 or 503 when too much is asked for at once.
pub async fn answer<M: Into<Rendered> + 'static>(
    request: &HttpRequest,
    service: &web::Data<Service>,
    cache_policy: CachePolicy,
    make: impl FnOnce(&Service, &Arc<Snapshot>) -> Result<M, Problem> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let (snapshot, maker) = (service.registry.present(), service.clone());
    let edition = Arc::clone(&snapshot.edition);
    answer_of(request, service, &edition, cache_policy, move || make(&maker, &snapshot)).await
}

/// Answers with a page of a list, in the format that the path asks for, with only the `fields` asked for.
///
/// # Errors
/// Those of `listed`; 422 for fields that there are not; 429 or 503 when too much is asked for at once.
pub async fn list<T: Item>(
    request: &HttpRequest,
    service: &web::Data<Service>,
    fields: Option<String>,
    listed: impl for<'s> FnOnce(&'s Snapshot, &[String]) -> Result<Listed<'s, T>, Problem> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let format = Format::of(request);
    answer(request, service, CachePolicy::Shared, move |service, snapshot| {
        let (columns, fields) = (service.columns.of::<T>(), fields.as_deref());
        let (list, edition) = listed(snapshot, columns)?;
        match format {
            Format::Json => Ok(rendered(&list, columns, fields)?.with_edition(edition).into()),
            Format::Csv { excel } => csv::page(columns, fields, &list.items, list.next, edition, excel),
        }
    })
    .await
}

/// The same of one edition, for what is made of more than the present.
///
/// # Errors
/// Those of `make`; 429 or 503 when too much is asked for at once.
pub async fn answer_of<M: Into<Rendered> + 'static>(
    request: &HttpRequest,
    service: &web::Data<Service>,
    edition: &Arc<Edition>,
    cache_policy: CachePolicy,
    make: impl FnOnce() -> Result<M, Problem> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let workers = (&service.answers.workers, asker(request, service));
    let kept = service.answers.get(workers, edition, asked(request), make).await?;
    send(request, service, &kept, cache_policy).await
}

/// The same, for what is made of what is read from the log.
///
/// # Errors
/// Those of `make`; 429 or 503 when too much is asked for at once, or the database does not answer.
pub async fn answer_of_log<M: Into<Rendered> + 'static>(
    request: &HttpRequest,
    service: &web::Data<Service>,
    edition: &Arc<Edition>,
    cache_policy: CachePolicy,
    make: impl FnOnce(&History) -> Result<M, Problem> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let address = asker(request, service);
    let workers = (&service.answers.log_workers, address);
    let kept = service.answers.get(workers, edition, asked(request), counted(service, address, make));
    let kept = service.registry.while_available(kept).await??;
    send(request, service, &kept, cache_policy).await
}

/// Work that reads the log, with what is read counted among the bytes in flight.
fn counted<T>(
    service: &web::Data<Service>,
    address: IpAddr,
    read: impl FnOnce(&History) -> Result<T, Problem> + Send + 'static,
) -> impl FnOnce() -> Result<T, Problem> + Send + 'static {
    let service = service.clone();
    move || {
        let _share = service.answers.bytes.take_at_most(address, LOG_READ_BYTES)?;
        read(service.registry.history()?)
    }
}

/// Reads the log in a turn of the address that asks.
///
/// # Errors
/// Those of `read`; 429 or 503 when too much is asked for at once, or the database does not answer.
pub async fn read_log<T: Send + 'static>(
    request: &HttpRequest,
    service: &web::Data<Service>,
    read: impl FnOnce(&History) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let address = asker(request, service);
    let work = counted(service, address, read);
    let reading = async { service.answers.log_workers.take(address).await?.run(work).await? };
    service.registry.while_available(reading).await?
}

/// The same, if it was made already.
///
/// # Errors
/// 429 or 503 when too much is asked for at once.
pub async fn answer_again(
    request: &HttpRequest,
    service: &web::Data<Service>,
    edition: &Arc<Edition>,
    cache_policy: CachePolicy,
) -> Result<Option<HttpResponse>, Problem> {
    match service.answers.kept(edition, asked(request)) {
        (_, Some(kept)) => send(request, service, &kept, cache_policy).await.map(Some),
        (_, None) => Ok(None),
    }
}

async fn send(
    request: &HttpRequest,
    service: &web::Data<Service>,
    kept: &Arc<Kept>,
    cache_policy: CachePolicy,
) -> Result<HttpResponse, Problem> {
    let (answers, address, body) = (&service.answers, asker(request, service), &kept.made.body);
    answers.compress(request, address, body).await?;
    let guard: SendGuard = Box::new((answers.hold(address, kept)?, Arc::clone(kept)));
    let mut response = answer_with_guard(request, body, cache_policy, guard);
    link_next(request, &mut response, kept.made.next.as_deref());
    Ok(response)
}

/// Answers a read with a body that is there already, but may have to be compressed.
///
/// # Errors
/// 429 or 503 when too much is asked for at once.
pub async fn answer_body(
    request: &HttpRequest,
    service: &web::Data<Service>,
    cache_policy: CachePolicy,
    body: &Body,
) -> Result<HttpResponse, Problem> {
    service.answers.compress(request, asker(request, service), body).await?;
    Ok(answer::answer(request, body, cache_policy))
}

/// Makes an answer of what is read from the log, which is sent once: its bytes count as those of the address until they
/// are sent.
///
/// # Errors
/// Those of `make`; 429 or 503 when too much is asked for at once, or the database does not answer.
pub async fn answer_once(
    request: &HttpRequest,
    service: &web::Data<Service>,
    cache_policy: CachePolicy,
    make: impl FnOnce(&History) -> Result<Rendered, Problem> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let (answers, address) = (&service.answers, asker(request, service));
    let made = read_log(request, service, make).await?;
    let share = answers.bytes.take(Some(address), made.body.len())?;
    answers.compress(request, address, &made.body).await?;
    let mut response = answer_with_guard(request, &made.body, cache_policy, Box::new(share));
    link_next(request, &mut response, made.next.as_deref());
    Ok(response)
}
