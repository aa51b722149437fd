//! What is new, live: the latest entries of the log, read and rendered once for everyone who listens.
//!
//! A thread of its own reads the log up to the head that the node has published, and keeps the newest entries
//! in memory as they are sent. Each listener takes them from there at its own pace: there are no queues, so a
//! slow listener costs nothing, and one that falls behind what is kept has to come back and read the log.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use bytes::Bytes;
use tokio::sync::watch;

use super::history::History;
use crate::answers::records::ChangeAnswer;
use crate::record::CityId;
use crate::record::limits::PAGE_MAX;
use crate::registry::limits::{LOG_PAGE_BYTES, NEWS_PAUSE};
use crate::store::LogRange;

/// How entries of the log are sent, how much of them is kept, and for how many.
#[derive(Debug, Clone, Copy)]
pub struct Streaming {
    /// Renders an entry as it is sent.
    pub render: fn(&ChangeAnswer) -> Vec<u8>,
    /// Most bytes of events that are kept; the newest event is kept however large it is.
    pub bytes: usize,
    /// Most who listen at once.
    pub listeners: usize,
}

/// An entry of the log as it is sent.
struct Event {
    city: Option<CityId>,
    text: Bytes,
}

/// The latest events; the number of each follows from its place.
struct EventRing {
    /// The number of the oldest event kept; of the next one while none is.
    first: i64,
    events: VecDeque<Event>,
    bytes: usize,
    /// The last entry that this node has published.
    head: i64,
    listeners: usize,
    /// How often the log was replaced by another one.
    edition: u64,
    closed: bool,
}

impl EventRing {
    /// The number of the newest event kept, or of the last one before.
    fn last(&self) -> i64 {
        self.first - 1 + i64::try_from(self.events.len()).unwrap_or(i64::MAX)
    }

    /// Forgets all events: the next one comes after the head.
    fn clear(&mut self) {
        self.events.clear();
        (self.bytes, self.first) = (0, self.head + 1);
    }

    fn push(&mut self, event: Event, most: usize) {
        self.bytes += event.text.len();
        self.events.push_back(event);
        while self.bytes > most
            && self.events.len() > 1
            && let Some(oldest) = self.events.pop_front()
        {
            self.bytes -= oldest.text.len();
            self.first += 1;
        }
    }
}

/// What there is after an entry.
pub(super) enum Next {
    /// The event with this number.
    Event(i64, Bytes),
    /// Nothing of interest up to this number.
    NothingUntil(i64),
    /// Something that is no longer, or not yet, kept: it is in the log.
    InLog,
    /// The stream is over: the service stops, or the log is another one.
    Over,
}

/// The place where those who listen find what is new.
pub(super) struct News {
    kept: Mutex<EventRing>,
    /// Wakes the thread that feeds it.
    work: Condvar,
    /// Wakes those who listen.
    arrived: watch::Sender<()>,
    settings: Streaming,
}

impl News {
    /// Nothing yet, after the entry `head`.
    pub(super) fn new(head: i64, settings: Streaming) -> Self {
        let (bytes, listeners, edition, closed) = (0, 0, 0, false);
        let kept = EventRing { first: head + 1, events: VecDeque::new(), bytes, head, listeners, edition, closed };
        News { kept: Mutex::new(kept), work: Condvar::new(), arrived: watch::Sender::new(()), settings }
    }

    fn kept(&self) -> MutexGuard<'_, EventRing> {
        self.kept.lock().expect("nothing panics while it holds the lock")
    }

    /// The node has published everything up to `head`.
    pub(super) fn advance(&self, head: i64) {
        self.kept().head = head;
        self.work.notify_one();
    }

    /// Forgets what is kept: it is in the log, where something was taken out of it.
    pub(super) fn forget(&self) {
        self.kept().clear();
        self.arrived.send_replace(());
    }

    /// The node has published another log, up to `head`: what was sent of the old one may not be true.
    pub(super) fn start_anew(&self, head: i64) {
        let mut kept = self.kept();
        kept.head = head;
        kept.edition += 1;
        kept.clear();
        drop(kept);
        self.arrived.send_replace(());
    }

    /// Ends every stream, also those to come.
    pub(super) fn close(&self) {
        self.kept().closed = true;
        self.work.notify_one();
        self.arrived.send_replace(());
    }

    /// Entries as they are sent, one after the other.
    pub(super) fn render(&self, entries: &[ChangeAnswer]) -> Bytes {
        entries.iter().flat_map(self.settings.render).collect::<Vec<u8>>().into()
    }

    /// Takes a place among those who listen; none when all are taken.
    pub(super) fn join(self: Arc<Self>) -> Option<ListenerSlot> {
        let mut kept = self.kept();
        if kept.listeners >= self.settings.listeners {
            return None;
        }
        // Nothing is read while nobody listens.
        if kept.listeners == 0 && kept.last() < kept.head {
            kept.clear();
        }
        kept.listeners += 1;
        let (head, edition) = (kept.head, kept.edition);
        drop(kept);
        Some(ListenerSlot { arrived: self.arrived.subscribe(), news: self, head, edition })
    }

    /// Waits for something to read; the edition and the entry to read on after, or none once closed.
    fn wanted(&self) -> Option<(u64, i64)> {
        let idle = |kept: &mut EventRing| !kept.closed && (kept.listeners == 0 || kept.last() >= kept.head);
        let kept = self.work.wait_while(self.kept(), idle).expect("nothing panics while it holds the lock");
        (!kept.closed).then(|| (kept.edition, kept.last()))
    }

    /// Keeps what was read after the entry `after` of an edition, as far as it is published; whether that was
    /// anything.
    fn take_in(&self, edition: u64, after: i64, read: &[ChangeAnswer]) -> bool {
        let events: Vec<Event> = read
            .iter()
            .map(|change| Event { city: change.city.clone(), text: (self.settings.render)(change).into() })
            .collect();
        let mut kept = self.kept();
        if (kept.edition, kept.last()) != (edition, after) {
            return true;
        }
        for (change, event) in read.iter().zip(events) {
            if change.sequence != kept.last() + 1 || change.sequence > kept.head {
                break;
            }
            kept.push(event, self.settings.bytes);
        }
        let is_more = kept.last() > after;
        drop(kept);
        if is_more {
            self.arrived.send_replace(());
        }
        is_more
    }

    /// Reads what is new until it is closed; what cannot be read now is read later.
    pub(super) fn feed(&self, history: &History) {
        let limit = i64::try_from(PAGE_MAX).ok();
        while let Some((edition, after)) = self.wanted() {
            let read = history.read(&LogRange { after, city: None, limit }, LOG_PAGE_BYTES).unwrap_or_default();
            if !self.take_in(edition, after, &read) {
                // The database is down, or has lost its end; the writer will say so.
                let waited = self.work.wait_timeout_while(self.kept(), NEWS_PAUSE, |kept| !kept.closed);
                drop(waited.expect("nothing panics while it holds the lock"));
            }
        }
    }
}

/// A place among those who listen, given back when dropped.
pub(super) struct ListenerSlot {
    news: Arc<News>,
    arrived: watch::Receiver<()>,
    edition: u64,
    /// The last entry that was published when the place was taken.
    pub(super) head: i64,
}

impl ListenerSlot {
    /// Where it listens.
    pub(super) fn news(&self) -> &Arc<News> {
        &self.news
    }

    /// The last entry that the node has published.
    pub(super) fn published(&self) -> i64 {
        self.news.kept().head
    }

    /// What comes after an entry: the event of one city, if only that is asked for.
    pub(super) fn next(&mut self, after: i64, city: Option<&CityId>) -> Next {
        // First seen, then looked at: what arrives in between wakes the listener once more.
        self.arrived.mark_unchanged();
        let kept = self.news.kept();
        if kept.closed || kept.edition != self.edition {
            return Next::Over;
        }
        if after + 1 < kept.first {
            return Next::InLog;
        }
        let seen = usize::try_from(after + 1 - kept.first).unwrap_or(usize::MAX);
        let is_asked = |event: &Event| city.is_none() || event.city.as_ref() == city;
        let mut rest = (after + 1..).zip(kept.events.iter().skip(seen));
        match rest.find(|(_, event)| is_asked(event)) {
            Some((sequence, event)) => Next::Event(sequence, event.text.clone()),
            None => Next::NothingUntil(kept.last()),
        }
    }

    /// Waits until something has arrived since the last look.
    pub(super) async fn wait(&mut self) {
        // It fails only without a sender, which is in `news`.
        drop(self.arrived.changed().await);
    }
}

impl Drop for ListenerSlot {
    fn drop(&mut self) {
        self.news.kept().listeners -= 1;
    }
}
