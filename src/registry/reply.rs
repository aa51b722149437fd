//! What ties a waiting client to the writer: a write whose client has gone is not done, and one that is answered
//! "not done" is not done later.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::oneshot;

use super::Refusal;
use crate::registry::limits::WRITE_WAIT;

/// The client waits, and the writer has not begun.
const WAITING: u8 = 0;
/// The writer is doing it: whether it will be done is open.
const BEGUN: u8 = 1;
/// The client has been answered, or has gone.
const GIVEN_UP: u8 = 2;

/// How far a write is; whoever moves it on first decides.
#[derive(Debug, Default)]
struct Stage(AtomicU8);

impl Stage {
    /// Moves from one stage to another, unless it is at another one already.
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
    /// Begins the work, unless its client has given up.
    pub(super) fn begin(&self) -> bool {
        !self.sender.is_closed() && self.stage.advance(WAITING, BEGUN)
    }

    /// Nothing of the work was done after all: the client may give up again.
    pub(super) fn undo(&self) {
        self.stage.advance(BEGUN, WAITING);
    }

    /// Whether nobody waits for it any more.
    pub(super) fn is_given_up(&self) -> bool {
        self.sender.is_closed()
    }

    /// Answers; a client that has gone does not wait for it.
    pub(super) fn send(self, outcome: Result<T, Refusal>) {
        drop(self.sender.send(outcome));
    }
}

/// The client's end; dropped, it gives up what is not begun.
#[derive(Debug)]
pub(super) struct Pending<T> {
    receiver: oneshot::Receiver<Result<T, Refusal>>,
    stage: Arc<Stage>,
}

impl<T> Pending<T> {
    /// Waits for the answer, but not for ever.
    ///
    /// # Errors
    /// The writer's refusal; [`Refusal::Unavailable`] when the write was not begun in time, and will not be;
    /// [`Refusal::OutcomeUnknown`] when it was.
    pub(super) async fn answer(mut self) -> Result<T, Refusal> {
        match tokio::time::timeout(WRITE_WAIT, &mut self.receiver).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(Refusal::Internal),
            Err(_) if self.stage.advance(WAITING, GIVEN_UP) => Err(Refusal::Unavailable),
            // It may have been answered at this very moment.
            Err(_) => self.receiver.try_recv().unwrap_or(Err(Refusal::OutcomeUnknown)),
        }
    }
}

impl<T> Drop for Pending<T> {
    fn drop(&mut self) {
        self.stage.advance(WAITING, GIVEN_UP);
    }
}

/// The two ends of one question to the writer.
pub(super) fn reply<T>() -> (Reply<T>, Pending<T>) {
    let (sender, receiver) = oneshot::channel();
    let stage = Arc::default();
    (Reply { sender, stage: Arc::clone(&stage) }, Pending { receiver, stage })
}
