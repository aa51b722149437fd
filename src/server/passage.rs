//! What every request and every answer passes: headers, HEAD, and the watch over what is under way.

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
use crate::api::request::under_way::UnderWay;

/// What every answer carries: any page may read it, and none may take it for what it is not.
pub(super) fn headers() -> DefaultHeaders {
    DefaultHeaders::new()
        .add((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .add((
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            "Content-Disposition, ETag, Idempotency-Replayed, Last-Modified, Link, Location, Retry-After, X-Request-Id",
        ))
        .add((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
}

/// Keeps every page from being shown within another one, and one that says nothing of it from loading anything.
pub(super) async fn guard_pages(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    let is_page = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page {
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
            let policy = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
            headers.insert(HeaderName::from_static("content-security-policy"), policy);
        }
    }
    Ok(response)
}

/// Answers HEAD as GET; the server itself leaves the body out.
pub(super) async fn head_as_get(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody, body::None>>, actix_web::Error> {
    let is_head = request.method() == Method::HEAD;
    if is_head {
        request.head_mut().method = Method::GET;
    }
    let response = next.call(request).await?;
    // It would wait for the end of a stream all the same.
    if is_head && response.response().body().size() == BodySize::Stream {
        return Ok(response.map_body(|_, _| EitherBody::right(body::None::new())));
    }
    Ok(response.map_into_left_body())
}

/// Watches what is under way: the request while it is worked on, then each piece of the answer.
pub(super) async fn watch(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody, Watched>>, actix_web::Error> {
    let under_way = request.app_data::<web::Data<Service>>().map(|service| service.under_way.clone());
    let under_way = under_way.unwrap_or_default();
    let (working, version) = (under_way.work(), request.version());
    let pace = request.conn_data::<Rc<Pace>>().cloned();
    let turn = pace.as_ref().map(Pace::begin);
    if let Some(pace) = &pace {
        pacing::follow_body(&mut request, pace);
    }
    let mut response = next.call(request).await?;
    drop(working);
    if version < Version::HTTP_11 && response.response().body().size() == BodySize::Stream {
        // Such a client does not know chunks: the end of the connection is that of the answer.
        let head = response.response_mut().head_mut();
        head.no_chunking(true);
        head.set_connection_type(ConnectionType::Close);
    }
    let is_small = |size| matches!(size, BodySize::None | BodySize::Sized(0..=SMALL));
    Ok(response.map_body(|_, body| {
        if is_small(body.size()) {
            return EitherBody::left(body);
        }
        EitherBody::right(Watched { body: body.boxed(), under_way, _turn: turn })
    }))
}

/// An answer of so many bytes is sent in one piece.
const SMALL: u64 = PIECE_BYTES as u64;

/// An answer that is watched while it is sent.
pub(super) struct Watched {
    body: BoxBody,
    under_way: UnderWay,
    _turn: Option<pacing::UnderWay>,
}

impl MessageBody for Watched {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let piece = Pin::new(&mut self.body).poll_next(context);
        if piece.is_ready() {
            self.under_way.moved();
        }
        piece
    }
}
