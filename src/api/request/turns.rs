//! Turns of imports: few files are read at once, for each takes a processor and much memory.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::api::limits::{IMPORT_TURN_WAIT, IMPORTS_AT_ONCE, IMPORTS_WAITING};
use crate::api::response::problem::{Code, Problem};

/// Who may read a file now, and who waits for it; shared by all imports, dry runs too.
#[derive(Debug)]
pub struct Turns {
    reading: Arc<Semaphore>,
    waiting: Semaphore,
}

/// The right to read a file, until it is dropped; what was made of the file should be gone by then.
#[derive(Debug, Clone)]
pub struct Turn(#[allow(dead_code, reason = "held until it is dropped")] Arc<OwnedSemaphorePermit>);

impl Default for Turns {
    fn default() -> Self {
        Turns { reading: Arc::new(Semaphore::new(IMPORTS_AT_ONCE)), waiting: Semaphore::new(IMPORTS_WAITING) }
    }
}

impl Turns {
    /// Waits for a turn.
    ///
    /// # Errors
    /// 503 where as many wait as may, or none came in time.
    pub async fn take(&self) -> Result<Turn, Problem> {
        let busy = || Problem::new(Code::Busy, "too many files are being imported");
        let _waits = self.waiting.try_acquire().map_err(|_| busy())?;
        match tokio::time::timeout(IMPORT_TURN_WAIT, Arc::clone(&self.reading).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Turn(Arc::new(permit))),
            _ => Err(busy()),
        }
    }
}
