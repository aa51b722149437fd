//! Handles Ctrl-Z during an import. The import stops between two batches, and not while it holds the lock that every
//! writer needs.

use std::io;

#[cfg(unix)]
use std::sync::Arc;
#[cfg(unix)]
use std::sync::atomic::{AtomicBool, Ordering};

/// Defers a stop requested by the terminal with SIGTSTP. SIGSTOP cannot be deferred.
#[derive(Debug)]
pub(super) struct Suspension {
    #[cfg(unix)]
    requested: Arc<AtomicBool>,
}

impl Suspension {
    /// Defers stops until [`Suspension::suspend_if_requested`].
    ///
    /// # Errors
    /// If the system does not let the program handle the signal.
    #[cfg(unix)]
    pub(super) fn defer() -> io::Result<Self> {
        let requested = Arc::new(AtomicBool::new(false));
        signal_hook::flag::register(signal_hook::consts::SIGTSTP, Arc::clone(&requested))?;
        Ok(Suspension { requested })
    }

    /// Other systems have nothing to defer.
    #[cfg(not(unix))]
    pub(super) fn defer() -> io::Result<Self> {
        Ok(Suspension {})
    }

    /// Stops now if that was requested; SIGCONT resumes.
    pub(super) fn suspend_if_requested(&self) -> io::Result<()> {
        #[cfg(unix)]
        if self.requested.swap(false, Ordering::Relaxed) {
            signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?;
        }
        Ok(())
    }
}
