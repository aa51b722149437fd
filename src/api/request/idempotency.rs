//! `Idempotency-Key`: the same request sent again is known, and not done again.

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};

use crate::api::limits::IDEMPOTENCY_KEY_CHARACTERS;
use crate::api::response::problem::{Code, Problem};
use crate::registry::{Key, Mark};

/// The header with the client's mark of a request.
pub const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
/// The header of an answer that tells that the write had been done before.
pub const IDEMPOTENCY_REPLAYED: &str = "Idempotency-Replayed";

/// Tells that the write had been done before.
pub fn set_replayed(answer: &mut HttpResponse) {
    // Names of headers are compared in small letters.
    let name = HeaderName::from_static("idempotency-replayed");
    answer.headers_mut().insert(name, HeaderValue::from_static("true"));
}

/// The mark of a request, if it has one: its token, and a digest of its method, address, conditions and body.
///
/// # Errors
/// 400 for a token that is not 1 to 200 visible ASCII characters, or stands there twice.
pub fn mark<'b>(
    request: &HttpRequest,
    key: &Key,
    body: impl IntoIterator<Item = &'b [u8]>,
) -> Result<Option<Mark>, Problem> {
    let headers = request.headers();
    let mut values = headers.get_all(IDEMPOTENCY_KEY);
    let Some(value) = values.next() else { return Ok(None) };
    let is_token = |token: &&str| {
        (1..=IDEMPOTENCY_KEY_CHARACTERS).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic())
    };
    // The draft standard has it in quotation marks; most clients send it bare.
    let bare =
        |text: &'_ str| text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text).to_owned();
    let token = value.to_str().ok().map(bare).filter(|token| is_token(&token.as_str()));
    let (Some(token), None) = (token, values.next()) else {
        let message =
            format!("{IDEMPOTENCY_KEY} must be 1 to {IDEMPOTENCY_KEY_CHARACTERS} visible ASCII characters, once");
        return Err(Problem::new(Code::InvalidHeader, message));
    };
    let mut digest = Sha256::new();
    let mut add = |part: &[u8]| {
        // With its length, so that no two requests give the same bytes.
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    };
    add(request.method().as_str().as_bytes());
    // Some proxies write the whole address into the request: it asks for the same.
    add(request.uri().path_and_query().map_or("", |target| target.as_str()).as_bytes());
    for name in ["If-Match", "If-None-Match"] {
        add(headers.get(name).map_or(&[], |value| value.as_bytes()));
    }
    body.into_iter().for_each(add);
    Ok(Some(Mark { key_id: key.id.clone(), token, request_hash: hex::encode(digest.finalize()) }))
}
