//! Turns of many addresses: so many at once, and of one address at most half of them.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Refusal;

/// Who has a turn, and who waits for one.
#[derive(Debug)]
pub struct Queue {
    all: Arc<Semaphore>,
    /// How many turns one address has at once.
    each: usize,
    addresses: Mutex<HashMap<IpAddr, Weak<Semaphore>>>,
}

/// A turn, until it is dropped.
#[derive(Debug)]
pub struct QueueSlot {
    _own: OwnedSemaphorePermit,
    _common: OwnedSemaphorePermit,
}

impl Queue {
    /// So many turns at once.
    #[must_use]
    pub fn new(turns: usize) -> Self {
        Queue { all: Arc::new(Semaphore::new(turns)), each: (turns / 2).max(1), addresses: Mutex::default() }
    }

    /// Waits for a turn of an address. Each address waits in a queue of its own for its place in the common one, so
    /// that one that asks for much waits for itself.
    ///
    /// # Errors
    /// None as long as the queue is there.
    pub async fn take(&self, address: IpAddr) -> Result<QueueSlot, Refusal> {
        let own = self.of(address).acquire_owned().await.map_err(|_| Refusal::Internal)?;
        let common = Arc::clone(&self.all).acquire_owned().await.map_err(|_| Refusal::Internal)?;
        Ok(QueueSlot { _own: own, _common: common })
    }

    fn of(&self, address: IpAddr) -> Arc<Semaphore> {
        let mut addresses = self.addresses.lock().expect("nothing panics while it holds the lock");
        if let Some(known) = addresses.get(&address).and_then(Weak::upgrade) {
            return known;
        }
        addresses.retain(|_, turns| turns.strong_count() > 0);
        let turns = Arc::new(Semaphore::new(self.each));
        addresses.insert(address, Arc::downgrade(&turns));
        turns
    }
}
