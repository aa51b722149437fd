//! Answers that cost much to make: made once per edition, apart from the threads that serve, and shared by all who ask.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};

use actix_web::HttpRequest;
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};

use super::problem::Problem;
use super::rendered::Rendered;
use super::workers::Workers;
use crate::answers::body::Body;
use crate::answers::edition::Edition;
use crate::api::limits::{BYTES_IN_FLIGHT_PARTS, COMPRESS_APART_FROM_BYTES};
use crate::api::request::allowance::{Allowance, Share};
use crate::api::request::encoding::negotiate;

/// An answer that is kept, or still sent.
pub(super) struct Kept {
    pub(super) made: Rendered,
    /// Keeps the key of the answer from being that of a later edition.
    _edition: Arc<Edition>,
    share: Share,
}

/// What an answer is made of: the edition, by its place in memory, and what was asked for.
pub(super) type Key = (usize, String);

/// How much of the memory an answer takes.
#[derive(Clone)]
struct ByBytes;

impl Weighter<Key, Arc<Kept>> for ByBytes {
    fn weight(&self, key: &Key, kept: &Arc<Kept>) -> u64 {
        // An empty answer would never make room for another.
        u64::try_from(kept.share.amount() + key.1.len()).unwrap_or(u64::MAX).max(1)
    }
}

/// The costly answers of a service.
pub struct AnswerCache {
    /// The threads that render them.
    pub workers: Workers,
    /// The threads that render what they read from the log.
    pub log_workers: Workers,
    kept: Cache<Key, Arc<Kept>, ByBytes>,
    /// The edition that answers were last asked for of.
    edition: AtomicUsize,
    /// The bytes in flight of all.
    pub(super) bytes: Allowance,
    /// The bytes that one address is being sent; what several of its clients are sent counts once.
    sent: Allowance,
    sending: Mutex<HashMap<(IpAddr, usize), Weak<Share>>>,
}

impl AnswerCache {
    /// Answers whose bytes count among those in flight, of which there may be `most`.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn new(bytes: Allowance, most: usize) -> std::io::Result<Self> {
        let part = most / BYTES_IN_FLIGHT_PARTS;
        // One shard: an answer may be as large as all that is kept.
        let options = OptionsBuilder::new()
            .shards(1)
            .estimated_items_capacity(1_000)
            .weight_capacity(u64::try_from(part).unwrap_or(u64::MAX))
            .build();
        let options = options.map_err(std::io::Error::other)?;
        Ok(AnswerCache {
            workers: Workers::from_memory()?,
            log_workers: Workers::from_log()?,
            kept: Cache::with_options(options, ByBytes, DefaultHashBuilder::default(), DefaultLifecycle::default()),
            edition: AtomicUsize::new(0),
            bytes,
            sent: Allowance::new("many bytes of answers under way", usize::MAX, part),
            sending: Mutex::default(),
        })
    }

    /// The key of an answer, and the answer if it was made already.
    pub(super) fn kept(&self, edition: &Arc<Edition>, asked: String) -> (Key, Option<Arc<Kept>>) {
        let key = (Arc::as_ptr(edition) as usize, asked);
        if self.edition.swap(key.0, Ordering::Relaxed) != key.0 {
            self.kept.retain(|(edition, _), _| *edition == key.0);
        }
        let kept = self.kept.get(&key);
        (key, kept)
    }

    /// The answer, as it was made already or as `make` makes it in a turn.
    pub(super) async fn get<M: Into<Rendered>>(
        &self,
        (workers, address): (&Workers, IpAddr),
        edition: &Arc<Edition>,
        asked: String,
        make: impl FnOnce() -> Result<M, Problem> + Send + 'static,
    ) -> Result<Arc<Kept>, Problem> {
        let key = match self.kept(edition, asked) {
            (_, Some(kept)) => return Ok(kept),
            (key, None) => key,
        };
        // First the turn, then a look whether another makes it: so nobody waits for the queue of another address.
        let turn = workers.take(address).await?;
        let place = match self.kept.get_value_or_guard_async(&key).await {
            Ok(kept) => return Ok(kept),
            Err(place) => place,
        };
        let made = turn.run(move || make().map(Into::into)).await??;
        let kept = Arc::new(Kept { share: self.share(&made.body)?, made, _edition: Arc::clone(edition) });
        // Where it is too large to be kept, it is sent all the same.
        drop(place.insert(Arc::clone(&kept)));
        Ok(kept)
    }

    /// The part of the bytes in flight that a body takes with what it is when compressed.
    fn share(&self, body: &Body) -> Result<Share, Problem> {
        let bytes = body.len() + body.len() / 2;
        self.bytes.take(None, bytes).or_else(|_| {
            // What nobody is being sent makes room.
            self.kept.clear();
            Ok(self.bytes.take(None, bytes)?)
        })
    }

    /// Counts an answer among those that an address is being sent.
    pub(super) fn hold(&self, address: IpAddr, kept: &Arc<Kept>) -> Result<Arc<Share>, Problem> {
        let key = (address, Arc::as_ptr(kept) as usize);
        let mut sending = self.sending.lock().expect("nothing panics while it holds the lock");
        if let Some(known) = sending.get(&key).and_then(Weak::upgrade) {
            return Ok(known);
        }
        sending.retain(|_, share| share.strong_count() > 0);
        let share = Arc::new(self.sent.take(Some(address), kept.made.body.len())?);
        sending.insert(key, Arc::downgrade(&share));
        Ok(share)
    }

    /// Compresses a large body, if the client prefers that and it was not done yet.
    pub(super) async fn compress(&self, request: &HttpRequest, address: IpAddr, body: &Body) -> Result<(), Problem> {
        let encoding = negotiate(request, body);
        if body.len() >= COMPRESS_APART_FROM_BYTES && !body.has_encoding(encoding) {
            let body = body.clone();
            self.workers.take(address).await?.run(move || drop(body.bytes(encoding))).await?;
        }
        Ok(())
    }
}
