//! Keys: `/v1/keys`, for administrators.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Service;
use super::request::query::{query, refuse_query};
use super::request::{access, body};
use super::response::answer::{CachePolicy, answer, answer_write};
use super::response::costly::read_log;
use super::response::list::{List, Page, page, rendered};
use super::response::problem::{Code, Problem};
use crate::answers::body::Body;
use crate::api::limits::{KEY_CITIES, KEY_OVERLAP_HOURS, KEY_OVERLAP_HOURS_MAX};
use crate::record::fault::{Fields, parse_list as elements};
use crate::record::{Name, Slug};
use crate::registry::{Key, NewKey, Role, Rotation};

/// The body of a new key.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "the shape of what is read, for the specification")]
pub struct KeyBody {
    /// Whom it is given to; shown as `recorded_by` beside what it writes.
    #[schema(min_length = 1, max_length = 200, example = "City of Los Angeles, climate office")]
    label: String,
    /// What it allows.
    role: Role,
    /// The cities that a reporter's key is bound to, recorded or not; an administrator's has none.
    #[schema(required = false, max_items = 500, example = json!(["us-los-angeles"]))]
    cities: Option<Vec<Slug>>,
    /// The last day on which it works; it works for ever unless stated.
    #[schema(required = false, example = "2027-12-31")]
    expires_on: Option<NaiveDate>,
}

/// A new key with its secret.
#[derive(Serialize, ToSchema)]
pub struct NewKeyAnswer {
    /// The key.
    #[serde(flatten)]
    key: Key,
    /// The secret, to be sent as `Authorization: Bearer …`. It is shown this once and kept nowhere.
    #[schema(example = "pwk_0hV…")]
    secret: String,
}

/// Reads what a new key is to be.
fn new_key(fields: &mut Fields<'_>) -> Option<NewKey> {
    let label: Option<Name> = fields.required("label");
    let role: Option<Role> = fields.required("role");
    let cities: Option<Vec<Slug>> = match fields.take("cities") {
        Some((value, at)) => elements(value, &at, KEY_CITIES),
        None => Some(Vec::new()),
    };
    let expires_on = last_day(fields);
    let at = fields.at().child("cities");
    match (role, &cities) {
        (Some(Role::Reporter), Some(cities)) if cities.is_empty() => {
            at.fault::<()>("missing", "a reporter's key is bound to at least one city");
        }
        (Some(Role::Admin), Some(cities)) if !cities.is_empty() => {
            at.fault::<()>("not_of_role", "an administrator's key is bound to no city");
        }
        _ => {}
    }
    let mut cities = cities?;
    cities.sort();
    cities.dedup();
    Some(NewKey { label: label?, role: role?, cities, expires_on })
}

/// Reads the last day of a key, which has not passed.
fn last_day(fields: &mut Fields<'_>) -> Option<NaiveDate> {
    let day: Option<NaiveDate> = fields.optional("expires_on");
    if day.is_some_and(|day| day < fields.at().today) {
        fields.at().child("expires_on").fault::<()>("in_past", "must not lie in the past");
    }
    day
}

/// List keys
///
/// Administrators only. Every key without its secret, revoked ones too.
#[utoipa::path(operation_id = "listKeys", tag = "keys", security(("bearer" = [])), params(Page),
    responses((status = 200, description = "A page of keys", body = List<Key>)))]
#[get("/keys")]
pub async fn list(request: HttpRequest, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    access::admin(&request, &service).await?;
    let asked: Page = query(&request)?;
    let keyed = keys(&request, &service).await?.into_iter().map(|key| (key.id.clone(), key)).collect();
    let keys = page(keyed, &asked, "keys")?;
    Ok(answer(&request, &rendered(&keys, service.columns.of::<Key>(), asked.fields.as_deref())?, CachePolicy::Never))
}

/// Every key, with the day of its last use.
async fn keys(request: &HttpRequest, service: &web::Data<Service>) -> Result<Vec<Key>, Problem> {
    let maker = service.clone();
    read_log(request, service, move |history| Ok(maker.registry.keys(history)?)).await
}

/// Make a key
///
/// Administrators only. The secret is in this answer and nowhere else.
#[utoipa::path(operation_id = "createKey", tag = "keys", security(("bearer" = [])), request_body = KeyBody,
    responses((status = 201, description = "The key with its secret", body = NewKeyAnswer)))]
#[post("/keys")]
pub async fn create(
    request: HttpRequest,
    service: web::Data<Service>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let own = access::admin(&request, &service).await?;
    refuse_query(&request)?;
    let body = body::json(&request, &service, &own, payload).await?;
    let new = body::object(body, service.registry.today(), new_key)?;
    let (key, secret) = service.registry.create_key(new, own.actor()).await?;
    let path = format!("/v1/keys/{}", key.id);
    Ok(answer_secret(&request, &NewKeyAnswer { key, secret }, Some(&path)))
}

fn answer_secret(request: &HttpRequest, key: &NewKeyAnswer, created_at: Option<&str>) -> HttpResponse {
    let mut response = answer_write(request, &Body::json(key), created_at);
    // A tag of a body with a secret in it would be of use to nobody.
    response.headers_mut().remove(header::ETAG);
    response
}

/// Get a key
///
/// Administrators only. The key without its secret; one that was revoked is shown in the list alone.
#[utoipa::path(operation_id = "getKey", tag = "keys", security(("bearer" = [])),
    params(("key" = String, Path, description = "The key's id", max_length = 64, example = "01939f2c-7a10-7cc3-9d4e-2f7a1f0c9b11")),
    responses((status = 200, description = "The key", body = Key)))]
#[get("/keys/{key:[^/:]+}")]
pub async fn get(
    request: HttpRequest,
    service: web::Data<Service>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    access::admin(&request, &service).await?;
    refuse_query(&request)?;
    let id = present_key(&service, &id)?.id.clone();
    let key = keys(&request, &service).await?.into_iter().find(|key| key.id == id).ok_or_else(Problem::not_found)?;
    Ok(answer(&request, &Body::json(&key), CachePolicy::Never))
}

/// How the secret of a key is replaced.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "the shape of what is read, for the specification")]
pub struct RotationBody {
    /// How many hours the old secret works beside the new one; 0 ends it at once.
    #[schema(required = false, minimum = 0, maximum = 720, default = 24, example = 24)]
    overlap_hours: Option<i64>,
    /// Another last day for the key; required once the last day has passed, else the one it has stays.
    #[schema(required = false, example = "2028-12-31")]
    expires_on: Option<NaiveDate>,
}

/// Reads how a key's secret is to be replaced.
fn rotation(fields: &mut Fields<'_>, key: &Key) -> Option<Rotation> {
    let expires_on = last_day(fields);
    if expires_on.is_none() && !fields.has("expires_on") && key.has_expired(fields.at().today) {
        fields.at().child("expires_on").fault::<()>("missing", "the key has expired: say what its last day is now");
    }
    let hours = match fields.take("overlap_hours") {
        None => KEY_OVERLAP_HOURS,
        Some((value, at)) => match value.as_i64() {
            Some(hours) if (0..=KEY_OVERLAP_HOURS_MAX).contains(&hours) => hours,
            _ => at.fault("out_of_range", format!("must be a whole number from 0 to {KEY_OVERLAP_HOURS_MAX}"))?,
        },
    };
    Some(Rotation { overlap: TimeDelta::hours(hours), expires_on })
}

/// Replace a key's secret
///
/// Administrators only. The key stays what it is; its new secret is in this answer and nowhere else, and the old one
/// works beside it for some hours, so that it can be replaced where it is used. An old secret that was still working
/// beside the one that is replaced ends at once.
#[utoipa::path(operation_id = "rotateKey", tag = "keys", security(("bearer" = [])), request_body = RotationBody,
    params(("key" = String, Path, description = "The key's id", max_length = 64, example = "01939f2c-7a10-7cc3-9d4e-2f7a1f0c9b11")),
    responses((status = 200, description = "The key with its new secret", body = NewKeyAnswer)))]
#[post("/keys/{key}:rotate")]
pub async fn rotate(
    request: HttpRequest,
    service: web::Data<Service>,
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let own = access::admin(&request, &service).await?;
    refuse_query(&request)?;
    let body = body::json(&request, &service, &own, payload).await?;
    let key = present_key(&service, &id)?;
    let how = body::object(body, service.registry.today(), |fields| rotation(fields, &key))?;
    let rotated = service.registry.rotate_key(key.id.clone(), how, own.actor()).await?;
    let (key, secret) = rotated.ok_or_else(revoked)?;
    Ok(answer_secret(&request, &NewKeyAnswer { key, secret }, None))
}

/// Why a key is revoked.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RevokeQuery {
    /// Why it is revoked; kept in the log of keys, which is not public.
    #[param(
        min_length = 1,
        max_length = 2000,
        pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*[^\\s\\x00-\\x1f\\x7f-\\x9f][^\\x00-\\x1f\\x7f-\\x9f]*$",
        example = "The laptop it was on is lost"
    )]
    reason: Option<String>,
}

/// Revoke a key
///
/// Administrators only. The key is refused from the answer on, here, and within a second on every node.
/// A key does not revoke itself.
#[utoipa::path(operation_id = "revokeKey", tag = "keys", security(("bearer" = [])),
    params(
        ("key" = String, Path, description = "The key's id", max_length = 64, example = "01939f2c-7a10-7cc3-9d4e-2f7a1f0c9b11"),
        RevokeQuery,
    ),
    responses((status = 204, description = "It is revoked")))]
#[delete("/keys/{key:[^/:]+}")]
pub async fn revoke(
    request: HttpRequest,
    service: web::Data<Service>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let own = access::admin(&request, &service).await?;
    let RevokeQuery { reason } = query(&request)?;
    let reason = body::reason_in_query(reason, service.registry.today())?;
    let snapshot = service.registry.present();
    let key = snapshot.keyring.by_id(&id).ok_or_else(Problem::not_found)?;
    if key.id == own.id {
        // Else the last administrator could lock everyone out by a slip.
        return Err(Problem::new(
            Code::InUse,
            "a key does not revoke itself: use another, or `pledgewatch keys revoke`",
        ));
    }
    if service.registry.revoke_key(key.id.clone(), reason, own.actor()).await? {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(revoked())
    }
}

/// The key with this id, unless it never was or was revoked.
fn present_key(service: &Service, id: &str) -> Result<Arc<Key>, Problem> {
    let key = service.registry.present().keyring.by_id(id).cloned().ok_or_else(Problem::not_found)?;
    if key.revoked_at.is_some() { Err(revoked()) } else { Ok(key) }
}

fn revoked() -> Problem {
    Problem::new(Code::Gone, "the key was revoked; the list of keys shows when")
}
