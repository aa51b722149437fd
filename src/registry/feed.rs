//! The live feed: the latest entries of the log, read and rendered once for all listeners.
//!
//! A separate thread reads the log up to the head that the node has published. It keeps the newest entries in memory,
//! in the form in which they are sent. Each listener takes them from there at its own pace. There are no queues, so a
//! slow listener costs nothing. A listener that falls too far behind has to reconnect and read the log.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use bytes::Bytes;
use tokio::sync::watch;

use crate::answers::records::ChangeAnswer;
use crate::record::CityId;
use crate::record::limits::PAGE_MAX;
use crate::registry::limits::NEWS_PAUSE;
use crate::store::LogRange;

/// How entries are rendered, how many bytes of them are kept, and for how many listeners.
#[derive(Debug, Clone, Copy)]
pub struct Streaming {
    /// Renders an entry for the stream.
    pub render: fn(&ChangeAnswer) -> Vec<u8>,
    /// The most bytes of events that are kept. The newest event is always kept.
    pub bytes: usize,
    /// The most listeners at a time.
    pub listeners: usize,
}

/// An entry of the log, rendered for the stream.
struct Event {
    city: Option<CityId>,
    text: Bytes,
}

/// The latest events. The number of each follows from its position.
struct EventRing {
    /// The number of the oldest event; the number of the next one if there is none.
    first: i64,
    events: VecDeque<Event>,
    bytes: usize,
    /// The last entry that this node has published.
    head: i64,
    listeners: usize,
    /// Counts how often the log was replaced by another one.
    edition: u64,
    is_closed: bool,
}

impl EventRing {
    /// The number of the newest event, or the number before the next one if there is none.
    fn last(&self) -> i64 {
        self.first - 1 + i64::try_from(self.events.len()).unwrap_or(i64::MAX)
    }

    /// Discards all events. The next one comes after the head.
    fn clear(&mut self) {
        self.events.clear();
        (self.bytes, self.first) = (0, self.head + 1);
    }

    fn push(&mut self, event: Event, max_bytes: usize) {
        self.bytes += event.text.len();
        self.events.push_back(event);
        while self.bytes > max_bytes
            && self.events.len() > 1
            && let Some(oldest) = self.events.pop_front()
        {
            self.bytes -= oldest.text.len();
            self.first += 1;
        }
    }
}

/// What follows an entry.
pub(super) enum Next {
    /// The event with this number.
    Event(i64, Bytes),
    /// Nothing of interest up to this number.
    NothingUntil(i64),
    /// Something that is not in memory, any more or yet. It is in the log.
    InLog,
    /// The stream is over: the service stops, or the log is another one.
    Over,
}

/// Where listeners find new events.
pub(super) struct News {
    ring: Mutex<EventRing>,
    /// Wakes the thread that feeds the ring.
    work: Condvar,
    /// Wakes the listeners.
    arrived: watch::Sender<()>,
    settings: Streaming,
}

impl News {
    /// An empty feed that begins after the entry `head`.
    pub(super) fn new(head: i64, settings: Streaming) -> Self {
        let (bytes, listeners, edition, is_closed) = (0, 0, 0, false);
        let ring = EventRing { first: head + 1, events: VecDeque::new(), bytes, head, listeners, edition, is_closed };
        News { ring: Mutex::new(ring), work: Condvar::new(), arrived: watch::Sender::new(()), settings }
    }

    fn ring(&self) -> MutexGuard<'_, EventRing> {
        self.ring.lock().expect("nothing panics while it holds the lock")
    }

    /// Records that the node has published everything up to `head`.
    pub(super) fn advance(&self, head: i64) {
        self.ring().head = head;
        self.work.notify_one();
    }

    /// Discards all events, because a body was redacted. Listeners read the log instead.
    pub(super) fn forget(&self) {
        self.ring().clear();
        self.arrived.send_replace(());
    }

    /// Records that the node has published another log, up to `head`. What was sent of the old one may be wrong.
    pub(super) fn restart(&self, head: i64) {
        let mut ring = self.ring();
        ring.head = head;
        ring.edition += 1;
        ring.clear();
        drop(ring);
        self.arrived.send_replace(());
    }

    /// Ends every stream, now and in future.
    pub(super) fn close(&self) {
        self.ring().is_closed = true;
        self.work.notify_one();
        self.arrived.send_replace(());
    }

    /// Renders entries for the stream.
    pub(super) fn render(&self, entries: &[ChangeAnswer]) -> Bytes {
        entries.iter().flat_map(self.settings.render).collect::<Vec<u8>>().into()
    }

    /// Takes a slot for a listener; none if all are taken.
    pub(super) fn subscribe(self: Arc<Self>) -> Option<ListenerSlot> {
        let mut ring = self.ring();
        if ring.listeners >= self.settings.listeners {
            return None;
        }
        // Without listeners nothing was read.
        if ring.listeners == 0 && ring.last() < ring.head {
            ring.clear();
        }
        ring.listeners += 1;
        let (head, edition) = (ring.head, ring.edition);
        drop(ring);
        Some(ListenerSlot { arrived: self.arrived.subscribe(), news: self, head, edition })
    }

    /// Waits until there is something to read. Returns the edition and the entry after which to read; none once closed.
    fn wait_for_work(&self) -> Option<(u64, i64)> {
        let idle = |ring: &mut EventRing| !ring.is_closed && (ring.listeners == 0 || ring.last() >= ring.head);
        let ring = self.work.wait_while(self.ring(), idle).expect("nothing panics while it holds the lock");
        (!ring.is_closed).then(|| (ring.edition, ring.last()))
    }

    /// Stores the entries read after `after` of an edition, as far as they are published. Returns true if there were
    /// any.
    fn store(&self, edition: u64, after: i64, read: &[ChangeAnswer]) -> bool {
        let events: Vec<Event> = read
            .iter()
            .map(|change| Event { city: change.city.clone(), text: (self.settings.render)(change).into() })
            .collect();
        let mut ring = self.ring();
        if (ring.edition, ring.last()) != (edition, after) {
            return true;
        }
        for (change, event) in read.iter().zip(events) {
            if change.sequence != ring.last() + 1 || change.sequence > ring.head {
                break;
            }
            ring.push(event, self.settings.bytes);
        }
        let has_new = ring.last() > after;
        drop(ring);
        if has_new {
            self.arrived.send_replace(());
        }
        has_new
    }

    /// Reads new entries until the feed is closed. Tries again later if `read` finds none, as after a failure.
    pub(super) fn feed(&self, read: impl Fn(&LogRange) -> Vec<ChangeAnswer>) {
        let limit = i64::try_from(PAGE_MAX).ok();
        while let Some((edition, after)) = self.wait_for_work() {
            let read = read(&LogRange { after, city: None, limit });
            if !self.store(edition, after, &read) {
                // The database is down or has lost entries. The writer reports that.
                let waited = self.work.wait_timeout_while(self.ring(), NEWS_PAUSE, |ring| !ring.is_closed);
                drop(waited.expect("nothing panics while it holds the lock"));
            }
        }
    }
}

/// The slot of a listener, released when dropped.
pub(super) struct ListenerSlot {
    news: Arc<News>,
    arrived: watch::Receiver<()>,
    edition: u64,
    /// The last entry that was published when the slot was taken.
    pub(super) head: i64,
}

impl ListenerSlot {
    /// The feed of this slot.
    pub(super) fn news(&self) -> &Arc<News> {
        &self.news
    }

    /// The last entry that the node has published.
    pub(super) fn published(&self) -> i64 {
        self.news.ring().head
    }

    /// What follows an entry; with a city, only its events.
    pub(super) fn next(&mut self, after: i64, city: Option<&CityId>) -> Next {
        // Mark first, look second: an event that arrives in between wakes the listener once more.
        self.arrived.mark_unchanged();
        let ring = self.news.ring();
        if ring.is_closed || ring.edition != self.edition {
            return Next::Over;
        }
        if after + 1 < ring.first {
            return Next::InLog;
        }
        let seen = usize::try_from(after + 1 - ring.first).unwrap_or(usize::MAX);
        let is_wanted = |event: &Event| city.is_none() || event.city.as_ref() == city;
        let mut rest = (after + 1..).zip(ring.events.iter().skip(seen));
        match rest.find(|(_, event)| is_wanted(event)) {
            Some((sequence, event)) => Next::Event(sequence, event.text.clone()),
            None => Next::NothingUntil(ring.last()),
        }
    }

    /// Waits until something has arrived since the last call of `next`.
    pub(super) async fn wait(&mut self) {
        // This fails only without a sender, and `news` holds one.
        drop(self.arrived.changed().await);
    }
}

impl Drop for ListenerSlot {
    fn drop(&mut self) {
        self.news.ring().listeners -= 1;
    }
}
