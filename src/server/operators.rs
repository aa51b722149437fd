//! What operators ask, on a listener and a thread of its own: it answers however busy the service is.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App, web};

use super::fallback::fill_empty_404;
use super::{listening, passage};
use crate::api::{Service, health, metrics};
use crate::server::limits::OPERATORS_CONNECTIONS;

/// Where operators ask unless stated.
pub const DEFAULT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9464);

/// Binds the address; without one the usual one or, where that is taken, any that is free.
///
/// # Errors
/// When the address cannot be bound.
pub(super) fn listen(asked: Option<SocketAddr>) -> io::Result<TcpListener> {
    if let Some(address) = asked {
        return TcpListener::bind(address);
    }
    TcpListener::bind(DEFAULT).or_else(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
}

/// Answers on the listener until the process ends.
///
/// # Errors
/// When the system gives no thread.
pub(super) fn serve(listener: TcpListener, service: web::Data<Service>) -> io::Result<()> {
    let run = move || {
        let app = move || {
            App::new()
                .wrap(from_fn(fill_empty_404))
                .wrap(from_fn(passage::watch))
                .app_data(service.clone())
                .service(health::live)
                .service(health::ready)
                .service(metrics::metrics)
        };
        let server = Server::build().workers(1).max_concurrent_connections(OPERATORS_CONNECTIONS).disable_signals();
        let server = listening::listen(server, listener, app, |_, _| {})?;
        actix_web::rt::System::new().block_on(server.run())
    };
    let serving = move || {
        if let Err(error) = run() {
            log::error!("operators are not answered any more: {error}");
        }
    };
    std::thread::Builder::new().name("operators".to_owned()).spawn(serving).map(drop)
}
