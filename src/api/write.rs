//! What every write does alike: key, body, condition, registry, answer.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use super::Service;
use super::request::query::{query, refuse_query};
use super::request::{access, body, conditions, idempotency};
use super::response::answer;
use super::response::problem::{Code, Problem};
use crate::record::any_record::AnyRecord;
use crate::record::{CityRecord, Fault, Kind, RecordKey, Slug};
use crate::registry::{CityLookup, Effect, Key, Operation, Refusal, WriteRequest};

/// Declares the body of a `PUT`: the record, and why it is changed.
///
/// Nothing reads it: a body is read without a type, so that every fault in it can be reported. It is the shape of what is
/// read, for the specification.
macro_rules! put_body {
    ($(#[$doc:meta])* $name:ident { $(#[$record_doc:meta])* $record:ident: $kind:ty }) => {
        $(#[$doc])*
        #[derive(serde::Serialize, utoipa::ToSchema)]
        #[allow(dead_code, reason = "the shape of what is read, for the specification")]
        pub struct $name {
            $(#[$record_doc])*
            #[serde(flatten)]
            $record: $kind,
            /// Why it is changed; required when it was recorded before and differs.
            #[schema(required = false, min_length = 1, max_length = 2000)]
            reason: Option<String>,
        }
    };
}
pub(super) use put_body;

/// Why a record is withdrawn.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WithdrawQuery {
    /// Why it is withdrawn; stays visible in the history.
    #[param(
        required = true,
        min_length = 1,
        max_length = 2000,
        pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*[^\\s\\x00-\\x1f\\x7f-\\x9f][^\\x00-\\x1f\\x7f-\\x9f]*$",
        example = "Recorded for the wrong city"
    )]
    reason: Option<String>,
}

/// The words of a path that name a record.
#[derive(Debug, Clone, Copy)]
pub struct Named<'p> {
    /// The city it belongs to, or is; none for a network.
    pub city: Option<&'p str>,
    /// Its kind.
    pub kind: Kind,
    /// Its id within the city.
    pub id: &'p str,
}

/// The key that may write the record: the city's own for what a city says, else an administrator's.
async fn key_for(request: &HttpRequest, service: &Service, named: Named<'_>) -> Result<std::sync::Arc<Key>, Problem> {
    match (named.kind, named.city) {
        (Kind::Baseline | Kind::Target | Kind::Report | Kind::Statement, Some(city)) => {
            access::reporter(request, service, city).await
        }
        _ => access::admin(request, service).await,
    }
}

/// Records what the body says.
///
/// # Errors
/// Everything that a write can be refused for.
pub async fn put(
    request: &HttpRequest,
    service: &Service,
    payload: web::Payload,
    named: Named<'_>,
) -> Result<HttpResponse, Problem> {
    let writer = key_for(request, service, named).await?;
    refuse_query(request)?;
    let condition = conditions::condition(request)?;
    let key = record_key(named)?;
    let today = service.registry.today();
    let is_marked = request.headers().contains_key(idempotency::IDEMPOTENCY_KEY);
    let read = move |body: Value| (is_marked.then(|| body.to_string()), put_of(key, body, today));
    let (text, put) = body::json_as(request, service, &writer, payload, read).await?;
    let mark = idempotency::mark(request, &writer, text.as_deref().map(str::as_bytes))?;
    let (key, operation) = put?;
    let asked = WriteRequest { actor: writer.actor(), key: key.clone(), operation, condition, mark };
    let written = service.registry.write(asked).await?;
    let path = path_of(&key);
    let created = (written.effect == Effect::Created).then_some(path.as_str());
    let body = written.snapshot.record(&key);
    let Some(entry) = written.repeated else {
        // Writes of one record are never of one batch, so what was just written is there.
        return Ok(answer::answer_write(request, &body.ok_or(Refusal::Internal)?, created));
    };
    let Some(body) = body else {
        let message = "the request was done when it was first sent; the record was withdrawn since";
        return Err(Problem::new(Code::Gone, message));
    };
    let mut answer = answer::answer_write(request, &body, created);
    if entry.is_some() && entry != written.snapshot.last_entry(&key) {
        // Others have changed it since: with their tag the client would overwrite what it has not seen.
        answer.headers_mut().remove(header::ETAG);
    }
    idempotency::set_replayed(&mut answer);
    Ok(answer)
}

/// Reads what a body says of the record `key`.
fn put_of(key: Result<RecordKey, Fault>, mut body: Value, today: NaiveDate) -> Result<(RecordKey, Operation), Problem> {
    let reason = body::take_reason(&mut body, today);
    let read = |key: RecordKey| AnyRecord::parse(&key, body, today).map(|record| (key, record));
    // A fault of the year or of the reason is listed beside those of the record.
    match (key.map_err(|fault| vec![fault]).and_then(read), reason) {
        (Ok((key, record)), Ok(reason)) => Ok((key, Operation::Put { record, reason })),
        (Err(faults), Ok(_)) => Err(Problem::invalid(faults)),
        (Ok(_), Err(problem)) => Err(problem),
        (Err(faults), Err(problem)) => Err(problem.with(faults)),
    }
}

/// Withdraws a record.
///
/// # Errors
/// Everything that a withdrawal can be refused for.
pub async fn withdraw(request: &HttpRequest, service: &Service, named: Named<'_>) -> Result<HttpResponse, Problem> {
    let writer = key_for(request, service, named).await?;
    let query = query::<WithdrawQuery>(request)?;
    let condition = conditions::condition(request)?;
    let key = record_key(named).map_err(|_| Problem::not_found())?;
    let reason = body::reason_in_query(query.reason, service.registry.today())?.ok_or(Refusal::ReasonRequired)?;
    let operation = Operation::Withdraw { reason };
    let mark = idempotency::mark(request, &writer, [])?;
    let key = key.map_err(|_| no_report(service, named))?;
    let asked = WriteRequest { actor: writer.actor(), key, operation, condition, mark };
    let written = service.registry.write(asked).await?;
    let mut answer = HttpResponse::NoContent().finish();
    if written.repeated.is_some() {
        idempotency::set_replayed(&mut answer);
    }
    Ok(answer)
}

/// The key of a record, from the words of its path; or the fault of a year, which is told beside those of a report.
fn record_key(named: Named<'_>) -> Result<Result<RecordKey, Fault>, Problem> {
    let Named { city, kind, id } = named;
    let is_city = city.is_none_or(|city| Slug::new(city).is_some());
    match RecordKey::read(kind, city.unwrap_or_default(), id) {
        Err(fault) if kind != Kind::Report || !is_city => Err(Problem::invalid(vec![fault])),
        read => Ok(read),
    }
}

/// Why a report of no year cannot be withdrawn: its city is, or there is no such report.
fn no_report(service: &Service, named: Named<'_>) -> Problem {
    match service.registry.present().find(named.city.unwrap_or_default()) {
        CityLookup::Withdrawn(_) => Refusal::Gone.into(),
        _ => Refusal::NotFound.into(),
    }
}

/// Where a record is read.
fn path_of(key: &RecordKey) -> String {
    match key {
        RecordKey::Network(id) => format!("/v1/networks/{id}"),
        RecordKey::OfCity(city, record) => match record {
            CityRecord::City => format!("/v1/cities/{city}"),
            CityRecord::Baseline(id) => format!("/v1/cities/{city}/baselines/{id}"),
            CityRecord::Target(id) => format!("/v1/cities/{city}/targets/{id}"),
            CityRecord::Report(year) => format!("/v1/cities/{city}/reports/{year}"),
            CityRecord::Statement => format!("/v1/cities/{city}/statement"),
            CityRecord::Member(network) => format!("/v1/networks/{network}/members/{city}"),
        },
    }
}
