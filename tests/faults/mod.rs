//! What goes wrong around the service: kills, outages, floods, frozen nodes, files that vanish.

#[cfg(target_os = "linux")]
mod cluster;
#[cfg(target_os = "linux")]
mod frozen;
mod given_up;
mod idempotency;
mod kill;
#[cfg(target_os = "linux")]
mod outage;
#[cfg(target_os = "linux")]
mod stopped_import;
