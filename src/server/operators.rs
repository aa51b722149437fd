//! Serves operators on a separate listener and thread, so that it responds however busy the service is.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App, web};

use super::fallback::fill_empty_404;
use super::{listening, passage};
use crate::api::{Service, health, metrics};
use crate::server::limits::OPERATORS_CONNECTIONS;

/// The default address for operators.
pub const DEFAULT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9464);

/// Binds the address. Without one, binds the default address or, if that is taken, any free port.
///
/// # Errors
/// If the address cannot be bound.
pub(super) fn listen(address: Option<SocketAddr>) -> io::Result<TcpListener> {
    if let Some(address) = address {
        return TcpListener::bind(address);
    }
    TcpListener::bind(DEFAULT).or_else(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
}

/// Serves the listener until the process ends.
///
/// # Errors
/// If the system cannot start a thread.
pub(super) fn serve(listener: TcpListener, service: web::Data<Service>) -> io::Result<()> {
    let run = move || {
        let app = move || {
            App::new()
                .wrap(from_fn(fill_empty_404))
                .wrap(from_fn(passage::track))
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
            log::error!("the operators' listener has stopped: {error}");
        }
    };
    std::thread::Builder::new().name("operators".to_owned()).spawn(serving).map(drop)
}
