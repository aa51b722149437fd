//! Serves an application on a listener, over connections that are read no faster than they are served.

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

/// Serves an application on a listener. Each worker thread builds its own application. `admit` is called first for
/// every new connection.
///
/// This repeats what actix's own server does, because actix allows no layer between it and its connections.
///
/// # Errors
/// If the listener cannot be used.
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
            // After a refused request, the rest of it is read for this long. Otherwise the client might not get the
            // response.
            .client_disconnect_timeout(LINGER_WAIT)
            // A client that closes its side has left. Otherwise that would be noticed only when the next event is
            // written.
            .h1_allow_half_closed(false)
            .h1_write_buffer_size(PIECE_BYTES)
            .on_connect_ext(move |connection: &PacedStream, extensions| {
                admit(connection.stream(), extensions);
                extensions.insert(connection.pace());
            })
            .finish(map_config(app, |()| AppConfig::default()));
        fn_service(|stream: TcpStream| {
            let peer = stream.peer_addr().ok();
            ready(Ok((PacedStream::new(stream), Protocol::Http1, peer)))
        })
        .and_then(http)
    })
}
