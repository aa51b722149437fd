//! The OpenAPI document: generated from the route table, completed with what holds for every operation.

mod csv;
mod examples;
mod parameters;
mod partial;
mod record_operations;
mod schemas;
pub mod version_3_0;

use std::collections::{BTreeMap, BTreeSet};

use actix_web::App;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;
use utoipa_actix_web::AppExt;

use super::items::items;
use super::request::filters::ListQuery;
use super::request::idempotency::{IDEMPOTENCY_KEY, IDEMPOTENCY_REPLAYED};
use super::response::columns::Columns;
use super::response::problem::{Code, Problem, ProblemDocument};
use super::stream::LAST_EVENT_ID;
use crate::api::limits::{IDEMPOTENCY_KEY_CHARACTERS, RETRY_AFTER_SECONDS};
use crate::record::limits::LAST_SEQUENCE;
use crate::record::{Fault, Kind};
use examples::Example;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "pledgewatch",
        version = "1.0.0",
        description = "Records the emission baselines of cities, their targets and their yearly reports, judges \
            whether each target is on track, and publishes the answer with every figure it was made from. \
            Tonnes are tonnes of CO2 equivalent, exact to 0.001. Ratios and percentages are rounded to six decimals. \
            Times are RFC 3339 in UTC; days are YYYY-MM-DD. A value that does not exist is absent, not null. \
            Reading needs no key; writing does. Every failure is an application/problem+json document (RFC 9457) with \
            a stable `code`. Within /v1 fields may be added; names, types and meanings stay.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    servers((url = "/", description = "This server")),
    tags(
        (name = "cities", description = "Cities: those who report and pledge"),
        (name = "baselines", description = "The emissions of base years, with their restatements"),
        (name = "targets", description = "Pledges, also those that were replaced or withdrawn"),
        (name = "reports", description = "Yearly emission inventories"),
        (name = "statement", description = "What a city replies to the verdicts on it"),
        (name = "status", description = "Every target judged, with all figures behind the verdict"),
        (name = "rankings", description = "Cities in the order of one figure"),
        (name = "summary", description = "Summaries of the world, countries, regions and networks"),
        (name = "networks", description = "Networks of cities, and their members"),
        (name = "changes", description = "The public change log: every change to every record, chained by SHA-256"),
        (name = "exports", description = "Whole data sets in one response"),
        (name = "keys", description = "Keys for writing; only for administrators"),
        (name = "health", description = "The state of the service, for operators and load balancers"),
    ),
    components(schemas(ProblemDocument, Fault)),
)]
struct Document;

/// The specification as JSON.
///
/// The generator's own types cannot hold all that is completed here, so it is edited as JSON.
///
/// # Panics
/// Never while the tests pass: the document depends on nothing but the program.
#[must_use]
pub fn document() -> Value {
    let (_, generated) =
        App::new().into_utoipa_app().openapi(Document::openapi()).configure(super::routes).split_for_parts();
    let mut document = serde_json::to_value(generated).expect("the generated document is plain data");
    document["components"]["securitySchemes"] = json!({"bearer": {"type": "http", "scheme": "bearer",
        "description": "A key made by `pledgewatch keys create` or `POST /v1/keys`."}});
    schemas::flatten(&mut document);
    csv::add_operations(&mut document);
    let example = Example::new().expect("the examples are valid records");
    let named = document["components"]["schemas"].clone();
    let columns = Columns::new(&document, items());
    partial::allow_partial_items(&mut document);
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            csv::add_parameter(path, operation);
            complete(path, method, operation, &example);
            parameters::complete(operation, &named);
            parameters::name_columns(path, operation, &columns);
        }
    }
    document
}

/// The methods that each documented path offers, for 405 answers.
#[must_use]
pub fn methods(document: &Value) -> Vec<(String, String)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let allow = |item: &Value| {
        let mut methods = BTreeSet::from(["OPTIONS".to_owned()]);
        for method in item.as_object().into_iter().flat_map(Map::keys) {
            methods.insert(method.to_uppercase());
            if method == "get" {
                methods.insert("HEAD".to_owned());
            }
        }
        methods.into_iter().collect::<Vec<_>>().join(", ")
    };
    paths.map(|(path, item)| (path.clone(), allow(item))).collect()
}

/// Adds to an operation what follows from its path and its method: examples, failures, headers.
fn complete(path: &str, method: &str, operation: &mut Value, example: &Example) {
    let open = operation["security"].is_null();
    if open {
        operation["security"] = json!([]);
    }
    if let Some(body) = request_example(path, method) {
        if operation["requestBody"]["description"].is_null() {
            operation["requestBody"]["description"] = json!("The record.");
        }
        operation["requestBody"]["required"] = json!(true);
        operation["requestBody"]["content"]["application/json"]["example"] = body;
        if is_import(path) {
            operation["requestBody"]["content"]["text/csv"]["example"] = examples::reports_csv();
        }
    }
    if path.ends_with(".geojson")
        && let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut)
    {
        parameters.retain(|parameter| !ListQuery::OF_LISTS.iter().any(|name| parameter["name"] == *name));
    }
    for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
        complete_response(path, method, status, response, example);
    }
    if method != "get" && is_tagged(path) {
        let conditions = [
            ("If-Match", "Write only if the record still has this ETag, or, with `*`, if there is one."),
            ("If-None-Match", "With `*`: write only if there is no such record."),
        ];
        // What is not there cannot be withdrawn.
        for (name, description) in conditions.into_iter().take(if method == "delete" { 1 } else { 2 }) {
            let schema = match name {
                "If-Match" => json!({"anyOf": [{"type": "string", "enum": ["*"]},
                    {"type": "string", "pattern": "^\"[0-9a-f]{32}(-gzip|-br)?\"$"}]}),
                _ => json!({"type": "string", "enum": ["*"]}),
            };
            let parameter =
                json!({"name": name, "in": "header", "required": false, "description": description, "schema": schema});
            if let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) {
                parameters.push(parameter);
            }
        }
    }
    if takes_idempotency_key(path, method) {
        complete_idempotency(operation);
    }
    if is_stream(path)
        && let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut)
    {
        parameters.push(json!({"name": LAST_EVENT_ID, "in": "header", "required": false, "example": 812,
            "description": "Go on after this entry: the `id` of the last event that was received.",
            "schema": {"type": "integer", "format": "int64", "minimum": 0, "maximum": LAST_SEQUENCE}}));
    }
    if method == "get" && is_tagged(path) && !path.starts_with("/health") {
        operation["responses"]["304"] = json!({"description":
            "The client has it already (If-None-Match or, without it, If-Modified-Since)"});
    }
    for (status, codes) in failures(path, method, open) {
        operation["responses"][status.to_string()] = failure(status, &codes);
    }
}

/// Adds to a response that refuses nothing its example and its headers.
fn complete_response(path: &str, method: &str, status: &str, response: &mut Value, example: &Example) {
    for (kind, content) in response.get_mut("content").and_then(Value::as_object_mut).into_iter().flatten() {
        if kind.ends_with("json")
            && let Some(answer) = response_example(path, status, example)
        {
            content["example"] = answer;
        }
        if kind == "text/csv" {
            content["example"] = json!("id,…\r\n");
        }
        if kind == "text/event-stream" {
            content["example"] = json!(example.events());
        }
    }
    let suffix = path.rsplit_once('.').map(|(_, suffix)| suffix);
    let is_file = path.starts_with("/v1/templates") || suffix == Some("xlsx") || is_export(path);
    let has_tag = status != "204" && is_tagged(path);
    let is_read = method == "get" && has_tag && path.starts_with("/v1/");
    // What is read from the log, and what is made to be filled in, has no time of its own.
    let has_time =
        is_read && !path.contains("/changes") && !path.contains("/log/") && !path.starts_with("/v1/templates");
    let is_csv = suffix == Some("csv");
    let is_page = (is_csv && !is_file && !path.ends_with("/series.csv")) || path == "/v1/status.xlsx";
    let headers = [
        (has_tag, "ETag", "Changes only when the answer does; to be sent in If-None-Match."),
        (is_read, "Cache-Control", "Who may keep the answer, and for how long (RFC 9111, RFC 5861)."),
        (
            has_time,
            "Last-Modified",
            "It has not changed since; to be sent in If-Modified-Since by who has no ETag. Absent in the first \
            seconds after a change, and for the change log.",
        ),
        (is_file, "Content-Disposition", "The name to save it under."),
        (is_page, "Link", "Where the next page is (`rel=\"next\"`); absent at the end."),
        (status == "201", "Location", "Where it is read."),
    ];
    for (_, name, description) in headers.into_iter().filter(|(is_there, ..)| *is_there) {
        response["headers"][name] = header(description);
    }
}

fn header(description: &str) -> Value {
    json!({"description": description, "schema": {"type": "string"}})
}

/// Whether an operation takes a file, of which each row is a write of its own.
fn is_import(path: &str) -> bool {
    path.ends_with(":import")
}

/// Whether an operation writes records: of a key that is made twice, neither secret can be shown again.
fn takes_idempotency_key(path: &str, method: &str) -> bool {
    method != "get" && !path.starts_with("/v1/keys")
}

/// Adds the header by which the same request is known when it is sent again, and that of the answer then.
fn complete_idempotency(operation: &mut Value) {
    let description = "A word of your own for this request, such as a random UUID. Sent again with the same one, the \
        request is done once at the most, and its answer has Idempotency-Replayed; known for seven days.";
    if let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) {
        parameters.push(json!({"name": IDEMPOTENCY_KEY, "in": "header", "required": false, "description": description,
            "schema": {"type": "string", "pattern": "^[!-~]+$", "minLength": 1, "maxLength": IDEMPOTENCY_KEY_CHARACTERS}}));
    }
    for (_, response) in operation["responses"].as_object_mut().into_iter().flatten() {
        let message = "`true` if the same request had been done before: nothing was done now. The record is as it is now, \
            and has no ETag if others have changed it since.";
        response["headers"][IDEMPOTENCY_REPLAYED] = header(message);
    }
}

/// Whether an operation answers with events for as long as the client listens.
fn is_stream(path: &str) -> bool {
    path.ends_with("/stream")
}

/// Whether the answers of an operation have tags.
fn is_tagged(path: &str) -> bool {
    !path.starts_with("/v1/keys") && !is_import(path) && !is_stream(path)
}

/// Whether an operation answers with a file that is sent as it is made.
fn is_export(path: &str) -> bool {
    path.starts_with("/v1/export/")
}

/// The codes that an operation may be refused with, by status.
fn failures(path: &str, method: &str, open: bool) -> BTreeMap<u16, Vec<Code>> {
    let mut codes = vec![Code::InvalidQuery];
    if !path.starts_with("/health") {
        codes.push(Code::RateLimited);
    }
    let writes = method != "get";
    let has_body = matches!(method, "put" | "post");
    if !open {
        codes.extend([Code::Unauthorized, Code::Forbidden, Code::Unavailable, Code::Busy, Code::LogDiverged]);
        codes.extend(writes.then_some(Code::OutcomeUnknown));
    }
    if path.contains("/changes") || is_export(path) {
        codes.extend([Code::Unavailable, Code::LogDiverged]);
    }
    if path.starts_with("/v1/log/") {
        codes.push(Code::Unavailable);
    }
    if path == "/v1/log/head" {
        codes.push(Code::LogDiverged);
    }
    if is_stream(path) {
        codes.extend([Code::InvalidHeader, Code::NotFound, Code::Busy]);
    }
    let makes_city = method == "put" && path == "/v1/cities/{city}";
    let makes_network = method == "put" && path == "/v1/networks/{network}";
    if path.contains('{') && !makes_city && !makes_network {
        codes.push(Code::NotFound);
    }
    let of_city = path.contains("{city}") && !path.contains("/changes");
    if of_city || path.contains("{key}") || (path.contains("{network}") && !makes_network) {
        codes.push(Code::Gone);
    }
    if path.contains("{key}") && method == "delete" {
        codes.push(Code::InUse);
    }
    if has_body {
        codes.extend([Code::MalformedJson, Code::BodyTimeout, Code::BodyTooLarge, Code::UnsupportedMediaType]);
        codes.push(Code::InvalidInput);
    }
    if takes_idempotency_key(path, method) {
        codes.extend([Code::InvalidHeader, Code::IdempotencyKeyReused]);
    }
    if is_import(path) {
        codes.extend([Code::ImportRefused, Code::PreconditionFailed]);
    }
    // Their cities are named in the query.
    if path.starts_with("/v1/templates") || path.starts_with("/v1/compare") {
        codes.extend([Code::NotFound, Code::Gone]);
    }
    if writes && !is_import(path) && !path.starts_with("/v1/keys") {
        codes.extend([Code::InvalidHeader, Code::PreconditionFailed, Code::ReasonRequired]);
        if makes_city {
            codes.push(Code::IdentifierTaken);
        }
        if method == "put" && ["/baselines/", "/targets/"].iter().any(|part| path.contains(part)) {
            codes.push(Code::TooManyRecords);
        }
        // Nothing names a report, a statement or a membership.
        let is_named = !["/reports", "/statement", "/members"].iter().any(|part| path.contains(part));
        if method == "delete" && is_named {
            codes.push(Code::InUse);
        }
    }
    let plain = ["/changes", "/health", "/templates", "/export/", "/log/"].iter().any(|part| path.contains(part));
    let pages = !writes && !plain;
    let is_record = path.ends_with('}') || path.ends_with("/workbook.xlsx") || path.ends_with("/statement");
    if pages && !is_record {
        codes.push(Code::InvalidInput);
    }
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in codes {
        let known = by_status.entry(code.status().as_u16()).or_default();
        if !known.contains(&code) {
            known.push(code);
        }
    }
    by_status
}

/// The answer that refuses with one of `codes`.
fn failure(status: u16, codes: &[Code]) -> Value {
    let meanings: Vec<String> = codes.iter().map(|code| format!("`{}`: {}", code.as_str(), code.title())).collect();
    let first = codes.first().copied().unwrap_or(Code::Internal);
    let problem = serde_json::to_value(Problem::new(first, first.meaning()).document()).unwrap_or_default();
    let mut response = json!({"description": meanings.join("; "), "content": {"application/problem+json": {
        "schema": {"$ref": "#/components/schemas/Problem"}, "example": problem}}});
    if matches!(status, 429 | 503) {
        response["headers"]["Retry-After"] = json!({"description": "Seconds to wait before the next try",
            "schema": {"type": "integer", "minimum": 1, "example": RETRY_AFTER_SECONDS}});
    }
    if status == 401 {
        response["headers"]["WWW-Authenticate"] = header("How to send a key.");
    }
    response
}

/// What a request's body may be.
fn request_example(path: &str, method: &str) -> Option<Value> {
    match (method, path) {
        ("put", "/v1/cities/{city}") => Some(examples::city()),
        ("put", "/v1/cities/{city}/baselines/{baseline}") => Some(examples::baseline()),
        ("put", "/v1/cities/{city}/targets/{target}") => Some(examples::target()),
        ("put", "/v1/cities/{city}/reports/{year}") => Some(examples::report()),
        ("put", "/v1/cities/{city}/statement") => Some(examples::statement()),
        ("post", "/v1/cities/{city}/reports:import") => Some(examples::reports()),
        ("put", "/v1/networks/{network}") => Some(examples::network()),
        ("put", "/v1/networks/{network}/members/{city}") => Some(examples::member()),
        ("post", "/v1/keys") => Some(examples::key()),
        ("post", "/v1/keys/{key}:rotate") => Some(examples::rotation()),
        _ => None,
    }
}

/// What an answer may be.
fn response_example(path: &str, status: &str, example: &Example) -> Option<Value> {
    match path {
        "/v1/cities" => Some(examples::list_of(example.city_item())),
        "/v1/cities.geojson" => Some(example.city_features()),
        "/v1/export/{what}.ndjson" => Some(json!(format!("{}\n", example.status_item()))),
        "/v1/cities/{city}" => Some(example.record(Kind::City)),
        "/v1/cities/{city}/baselines" => Some(examples::list_of(example.record(Kind::Baseline))),
        "/v1/cities/{city}/baselines/{baseline}" => Some(example.record(Kind::Baseline)),
        "/v1/cities/{city}/targets" => Some(examples::list_of(example.record(Kind::Target))),
        "/v1/cities/{city}/targets/{target}" => Some(example.record(Kind::Target)),
        "/v1/cities/{city}/reports" => Some(examples::list_of(example.record(Kind::Report))),
        "/v1/cities/{city}/reports/{year}" => Some(example.record(Kind::Report)),
        "/v1/cities/{city}/statement" => Some(example.record(Kind::Statement)),
        "/v1/cities/{city}/reports:import" => Some(examples::import_answer()),
        "/v1/cities/{city}/status" => Some(example.status()),
        "/v1/cities/{city}/series" => Some(example.series()),
        "/v1/status" => Some(examples::list_of(example.status_item())),
        "/v1/rankings" => Some(example.ranking()),
        "/v1/compare" => Some(example.comparison()),
        "/v1/summary" => Some(examples::list_of(example.summary_item())),
        "/v1/networks/{network}/progress" => Some(example.progress()),
        "/v1/networks" => Some(examples::list_of(example.record(Kind::Network))),
        "/v1/networks/{network}" => Some(example.record(Kind::Network)),
        "/v1/networks/{network}/members" => Some(examples::list_of(example.record(Kind::Member))),
        "/v1/networks/{network}/members/{city}" => Some(example.record(Kind::Member)),
        "/v1/cities/{city}/changes" | "/v1/changes" => Some(example.changes()),
        "/v1/log/head" => Some(example.signed_head()),
        "/v1/log/key" => Some(examples::log_key()),
        "/v1/keys" if status == "201" => Some(examples::new_key_answer()),
        "/v1/keys" => Some(examples::list_of(examples::key_answer())),
        "/v1/keys/{key}" => Some(examples::key_answer()),
        "/v1/keys/{key}:rotate" => Some(examples::rotated_key_answer()),
        "/health/live" => Some(json!({"status": "up"})),
        "/health/ready" => Some(json!({"status": "up", "sequence": 812, "parts": {"reads": {"status": "up"},
            "database": {"status": "up"}, "writer": {"status": "up"}, "log": {"status": "up"},
            "clock": {"status": "up"}}})),
        _ => None,
    }
}
