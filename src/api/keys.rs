//! Keys: `/v1/keys`, for administrators.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::conditional::{Keep, answer, answer_write};
use super::list::{List, Page, page, rendered};
use super::problem::{Code, Problem};
use super::write::{query, refuse_query};
use super::{Service, access, body};
use crate::record::fault::{Fields, list as elements};
use crate::record::limits::KEY_CITIES;
use crate::record::{Name, Slug};
use crate::registry::bodies::Body;
use crate::registry::{Key, NewKey, Role};

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
}

/// A new key with its secret.
#[derive(Serialize, ToSchema)]
pub struct NewKeyAnswer {
    /// The key.
    #[serde(flatten)]
    key: Key,
    /// The secret, to be sent as `Authorization: Bearer …`. It is shown this once and kept nowhere.
    #[schema(example = "pwk_1f0c…")]
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
    Some(NewKey { label: label?, role: role?, cities })
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
    let snapshot = service.registry.present();
    let keyed = snapshot.keyring.all().iter().map(|key| (key.id.clone(), key.as_ref().clone())).collect();
    let keys = page(keyed, &asked, "keys")?;
    Ok(answer(&request, &rendered(&keys, service.columns("Key"), asked.fields.as_deref())?, Keep::Never))
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
    access::admin(&request, &service).await?;
    refuse_query(&request)?;
    let today = service.registry.today();
    let new = body::object(body::json(&request, payload).await?, today, new_key)?;
    let (key, secret) = service.registry.create_key(new).await?;
    let path = format!("/v1/keys/{}", key.id);
    let mut response = answer_write(&request, &Body::json(&NewKeyAnswer { key, secret }), Some(&path));
    // A tag of a body with a secret in it would be of use to nobody.
    response.headers_mut().remove(header::ETAG);
    Ok(response)
}

/// Get a key
///
/// Administrators only. The key without its secret; one that was revoked is shown in the list alone.
#[utoipa::path(operation_id = "getKey", tag = "keys", security(("bearer" = [])),
    params(("key" = String, Path, description = "The key's id", max_length = 64, example = "01939f2c-7a10-7cc3-9d4e-2f7a1f0c9b11")),
    responses((status = 200, description = "The key", body = Key)))]
#[get("/keys/{key}")]
pub async fn get(
    request: HttpRequest,
    service: web::Data<Service>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    access::admin(&request, &service).await?;
    refuse_query(&request)?;
    let snapshot = service.registry.present();
    let key = snapshot.keyring.by_id(&id).ok_or_else(Problem::not_found)?;
    if key.revoked_at.is_some() {
        return Err(revoked());
    }
    Ok(answer(&request, &Body::json(key.as_ref()), Keep::Never))
}

/// Revoke a key
///
/// Administrators only. The key is refused from the answer on, here, and within a second on every node.
/// A key does not revoke itself.
#[utoipa::path(operation_id = "revokeKey", tag = "keys", security(("bearer" = [])),
    params(("key" = String, Path, description = "The key's id", max_length = 64, example = "01939f2c-7a10-7cc3-9d4e-2f7a1f0c9b11")),
    responses((status = 204, description = "It is revoked")))]
#[delete("/keys/{key}")]
pub async fn revoke(
    request: HttpRequest,
    service: web::Data<Service>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let own = access::admin(&request, &service).await?;
    refuse_query(&request)?;
    let snapshot = service.registry.present();
    let key = snapshot.keyring.by_id(&id).ok_or_else(Problem::not_found)?;
    if key.id == own.id {
        // Else the last administrator could lock everyone out by a slip.
        return Err(Problem::new(
            Code::InUse,
            "a key does not revoke itself: use another, or `pledgewatch keys revoke`",
        ));
    }
    if service.registry.revoke_key(key.id.clone()).await? {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(revoked())
    }
}

fn revoked() -> Problem {
    Problem::new(Code::Gone, "the key was revoked; the list of keys shows when")
}
