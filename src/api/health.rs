//! Health, for operators and load balancers.

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::conditional::{Keep, answer};
use super::{NoQuery, Service};
use crate::registry::bodies::Body;

/// Whether something works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It works.
    Up,
    /// Reads work, writes do not.
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
#[derive(Debug, Serialize, ToSchema)]
pub struct Part {
    /// Whether it works.
    status: State,
    /// What is the matter; absent while it works.
    #[serde(skip_serializing_if = "Option::is_none")]
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
}

/// What works and what does not.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ready {
    /// `up`, or `degraded` while only reads work.
    status: State,
    /// Each part.
    parts: Parts,
    /// The last entry of the change log that answers include.
    #[schema(minimum = 0, example = 812)]
    sequence: i64,
}

/// Is the process alive
///
/// Answers as long as the process does.
#[utoipa::path(operation_id = "getLive", tag = "health",
    responses((status = 200, description = "It is", body = Live)))]
#[get("/health/live")]
pub async fn live(request: HttpRequest, _: web::Query<NoQuery>) -> HttpResponse {
    answer(&request, &Body::json(&Live { status: State::Up }), Keep::Never)
}

/// Is the service ready
///
/// Says which part is down. The status stays 200 while the database is down, because reads go on from
/// memory: a load balancer that took the node away would take them away too.
#[utoipa::path(operation_id = "getReady", tag = "health",
    responses((status = 200, description = "Which parts work", body = Ready)))]
#[get("/health/ready")]
pub async fn ready(request: HttpRequest, service: web::Data<Service>, _: web::Query<NoQuery>) -> HttpResponse {
    let health = service.registry.health();
    let database = if health.database.is_some() {
        Part::not(State::Down, "the database cannot be reached: reads go on, writes are answered 503")
    } else if health.is_stalled {
        let told = "the database does not answer: reads go on, writes are answered 503. It hangs, something holds a lock, \
                    or a synchronous standby is dead";
        Part::not(State::Stalled, told)
    } else {
        Part::UP
    };
    let writer =
        if health.writer { Part::UP } else { Part::not(State::Down, "the writer has stopped: restart the service") };
    let log = health.fork.map_or(Part::UP, |fork| Part::not(State::Down, fork.detail()));
    let all = [&database, &writer, &log].iter().all(|part| part.status == State::Up);
    let parts = Parts { reads: Part::UP, database, writer, log };
    let status = if all { State::Up } else { State::Degraded };
    let sequence = service.registry.present().head.number;
    answer(&request, &Body::json(&Ready { status, parts, sequence }), Keep::Never)
}
