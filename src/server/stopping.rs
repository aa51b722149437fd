//! How the service stops: what is under way and moves is finished, what is stuck is cut off.

use std::io;
use std::pin::pin;
use std::time::Duration;

use actix_web::dev::Server;
use futures_util::future::{Either, select};

use crate::api::request::under_way::UnderWay;
use crate::registry::Registry;
use crate::server::limits::STUCK_WAIT;

/// How often it is looked whether anything has moved.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Runs the server until it is asked to stop.
///
/// From then on nobody listens at its address: a client or a proxy that connects is refused by the system at once, and
/// goes to another node. The server itself ends idle connections and waits for the others; a client that takes in
/// nothing, or sends nothing, would keep it waiting.
pub(super) async fn run(server: Server, registry: Registry, under_way: UnderWay) -> io::Result<()> {
    let stuck = pin!(stuck_after_stop(registry, under_way));
    match select(server, stuck).await {
        Either::Left((ended, _)) => ended,
        Either::Right((asked, server)) => {
            asked?;
            log::warn!("clients that are stuck are cut off");
            drop(server);
            Ok(())
        }
    }
}

/// Waits until it is asked to stop and nothing that is under way moves any more.
#[cfg(unix)]
async fn stuck_after_stop(registry: Registry, under_way: UnderWay) -> io::Result<()> {
    use actix_web::rt::signal::unix::{SignalKind, signal};
    signal(SignalKind::terminate())?.recv().await;
    // Streams never end by themselves.
    registry.stop_listening();
    under_way.moved();
    while under_way.stuck_for() < STUCK_WAIT {
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}

#[cfg(not(unix))]
async fn stuck_after_stop(_: Registry, _: UnderWay) -> io::Result<()> {
    std::future::pending().await
}
