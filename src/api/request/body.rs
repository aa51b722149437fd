//! Reading the body of a request: JSON, bounded in size and time.

use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::web::BytesMut;
use actix_web::{HttpMessage, HttpRequest, web};
use futures_util::StreamExt;
use serde_json::Value;

use super::access::client_address;
use super::activity::Activity;
use super::allowance::Share;
use super::unambiguous;
use crate::api::Service;
use crate::api::limits::{BODY_WAIT, READ_AT_ONCE_BYTES};
use crate::api::response::problem::{Code, Problem, too_large};
use crate::record::fault::Fields;
use crate::record::limits::BODY_BYTES;
use crate::record::text::parse_reason;
use crate::record::{At, Faults};
use crate::registry::{Key, Refusal};

/// Reads a JSON body that `key` sends.
///
/// It is called after the key has been checked, so that a body is never looked at on behalf of someone
/// who may not write; its bytes count among those that the key sends a minute.
///
/// # Errors
/// 400, 408, 413, 415 or 429.
pub async fn json(
    request: &HttpRequest,
    service: &Service,
    key: &Key,
    payload: web::Payload,
) -> Result<Value, Problem> {
    json_as(request, service, key, payload, |body| body).await
}

/// Reads a JSON body and what it says; a large one on a thread where no other request waits for it.
///
/// # Errors
/// As of [`json`].
pub async fn json_as<T: Send + 'static>(
    request: &HttpRequest,
    service: &Service,
    key: &Key,
    payload: web::Payload,
    read: impl FnOnce(Value) -> T + Send + 'static,
) -> Result<T, Problem> {
    admit_body(request, service, key, BODY_BYTES)?;
    if !is_json(request) || is_encoded(request) {
        return Err(Problem::new(Code::UnsupportedMediaType, "the body must be application/json, not compressed"));
    }
    let bytes = bytes(request, payload, BODY_BYTES).await?;
    let is_small = bytes.len() <= READ_AT_ONCE_BYTES;
    let read = move || unambiguous::read(&bytes).map(read);
    if is_small {
        return read();
    }
    web::block(read).await.map_err(|_| Problem::from(Refusal::Internal))?
}

/// Takes the bytes of a body that `key` is about to send, before any of them is read; of a length that is not declared
/// the `most` that it may have.
///
/// # Errors
/// 429 with the seconds to wait.
pub fn admit_body(request: &HttpRequest, service: &Service, key: &Key, most: usize) -> Result<(), Problem> {
    let bytes = match declared(request) {
        0 if request.headers().contains_key(header::TRANSFER_ENCODING) => most,
        // It will be refused for its size.
        declared if declared > most => 0,
        declared => declared,
    };
    service.write_bytes.take_many(&key.id, bytes)
}

/// Whether the body is said to be JSON.
pub fn is_json(request: &HttpRequest) -> bool {
    request.mime_type().ok().flatten().is_some_and(|mime| is_json_type(mime.essence_str()))
}

/// Whether a media type, in small letters and without parameters, is that of JSON.
pub fn is_json_type(essence: &str) -> bool {
    essence.strip_prefix("application/").is_some_and(|subtype| subtype == "json" || subtype.ends_with("+json"))
}

/// Whether the body is said to be compressed: we do not unpack.
pub fn is_encoded(request: &HttpRequest) -> bool {
    request.headers().get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity")
}

/// Reads at most `most` bytes of a body, of a client whose key was checked. They count among those in flight until the
/// request is answered.
///
/// # Errors
/// 400, 408 or 413; 429 or 503 when too many bytes are in flight.
pub async fn bytes(request: &HttpRequest, mut payload: web::Payload, most: usize) -> Result<web::Bytes, Problem> {
    let declared = declared(request);
    if declared > most {
        return Err(too_large(most));
    }
    let (mut share, activity) = (Incoming::begin(request, declared)?, activity(request));
    let _receiving = activity.receive();
    let read = async {
        let mut read = BytesMut::with_capacity(declared);
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|error| broken_off(&error))?;
            if read.len() + chunk.len() > most {
                return Err(too_large(most));
            }
            share.took(chunk.len())?;
            read.extend_from_slice(&chunk);
            activity.moved();
        }
        Ok(read.freeze())
    };
    let read = tokio::time::timeout(BODY_WAIT, read).await.map_err(|_| late())??;
    share.keep(request);
    Ok(read)
}

/// How many bytes the body is said to have; 0 if it is not said.
pub fn declared(request: &HttpRequest) -> usize {
    let length = request.headers().get(header::CONTENT_LENGTH);
    length.and_then(|length| length.to_str().ok()?.parse().ok()).unwrap_or(0)
}

/// What is under way in the service that a request was sent to.
pub fn activity(request: &HttpRequest) -> Activity {
    request.app_data::<web::Data<Service>>().map(|service| service.activity.clone()).unwrap_or_default()
}

/// The bytes in flight of a body that comes in.
pub struct Incoming {
    share: Option<Share>,
    read: usize,
}

impl Incoming {
    /// Takes as many as the body is said to have.
    ///
    /// # Errors
    /// 429 or 503.
    pub fn begin(request: &HttpRequest, declared: usize) -> Result<Self, Problem> {
        let Some(service) = request.app_data::<web::Data<Service>>() else {
            return Ok(Incoming { share: None, read: 0 });
        };
        let share = service.bytes.take(client_address(request, service), declared)?;
        Ok(Incoming { share: Some(share), read: 0 })
    }

    /// Takes more where it turns out to have more.
    ///
    /// # Errors
    /// 429 or 503.
    pub fn took(&mut self, bytes: usize) -> Result<(), Problem> {
        self.read += bytes;
        if let Some(share) = &mut self.share {
            share.grow(self.read.saturating_sub(share.amount()))?;
        }
        Ok(())
    }

    /// Gives them back once the request is answered.
    pub fn keep(self, request: &HttpRequest) {
        request.extensions_mut().insert(self);
    }
}

/// The body did not arrive whole.
fn broken_off(error: &PayloadError) -> Problem {
    log::debug!("a body breaks off: {error}");
    Problem::new(Code::MalformedJson, "the body breaks off before its end")
}

/// The body did not arrive in time.
pub fn late() -> Problem {
    Problem::new(Code::BodyTimeout, "the body did not arrive whole in time")
}

/// Takes `reason` out of the body of a record.
///
/// # Errors
/// 422 when it is there but not a text.
pub fn take_reason(body: &mut Value, today: chrono::NaiveDate) -> Result<Option<String>, Problem> {
    let Some(reason) = body.as_object_mut().and_then(|members| members.remove("reason")) else { return Ok(None) };
    reason_text(reason, today).map(Some)
}

/// Reads the text of a reason.
///
/// # Errors
/// 422 when it is not 1 to 2,000 characters of text.
pub fn reason_text(reason: Value, today: chrono::NaiveDate) -> Result<String, Problem> {
    let faults = Faults::default();
    let read = parse_reason(reason, &At::root(&faults, today).child("reason"));
    read.ok_or_else(|| Problem::invalid(faults.into_vec()))
}

/// Reads the reason in a query, if there is one.
///
/// # Errors
/// 400 when it is not 1 to 2,000 characters of text.
pub fn reason_in_query(reason: Option<String>, today: chrono::NaiveDate) -> Result<Option<String>, Problem> {
    let Some(reason) = reason else { return Ok(None) };
    let faults = Faults::default();
    let read = parse_reason(reason.into(), &At::root(&faults, today).child("reason"));
    read.map(Some).ok_or_else(|| Problem::query(faults.into_vec()))
}

/// Reads an object with `parse`, all faults at once.
///
/// # Errors
/// 422 with all faults.
pub fn object<T>(
    body: Value,
    today: chrono::NaiveDate,
    parse: impl FnOnce(&mut Fields<'_>) -> Option<T>,
) -> Result<T, Problem> {
    crate::record::fault::read(body, today, |value, at| {
        let mut fields = Fields::open(value, at)?;
        let parsed = parse(&mut fields);
        fields.close();
        parsed
    })
    .map_err(Problem::invalid)
}
