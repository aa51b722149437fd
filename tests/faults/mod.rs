//! What goes wrong around the service: kills, outages, floods, frozen nodes, files that vanish.

#[cfg(target_os = "linux")]
mod cluster;
mod kill;
#[cfg(target_os = "linux")]
mod outage;
