//! Middleware for every request and response: headers, HEAD, and tracking of what is in progress.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{self, BodySize, BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, Method, Version};
use actix_web::middleware::{DefaultHeaders, Next};
use actix_web::web::{self, Bytes};

use super::pacing::{self, Pace};
use crate::api::Service;
use crate::api::limits::PIECE_BYTES;
use crate::api::request::activity::Activity;

/// The headers of every response: pages of any origin may read it, and browsers must not guess its type.
pub(super) fn headers() -> DefaultHeaders {
    DefaultHeaders::new()
        .add((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .add((
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            "Content-Disposition, ETag, Idempotency-Replayed, Last-Modified, Link, Location, Retry-After, X-Request-Id",
        ))
        .add((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
}

/// Forbids showing a page within another page. A page without a policy of its own may also load nothing.
pub(super) async fn guard_pages(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    let is_page = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let policy = headers.get(header::CONTENT_SECURITY_POLICY).and_then(|policy| policy.to_str().ok());
    let is_embeddable = policy.is_some_and(|policy| policy.contains("frame-ancestors *"));
    if is_page {
        if !is_embeddable {
            headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        }
        if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
            let policy = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
            headers.insert(HeaderName::from_static("content-security-policy"), policy);
        }
    }
    Ok(response)
}

/// Serves HEAD as GET; actix omits the body.
pub(super) async fn head_as_get(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody, body::None>>, actix_web::Error> {
    let is_head = request.method() == Method::HEAD;
    if is_head {
        request.head_mut().method = Method::GET;
    }
    let response = next.call(request).await?;
    // actix would wait for the end of a stream, although it omits the body.
    if is_head && response.response().body().size() == BodySize::Stream {
        return Ok(response.map_body(|_, _| EitherBody::right(body::None::new())));
    }
    Ok(response.map_into_left_body())
}

/// Tracks a request while it is handled, and then each part of the response.
pub(super) async fn track(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody, TrackedBody>>, actix_web::Error> {
    let activity = request.app_data::<web::Data<Service>>().map(|service| service.activity.clone());
    let activity = activity.unwrap_or_default();
    let (working, version) = (activity.work(), request.version());
    let pace = request.conn_data::<Rc<Pace>>().cloned();
    let turn = pace.as_ref().map(Pace::begin);
    if let Some(pace) = &pace {
        pacing::follow_body(&mut request, pace);
    }
    let mut response = next.call(request).await?;
    drop(working);
    if version < Version::HTTP_11 && response.response().body().size() == BodySize::Stream {
        // An HTTP/1.0 client does not know chunks, so the end of the connection ends the response.
        let head = response.response_mut().head_mut();
        head.no_chunking(true);
        head.set_connection_type(ConnectionType::Close);
    }
    let is_small = |size| matches!(size, BodySize::None | BodySize::Sized(0..=SMALL));
    Ok(response.map_body(|_, body| {
        if is_small(body.size()) {
            return EitherBody::left(body);
        }
        EitherBody::right(TrackedBody { body: body.boxed(), activity, _turn: turn })
    }))
}

/// The largest body that is sent in one piece, in bytes.
const SMALL: u64 = PIECE_BYTES as u64;

/// The body of a response, tracked while it is sent.
pub(super) struct TrackedBody {
    body: BoxBody,
    activity: Activity,
    _turn: Option<pacing::UnderWay>,
}

impl MessageBody for TrackedBody {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let piece = Pin::new(&mut self.body).poll_next(context);
        if piece.is_ready() {
            self.activity.moved();
        }
        piece
    }
}
