//! Connects a waiting client to the writer. A write whose client has gone is not started, and a write that was answered
//! with "not done" is not done later.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::oneshot;

use super::refusal::Refusal;
use crate::registry::limits::WRITE_WAIT;

/// The client waits, and the writer has not started.
const WAITING: u8 = 0;
/// The writer is working on it; its outcome is open.
const BEGUN: u8 = 1;
/// The client has been answered or has gone.
const GIVEN_UP: u8 = 2;

/// The stage of a write. Client and writer change it atomically, so that only one of them wins.
#[derive(Debug, Default)]
struct Stage(AtomicU8);

impl Stage {
    /// Moves from one stage to another. Returns false if the stage was not `from`.
    fn advance(&self, from: u8, to: u8) -> bool {
        self.0.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

/// The writer's end.
#[derive(Debug)]
pub(super) struct Reply<T> {
    sender: oneshot::Sender<Result<T, Refusal>>,
    stage: Arc<Stage>,
}

impl<T> Reply<T> {
    /// Starts the work. Returns false if the client has given up.
    pub(super) fn begin(&self) -> bool {
        !self.sender.is_closed() && self.stage.advance(WAITING, BEGUN)
    }

    /// Records that nothing was done after all: the client may give up again.
    pub(super) fn undo(&self) {
        self.stage.advance(BEGUN, WAITING);
    }

    /// True if no client waits any more.
    pub(super) fn is_abandoned(&self) -> bool {
        self.sender.is_closed()
    }

    /// Sends the answer; it is dropped if the client has gone.
    pub(super) fn send(self, outcome: Result<T, Refusal>) {
        drop(self.sender.send(outcome));
    }
}

/// The client's end. Dropping it cancels work that has not started.
#[derive(Debug)]
pub(super) struct Pending<T> {
    receiver: oneshot::Receiver<Result<T, Refusal>>,
    stage: Arc<Stage>,
}

impl<T> Pending<T> {
    /// Waits for the answer, for a limited time.
    ///
    /// # Errors
    /// The writer's refusal. [`Refusal::Unavailable`] if the write was not started in time, and never will be.
    /// [`Refusal::OutcomeUnknown`] if it was started.
    pub(super) async fn answer(mut self) -> Result<T, Refusal> {
        match tokio::time::timeout(WRITE_WAIT, &mut self.receiver).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(Refusal::Internal),
            Err(_) if self.stage.advance(WAITING, GIVEN_UP) => Err(Refusal::Unavailable),
            // The answer may have arrived at this very moment.
            Err(_) => self.receiver.try_recv().unwrap_or(Err(Refusal::OutcomeUnknown)),
        }
    }
}

impl<T> Drop for Pending<T> {
    fn drop(&mut self) {
        self.stage.advance(WAITING, GIVEN_UP);
    }
}

/// Creates the two ends for one command.
pub(super) fn channel<T>() -> (Reply<T>, Pending<T>) {
    let (sender, receiver) = oneshot::channel();
    let stage = Arc::default();
    (Reply { sender, stage: Arc::clone(&stage) }, Pending { receiver, stage })
}
