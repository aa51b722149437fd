//! The encoding in which a client wants its answer (RFC 9110, 12.5.3).

use actix_web::HttpRequest;
use actix_web::http::header::{self, AcceptEncoding, ContentEncoding, Encoding as Wanted, Header};

use crate::answers::body::{Body, Encoding};

/// The encoding that the client prefers among those that pay for this body.
#[must_use]
pub fn negotiate(request: &HttpRequest, body: &Body) -> Encoding {
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
