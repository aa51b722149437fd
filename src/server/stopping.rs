//! Stops the service: requests that make progress are finished, stuck ones are cut off.

use std::io;
use std::pin::pin;
use std::time::Duration;

use actix_web::dev::Server;
use futures_util::future::{Either, select};

use crate::api::request::activity::Activity;
use crate::registry::Registry;
use crate::server::limits::STUCK_WAIT;

/// How often progress is checked.
const CHECK_INTERVAL: Duration = Duration::from_millis(100);

/// Runs the server until a stop is requested.
///
/// Then nothing listens on its address any more. The system refuses new connections at once, so that clients and
/// proxies go to another node. actix closes idle connections and waits for the others. A client that neither reads nor
/// sends would keep it waiting.
pub(super) async fn run(server: Server, registry: Registry, activity: Activity) -> io::Result<()> {
    let stuck = pin!(stuck_after_stop(registry, activity));
    match select(server, stuck).await {
        Either::Left((ended, _)) => ended,
        Either::Right((signal, server)) => {
            signal?;
            log::warn!("stuck clients are cut off");
            drop(server);
            Ok(())
        }
    }
}

/// Waits until a stop is requested and then until nothing in progress moves any more.
#[cfg(unix)]
async fn stuck_after_stop(registry: Registry, activity: Activity) -> io::Result<()> {
    use actix_web::rt::signal::unix::{SignalKind, signal};
    signal(SignalKind::terminate())?.recv().await;
    // Streams never end by themselves.
    registry.stop_listening();
    activity.moved();
    while activity.stuck_for() < STUCK_WAIT {
        tokio::time::sleep(CHECK_INTERVAL).await;
    }
    Ok(())
}

#[cfg(not(unix))]
async fn stuck_after_stop(_: Registry, _: Activity) -> io::Result<()> {
    std::future::pending().await
}
