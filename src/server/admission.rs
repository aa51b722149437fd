//! Limits clients: the number of connections, in total and for each address, and the request rate of an address.

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

/// Raises the limit of open files as far as the system allows. Returns how many connections can then be open, at most
/// `limit`.
#[must_use]
pub fn connections(limit: usize) -> usize {
    raise_file_limit().map_or(limit, |files| limit.min(files.saturating_sub(FILES_KEPT).max(files / 2)))
}

#[cfg(unix)]
fn raise_file_limit() -> Option<usize> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    if let Err(error) = raised {
        log::warn!("the limit of open files could not be raised: {error}");
    }
    let limit = if raised.is_ok() { maximum } else { current };
    limit.and_then(|files| usize::try_from(files).ok())
}

#[cfg(not(unix))]
fn raise_file_limit() -> Option<usize> {
    None
}

/// The default limit of connections of one address: at most half of all.
#[must_use]
pub fn connections_per_address(connections: usize) -> usize {
    CONNECTIONS_PER_ADDRESS.min(connections / 2).max(1)
}

/// The slots for connections.
#[derive(Clone)]
pub(super) struct Admission {
    slots: Allowance,
    trusted_proxies: Vec<IpAddr>,
}

/// Marks a connection that was refused, and holds the reason.
struct Refused(Problem);

impl Admission {
    pub(super) fn new(connections: usize, per_address: usize, trusted_proxies: &[IpAddr]) -> Self {
        let slots = Allowance::new("many connections open", connections, per_address);
        Admission { slots, trusted_proxies: trusted_proxies.to_vec() }
    }

    /// Takes a slot for a new connection until it ends, or refuses the connection.
    ///
    /// A trusted proxy carries the connections of many clients, so only the total limit applies to it.
    pub(super) fn admit(&self, stream: &TcpStream, extensions: &mut Extensions) {
        #[cfg(target_os = "linux")]
        set_options(stream);
        let peer = stream.peer_addr().ok().map(|peer| peer.ip().to_canonical());
        let own = peer.filter(|peer| !self.trusted_proxies.contains(peer)).map(counted);
        match self.slots.take(own, 1) {
            Ok(slot) => drop(extensions.insert(slot)),
            Err(exceeded) => {
                let problem = Problem::from(exceeded);
                refuse(stream, &problem);
                extensions.insert(Refused(problem));
            }
        }
    }
}

/// Makes the system drop a client that reads nothing, since the server does not check a connection that it cannot write
/// to. Also limits how much unsent data the system keeps for such a client.
#[cfg(target_os = "linux")]
fn set_options(stream: &TcpStream) {
    let socket = socket2::SockRef::from(stream);
    let set = socket.set_tcp_user_timeout(Some(CLIENT_WAIT)).and_then(|()| socket.set_tcp_notsent_lowat(UNSENT_BYTES));
    if let Err(error) = set {
        log::warn!("a client that stops reading will not be dropped: {error}");
    }
}

/// Sends the reason and closes the connection at once. A client could delay its request to keep the connection open.
fn refuse(stream: &TcpStream, problem: &Problem) {
    let socket = socket2::SockRef::from(stream);
    // If the socket cannot take the response at once, it is not sent.
    drop(socket.send(raw_response(problem).as_bytes()));
    drop(socket.shutdown(std::net::Shutdown::Both));
}

/// The whole response as text, since there is no request yet that actix could respond to.
fn raw_response(problem: &Problem) -> String {
    let body = serde_json::to_string(&problem.document()).unwrap_or_default();
    format!(
        "HTTP/1.1 {}\r\ncontent-type: application/problem+json\r\ncache-control: no-store\r\n\
         retry-after: {RETRY_AFTER_SECONDS}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        problem.status_code(),
        body.len()
    )
}

/// Counts a request against the rate of the client's address, whatever its method. Health checks are never refused.
pub(super) async fn limit_rate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody>>, actix_web::Error> {
    if let Err(problem) = check_rate(&request) {
        return Ok(request.into_response(problem.error_response().map_into_right_body()));
    }
    Ok(next.call(request).await?.map_into_left_body())
}

fn check_rate(request: &ServiceRequest) -> Result<(), Problem> {
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
