//! Starts the threads of the registry.

use crate::store::StoreError;

/// Starts a thread that does `work`, under a name that a debugger shows.
///
/// # Errors
/// If the system has no thread left.
pub(super) fn start(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), StoreError> {
    let started = std::thread::Builder::new().name(name.to_owned()).spawn(work);
    started.map(drop).map_err(|error| StoreError::Migration(format!("no thread for the {name}: {error}")))
}
