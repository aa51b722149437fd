//! The head of the change log, signed: `/v1/log/head` and `/v1/log/key`.

use actix_web::{HttpRequest, HttpResponse, get, web};

use super::Service;
use super::request::query::{NoQuery, Query};
use super::response::answer::{CachePolicy, answer};
use super::response::problem::{Code, Problem};
use crate::answers::body::Body;
use crate::record::head::{LogKey, SignedHead};
use crate::registry::Unsigned;

impl From<Unsigned> for Problem {
    fn from(unsigned: Unsigned) -> Self {
        match unsigned {
            Unsigned::Refused(refusal) => refusal.into(),
            Unsigned::NoKey(why) => {
                Problem::new(Code::Unavailable, format!("there is no key to sign the head of the log with: {why}"))
            }
        }
    }
}

/// Read the signed head of the log
///
/// The last entry of the change log, whose hash covers all entries before it, signed with Ed25519 (RFC 8032). What is
/// signed are five lines of UTF-8, joined by line feeds and without one at the end: `pledgewatch log head`, then
/// `key_id`, `sequence`, `hash` and `signed_at` as they are served. Whoever keeps a signed head can show later that the
/// service vouched for it: a log that does not have the entry with that sequence and hash was cut or rewritten. Every
/// node signs with the same key; a head is signed anew with each entry, and else once a minute while it is asked for.
#[utoipa::path(operation_id = "getLogHead", tag = "changes",
    responses((status = 200, description = "The head, signed", body = SignedHead)))]
#[get("/log/head")]
pub async fn head(
    request: HttpRequest,
    service: web::Data<Service>,
    _: Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    Ok(answer(&request, &Body::json(&service.registry.signed_head()?), CachePolicy::Shared))
}

/// Read the key that signs the log
///
/// The public key with which signed heads are checked. It was made when the database was first served, and stays: keep
/// it, and take another one for a warning.
#[utoipa::path(operation_id = "getLogKey", tag = "changes",
    responses((status = 200, description = "The public key", body = LogKey)))]
#[get("/log/key")]
pub async fn key(
    request: HttpRequest,
    service: web::Data<Service>,
    _: Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    Ok(answer(&request, &Body::json(&service.registry.log_key()?), CachePolicy::Shared))
}
