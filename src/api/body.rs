//! Reading the body of a request: JSON, bounded in size and time.

use actix_web::http::header;
use actix_web::{HttpMessage, HttpRequest, web};
use serde_json::Value;

use super::problem::{Code, Problem, too_large};
use super::unambiguous;
use crate::record::fault::Fields;
use crate::record::limits::{BODY_BYTES, BODY_WAIT};
use crate::record::{At, Faults, Parse, Text};

/// Reads a JSON body.
///
/// It is called after the key has been checked, so that a body is never looked at on behalf of someone
/// who may not write.
///
/// # Errors
/// 400, 408, 413 or 415.
pub async fn json(request: &HttpRequest, payload: web::Payload) -> Result<Value, Problem> {
    if !is_json(request) || is_encoded(request) {
        return Err(Problem::new(Code::UnsupportedMediaType, "the body must be application/json, not compressed"));
    }
    unambiguous::read(&bytes(request, payload, BODY_BYTES).await?)
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

/// Reads at most `most` bytes of a body.
///
/// # Errors
/// 400, 408 or 413.
pub async fn bytes(request: &HttpRequest, payload: web::Payload, most: usize) -> Result<web::Bytes, Problem> {
    let declared = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if declared.is_some_and(|length: usize| length > most) {
        return Err(too_large(most));
    }
    match tokio::time::timeout(BODY_WAIT, payload.to_bytes_limited(most)).await {
        Err(_) => Err(late()),
        Ok(Err(_)) => Err(too_large(most)),
        Ok(Ok(read)) => read.map_err(|error| Problem::new(Code::MalformedJson, error.to_string())),
    }
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
    let read = Text::parse(reason, &At::root(&faults, today).child("reason"));
    read.map(|text| text.to_string()).ok_or_else(|| Problem::invalid(faults.into_vec()))
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
