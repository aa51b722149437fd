//! Health, for operators and load balancers.

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::Service;
use super::request::query::{NoQuery, Query};
use super::response::answer::{CachePolicy, answer};
use crate::answers::body::Body;

/// Whether something works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It works.
    Up,
    /// It works in part.
    Degraded,
    /// It does not answer.
    Stalled,
    /// It does not work.
    Down,
}

/// That the process answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Live {
    /// Always `up`: a process that is not does not answer.
    status: State,
}

/// A part of the service.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub struct Part {
    /// Whether it works.
    status: State,
    /// What is the matter; absent while it works.
    #[schema(example = "the database cannot be reached")]
    detail: Option<String>,
}

impl Part {
    const UP: Part = Part { status: State::Up, detail: None };

    fn not(status: State, detail: impl Into<String>) -> Self {
        Part { status, detail: Some(detail.into()) }
    }
}

/// The parts of the service.
#[derive(Debug, Serialize, ToSchema)]
pub struct Parts {
    /// Reading the present, from memory.
    reads: Part,
    /// The database.
    database: Part,
    /// The writer.
    writer: Part,
    /// The change log: `down` when that of the database does not continue what this node has seen.
    log: Part,
    /// The clock, and the times in the change log.
    clock: Part,
}

/// What is left out of every answer, for entries of the change log about it are damaged.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unserved {
    /// Cities that are left out.
    #[schema(minimum = 0, example = 1)]
    city_count: usize,
    /// Networks that are left out, for entries about them are damaged.
    #[schema(minimum = 0, example = 0)]
    network_count: usize,
}

/// What works and what does not.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub struct Ready {
    /// `up`, or `degraded` while a part is not.
    status: State,
    /// Each part.
    parts: Parts,
    /// The last entry of the change log that answers include.
    #[schema(minimum = 0, example = 812)]
    sequence: i64,
    /// What is left out of every answer; absent while nothing is.
    unserved: Option<Unserved>,
}

/// What SQLite and PostgreSQL say where there is no room left.
const DISK_IS_FULL: [&str; 2] = ["disk is full", "No space left on device"];

/// Is the process alive
///
/// Answers as long as the process does.
#[utoipa::path(operation_id = "getLive", tag = "health",
    responses((status = 200, description = "It is", body = Live)))]
#[get("/health/live")]
pub async fn live(request: HttpRequest, _: Query<NoQuery>) -> HttpResponse {
    answer(&request, &Body::json(&Live { status: State::Up }), CachePolicy::Never)
}

/// Is the service ready
///
/// Says which part is down. The status stays 200 while the database is down, because reads go on from
/// memory: a load balancer that took the node away would take them away too.
#[utoipa::path(operation_id = "getReady", tag = "health",
    responses((status = 200, description = "Which parts work", body = Ready)))]
#[get("/health/ready")]
pub async fn ready(request: HttpRequest, service: web::Data<Service>, _: Query<NoQuery>) -> HttpResponse {
    let health = service.registry.health();
    let database = if let Some(halt) = health.halt {
        Part::not(State::Down, halt.message().to_owned())
    } else if let Some(why) = &health.database {
        let is_full = DISK_IS_FULL.iter().any(|message| why.contains(message));
        let what = if is_full { "the disk of the database is full" } else { "the database cannot be reached" };
        Part::not(State::Down, format!("{what}: reads go on, writes are answered 503"))
    } else if health.is_stalled {
        let message = "the database does not answer: reads go on, writes are answered 503. It hangs, something holds a lock, \
                    or a synchronous standby is dead";
        Part::not(State::Stalled, message)
    } else {
        Part::UP
    };
    let writer = if health.is_writer_running {
        Part::UP
    } else {
        Part::not(State::Down, "the writer has stopped: restart the service")
    };
    let log = health.fork.map_or(Part::UP, |fork| Part::not(State::Down, fork.detail()));
    let clock = health.clock.map_or(Part::UP, |message| Part::not(State::Degraded, message));
    let all = [&database, &writer, &log, &clock].iter().all(|part| part.status == State::Up);
    let parts = Parts { reads: Part::UP, database, writer, log, clock };
    let status = if all { State::Up } else { State::Degraded };
    let snapshot = service.registry.present();
    let damage = &snapshot.damage;
    let unserved = (!damage.is_empty())
        .then(|| Unserved { city_count: damage.marked_cities(), network_count: damage.marked_networks() });
    let sequence = snapshot.head.number;
    answer(&request, &Body::json(&Ready { status, parts, sequence, unserved }), CachePolicy::Never)
}
