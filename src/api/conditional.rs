//! Entity tags, conditions and encodings (RFC 9110).

use actix_web::http::header::{self, AcceptEncoding, ContentEncoding, Encoding as Wanted, Header, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use super::problem::{Code, Problem};
use crate::registry::Condition;
use crate::registry::bodies::{Body, Encoding};

/// How long an answer may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// By anyone, but asked for again each time: the tag makes that cheap.
    Revalidate,
    /// By anyone, for a day: a permalink's numbers do not change, though members may be added.
    ADay,
    /// By no one.
    Never,
}

impl Keep {
    const fn header(self) -> &'static str {
        match self {
            Keep::Revalidate => "public, no-cache",
            Keep::ADay => "public, max-age=86400",
            Keep::Never => "no-store",
        }
    }
}

/// Answers a read: 304 when the client has it already, else the body in the encoding it prefers.
#[must_use]
pub fn answer(request: &HttpRequest, body: &Body, keep: Keep) -> HttpResponse {
    let encoding = negotiate(request, body);
    let known = has_tag(request.headers(), header::IF_NONE_MATCH, body.tag());
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    dress(&mut response, body, encoding, keep);
    if known { response.finish() } else { response.body(body.bytes(encoding)) }
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
    dress(&mut response, body, encoding, Keep::Never);
    response.body(body.bytes(encoding))
}

fn dress(response: &mut HttpResponseBuilder, body: &Body, encoding: Encoding, keep: Keep) {
    response
        .content_type(body.content_type())
        .insert_header((header::CACHE_CONTROL, keep.header()))
        .insert_header((header::VARY, "Accept-Encoding"));
    // A strong tag speaks of bytes, so each encoding has its own.
    match encoding.name() {
        Some(name) => response
            .insert_header((header::CONTENT_ENCODING, name))
            .insert_header((header::ETAG, format!("\"{}-{name}\"", body.tag()))),
        None => response.insert_header((header::ETAG, format!("\"{}\"", body.tag()))),
    };
}

/// The encoding that the client prefers among those that pay for this body.
fn negotiate(request: &HttpRequest, body: &Body) -> Encoding {
    if !body.is_compressible() || !request.headers().contains_key(header::ACCEPT_ENCODING) {
        return Encoding::Identity;
    }
    let Ok(accepted) = AcceptEncoding::parse(request) else { return Encoding::Identity };
    let offered = [Wanted::brotli(), Wanted::gzip(), Wanted::identity()];
    match accepted.negotiate(offered.iter()) {
        Some(Wanted::Known(ContentEncoding::Brotli)) => Encoding::Brotli,
        Some(Wanted::Known(ContentEncoding::Gzip)) => Encoding::Gzip,
        _ => Encoding::Identity,
    }
}

/// Whether a header names the tag, in any encoding, weakly or not.
fn has_tag(headers: &HeaderMap, name: header::HeaderName, tag: &str) -> bool {
    let values = headers.get_all(name).filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|word| word == "*" || opaque(word.strip_prefix("W/").unwrap_or(word)).is_some_and(|opaque| opaque == tag))
}

/// The tag within quotation marks, without the suffix of an encoding.
fn opaque(word: &str) -> Option<&str> {
    let inner = word.strip_prefix('"')?.strip_suffix('"')?;
    Some(inner.strip_suffix("-gzip").or_else(|| inner.strip_suffix("-br")).unwrap_or(inner))
}

/// The condition under which a write is to be done.
///
/// # Errors
/// 400 for a header that is not as RFC 9110 has it.
pub fn condition(request: &HttpRequest) -> Result<Condition, Problem> {
    let headers = request.headers();
    let words = |name| -> Result<Option<Vec<&str>>, Problem> {
        let values: Vec<_> = headers.get_all(name).collect();
        if values.is_empty() {
            return Ok(None);
        }
        let texts = values.into_iter().map(|value| value.to_str()).collect::<Result<Vec<_>, _>>();
        let texts = texts.map_err(|_| Problem::new(Code::InvalidHeader, "the condition is not ASCII"))?;
        Ok(Some(texts.into_iter().flat_map(|text| text.split(',')).map(str::trim).collect()))
    };
    match (words(header::IF_MATCH)?, words(header::IF_NONE_MATCH)?) {
        (None, None) => Ok(Condition::None),
        (Some(words), None) if words == ["*"] => Ok(Condition::Exists),
        (None, Some(words)) if words == ["*"] => Ok(Condition::IsNew),
        (Some(words), None) => {
            // A weak tag never matches strongly, but it is not an error to send one.
            let strong = words.into_iter().filter(|word| !word.starts_with("W/"));
            let tags = strong.map(|word| opaque(word).map(str::to_owned)).collect::<Option<Vec<_>>>();
            let told = "If-Match must be * or entity tags in quotation marks";
            tags.map(Condition::Tag).ok_or_else(|| Problem::new(Code::InvalidHeader, told))
        }
        // The record cannot both be there and not be there: no tag is in no list.
        (Some(_), Some(words)) if words == ["*"] => Ok(Condition::Tag(Vec::new())),
        (_, Some(_)) => Err(Problem::new(Code::InvalidHeader, "a write takes only If-None-Match: *")),
    }
}
