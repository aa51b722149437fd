//! An application at an address, over connections that are read at the pace of its answers.

use std::fmt::Debug;
use std::future::ready;
use std::io;
use std::net::TcpListener;

use actix_http::{HttpService, Protocol, Request, Response};
use actix_server::ServerBuilder;
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Extensions};
use actix_web::rt::net::TcpStream;

use super::limits::{HEAD_WAIT, LINGER_WAIT};
use super::pacing::PacedStream;
use crate::api::limits::PIECE_BYTES;

/// Has a server answer on a listener by an application, which each of its threads makes for itself; `admit` sees every
/// new connection first.
///
/// It is what the server of the framework does, which lets no one stand between it and its connections.
///
/// # Errors
/// When the listener cannot be used.
pub(super) fn listen<F, I, S, B>(
    server: ServerBuilder,
    listener: TcpListener,
    app: F,
    admit: impl Fn(&TcpStream, &mut Extensions) + Send + Clone + 'static,
) -> io::Result<ServerBuilder>
where
    F: Fn() -> I + Send + Clone + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<actix_web::Error>,
    S::InitError: Debug,
    S::Response: Into<Response<B>>,
    B: MessageBody + 'static,
{
    let stop = server.graceful_shutdown_signal();
    server.listen("pledgewatch", listener, move || {
        let (stop, admit) = (stop.clone(), admit.clone());
        let app = app().into_factory().map_err(|error| error.into().error_response());
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stop = stop.clone();
                async move { stop.notified().await }
            })
            .client_request_timeout(HEAD_WAIT)
            // So long it takes in what a client still sends whose request was refused, for else the answer is lost.
            .client_disconnect_timeout(LINGER_WAIT)
            // Who has closed listens no more; else that would be noticed only when the next event is written to them.
            .h1_allow_half_closed(false)
            .h1_write_buffer_size(PIECE_BYTES)
            .on_connect_ext(move |connection: &PacedStream, kept| {
                admit(connection.stream(), kept);
                kept.insert(connection.pace());
            })
            .finish(map_config(app, |()| AppConfig::default()));
        fn_service(|stream: TcpStream| {
            let peer = stream.peer_addr().ok();
            ready(Ok((PacedStream::new(stream), Protocol::Http1, peer)))
        })
        .and_then(http)
    })
}
