//! Everything that can be refused: one table of codes, and the RFC 9457 document each answer carries.

use std::collections::BTreeSet;
use std::fmt;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::api::limits::RETRY_AFTER_SECONDS;
use crate::record::{CityId, Fault};
use crate::registry::Refusal;

use crate::api::imports::answer::ImportAnswer;

/// Declares the codes: word, status, title, meaning, what to do.
macro_rules! codes {
    ($($code:ident = $word:literal, $status:ident, $title:literal, $meaning:literal, $remedy:literal;)+) => {
        /// Why a request was refused; stable, for programs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
        pub enum Code {
            $(#[doc = $title] #[serde(rename = $word)] $code,)+
        }

        // By hand, for the derive does not see through a macro's literals.
        impl utoipa::PartialSchema for Code {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::Type::String)
                    .enum_values(Some([$($word),+]))
                    .description(Some(concat!("Why a request was refused; stable.", $("\n- `", $word, "`: ", $title),+)))
                    .into()
            }
        }

        impl ToSchema for Code {}

        impl Code {
            /// Every code.
            pub const ALL: &'static [Code] = &[$(Code::$code),+];

            /// The word it is written as.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$code => $word),+ }
            }

            /// The status it is answered with.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Code::$code => StatusCode::$status),+ }
            }

            /// A short summary.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Code::$code => $title),+ }
            }

            /// What it means, for the page that explains it.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Code::$code => $meaning),+ }
            }

            /// What to do about it.
            #[must_use]
            pub const fn remedy(self) -> &'static str {
                match self { $(Code::$code => $remedy),+ }
            }
        }
    };
}

codes! {
    MalformedJson = "malformed_json", BAD_REQUEST, "The body is not JSON",
        "The body could not be read as JSON in UTF-8.",
        "Check the body with a JSON checker. The detail says at which line and column reading stopped.";
    InvalidQuery = "invalid_query", BAD_REQUEST, "The query is not understood",
        "The address has a query parameter that this resource does not have, or one whose value cannot be understood. It is named in errors.",
        "Compare the parameters with the documentation of the resource. Unknown ones are refused so that a misspelt filter is never ignored.";
    InvalidHeader = "invalid_header", BAD_REQUEST, "A header is not understood",
        "If-Match or If-None-Match is not written as RFC 9110 has it, a condition does not fit the request, Idempotency-Key is too long or not ASCII, or Last-Event-ID is not the id of an event.",
        "Send the ETag of a previous answer, with its quotation marks, in If-Match; or If-None-Match: * to create only. Send the id of the last event as it came, or leave Last-Event-ID out.";
    Unauthorized = "unauthorized", UNAUTHORIZED, "A valid key is needed",
        "Writing needs a key, sent as Authorization: Bearer KEY. The request had none, or one that is unknown, revoked, expired or replaced.",
        "Ask the operator of the service for a key, and check that it is sent whole.";
    Forbidden = "forbidden", FORBIDDEN, "The key does not allow this",
        "The key is valid, but bound to other cities, or this is for administrators alone.",
        "Use the key of the city in question, or ask the operator.";
    NotFound = "not_found", NOT_FOUND, "There is no such thing",
        "Nothing is, or was at the asked moment, recorded under this address.",
        "Check the spelling. The lists, such as /v1/cities, show what there is.";
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "The method is not offered here",
        "The address exists, but not for this method.",
        "The Allow header of the answer lists the methods that it offers.";
    BodyTimeout = "body_timeout", REQUEST_TIMEOUT, "The body did not arrive in time",
        "The request was begun, but its body did not arrive whole within the time allowed.",
        "Send it again, over a better connection.";
    IdentifierTaken = "identifier_taken", CONFLICT, "The identifier belongs to another city",
        "A UN/LOCODE or another register's identifier is already recorded for another city.",
        "The detail names that city. Perhaps it is the same one under another id.";
    InUse = "in_use", CONFLICT, "It is in use",
        "A record cannot be withdrawn while others depend on it, nor a key be revoked with itself.",
        "The detail names what is in the way. Change or withdraw that first; revoke a key with another one.";
    Gone = "gone", GONE, "It was withdrawn",
        "The record, or the city it belongs to, was withdrawn. Its history stays readable under the city's changes. Of a city that was merged or split, successors has the paths of those that came after it.",
        "Go on with the successors, if there are any. To bring a record back, PUT it again with a reason.";
    PreconditionFailed = "precondition_failed", PRECONDITION_FAILED, "The condition does not hold",
        "The record has changed since the ETag in If-Match was read, or exists although If-None-Match: * was sent; of a file of reports, one has changed after the entry in unchanged_since.",
        "Read the record again, apply your change to what it says now, and send it with the new ETag; ask with dry_run=true what the file would change now.";
    BodyTooLarge = "body_too_large", PAYLOAD_TOO_LARGE, "The body is too large",
        "A record may have 64 KiB, a file of reports 5 MiB.",
        "Shorten texts; publish long documents elsewhere and name them as the source.";
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The body is of another type",
        "Records are sent as JSON, files of reports as CSV, XLSX, JSON or a form with such files; none of them compressed.",
        "Send Content-Type: application/json, or that of the file, and no Content-Encoding.";
    InvalidInput = "invalid_input", UNPROCESSABLE_ENTITY, "The input is not valid",
        "The input was read, but something in it cannot be so. Every fault is listed in errors, each with a JSON pointer to its place.",
        "Mend all that is listed and send it again.";
    TooManyRecords = "too_many_records", UNPROCESSABLE_ENTITY, "The city has as many as it may",
        "A city may have 100 baselines and 100 targets; those that were withdrawn count, for their history stays.",
        "Change one that is there, or bring back one that was withdrawn, in the place of a new one.";
    ImportRefused = "import_refused", UNPROCESSABLE_ENTITY, "The file cannot be imported as it is",
        "Something in the file cannot be so, and a file is recorded whole or not at all. Every fault is listed with its sheet, row and column; of very many the first.",
        "Mend all that is listed and send the file again; with dry_run=true nothing is recorded and every row is answered for.";
    ReasonRequired = "reason_required", UNPROCESSABLE_ENTITY, "A reason is required",
        "What was published is changed, brought back or withdrawn only with a reason, which stays visible beside the change.",
        "Add reason: to the body of a PUT, to the query of a DELETE.";
    IdempotencyKeyReused = "idempotency_key_reused", UNPROCESSABLE_ENTITY, "The Idempotency-Key was used for another request",
        "Within the last seven days this key has sent another request with the same Idempotency-Key.",
        "Make a new Idempotency-Key for each request, such as a random UUID, and send it again only with the very same request.";
    RateLimited = "rate_limited", TOO_MANY_REQUESTS, "Too many requests",
        "This key, or this address, has sent more requests in a minute than the operator allows.",
        "Wait for as many seconds as Retry-After says. Poll with If-None-Match: an answer 304 is cheap.";
    TooMuchAtOnce = "too_much_at_once", TOO_MANY_REQUESTS, "Too much at once",
        "This address has as many connections or streams open, answers waiting or bytes under way as one may have.",
        "Take in what was asked for, or close it, before asking for more. Send the same request again after as many seconds as Retry-After says.";
    Internal = "internal", INTERNAL_SERVER_ERROR, "A mistake of the service",
        "Something went wrong that should not have. It has been logged.",
        "Try again later; tell the operator if it stays.";
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "The database does not answer",
        "Reads go on from memory; writes, and reads of the change log, wait for the database. A write answered so was not done, and will not be.",
        "Send the same request again after as many seconds as Retry-After says.";
    OutcomeUnknown = "outcome_unknown", SERVICE_UNAVAILABLE, "Whether the write was done is not known",
        "The database was lost, or hung, while it committed the write: it may or may not have been done.",
        "Send the same request again after as many seconds as Retry-After says. With the Idempotency-Key that it had, it is done once at the most. Without one, the same body twice makes one revision unless others write in between; with If-Match or If-None-Match, 412 may mean that it was done: read the record.";
    Busy = "busy", SERVICE_UNAVAILABLE, "The service is busy",
        "The service has as many writes waiting, connections or streams open, or bytes under way as it takes.",
        "Send the same request again after as many seconds as Retry-After says.";
    LogDiverged = "log_diverged", SERVICE_UNAVAILABLE, "The log of the database is another one",
        "The database has lost or altered entries of the change log that the service had acknowledged, as a failover to a standby that lagged does. Reads go on from memory. Nothing is written, and the change log is not read, until an operator has decided. A write answered so was not done.",
        "Send it again later. Operators: bring the right database back, or accept what the database has with `pledgewatch accept-fork`, with both heads as /health/ready prints them; the entries that the database does not have are saved first, in the file it names.";
    DatabaseReplaced = "database_replaced", SERVICE_UNAVAILABLE, "The database is not the one that was opened",
        "The database that the service works with was moved, deleted, replaced or restored beneath it. Reads go on from memory; writes, and reads of the change log, are refused until the operator has put it right. A write under way when it happened may or may not have been done.",
        "Sending the request again does not help before the operator has acted. /health/ready and the service's log say what was found; the service has to be started again.";
    DatabaseDamaged = "database_damaged", SERVICE_UNAVAILABLE, "The database is damaged",
        "The database, or an entry of the change log in it, is not as the service wrote it. Reads go on from what can be trusted; writes are refused until the operator has restored it.",
        "Sending the request again does not help before the operator has acted. /health/ready and the service's log say what was found and how to restore a backup.";
    RecordDamaged = "record_damaged", SERVICE_UNAVAILABLE, "An entry of the change log is damaged",
        "An entry of the change log about this city, or this network, is not as it was written, or something before it is missing. Nothing can be said of it that is certain, so nothing is; it is left out of lists.",
        "Wait until the operator has restored a backup. The change log, /v1/changes, marks the entry as damaged.";
}

/// Why a request was refused; answered as a [`ProblemDocument`].
#[derive(Debug, Clone)]
pub struct Problem {
    code: Code,
    detail: String,
    errors: Vec<Fault>,
    /// What the `Retry-After` header says, in seconds.
    retry_after: Option<u64>,
    /// What the `Allow` header says.
    allow: Option<String>,
    /// What became of each row of a file.
    import: Option<Box<ImportAnswer>>,
    /// The paths of the cities that came after one that is withdrawn.
    successors: Box<[String]>,
}

/// An RFC 9457 problem document.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// The path of a page that explains the code.
    #[serde(rename = "type")]
    #[schema(example = "/problems/invalid_input")]
    kind: String,
    /// A short summary of the code.
    #[schema(example = "The input is not valid")]
    title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599, example = 422)]
    status: u16,
    /// What is wrong this time.
    #[schema(example = "1 fault was found")]
    detail: String,
    /// The code, for programs.
    code: Code,
    /// Of a query: the parameter that is not understood. Of an input: everything that is wrong with it; of a file of reports the first 100 faults of its rows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Fault>,
    /// Of a file of reports: what each of its rows came to.
    import: Option<Box<ImportAnswer>>,
    /// Of a city that was withdrawn: the paths of those that came after it, through a merger or a split.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["/v1/cities/dk-new-town"]))]
    successors: Vec<String>,
}

impl ProblemDocument {
    /// A short summary of the code.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// What is wrong this time.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Of an input: everything that is wrong with it.
    #[must_use]
    pub fn errors(&self) -> &[Fault] {
        &self.errors
    }

    /// The code, for programs.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }
}

impl Problem {
    /// A problem with its detail.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        let waits = matches!(
            code,
            Code::Unavailable | Code::OutcomeUnknown | Code::Busy | Code::TooMuchAtOnce | Code::LogDiverged
        );
        let retry_after = waits.then_some(RETRY_AFTER_SECONDS);
        let (errors, successors) = (Vec::new(), Box::default());
        Problem { code, detail: detail.into(), errors, retry_after, allow: None, import: None, successors }
    }

    /// The code, for programs.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// The document it is answered as.
    #[must_use]
    pub fn document(&self) -> ProblemDocument {
        ProblemDocument {
            kind: format!("/problems/{}", self.code.as_str()),
            title: self.code.title(),
            status: self.code.status().as_u16(),
            detail: self.detail.clone(),
            code: self.code,
            errors: self.errors.clone(),
            import: self.import.clone(),
            successors: self.successors.to_vec(),
        }
    }

    /// Everything that is wrong with an input.
    #[must_use]
    pub fn invalid(errors: Vec<Fault>) -> Self {
        let detail = match errors.len() {
            1 => "1 fault was found".to_owned(),
            n => format!("{n} faults were found"),
        };
        Problem { errors, ..Problem::new(Code::InvalidInput, detail) }
    }

    /// The same with more faults, listed first.
    #[must_use]
    pub fn with(self, mut faults: Vec<Fault>) -> Self {
        faults.extend(self.errors);
        Problem::invalid(faults)
    }

    /// One thing that is wrong with an input.
    pub fn fault(pointer: &str, code: &str, detail: impl Into<String>) -> Self {
        Self::invalid(vec![Fault { pointer: pointer.to_owned(), code: code.to_owned(), detail: detail.into() }])
    }

    /// A query with a parameter whose value cannot be understood.
    #[must_use]
    pub fn parameter(name: &str, code: &str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self::query(vec![Fault { pointer: format!("/{name}"), code: code.to_owned(), detail }])
    }

    /// A query with parameters whose values cannot be understood.
    #[must_use]
    pub fn query(errors: Vec<Fault>) -> Self {
        let mut names: Vec<&str> = errors.iter().map(|fault| fault.pointer.trim_start_matches('/')).collect();
        names.dedup();
        let told = format!("what the query says of {} is not understood", names.join(", "));
        Problem { errors, ..Problem::new(Code::InvalidQuery, told) }
    }

    /// A file that cannot be recorded as it is.
    #[must_use]
    pub fn import_refused(import: ImportAnswer) -> Self {
        let errors = import.errors();
        let detail = match import.refused {
            1 => "1 row is refused, so nothing was recorded".to_owned(),
            n => format!("{n} rows are refused, so nothing was recorded"),
        };
        Problem { errors, import: Some(Box::new(import)), ..Problem::new(Code::ImportRefused, detail) }
    }

    /// A file that is not recorded because reports have changed meanwhile.
    #[must_use]
    pub fn import_outdated(import: ImportAnswer) -> Self {
        let years: Vec<String> = import.years_with("precondition_failed").iter().map(ToString::to_string).collect();
        let detail =
            format!("others have changed the reports of {} meanwhile, so nothing was recorded", years.join(", "));
        Problem { import: Some(Box::new(import)), ..Problem::new(Code::PreconditionFailed, detail) }
    }

    /// Nothing is recorded under the address.
    #[must_use]
    pub fn not_found() -> Self {
        Problem::new(Code::NotFound, "nothing is recorded under this address")
    }

    /// The city was withdrawn; these came after it.
    #[must_use]
    pub fn city_gone(successors: &BTreeSet<&CityId>) -> Self {
        let detail = if successors.is_empty() {
            "the city was withdrawn; its history is among its changes"
        } else {
            "the city is no more: others came after it; its history is among its changes"
        };
        let successors = successors.iter().map(|id| format!("/v1/cities/{id}")).collect();
        Problem { successors, ..Problem::new(Code::Gone, detail) }
    }

    /// What is asked for cannot be trusted because of this entry of the log.
    #[must_use]
    pub fn record_damaged(sequence: i64) -> Self {
        let detail =
            format!("entry {sequence} of the change log is damaged, so nothing is said of this until it is restored");
        Problem::new(Code::RecordDamaged, detail)
    }

    /// Too many requests; the next may come in so many seconds.
    #[must_use]
    pub fn rate_limited(seconds: u64) -> Self {
        let detail = format!("the next request may be sent in {seconds} s");
        Problem { retry_after: Some(seconds), ..Problem::new(Code::RateLimited, detail) }
    }

    /// The address does not offer the method, but these.
    #[must_use]
    pub fn method_not_allowed(allow: &str) -> Self {
        let detail = format!("this address offers {allow}");
        Problem { allow: Some(allow.to_owned()), ..Problem::new(Code::MethodNotAllowed, detail) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code.status(), self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response.content_type("application/problem+json").insert_header((header::CACHE_CONTROL, "no-store"));
        if self.code == Code::Unauthorized {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"pledgewatch\""));
        }
        if let Some(seconds) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        if let Some(allow) = &self.allow {
            response.insert_header((header::ALLOW, allow.as_str()));
        }
        // Plain data with text keys always serialises; an empty body would still carry the status.
        let mut response = response.body(serde_json::to_vec(&self.document()).unwrap_or_default());
        // For who counts refusals.
        response.extensions_mut().insert(self.code);
        response
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound => Problem::not_found(),
            Refusal::Gone => Problem::new(Code::Gone, "it was withdrawn; its history is in the change log"),
            Refusal::PreconditionFailed => {
                Problem::new(Code::PreconditionFailed, "the record is not in the state that the condition asks for")
            }
            Refusal::ReasonRequired => Problem {
                errors: vec![Fault {
                    pointer: "/reason".to_owned(),
                    code: "missing".to_owned(),
                    detail: "is required: what was published changes only with a reason".to_owned(),
                }],
                ..Problem::new(Code::ReasonRequired, "what was published changes only with a reason")
            },
            Refusal::Invalid(faults) => Problem::invalid(faults),
            Refusal::IdentifierTaken(detail) => Problem::new(Code::IdentifierTaken, detail),
            Refusal::TooManyRecords(message) => {
                let (pointer, code) = (String::new(), "too_many".to_owned());
                let errors = vec![Fault { pointer, code, detail: message.clone() }];
                Problem { errors, ..Problem::new(Code::TooManyRecords, message) }
            }
            Refusal::InUse(users) => Problem::new(Code::InUse, format!("it is named by {users}")),
            Refusal::KeyRefused(message) => Problem::new(Code::Unauthorized, message),
            Refusal::Busy => Problem::new(Code::Busy, "too many writes are waiting"),
            Refusal::Unavailable => {
                Problem::new(Code::Unavailable, "the database does not answer at the moment; nothing was done")
            }
            Refusal::OutcomeUnknown => {
                Problem::new(Code::OutcomeUnknown, "the database was lost while it committed; it may have been done")
            }
            Refusal::IdempotencyKeyReused => {
                let message = "another request was sent with this Idempotency-Key";
                let (pointer, code) = (String::new(), "reused".to_owned());
                let errors = vec![Fault { pointer, code, detail: message.to_owned() }];
                Problem { errors, ..Problem::new(Code::IdempotencyKeyReused, message) }
            }
            Refusal::LogDiverged(message) => Problem::new(
                Code::LogDiverged,
                format!("{message}; an operator has to decide, and /health/ready says how"),
            ),
            Refusal::DatabaseReplaced => Problem::new(
                Code::DatabaseReplaced,
                "the database is not the one that was opened; the operator has to act",
            ),
            Refusal::DatabaseDamaged => {
                Problem::new(Code::DatabaseDamaged, "the database is damaged; the operator has to act")
            }
            Refusal::Internal => Problem::new(Code::Internal, "something went wrong on our side; it has been logged"),
        }
    }
}

/// A body over the limit.
#[must_use]
pub fn too_large(most: usize) -> Problem {
    Problem::new(Code::BodyTooLarge, format!("the body may have {most} bytes"))
}
