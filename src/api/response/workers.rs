//! The threads that render costly answers.
//!
//! They are few, and an address has only a part of them. The threads that serve requests stay free.

use std::net::IpAddr;

use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use super::problem::{Code, Problem};
use crate::api::limits::{MAKING_WAIT, MAKING_WAITING, MAKING_WAITING_PER_ADDRESS};
use crate::api::request::allowance::Allowance;
use crate::registry::limits::POOL_CONNECTIONS;
use crate::registry::{Queue, QueueSlot, Refusal};

/// Threads that render answers, and the queue for them.
pub struct Workers {
    threads: Option<Runtime>,
    queue: Queue,
    waiting: Allowance,
}

/// A free thread, for one piece of work.
pub struct WorkerSlot<'t> {
    workers: &'t Workers,
    place: QueueSlot,
}

impl Workers {
    /// Threads that render what is in memory: one a processor, but at least two, so that one address never has them all.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn from_memory() -> std::io::Result<Self> {
        let processors = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self::new("answers", processors.max(2))
    }

    /// Threads that read the log: one a connection that reads it. They are separate, because the others wait for no
    /// database.
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
        Ok(Workers {
            threads: Some(runtime),
            queue: Queue::new(threads),
            waiting: Allowance::new("many answers waiting to be made", MAKING_WAITING, MAKING_WAITING_PER_ADDRESS),
        })
    }

    /// Waits for a thread. Addresses are served in turn.
    ///
    /// # Errors
    /// 429 or 503 when too many wait already, or it takes too long.
    pub async fn take(&self, address: IpAddr) -> Result<WorkerSlot<'_>, Problem> {
        let _waiting = self.waiting.take(Some(address), 1)?;
        let late = || Problem::new(Code::Busy, "it took too long until the answer could be made");
        timeout(MAKING_WAIT, self.take_in_time(address)).await.map_err(|_| late())?
    }

    /// The same for an answer that is being sent already, and so is not to be refused any more.
    ///
    /// # Errors
    /// When the service stops.
    pub async fn take_in_time(&self, address: IpAddr) -> Result<WorkerSlot<'_>, Problem> {
        Ok(WorkerSlot { workers: self, place: self.queue.take(address).await? })
    }
}

impl WorkerSlot<'_> {
    /// Does the work on the thread. The slot is held until the work is done, even if nobody waits for it.
    ///
    /// # Errors
    /// 500 when the work panicked.
    pub async fn run<T: Send + 'static>(self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let WorkerSlot { workers, place } = self;
        let threads = workers.threads.as_ref().ok_or(Refusal::Internal)?;
        let work = threads.spawn_blocking(move || {
            let _turn = place;
            work()
        });
        work.await.map_err(|_| Refusal::Internal.into())
    }
}

impl Drop for Workers {
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
