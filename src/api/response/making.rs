//! Whose turn it is to have an answer made: few at once, of one address fewer, and not on the threads that serve.

use std::net::IpAddr;

use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use super::problem::{Code, Problem};
use crate::api::limits::{MAKING_WAIT, MAKING_WAITING, MAKING_WAITING_PER_ADDRESS};
use crate::api::request::allowance::Allowance;
use crate::registry::limits::POOL_CONNECTIONS;
use crate::registry::{Queue, QueueSlot, Refusal};

/// The threads that make answers, and who waits for them.
pub struct Making {
    threads: Option<Runtime>,
    queue: Queue,
    waiting: Allowance,
}

/// A turn: a thread is free.
pub struct Turn<'t> {
    making: &'t Making,
    place: QueueSlot,
}

impl Making {
    /// What is made of what is in memory: as many threads as there are processors, but two at least, so that one
    /// address never has them all.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn from_memory() -> std::io::Result<Self> {
        let processors = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self::new("answers", processors.max(2))
    }

    /// What is made of what is read from the log: as many threads as there are connections that read it. They are not
    /// those of the others, which wait for no database.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn from_log() -> std::io::Result<Self> {
        Self::new("log", usize::try_from(POOL_CONNECTIONS).unwrap_or(1))
    }

    fn new(name: &str, threads: usize) -> std::io::Result<Self> {
        let runtime = Builder::new_current_thread()
            .thread_name(name)
            .max_blocking_threads(threads)
            .on_thread_start(lower_priority)
            .build()?;
        Ok(Making {
            threads: Some(runtime),
            queue: Queue::new(threads),
            waiting: Allowance::new("many answers waiting to be made", MAKING_WAITING, MAKING_WAITING_PER_ADDRESS),
        })
    }

    /// Waits for a turn of an address.
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
        Ok(Turn { making: self, place: self.queue.take(address).await? })
    }
}

impl Turn<'_> {
    /// Works on a thread that does not serve; the turn lasts until the work is done, even if nobody waits for it.
    ///
    /// # Errors
    /// 500 when the work panicked.
    pub async fn run<T: Send + 'static>(self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let Turn { making, place } = self;
        let threads = making.threads.as_ref().ok_or(Refusal::Internal)?;
        let work = threads.spawn_blocking(move || {
            let _turn = place;
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
