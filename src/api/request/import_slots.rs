//! How many files are imported at once.
//!
//! They are few, because reading a file takes a processor and much memory.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::api::limits::{IMPORT_TURN_WAIT, IMPORTS_AT_ONCE, IMPORTS_WAITING};
use crate::api::response::problem::{Code, Problem};

/// The slots that imports take before they read a file. All imports share them, dry runs too.
#[derive(Debug)]
pub struct ImportSlots {
    reading: Arc<Semaphore>,
    waiting: Semaphore,
}

/// A slot, free again when it is dropped. Drop what was read from the file before.
#[derive(Debug, Clone)]
pub struct ImportSlot(#[allow(dead_code, reason = "held until it is dropped")] Arc<OwnedSemaphorePermit>);

impl Default for ImportSlots {
    fn default() -> Self {
        ImportSlots { reading: Arc::new(Semaphore::new(IMPORTS_AT_ONCE)), waiting: Semaphore::new(IMPORTS_WAITING) }
    }
}

impl ImportSlots {
    /// Waits for a slot.
    ///
    /// # Errors
    /// 503 if too many wait already, or none is free in time.
    pub async fn acquire(&self) -> Result<ImportSlot, Problem> {
        let busy = || Problem::new(Code::Busy, "too many files are being imported");
        let _waits = self.waiting.try_acquire().map_err(|_| busy())?;
        match tokio::time::timeout(IMPORT_TURN_WAIT, Arc::clone(&self.reading).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(ImportSlot(Arc::new(permit))),
            _ => Err(busy()),
        }
    }
}
