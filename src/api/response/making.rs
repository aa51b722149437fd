//! Whose turn it is to have an answer made: few at once, of one address fewer, and not on the threads that serve.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, Weak};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::problem::{Code, Problem};
use crate::api::limits::{MAKING_WAIT, MAKING_WAITING, MAKING_WAITING_PER_ADDRESS};
use crate::api::request::allowance::Allowance;
use crate::registry::Refusal;

/// The threads that make answers, and who waits for them.
pub struct Making {
    threads: Option<Runtime>,
    all: Arc<Semaphore>,
    /// How many turns one address has at once.
    each: usize,
    addresses: Mutex<HashMap<IpAddr, Weak<Semaphore>>>,
    waiting: Allowance,
}

/// A turn: a thread is free.
pub struct Turn<'t> {
    making: &'t Making,
    permits: (OwnedSemaphorePermit, OwnedSemaphorePermit),
}

impl Making {
    /// As many threads as there are processors, but two at least, so that one address never has them all.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn new() -> std::io::Result<Self> {
        let processors = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let threads = processors.max(2);
        let runtime = Builder::new_current_thread()
            .thread_name("answers")
            .max_blocking_threads(threads)
            .on_thread_start(lower_priority)
            .build()?;
        Ok(Making {
            threads: Some(runtime),
            all: Arc::new(Semaphore::new(threads)),
            each: threads / 2,
            addresses: Mutex::default(),
            waiting: Allowance::new("many answers waiting to be made", MAKING_WAITING, MAKING_WAITING_PER_ADDRESS),
        })
    }

    /// Waits for a turn of an address. Each address waits in a queue of its own for its place in the common one, so
    /// that one that asks for much waits for itself.
    ///
    /// # Errors
    /// 429 or 503 when too many wait already, or it takes too long.
    pub async fn take(&self, address: IpAddr) -> Result<Turn<'_>, Problem> {
        let _waiting = self.waiting.take(Some(address), 1)?;
        let late = || Problem::new(Code::Busy, "it took too long until the answer could be made");
        timeout(MAKING_WAIT, self.take_in_time(address)).await.map_err(|_| late())?
    }

    /// The same for an answer that is being sent already, and so is not to be refused any more.
    ///
    /// # Errors
    /// When the service stops.
    pub async fn take_in_time(&self, address: IpAddr) -> Result<Turn<'_>, Problem> {
        let own = self.of(address).acquire_owned().await.map_err(|_| Refusal::Internal)?;
        let common = Arc::clone(&self.all).acquire_owned().await.map_err(|_| Refusal::Internal)?;
        Ok(Turn { making: self, permits: (own, common) })
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

impl Turn<'_> {
    /// Works on a thread that does not serve; the turn lasts until the work is done, even if nobody waits for it.
    ///
    /// # Errors
    /// 500 when the work panicked.
    pub async fn run<T: Send + 'static>(self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let Turn { making, permits } = self;
        let threads = making.threads.as_ref().ok_or(Refusal::Internal)?;
        let work = threads.spawn_blocking(move || {
            let _turn = permits;
            work()
        });
        work.await.map_err(|_| Refusal::Internal.into())
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        // Waiting for its threads is not allowed where others are served.
        if let Some(threads) = self.threads.take() {
            threads.shutdown_background();
        }
    }
}

/// Lets the threads that serve go first where processors are few: who reads a prepared answer waits for nobody's map.
fn lower_priority() {
    #[cfg(target_os = "linux")]
    {
        use crate::api::limits::MAKING_NICENESS;
        let thread = Some(rustix::thread::gettid());
        if let Err(error) = rustix::process::setpriority_process(thread, MAKING_NICENESS) {
            log::warn!("answers are made with the priority of those who wait for them: {error}");
        }
    }
}
