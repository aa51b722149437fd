//! The change log, live: `/v1/changes/stream`, as server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;
use tokio::time::{Instant, timeout_at};
use utoipa::IntoParams;

use super::Service;
use super::changes::position;
use super::request::access::client_address;
use super::request::allowance::Share;
use super::request::lookup::recorded_city;
use super::request::query::{Query, check_id};
use super::response::costly::asker;
use super::response::problem::{Code, Problem};
use crate::answers::records::ChangeAnswer;
use crate::api::limits::{PIECE_BYTES, STREAM_RETRY};
use crate::record::Slug;
use crate::registry::{Listener, Refusal};

/// Sent while there is nothing to send: a comment, which clients ignore.
const COMMENT: &[u8] = b":\n\n";
/// The header in which a client that comes back says what it had seen.
pub const LAST_EVENT_ID: &str = "Last-Event-ID";

/// Which events.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StreamQuery {
    /// Begin with the entry after this one; with the next one to be written unless stated. `Last-Event-ID` goes first.
    #[param(minimum = 0, maximum = 9_007_199_254_740_991_i64, example = 812)]
    after: Option<i64>,
    /// Only entries of this city; one that was withdrawn may be named too.
    #[param(value_type = Option<Slug>, example = "us-los-angeles")]
    city: Option<String>,
}

/// The entry that a client has seen last, by its header.
fn last_event(request: &HttpRequest) -> Result<Option<i64>, Problem> {
    let mut values = request.headers().get_all(LAST_EVENT_ID);
    let Some(value) = values.next() else { return Ok(None) };
    let digits = value.to_str().ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let sequence = digits.and_then(|digits| digits.parse().ok()).and_then(|sequence| position(sequence).ok());
    if sequence.is_none() || values.next().is_some() {
        return Err(Problem::new(Code::InvalidHeader, "Last-Event-ID must be the id of an event of this stream"));
    }
    Ok(sequence)
}

/// An entry of the log as a server-sent event: JSON has no line breaks, so it is one line of data.
///
/// # Panics
/// Never, for the answer is plain data with text keys.
#[must_use]
pub fn event(change: &ChangeAnswer) -> Vec<u8> {
    let mut text = format!("id: {}\nevent: change\ndata: ", change.sequence).into_bytes();
    serde_json::to_writer(&mut text, change).expect("answers are plain data with text keys");
    text.extend_from_slice(b"\n\n");
    text
}

/// How a stream opens: with how long to wait before coming back, and with the entry after which it begins. That is no
/// event, but a client that loses its connection before the first one comes back with it, and so misses nothing.
#[must_use]
pub fn opening(after: i64) -> String {
    format!("retry: {}\nid: {after}\n\n", STREAM_RETRY.as_millis())
}

/// The events of a listener, and comments while there are none.
struct Events {
    listener: Listener,
    /// How long they are silent at most.
    heartbeat: Duration,
    /// When the next comment is due.
    comment_at: Instant,
    /// What is to be sent next: the opening, or the rest of an event.
    rest: Bytes,
    /// Its place among the streams of its address.
    _place: Share,
}

impl Events {
    fn new(listener: Listener, heartbeat: Duration, place: Share) -> Self {
        let rest = opening(listener.after()).into();
        Events { listener, heartbeat, comment_at: Instant::now() + heartbeat, rest, _place: place }
    }

    /// The next piece: the server copies what it is given, and an event may be long.
    async fn next(&mut self) -> Option<Bytes> {
        if self.rest.is_empty() {
            let next = timeout_at(self.comment_at, self.listener.next()).await;
            self.comment_at = Instant::now() + self.heartbeat;
            self.rest = next.unwrap_or(Some(Bytes::from_static(COMMENT)))?;
        }
        Some(self.rest.split_to(self.rest.len().min(PIECE_BYTES)))
    }
}

/// Follow the changes live
///
/// Server-sent events, for as long as the client listens: each is named `change`, its `id` is the number of an entry
/// of the log, and its `data` the entry as `/v1/changes` lists it, on one line. They come in order, each exactly
/// once, and what they tell can be read here already. A client that comes back sends the last `id` in `Last-Event-ID`,
/// as browsers do by themselves, and gets what it missed; one that is slower than the changes is sent away to come
/// back so, and so is everyone when the service stops. A number that the log does not have, because a database
/// that failed has lost its last entries, counts as its last one; the chain of hashes shows it.
#[utoipa::path(operation_id = "streamChanges", tag = "changes",
    params(StreamQuery),
    responses((status = 200, description = "The events, without an end", content_type = "text/event-stream", body = String)))]
#[get("/changes/stream")]
pub async fn stream(
    request: HttpRequest,
    service: web::Data<Service>,
    query: Query<StreamQuery>,
) -> Result<HttpResponse, Problem> {
    let seen = last_event(&request)?;
    let after = query.after.map(position).transpose()?;
    let snapshot = service.registry.present();
    check_id("city", query.city.as_deref())?;
    let city = query.city.as_deref().map(|id| recorded_city(&snapshot, id)).transpose()?;
    let city = city.map(|entry| entry.dossier.id.clone());
    let place = service.streams.take(client_address(&request, &service), 1)?;
    let listener = service.registry.listen(asker(&request, &service), seen.or(after), city).await.map_err(
        |refusal| match refusal {
            Refusal::Busy => Problem::new(Code::Busy, "as many streams are open as the service keeps"),
            refusal => refusal.into(),
        },
    )?;
    let events = futures_util::stream::unfold(Events::new(listener, service.heartbeat, place), async |mut events| {
        let next = events.next().await?;
        Some((Ok::<_, Infallible>(next), events))
    });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // Or nginx would hold the events back until they fill its buffer.
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(events))
}
