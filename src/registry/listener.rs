//! A listener to the log. It gets first what it missed, page by page from the log, and then what is new.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use tokio::time::timeout;

use super::concurrency::Queue;
use super::feed::{ListenerSlot, News, Next};
use super::history::History;
use super::refusal::Refusal;
use crate::answers::records::ChangeAnswer;
use crate::record::CityId;
use crate::record::limits::PAGE_MAX;
use crate::registry::limits::{POOL_CONNECTIONS, STREAM_PAGE_BYTES, STREAM_TURN_WAIT};
use crate::store::LogRange;

/// Lets listeners that resume a stream read what they missed. They use separate connections and take turns. No address
/// gets all turns. So if all listeners return at once, they queue; they neither fail nor block other readers of the
/// log.
#[derive(Clone)]
pub(super) struct CatchUp {
    history: History,
    turns: Arc<Queue>,
}

impl CatchUp {
    /// Uses `history`, which nobody else may use.
    pub(super) fn new(history: History) -> Self {
        let turns = usize::try_from(POOL_CONNECTIONS).unwrap_or(1);
        CatchUp { history, turns: Arc::new(Queue::new(turns)) }
    }

    /// Waits for a turn, reads a part of the log, and runs `make` on it in the same thread.
    async fn read<T: Send + 'static>(
        &self,
        address: IpAddr,
        range: LogRange,
        make: impl FnOnce(Vec<ChangeAnswer>) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let turn = timeout(STREAM_TURN_WAIT, self.turns.take(address)).await.map_err(|_| Refusal::Busy)??;
        let history = self.history.clone();
        let read = tokio::task::spawn_blocking(move || {
            // If the listener leaves, the turn lasts until the work is done.
            let _turn = turn;
            history.read(&range, STREAM_PAGE_BYTES).map(make)
        });
        read.await.map_err(|_| Refusal::Internal)?
    }
}

/// A stream of events, in order and without gaps.
pub struct Listener {
    slot: ListenerSlot,
    catch_up: CatchUp,
    address: IpAddr,
    /// Only entries of this city; all if none.
    city: Option<CityId>,
    /// The last entry that was sent or skipped.
    after: i64,
    /// True once it has caught up with the events in memory.
    is_live: bool,
    /// A page that was read but not sent yet, and its last entry.
    page: Option<(i64, Bytes)>,
}

impl Listener {
    /// Opens a stream that begins after an entry or, without one, with the next entry.
    ///
    /// # Errors
    /// [`Refusal::Busy`] if there are too many listeners, or too many resume at once. [`Refusal::Unavailable`] if the
    /// log is needed and the database cannot be reached.
    pub(super) async fn open(
        news: &Arc<News>,
        (catch_up, address): (CatchUp, IpAddr),
        after: Option<i64>,
        city: Option<CityId>,
    ) -> Result<Self, Refusal> {
        let slot = Arc::clone(news).subscribe().ok_or(Refusal::Busy)?;
        let head = slot.head;
        let after = after.unwrap_or(head);
        let mut listener = Listener { slot, catch_up, address, city, after, is_live: false, page: None };
        if after > head && !listener.is_in_log(after).await? {
            listener.after = head;
        }
        if matches!(listener.slot.next(listener.after, None), Next::InLog) {
            listener.read().await?;
        }
        Ok(listener)
    }

    /// The last entry that was sent or skipped.
    #[must_use]
    pub fn after(&self) -> i64 {
        self.after
    }

    /// The next events, one or more. None once the stream is over; the client may then resume after the last entry. A
    /// future that is dropped before it is ready loses no event.
    pub async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some((last, text)) = self.page.take() {
                self.after = last;
                return Some(text);
            }
            match self.slot.next(self.after, self.city.as_ref()) {
                Next::Event(sequence, text) => {
                    (self.after, self.is_live) = (sequence, true);
                    return Some(text);
                }
                Next::NothingUntil(sequence) => {
                    (self.after, self.is_live) = (self.after.max(sequence), true);
                    self.slot.wait().await;
                }
                // The listener is too slow. If it read the log instead, every slow client would read the log.
                Next::InLog if self.is_live => return None,
                Next::InLog => self.read().await.ok()?,
                Next::Over => return None,
            }
        }
    }

    /// Reads a page of what it missed, if there is anything.
    async fn read(&mut self) -> Result<(), Refusal> {
        let head = self.slot.published();
        let range = LogRange { after: self.after, city: self.city.clone(), limit: i64::try_from(PAGE_MAX).ok() };
        let news = Arc::clone(self.slot.news());
        let rendered = move |mut entries: Vec<ChangeAnswer>| {
            // Another node may have written since. Entries are only sent once this node can serve them.
            entries.retain(|entry| entry.sequence <= head);
            let last = entries.last().map(|entry| entry.sequence);
            (last, news.render(&entries))
        };
        let (last, text) = self.catch_up.read(self.address, range, rendered).await?;
        self.page = last.map(|last| (last, text));
        if self.page.is_none() {
            self.after = head;
        }
        Ok(())
    }

    /// True if the entry exists; another node may have just written it.
    async fn is_in_log(&self, sequence: i64) -> Result<bool, Refusal> {
        let range = LogRange { after: sequence - 1, city: None, limit: Some(1) };
        self.catch_up.read(self.address, range, |entries| !entries.is_empty()).await
    }
}
