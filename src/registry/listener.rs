//! Someone who listens to the log: first what it missed, page by page from the log, then what is new.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use tokio::time::timeout;

use super::Refusal;
use super::history::History;
use super::news::{ListenerSlot, News, Next};
use super::queue::Queue;
use crate::answers::records::ChangeAnswer;
use crate::record::CityId;
use crate::record::limits::PAGE_MAX;
use crate::registry::limits::{POOL_CONNECTIONS, STREAM_PAGE_BYTES, STREAM_TURN_WAIT};
use crate::store::LogRange;

/// How those who come back read what they missed: with connections of their own, no more at a time than there are and
/// no address with all of them, so that when all come back at once they queue, and neither fail nor keep others from
/// the log.
#[derive(Clone)]
pub(super) struct CatchUp {
    history: History,
    turns: Arc<Queue>,
}

impl CatchUp {
    /// For `history`, which nobody else uses.
    pub(super) fn new(history: History) -> Self {
        let turns = usize::try_from(POOL_CONNECTIONS).unwrap_or(1);
        CatchUp { history, turns: Arc::new(Queue::new(turns)) }
    }

    /// Reads a part of the log, and makes of it what is to be made on the same thread, in turn.
    async fn read<T: Send + 'static>(
        &self,
        address: IpAddr,
        range: LogRange,
        make: impl FnOnce(Vec<ChangeAnswer>) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let turn = timeout(STREAM_TURN_WAIT, self.turns.take(address)).await.map_err(|_| Refusal::Busy)??;
        let history = self.history.clone();
        let read = tokio::task::spawn_blocking(move || {
            // Who has gone meanwhile has it until the work is done.
            let _turn = turn;
            history.read(&range, STREAM_PAGE_BYTES).map(make)
        });
        read.await.map_err(|_| Refusal::Internal)?
    }
}

/// A stream of events, in order and without a gap.
pub struct Listener {
    place: ListenerSlot,
    catch_up: CatchUp,
    address: IpAddr,
    /// Only entries of this city.
    city: Option<CityId>,
    /// The last entry that was sent, or passed over.
    after: i64,
    /// Whether it has caught up with what is kept in memory.
    is_live: bool,
    /// What was read already, and its last entry.
    page: Option<(i64, Bytes)>,
}

impl Listener {
    /// Listens after an entry or, without one, from now on.
    ///
    /// # Errors
    /// [`Refusal::Busy`] when as many listen as may, or come back at once; [`Refusal::Unavailable`] when the log has to be read for it
    /// and the database cannot be reached.
    pub(super) async fn open(
        news: &Arc<News>,
        (catch_up, address): (CatchUp, IpAddr),
        after: Option<i64>,
        city: Option<CityId>,
    ) -> Result<Self, Refusal> {
        let place = Arc::clone(news).join().ok_or(Refusal::Busy)?;
        let head = place.head;
        let after = after.unwrap_or(head);
        let mut listener = Listener { place, catch_up, address, city, after, is_live: false, page: None };
        if after > head && !listener.is_in_log(after).await? {
            listener.after = head;
        }
        if matches!(listener.place.next(listener.after, None), Next::InLog) {
            listener.read().await?;
        }
        Ok(listener)
    }

    /// The entry after which the next events come.
    #[must_use]
    pub fn after(&self) -> i64 {
        self.after
    }

    /// The next events, one or more; none once the stream is over: the listener may come back and go on after the
    /// last one. Dropped before it is ready, it has taken nothing.
    pub async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some((last, text)) = self.page.take() {
                self.after = last;
                return Some(text);
            }
            match self.place.next(self.after, self.city.as_ref()) {
                Next::Event(sequence, text) => {
                    (self.after, self.is_live) = (sequence, true);
                    return Some(text);
                }
                Next::NothingUntil(sequence) => {
                    (self.after, self.is_live) = (self.after.max(sequence), true);
                    self.place.wait().await;
                }
                // It is slower than what happens. Reading the log in its stead would have as many read it as are slow.
                Next::InLog if self.is_live => return None,
                Next::InLog => self.read().await.ok()?,
                Next::Over => return None,
            }
        }
    }

    /// Reads a page of what it missed, if that was anything.
    async fn read(&mut self) -> Result<(), Refusal> {
        let head = self.place.published();
        let range = LogRange { after: self.after, city: self.city.clone(), limit: i64::try_from(PAGE_MAX).ok() };
        let news = Arc::clone(self.place.news());
        let rendered = move |mut entries: Vec<ChangeAnswer>| {
            // Another node may have written since: what is sent can be read here too.
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

    /// Whether there is such an entry; another node may have written it a moment ago.
    async fn is_in_log(&self, sequence: i64) -> Result<bool, Refusal> {
        let range = LogRange { after: sequence - 1, city: None, limit: Some(1) };
        self.catch_up.read(self.address, range, |entries| !entries.is_empty()).await
    }
}
