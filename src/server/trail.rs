//! The trail of every request: an id, a line in the log, and metrics.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, web};

use crate::api::Service;
use crate::api::request::access::UsedKey;
use crate::api::response::problem::Code;
use crate::metrics::{Label, Metrics, RefusalCount, Request};
use crate::record::masking::{mask_keys, may_contain_key};
use crate::server::limits::{LOGGED_TARGET_BYTES, REQUEST_ID_CHARACTERS};

/// The header with the id of a request; every response has it.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request an id, logs its outcome, and counts it.
pub(super) async fn follow(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let (start, id) = (Instant::now(), request_id(&request));
    let service = request.app_data::<web::Data<Service>>().cloned();
    // Inner middleware turns HEAD into GET.
    let method = request.method().clone();
    let mut response = next.call(request).await?;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let seconds = start.elapsed().as_secs_f64();
    if let Some(service) = service {
        count(service.registry.counters(), &method, &response, seconds);
    }
    log_request(&id, &method, &response, seconds);
    Ok(response)
}

/// The id that a proxy or a client gave, if it has only plain characters and cannot be a key; else a new id.
fn request_id(request: &ServiceRequest) -> String {
    let is_plain = |word: &&str| {
        (1..=REQUEST_ID_CHARACTERS).contains(&word.len())
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
            && !may_contain_key(word)
    };
    let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok()).filter(is_plain);
    given.map_or_else(|| uuid::Uuid::now_v7().simple().to_string(), str::to_owned)
}

fn count(metrics: &Metrics, method: &Method, response: &ServiceResponse<impl MessageBody>, seconds: f64) {
    let known = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE"];
    let method = known.into_iter().find(|word| *word == method.as_str()).unwrap_or("other");
    let counted = Request { method: Label(method), status: response.status().as_u16() };
    metrics.requests.get_or_create(&counted).inc();
    metrics.request_seconds.observe(seconds);
    if let Some(code) = response.response().extensions().get::<Code>() {
        metrics.refusals.get_or_create(&RefusalCount { code: Label(code.as_str()) }).inc();
    }
}

/// Logs one line for a request and, for a successful write, who did it. Never logs a header or a key in the address.
fn log_request(id: &str, method: &Method, response: &ServiceResponse<impl MessageBody>, seconds: f64) {
    let request = response.request();
    let is_write = !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) && response.status().is_success();
    if !is_write && !log::log_enabled!(target: "pledgewatch::requests", log::Level::Info) {
        return;
    }
    let target = masked_target(request.uri().path_and_query().map_or("", |target| target.as_str()));
    let (status, address) = (response.status(), request.peer_addr().map(|peer| peer.ip().to_string()));
    let address = address.as_deref().unwrap_or("-");
    let milliseconds = seconds * 1000.0;
    log::info!(
        target: "pledgewatch::requests", request_id = id, address, method = method.as_str(), target = target.as_str(),
        status = status.as_u16(), milliseconds;
        "{address} \"{method} {target} {:?}\" {} {milliseconds:.3}ms {id}", request.version(), status.as_u16()
    );
    if is_write && let Some(UsedKey(key)) = request.extensions().get::<UsedKey>() {
        let (key_id, label) = (key.id.as_str(), key.label.as_str());
        log::info!(
            target: "pledgewatch::writes", request_id = id, key_id, label, method = method.as_str(),
            target = target.as_str(), status = status.as_u16();
            "key {key_id} ({label}) did {method} {target}: {} {id}", status.as_u16()
        );
    }
}

/// The target of a request for the log: keys masked, and cut to a bounded length.
fn masked_target(target: &str) -> String {
    let masked = mask_keys(target);
    let target = masked.as_ref();
    if target.len() <= LOGGED_TARGET_BYTES {
        return target.to_owned();
    }
    let end = (0..=LOGGED_TARGET_BYTES).rev().find(|end| target.is_char_boundary(*end)).unwrap_or(0);
    format!("{}… ({} bytes)", &target[..end], target.len())
}
