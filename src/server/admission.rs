//! Who is let in: connections, in all and of one address, and the rate at which an address asks.

use std::net::IpAddr;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::ResponseError;
use actix_web::middleware::Next;
use actix_web::rt::net::TcpStream;
use actix_web::{dev::Extensions, web};

use crate::api::Service;
use crate::api::limits::{CONNECTIONS_PER_ADDRESS, RETRY_AFTER_SECONDS};
use crate::api::request::access::{client_address, counted};
use crate::api::request::allowance::Allowance;
use crate::api::response::problem::Problem;
use crate::server::limits::FILES_KEPT;
#[cfg(target_os = "linux")]
use crate::server::limits::{CLIENT_WAIT, UNSENT_BYTES};

/// Raises the number of files that may be open as far as the system lets us, and returns how many connections may be
/// then, of `most` at the most.
#[must_use]
pub fn connections(most: usize) -> usize {
    open_files().map_or(most, |files| most.min(files.saturating_sub(FILES_KEPT).max(files / 2)))
}

#[cfg(unix)]
fn open_files() -> Option<usize> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    if let Err(error) = raised {
        log::warn!("the number of files that may be open stays as it is: {error}");
    }
    let may_be = if raised.is_ok() { maximum } else { current };
    may_be.and_then(|files| usize::try_from(files).ok())
}

#[cfg(not(unix))]
fn open_files() -> Option<usize> {
    None
}

/// The connections of an address, unless stated: all of them are never one's.
#[must_use]
pub fn connections_per_address(connections: usize) -> usize {
    CONNECTIONS_PER_ADDRESS.min(connections / 2).max(1)
}

/// The places of connections.
#[derive(Clone)]
pub(super) struct Admission {
    places: Allowance,
    trusted_proxies: Vec<IpAddr>,
}

/// Marks a connection that was told already that it is not let in.
struct Refused(Problem);

impl Admission {
    pub(super) fn new(connections: usize, of_one: usize, trusted_proxies: &[IpAddr]) -> Self {
        let places = Allowance::new("many connections open", connections, of_one);
        Admission { places, trusted_proxies: trusted_proxies.to_vec() }
    }

    /// Takes a place for a new connection, until it ends, or turns it away.
    ///
    /// A proxy has the connections of all its clients, and counts only among all.
    pub(super) fn admit(&self, stream: &TcpStream, kept: &mut Extensions) {
        #[cfg(target_os = "linux")]
        set_options(stream);
        let peer = stream.peer_addr().ok().map(|peer| peer.ip().to_canonical());
        let own = peer.filter(|peer| !self.trusted_proxies.contains(peer)).map(counted);
        match self.places.take(own, 1) {
            Ok(place) => drop(kept.insert(place)),
            Err(exceeded) => {
                let problem = Problem::from(exceeded);
                turn_away(stream, &problem);
                kept.insert(Refused(problem));
            }
        }
    }
}

/// Has the system drop a client that takes in nothing, for while it cannot be written to the server does not look at
/// its connection again; and has it keep little of what such a client was sent.
#[cfg(target_os = "linux")]
fn set_options(stream: &TcpStream) {
    let socket = socket2::SockRef::from(stream);
    let set = socket.set_tcp_user_timeout(Some(CLIENT_WAIT)).and_then(|()| socket.set_tcp_notsent_lowat(UNSENT_BYTES));
    if let Err(error) = set {
        log::warn!("a client that gets stuck will not be dropped: {error}");
    }
}

/// Tells why, and closes: waiting for the request would keep the connection open for as long as it is put off.
fn turn_away(stream: &TcpStream, problem: &Problem) {
    let socket = socket2::SockRef::from(stream);
    // What cannot be told at once is not told.
    drop(socket.send(answer(problem).as_bytes()));
    drop(socket.shutdown(std::net::Shutdown::Both));
}

/// The whole answer, for where there is no request yet that it would answer.
fn answer(problem: &Problem) -> String {
    let body = serde_json::to_string(&problem.document()).unwrap_or_default();
    format!(
        "HTTP/1.1 {}\r\ncontent-type: application/problem+json\r\ncache-control: no-store\r\n\
         retry-after: {RETRY_AFTER_SECONDS}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        problem.status_code(),
        body.len()
    )
}

/// Takes one request of the client's address, whatever its method; health checks are never refused.
pub(super) async fn limit_rate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody>>, actix_web::Error> {
    if let Err(problem) = may_ask(&request) {
        return Ok(request.into_response(problem.error_response().map_into_right_body()));
    }
    Ok(next.call(request).await?.map_into_left_body())
}

fn may_ask(request: &ServiceRequest) -> Result<(), Problem> {
    if let Some(Refused(problem)) = request.conn_data::<Refused>() {
        return Err(problem.clone());
    }
    if request.path().starts_with("/health/") {
        return Ok(());
    }
    let Some(service) = request.app_data::<web::Data<Service>>() else { return Ok(()) };
    match client_address(request.request(), service) {
        Some(address) => service.reads.take(&address),
        None => Ok(()),
    }
}
