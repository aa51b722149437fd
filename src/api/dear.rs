//! Answers that are dear to make: made once per edition, apart from the threads that serve, and shared by all who ask.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};

use actix_web::{HttpRequest, HttpResponse, web};
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};

use super::Service;
use super::access::client_address;
use super::allowance::{Allowance, Share};
use super::conditional::{Held, Keep, answer_held, negotiate};
use super::csv::link_next;
use super::making::Making;
use super::problem::Problem;
use crate::record::limits::{BYTES_IN_FLIGHT_PARTS, COMPRESS_APART_FROM_BYTES};
use crate::registry::Snapshot;
use crate::registry::bodies::Body;
use crate::registry::edition::Edition;

/// An answer that was made.
pub struct Made {
    /// The body.
    pub body: Body,
    /// The parameter that leads to the next page, where a header is to say so.
    pub next: Option<(&'static str, String)>,
}

impl From<Body> for Made {
    fn from(body: Body) -> Self {
        Made { body, next: None }
    }
}

/// An answer that is kept, or still sent.
struct Kept {
    made: Made,
    /// Keeps the key of the answer from being that of a later edition.
    _edition: Arc<Edition>,
    share: Share,
}

/// What an answer is made of: the edition, by its place in memory, and what was asked for.
type Key = (usize, String);

/// How much of the memory an answer takes.
#[derive(Clone)]
struct ByBytes;

impl Weighter<Key, Arc<Kept>> for ByBytes {
    fn weight(&self, key: &Key, kept: &Arc<Kept>) -> u64 {
        // An empty answer would never make room for another.
        u64::try_from(kept.share.amount() + key.1.len()).unwrap_or(u64::MAX).max(1)
    }
}

/// The dear answers of a service.
pub struct Dear {
    /// Who has them made.
    pub making: Making,
    kept: Cache<Key, Arc<Kept>, ByBytes>,
    /// The edition that answers were last asked for of.
    edition: AtomicUsize,
    /// The bytes in flight of all.
    bytes: Allowance,
    /// The bytes that one address is being sent; what several of its clients are sent counts once.
    sent: Allowance,
    sending: Mutex<HashMap<(IpAddr, usize), Weak<Share>>>,
}

impl Dear {
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
        Ok(Dear {
            making: Making::new()?,
            kept: Cache::with_options(options, ByBytes, DefaultHashBuilder::default(), DefaultLifecycle::default()),
            edition: AtomicUsize::new(0),
            bytes,
            sent: Allowance::new("many bytes of answers under way", usize::MAX, part),
            sending: Mutex::default(),
        })
    }

    /// The key of an answer, and the answer if it was made already.
    fn kept(&self, edition: &Arc<Edition>, asked: String) -> (Key, Option<Arc<Kept>>) {
        let key = (Arc::as_ptr(edition) as usize, asked);
        if self.edition.swap(key.0, Ordering::Relaxed) != key.0 {
            self.kept.retain(|(edition, _), _| *edition == key.0);
        }
        let kept = self.kept.get(&key);
        (key, kept)
    }

    /// The answer, as it was made already or as `make` makes it.
    async fn get<M: Into<Made>>(
        &self,
        address: IpAddr,
        edition: &Arc<Edition>,
        asked: String,
        make: impl FnOnce() -> Result<M, Problem> + Send + 'static,
    ) -> Result<Arc<Kept>, Problem> {
        let key = match self.kept(edition, asked) {
            (_, Some(kept)) => return Ok(kept),
            (key, None) => key,
        };
        // First the turn, then a look whether another makes it: so nobody waits for the queue of another address.
        let turn = self.making.take(address).await?;
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
    fn hold(&self, address: IpAddr, kept: &Arc<Kept>) -> Result<Arc<Share>, Problem> {
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
    async fn compress(&self, request: &HttpRequest, address: IpAddr, body: &Body) -> Result<(), Problem> {
        let encoding = negotiate(request, body);
        if body.len() >= COMPRESS_APART_FROM_BYTES && !body.has(encoding) {
            let body = body.clone();
            self.making.take(address).await?.run(move || drop(body.bytes(encoding))).await?;
        }
        Ok(())
    }
}

/// Who asks, by their address; all whose address is not known are one.
#[must_use]
pub fn asker(request: &HttpRequest, service: &web::Data<Service>) -> IpAddr {
    client_address(request, service).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

/// What is asked for, in one form: the order of parameters does not matter.
fn asked(request: &HttpRequest) -> String {
    let mut pairs: Vec<&str> = request.query_string().split('&').filter(|pair| !pair.is_empty()).collect();
    pairs.sort_unstable();
    format!("{}?{}", request.path(), pairs.join("&"))
}

/// Answers a read of what is the same for all who ask it of one edition.
///
/// # Errors
/// Those of `make`; 429 or 503 when too much is asked for at once.
pub async fn answer<M: Into<Made> + 'static>(
    request: &HttpRequest,
    service: &web::Data<Service>,
    keep: Keep,
    make: impl FnOnce(&Service, &Arc<Snapshot>) -> Result<M, Problem> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let (snapshot, maker) = (service.registry.present(), service.clone());
    let edition = Arc::clone(&snapshot.edition);
    answer_of(request, service, &edition, keep, move || make(&maker, &snapshot)).await
}

/// The same of one edition, for what is made of more than the present.
///
/// # Errors
/// Those of `make`; 429 or 503 when too much is asked for at once.
pub async fn answer_of<M: Into<Made> + 'static>(
    request: &HttpRequest,
    service: &web::Data<Service>,
    edition: &Arc<Edition>,
    keep: Keep,
    make: impl FnOnce() -> Result<M, Problem> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let kept = service.dear.get(asker(request, service), edition, asked(request), make).await?;
    send(request, service, &kept, keep).await
}

/// The same, if it was made already.
///
/// # Errors
/// 429 or 503 when too much is asked for at once.
pub async fn answer_again(
    request: &HttpRequest,
    service: &web::Data<Service>,
    edition: &Arc<Edition>,
    keep: Keep,
) -> Result<Option<HttpResponse>, Problem> {
    match service.dear.kept(edition, asked(request)) {
        (_, Some(kept)) => send(request, service, &kept, keep).await.map(Some),
        (_, None) => Ok(None),
    }
}

async fn send(
    request: &HttpRequest,
    service: &web::Data<Service>,
    kept: &Arc<Kept>,
    keep: Keep,
) -> Result<HttpResponse, Problem> {
    let (dear, address, body) = (&service.dear, asker(request, service), &kept.made.body);
    dear.compress(request, address, body).await?;
    let held: Held = Box::new((dear.hold(address, kept)?, Arc::clone(kept)));
    let mut response = answer_held(request, body, keep, held);
    link_next(request, &mut response, kept.made.next.as_ref());
    Ok(response)
}

/// Answers a read with a body that is there already, but may have to be compressed.
///
/// # Errors
/// 429 or 503 when too much is asked for at once.
pub async fn answer_body(
    request: &HttpRequest,
    service: &web::Data<Service>,
    keep: Keep,
    body: &Body,
) -> Result<HttpResponse, Problem> {
    service.dear.compress(request, asker(request, service), body).await?;
    Ok(super::conditional::answer(request, body, keep))
}

/// Makes an answer that is sent once: its bytes count as those of the address until they are sent.
///
/// # Errors
/// Those of `make`; 429 or 503 when too much is asked for at once.
pub async fn answer_once(
    request: &HttpRequest,
    service: &web::Data<Service>,
    keep: Keep,
    make: impl FnOnce() -> Result<Made, Problem> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let (dear, address) = (&service.dear, asker(request, service));
    let made = dear.making.take(address).await?.run(make).await??;
    let share = dear.bytes.take(Some(address), made.body.len())?;
    dear.compress(request, address, &made.body).await?;
    let mut response = answer_held(request, &made.body, keep, Box::new(share));
    link_next(request, &mut response, made.next.as_ref());
    Ok(response)
}
