//! Who may do what: keys and their roles.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpMessage, HttpRequest, web};

use crate::api::Service;
use crate::api::response::problem::{Code, Problem};
use crate::registry::{Key, Role};

/// The valid key of a request, within its rate.
///
/// # Errors
/// 401 without a valid key, 429 over the rate, 503 when an unknown key cannot be looked up.
pub async fn authenticate(request: &HttpRequest, service: &Service) -> Result<Arc<Key>, Problem> {
    let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let secret = header.and_then(|value| {
        let (scheme, secret) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
    });
    let Some(secret) = secret.filter(|secret| !secret.is_empty()) else {
        return Err(Problem::new(Code::Unauthorized, "this needs a key: Authorization: Bearer KEY"));
    };
    valid_key(request, service, secret).await
}

/// The key that a request was made with, for the log.
pub struct UsedKey(pub Arc<Key>);

/// The valid key with this secret, within its rate.
async fn valid_key(request: &HttpRequest, service: &Service, secret: &str) -> Result<Arc<Key>, Problem> {
    let key = service.registry.key(secret).await?;
    service.registry.mark_used(&key);
    service.writes.take(&key.id)?;
    request.extensions_mut().insert(UsedKey(Arc::clone(&key)));
    Ok(key)
}

/// An administrator's key.
///
/// # Errors
/// Those of [`authenticate`], and 403 for another role.
pub async fn admin(request: &HttpRequest, service: &Service) -> Result<Arc<Key>, Problem> {
    let key = authenticate(request, service).await?;
    match key.role {
        Role::Admin => Ok(key),
        Role::Reporter => Err(Problem::new(Code::Forbidden, "this is for administrators")),
    }
}

/// A key that may write what belongs to `city`, whether or not there is such a city.
///
/// # Errors
/// Those of [`authenticate`], and 403 for a key bound to other cities.
pub async fn reporter(request: &HttpRequest, service: &Service, city: &str) -> Result<Arc<Key>, Problem> {
    bound_to(authenticate(request, service).await?, city)
}

/// The same for a key that was typed into a form.
///
/// # Errors
/// 401, 403, 429 or 503, as [`reporter`].
pub async fn reporter_with(
    request: &HttpRequest,
    service: &Service,
    secret: &str,
    city: &str,
) -> Result<Arc<Key>, Problem> {
    bound_to(valid_key(request, service, secret).await?, city)
}

fn bound_to(key: Arc<Key>, city: &str) -> Result<Arc<Key>, Problem> {
    let allowed = key.role == Role::Admin || key.cities.iter().any(|bound| bound.as_str() == city);
    if allowed { Ok(key) } else { Err(Problem::new(Code::Forbidden, "the key is bound to other cities")) }
}

/// The address by which a client is counted. Of IPv6 it is the network of 64 bits that one household or machine is
/// given, for it may use any address in it.
#[must_use]
pub fn counted(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

/// The address that a request is counted by: the peer's or, behind a configured proxy, the one it forwards.
#[must_use]
pub fn client_address(request: &HttpRequest, service: &web::Data<Service>) -> Option<IpAddr> {
    forwarded_address(request, &service.trusted_proxies).map(counted)
}

fn forwarded_address(request: &HttpRequest, trusted_proxies: &[IpAddr]) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip().to_canonical();
    if !trusted_proxies.contains(&peer) {
        return Some(peer);
    }
    // From the last: what stands before an entry that no trusted proxy added, anyone could have written.
    let forwarded = request.headers().get_all("X-Forwarded-For").filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
    for hop in hops.into_iter().rev() {
        let address = hop.parse().or_else(|_| hop.parse().map(|with_port: SocketAddr| with_port.ip()));
        match address.map(|address| address.to_canonical()) {
            Ok(proxy) if trusted_proxies.contains(&proxy) => {}
            Ok(client) => return Some(client),
            Err(_) => break,
        }
    }
    Some(peer)
}
