//! Ctrl-Z during an import: it stops between two batches, not while it holds the lock that everyone who writes needs.

use std::io;

#[cfg(unix)]
use std::sync::Arc;
#[cfg(unix)]
use std::sync::atomic::{AtomicBool, Ordering};

/// Puts off the stop that a terminal asks for with SIGTSTP. Of SIGSTOP a program is not told.
#[derive(Debug)]
pub(super) struct Suspension {
    #[cfg(unix)]
    asked: Arc<AtomicBool>,
}

impl Suspension {
    /// From now on a stop waits for [`Suspension::stop_if_asked`].
    ///
    /// # Errors
    /// When the system does not let the program handle the signal.
    #[cfg(unix)]
    pub(super) fn put_off() -> io::Result<Self> {
        let asked = Arc::new(AtomicBool::new(false));
        signal_hook::flag::register(signal_hook::consts::SIGTSTP, Arc::clone(&asked))?;
        Ok(Suspension { asked })
    }

    /// Nothing to put off on other systems.
    #[cfg(not(unix))]
    pub(super) fn put_off() -> io::Result<Self> {
        Ok(Suspension {})
    }

    /// Stops now if that was asked for; goes on with SIGCONT.
    pub(super) fn stop_if_asked(&self) -> io::Result<()> {
        #[cfg(unix)]
        if self.asked.swap(false, Ordering::Relaxed) {
            signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?;
        }
        Ok(())
    }
}
