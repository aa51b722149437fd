//! The conditions of requests: entity tags, and times (RFC 9110, 13.1).

use std::time::SystemTime;

use actix_web::HttpRequest;
use actix_web::http::header::{self, Header, HeaderMap, IfModifiedSince};
use chrono::{DateTime, Utc};

use crate::api::response::problem::{Code, Problem};
use crate::registry::Condition;

/// Whether the answer was the same at the time that the client names (RFC 9110, 13.1.3).
///
/// A time that has not come yet says nothing of what will be by then.
pub fn is_unmodified(request: &HttpRequest, modified_at: Option<DateTime<Utc>>, now: Option<DateTime<Utc>>) -> bool {
    let named = IfModifiedSince::parse(request).ok();
    let named = named.map(|IfModifiedSince(date)| DateTime::<Utc>::from(SystemTime::from(date)));
    match (named, modified_at, now) {
        (Some(named), Some(modified_at), Some(now)) => modified_at <= named && named <= now,
        _ => false,
    }
}

/// Whether a header names the tag, in any encoding, weakly or not.
pub fn has_tag(headers: &HeaderMap, name: header::HeaderName, tag: &str) -> bool {
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
            let message = "If-Match must be * or entity tags in quotation marks";
            tags.map(Condition::Tag).ok_or_else(|| Problem::new(Code::InvalidHeader, message))
        }
        // The record cannot both be there and not be there: no tag is in no list.
        (Some(_), Some(words)) if words == ["*"] => Ok(Condition::Tag(Vec::new())),
        (_, Some(_)) => Err(Problem::new(Code::InvalidHeader, "a write takes only If-None-Match: *")),
    }
}
