//! Limits concurrent work: so many turns at a time, and at most half of them for one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::refusal::Refusal;

/// The turns that are taken, and the addresses that wait.
#[derive(Debug)]
pub struct Queue {
    common: Arc<Semaphore>,
    /// How many turns one address may have at a time.
    per_address: usize,
    addresses: Mutex<HashMap<IpAddr, Weak<Semaphore>>>,
}

/// A turn; it ends when dropped.
#[derive(Debug)]
pub struct QueueSlot {
    _own: OwnedSemaphorePermit,
    _common: OwnedSemaphorePermit,
}

impl Queue {
    /// A queue with so many turns at a time.
    #[must_use]
    pub fn new(turns: usize) -> Self {
        let (common, per_address) = (Arc::new(Semaphore::new(turns)), (turns / 2).max(1));
        Queue { common, per_address, addresses: Mutex::default() }
    }

    /// Waits for a turn. Each address first waits in its own queue, so that an address with many requests only delays
    /// itself.
    ///
    /// # Errors
    /// None while the queue exists.
    pub async fn take(&self, address: IpAddr) -> Result<QueueSlot, Refusal> {
        let own = self.turns_of(address).acquire_owned().await.map_err(|_| Refusal::Internal)?;
        let common = Arc::clone(&self.common).acquire_owned().await.map_err(|_| Refusal::Internal)?;
        Ok(QueueSlot { _own: own, _common: common })
    }

    fn turns_of(&self, address: IpAddr) -> Arc<Semaphore> {
        let mut addresses = self.addresses.lock().expect("nothing panics while it holds the lock");
        if let Some(known) = addresses.get(&address).and_then(Weak::upgrade) {
            return known;
        }
        addresses.retain(|_, turns| turns.strong_count() > 0);
        let turns = Arc::new(Semaphore::new(self.per_address));
        addresses.insert(address, Arc::downgrade(&turns));
        turns
    }
}
