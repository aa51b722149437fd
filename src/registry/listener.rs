//! Someone who listens to the log: first what it missed, page by page from the log, then what is new.

use std::sync::Arc;

use actix_web::web::Bytes;

use super::Refusal;
use super::history::History;
use super::news::{News, Next, Place, event};
use crate::record::CityId;
use crate::record::limits::PAGE_MAX;
use crate::store::Excerpt;

/// A stream of events, in order and without a gap.
pub struct Listener {
    place: Place,
    history: History,
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
    /// [`Refusal::Busy`] when as many listen as may; [`Refusal::Unavailable`] when the log has to be read for it
    /// and the database cannot be reached.
    pub(super) async fn open(
        news: &Arc<News>,
        history: History,
        after: Option<i64>,
        city: Option<CityId>,
    ) -> Result<Self, Refusal> {
        let place = Arc::clone(news).join().ok_or(Refusal::Busy)?;
        let head = place.head;
        let after = after.unwrap_or(head);
        let mut listener = Listener { place, history, city, after, is_live: false, page: None };
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
        let excerpt = Excerpt { after: self.after, city: self.city.clone(), limit: i64::try_from(PAGE_MAX).ok() };
        let history = self.history.clone();
        let rendered = move || -> Result<(Option<i64>, Vec<u8>), Refusal> {
            let mut entries = history.read(&excerpt)?;
            // Another node may have written since: what is sent can be read here too.
            entries.retain(|entry| entry.sequence <= head);
            let last = entries.last().map(|entry| entry.sequence);
            Ok((last, entries.iter().flat_map(event).collect()))
        };
        let (last, text) = actix_web::web::block(rendered).await.map_err(|_| Refusal::Internal)??;
        self.page = last.map(|last| (last, text.into()));
        if self.page.is_none() {
            self.after = head;
        }
        Ok(())
    }

    /// Whether there is such an entry; another node may have written it a moment ago.
    async fn is_in_log(&self, sequence: i64) -> Result<bool, Refusal> {
        let history = self.history.clone();
        let excerpt = Excerpt { after: sequence - 1, city: None, limit: Some(1) };
        let read = actix_web::web::block(move || history.read(&excerpt)).await;
        Ok(!read.map_err(|_| Refusal::Internal)??.is_empty())
    }
}
