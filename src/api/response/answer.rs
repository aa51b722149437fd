//! Answers with their entity tags, their encodings and how long they may be kept (RFC 9110).

use std::any::Any;
use std::convert::Infallible;
use std::sync::LazyLock;
use std::time::SystemTime;

use actix_web::body::SizedStream;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use chrono::{DateTime, Utc};
use futures_util::stream::unfold;

use crate::answers::body::{Body, Encoding};
use crate::api::Service;
use crate::api::limits::{PIECE_BYTES, SHARED_SECONDS, STALE_IF_ERROR_SECONDS, STALE_WHILE_ASKING_SECONDS};
use crate::api::request::conditions::{has_tag, is_unmodified};
use crate::api::request::encoding::negotiate;

/// How long an answer may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CachePolicy {
    /// By anyone, but asked for again each time, so that whoever writes reads what they wrote; the tag makes that
    /// cheap.
    Revalidate,
    /// By caches that many share, for some seconds, and while they ask again or cannot: what many ask for at once is
    /// made once. A browser asks each time.
    Shared,
    /// By anyone, for a day: a permalink's numbers do not change, though members may be added.
    ADay,
    /// By no one.
    Never,
}

impl CachePolicy {
    fn header(self) -> HeaderValue {
        match self {
            CachePolicy::Revalidate => HeaderValue::from_static("public, no-cache"),
            CachePolicy::Shared => SHARED.clone(),
            CachePolicy::ADay => HeaderValue::from_static("public, max-age=86400"),
            CachePolicy::Never => HeaderValue::from_static("no-store"),
        }
    }
}

/// RFC 9111 and, for the two that let an old answer be served, RFC 5861.
static SHARED: LazyLock<HeaderValue> = LazyLock::new(|| {
    let message = format!(
        "public, max-age=0, s-maxage={SHARED_SECONDS}, stale-while-revalidate={STALE_WHILE_ASKING_SECONDS}, \
        stale-if-error={STALE_IF_ERROR_SECONDS}"
    );
    HeaderValue::from_str(&message).expect("it is plain ASCII")
});

/// By what a client can tell whether the answer it has is still the answer.
#[derive(Debug, Clone, Copy)]
pub struct Validators<'a> {
    /// What the answer is made of, without quotation marks.
    pub tag: &'a str,
    /// The time before which it was not so, if that is known.
    pub modified_at: Option<DateTime<Utc>>,
}

/// What is dropped once an answer is sent, such as its share of the bytes in flight.
pub type SendGuard = Box<dyn Any>;

/// Answers a read: 304 when the client has it already, else the body in the encoding it prefers.
#[must_use]
pub fn answer(request: &HttpRequest, body: &Body, cache_policy: CachePolicy) -> HttpResponse {
    answer_with_guard(request, body, cache_policy, Box::new(()))
}

/// The same. The guard is dropped once the answer is sent.
#[must_use]
pub fn answer_with_guard(
    request: &HttpRequest,
    body: &Body,
    cache_policy: CachePolicy,
    guard: SendGuard,
) -> HttpResponse {
    let encoding = negotiate(request, body);
    let validators = Validators { tag: body.tag(), modified_at: body.modified_at() };
    let (mut response, is_known) = open(request, body.content_type(), encoding, validators, cache_policy);
    if is_known { response.finish() } else { send(response, body.bytes(encoding), guard) }
}

/// Sends bytes that others may be sent too: piece by piece, because the server copies what it is given.
fn send(mut response: HttpResponseBuilder, bytes: Bytes, guard: SendGuard) -> HttpResponse {
    if bytes.len() <= PIECE_BYTES {
        return response.body(bytes);
    }
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let pieces = unfold((bytes, guard), async |(mut rest, guard)| {
        if rest.is_empty() {
            return None;
        }
        // A client that reads as fast as we write must not keep the thread from the others.
        tokio::task::yield_now().await;
        let piece = rest.split_to(rest.len().min(PIECE_BYTES));
        Some((Ok::<_, Infallible>(piece), (rest, guard)))
    });
    response.body(SizedStream::new(length, Box::pin(pieces)))
}

/// Begins the answer to a read whose body is made while it is sent; returns whether the client has it already.
#[must_use]
pub fn begin(
    request: &HttpRequest,
    content_type: &str,
    validators: Validators<'_>,
    cache_policy: CachePolicy,
) -> (HttpResponseBuilder, bool) {
    open(request, content_type, Encoding::Identity, validators, cache_policy)
}

fn open(
    request: &HttpRequest,
    content_type: &str,
    encoding: Encoding,
    validators: Validators<'_>,
    cache_policy: CachePolicy,
) -> (HttpResponseBuilder, bool) {
    let now = request.app_data::<web::Data<Service>>().map(|service| service.registry.now());
    let modified_at = validators.modified_at.filter(|time| now.is_some_and(|now| *time <= now));
    let validators = Validators { modified_at, ..validators };
    let is_known = if request.headers().contains_key(header::IF_NONE_MATCH) {
        has_tag(request.headers(), header::IF_NONE_MATCH, validators.tag)
    } else {
        is_unmodified(request, modified_at, now)
    };
    let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    set_headers(&mut response, content_type, encoding, validators, cache_policy);
    (response, is_known)
}

/// Answers a write with the record as it now is.
#[must_use]
pub fn answer_write(request: &HttpRequest, body: &Body, created_at: Option<&str>) -> HttpResponse {
    let encoding = negotiate(request, body);
    let mut response = match created_at {
        Some(path) => {
            let mut response = HttpResponse::Created();
            response.insert_header((header::LOCATION, path));
            response
        }
        None => HttpResponse::Ok(),
    };
    let validators = Validators { tag: body.tag(), modified_at: None };
    set_headers(&mut response, body.content_type(), encoding, validators, CachePolicy::Never);
    response.body(body.bytes(encoding))
}

fn set_headers(
    response: &mut HttpResponseBuilder,
    content_type: &str,
    encoding: Encoding,
    validators: Validators<'_>,
    cache_policy: CachePolicy,
) {
    let Validators { tag, modified_at } = validators;
    if let Some(time) = modified_at {
        response.insert_header(header::LastModified(SystemTime::from(time).into()));
    }
    response
        .content_type(content_type)
        .insert_header((header::CACHE_CONTROL, cache_policy.header()))
        .insert_header((header::VARY, "Accept-Encoding"));
    // A strong tag speaks of bytes, so each encoding has its own.
    match encoding.name() {
        Some(name) => response
            .insert_header((header::CONTENT_ENCODING, name))
            .insert_header((header::ETAG, format!("\"{tag}-{name}\""))),
        None => response.insert_header((header::ETAG, format!("\"{tag}\""))),
    };
}
