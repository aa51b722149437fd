//! Every refusal that the specification documents is provoked, and answered as it says.

use std::collections::BTreeSet;
use std::io::Read;

use reqwest::blocking::RequestBuilder;
use serde_json::{Value, json};

use crate::support::{Answer, Service, city, faults, send};

/// What cannot be provoked here: the first two are tested where the database is taken away and where a
/// body is sent slowly, the third takes a withdrawal in the same instant.
const TESTED_ELSEWHERE: &[(&str, u16)] = &[("*", 503), ("*", 408), ("putCity", 410)];

/// An operation, and the addresses at which it is refused for what is recorded there.
pub struct Row {
    pub operation: &'static str,
    /// Where it works.
    pub here: &'static str,
    /// Where nothing was ever recorded.
    pub missing: &'static [&'static str],
    /// Where something was withdrawn.
    pub gone: &'static [&'static str],
}

const fn row(
    operation: &'static str,
    here: &'static str,
    missing: &'static [&'static str],
    gone: &'static [&'static str],
) -> Row {
    Row { operation, here, missing, gone }
}

/// `{key}` and `{revoked}` stand for the ids of two keys.
#[rustfmt::skip]
pub const ROWS: &[Row] = &[
    row("getLive", "/health/live", &[], &[]),
    row("getReady", "/health/ready", &[], &[]),
    row("listChanges", "/v1/changes", &[], &[]),
    row("listChangesCsv", "/v1/changes.csv", &[], &[]),
    row("getLogHead", "/v1/log/head", &[], &[]),
    row("getLogKey", "/v1/log/key", &[], &[]),
    row("streamChanges", "/v1/changes/stream", &["/v1/changes/stream?city=nowhere", "/v1/changes/stream?city=Not-an-id"], &[]),
    row("listCities", "/v1/cities", &[], &[]),
    row("listCitiesCsv", "/v1/cities.csv", &[], &[]),
    row("mapCities", "/v1/cities.geojson", &[], &[]),
    row("exportCsv", "/v1/export/reports.csv", &["/v1/export/nothing.csv", "/v1/export/keys.csv"], &[]),
    row("exportNdjson", "/v1/export/changes.ndjson", &["/v1/export/nothing.ndjson", "/v1/export/Cities.ndjson"], &[]),
    row("getCity", "/v1/cities/us-los-angeles", &["/v1/cities/nowhere", "/v1/cities/Not-an-id"], &["/v1/cities/us-gone"]),
    row("putCity", "/v1/cities/us-los-angeles", &[], &[]),
    row("withdrawCity", "/v1/cities/us-los-angeles", &["/v1/cities/nowhere", "/v1/cities/Not-an-id"], &["/v1/cities/us-gone"]),
    row("listBaselines", "/v1/cities/us-los-angeles/baselines", &["/v1/cities/nowhere/baselines"], &["/v1/cities/us-gone/baselines"]),
    row("listBaselinesCsv", "/v1/cities/us-los-angeles/baselines.csv", &["/v1/cities/nowhere/baselines.csv"], &["/v1/cities/us-gone/baselines.csv"]),
    row("getBaseline", "/v1/cities/us-los-angeles/baselines/1990",
        &["/v1/cities/us-los-angeles/baselines/nothing", "/v1/cities/nowhere/baselines/1990"],
        &["/v1/cities/us-los-angeles/baselines/gone", "/v1/cities/us-gone/baselines/1990"]),
    row("putBaseline", "/v1/cities/us-los-angeles/baselines/1990", &["/v1/cities/nowhere/baselines/1990"], &["/v1/cities/us-gone/baselines/1990"]),
    row("withdrawBaseline", "/v1/cities/us-los-angeles/baselines/1990",
        &["/v1/cities/us-los-angeles/baselines/nothing", "/v1/cities/nowhere/baselines/1990"],
        &["/v1/cities/us-los-angeles/baselines/gone", "/v1/cities/us-gone/baselines/1990"]),
    row("listTargets", "/v1/cities/us-los-angeles/targets", &["/v1/cities/nowhere/targets"], &["/v1/cities/us-gone/targets"]),
    row("listTargetsCsv", "/v1/cities/us-los-angeles/targets.csv", &["/v1/cities/nowhere/targets.csv"], &["/v1/cities/us-gone/targets.csv"]),
    row("getTarget", "/v1/cities/us-los-angeles/targets/2025-half",
        &["/v1/cities/us-los-angeles/targets/nothing", "/v1/cities/nowhere/targets/2025-half"],
        &["/v1/cities/us-los-angeles/targets/gone", "/v1/cities/us-gone/targets/2025-half"]),
    row("putTarget", "/v1/cities/us-los-angeles/targets/2025-half", &["/v1/cities/nowhere/targets/2025-half"], &["/v1/cities/us-gone/targets/2025-half"]),
    row("withdrawTarget", "/v1/cities/us-los-angeles/targets/2025-half",
        &["/v1/cities/us-los-angeles/targets/nothing", "/v1/cities/nowhere/targets/2025-half"],
        &["/v1/cities/us-los-angeles/targets/gone", "/v1/cities/us-gone/targets/2025-half"]),
    row("listReports", "/v1/cities/us-los-angeles/reports", &["/v1/cities/nowhere/reports"], &["/v1/cities/us-gone/reports"]),
    row("listReportsCsv", "/v1/cities/us-los-angeles/reports.csv", &["/v1/cities/nowhere/reports.csv"], &["/v1/cities/us-gone/reports.csv"]),
    row("getReport", "/v1/cities/us-los-angeles/reports/2020",
        &["/v1/cities/us-los-angeles/reports/1999", "/v1/cities/us-los-angeles/reports/02020", "/v1/cities/us-los-angeles/reports/soon", "/v1/cities/nowhere/reports/2020"],
        &["/v1/cities/us-los-angeles/reports/2000", "/v1/cities/us-gone/reports/2020", "/v1/cities/us-gone/reports/soon"]),
    row("putReport", "/v1/cities/us-los-angeles/reports/2020", &["/v1/cities/nowhere/reports/2020"], &["/v1/cities/us-gone/reports/2020"]),
    row("withdrawReport", "/v1/cities/us-los-angeles/reports/2020",
        &["/v1/cities/us-los-angeles/reports/1999", "/v1/cities/us-los-angeles/reports/02020", "/v1/cities/us-los-angeles/reports/soon", "/v1/cities/nowhere/reports/2020"],
        &["/v1/cities/us-los-angeles/reports/2000", "/v1/cities/us-gone/reports/2020", "/v1/cities/us-gone/reports/soon"]),
    row("importReports", "/v1/cities/us-los-angeles/reports:import", &["/v1/cities/nowhere/reports:import"], &["/v1/cities/us-gone/reports:import"]),
    row("getReportsTemplate", "/v1/templates/reports.xlsx", &["/v1/templates/reports.xlsx?city=nowhere"], &["/v1/templates/reports.xlsx?city=us-gone"]),
    row("getReportsTemplateCsv", "/v1/templates/reports.csv", &["/v1/templates/reports.csv?city=nowhere"], &["/v1/templates/reports.csv?city=us-gone"]),
    row("getLinesTemplateCsv", "/v1/templates/lines.csv", &["/v1/templates/lines.csv?city=nowhere"], &["/v1/templates/lines.csv?city=us-gone"]),
    row("getStatement", "/v1/cities/us-los-angeles/statement",
        &["/v1/cities/us-quiet/statement", "/v1/cities/nowhere/statement"], &["/v1/cities/us-silent/statement", "/v1/cities/us-gone/statement"]),
    row("putStatement", "/v1/cities/us-los-angeles/statement", &["/v1/cities/nowhere/statement"], &["/v1/cities/us-gone/statement"]),
    row("withdrawStatement", "/v1/cities/us-los-angeles/statement",
        &["/v1/cities/us-quiet/statement", "/v1/cities/nowhere/statement"], &["/v1/cities/us-silent/statement", "/v1/cities/us-gone/statement"]),
    row("getStatus", "/v1/cities/us-los-angeles/status",
        &["/v1/cities/nowhere/status", "/v1/cities/us-los-angeles/status?as_of=2026-11-22"],
        &["/v1/cities/us-gone/status", "/v1/cities/us-gone/status?judged_on=2026-11-23"]),
    row("getSeries", "/v1/cities/us-los-angeles/series",
        &["/v1/cities/nowhere/series", "/v1/cities/us-los-angeles/series?as_of=2026-11-22", "/v1/cities/us-los-angeles/series?target=nothing"],
        &["/v1/cities/us-gone/series", "/v1/cities/us-gone/series?judged_on=2026-11-23"]),
    row("getSeriesCsv", "/v1/cities/us-los-angeles/series.csv", &["/v1/cities/nowhere/series.csv"], &["/v1/cities/us-gone/series.csv"]),
    row("listCityChanges", "/v1/cities/us-los-angeles/changes", &["/v1/cities/nowhere/changes"], &[]),
    row("listCityChangesCsv", "/v1/cities/us-los-angeles/changes.csv", &["/v1/cities/nowhere/changes.csv"], &[]),
    row("listStatus", "/v1/status", &[], &[]),
    row("listStatusCsv", "/v1/status.csv", &[], &[]),
    row("listRankings", "/v1/rankings", &[], &[]),
    row("listRankingsCsv", "/v1/rankings.csv", &[], &[]),
    row("listSummary", "/v1/summary", &[], &[]),
    row("listSummaryCsv", "/v1/summary.csv", &[], &[]),
    row("getProgress", "/v1/networks/c40/progress", &["/v1/networks/nothing/progress"], &["/v1/networks/gone/progress"]),
    row("listNetworks", "/v1/networks", &[], &[]),
    row("listNetworksCsv", "/v1/networks.csv", &[], &[]),
    row("getNetwork", "/v1/networks/c40", &["/v1/networks/nothing", "/v1/networks/Not-an-id"], &["/v1/networks/gone"]),
    row("putNetwork", "/v1/networks/c40", &[], &[]),
    row("withdrawNetwork", "/v1/networks/c40", &["/v1/networks/nothing", "/v1/networks/Not-an-id"], &["/v1/networks/gone"]),
    row("listMembers", "/v1/networks/c40/members", &["/v1/networks/nothing/members"], &["/v1/networks/gone/members"]),
    row("listMembersCsv", "/v1/networks/c40/members.csv", &["/v1/networks/nothing/members.csv"], &["/v1/networks/gone/members.csv"]),
    row("getMember", "/v1/networks/c40/members/us-los-angeles",
        &["/v1/networks/c40/members/us-quiet", "/v1/networks/c40/members/nowhere", "/v1/networks/nothing/members/us-los-angeles"],
        &["/v1/networks/c40/members/us-silent", "/v1/networks/c40/members/us-gone", "/v1/networks/gone/members/us-los-angeles"]),
    row("putMember", "/v1/networks/c40/members/us-los-angeles",
        &["/v1/networks/c40/members/nowhere", "/v1/networks/nothing/members/us-los-angeles"],
        &["/v1/networks/c40/members/us-gone", "/v1/networks/gone/members/us-los-angeles"]),
    row("withdrawMember", "/v1/networks/c40/members/us-los-angeles",
        &["/v1/networks/c40/members/us-quiet", "/v1/networks/c40/members/nowhere", "/v1/networks/nothing/members/us-los-angeles"],
        &["/v1/networks/c40/members/us-silent", "/v1/networks/c40/members/us-gone", "/v1/networks/gone/members/us-los-angeles"]),
    row("listKeys", "/v1/keys", &[], &[]),
    row("createKey", "/v1/keys", &[], &[]),
    row("getKey", "/v1/keys/{key}", &["/v1/keys/nothing"], &["/v1/keys/{revoked}"]),
    row("rotateKey", "/v1/keys/{key}:rotate", &["/v1/keys/nothing:rotate"], &["/v1/keys/{revoked}:rotate"]),
    row("revokeKey", "/v1/keys/{key}", &["/v1/keys/nothing"], &["/v1/keys/{revoked}"]),
];

/// An operation as the specification has it.
pub struct Operation {
    pub id: String,
    pub path: String,
    pub method: String,
    pub secured: bool,
    conditional: bool,
    /// The example of its body, if it has one; valid for the city of the examples.
    body: Option<Value>,
    /// Every status and code that it may be refused with.
    refusals: BTreeSet<(u16, String)>,
}

impl Operation {
    fn has(&self, code: &str) -> bool {
        self.refusals.iter().any(|(_, documented)| documented == code)
    }
}

/// The operations of the served specification.
fn operations(document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let responses = operation["responses"].as_object().unwrap().iter();
            let refused = responses.filter(|(status, _)| status.starts_with(['4', '5']));
            // A description is `code`: title; `code`: title.
            let codes = refused.flat_map(|(status, response)| {
                let words = response["description"].as_str().unwrap().split('`').skip(1).step_by(2);
                words.map(|code| (status.parse().unwrap(), code.to_owned())).collect::<Vec<_>>()
            });
            operations.push(Operation {
                id: operation["operationId"].as_str().unwrap().to_owned(),
                path: path.clone(),
                method: method.to_uppercase(),
                secured: !operation["security"].as_array().unwrap().is_empty(),
                conditional: parameters.into_iter().any(|parameter| parameter["name"] == "If-Match"),
                body: operation.pointer("/requestBody/content/application~1json/example").cloned(),
                refusals: codes.collect(),
            });
        }
    }
    operations
}

/// A service in which there is something to refuse.
pub struct World {
    pub service: Service,
    pub operations: Vec<Operation>,
    /// The secret of a key that is bound to another city.
    pub stranger: String,
    /// The secret and the id of a key that was revoked.
    pub revoked: (String, String),
    /// The id of a valid key.
    key: String,
}

impl World {
    /// One with the city of the specification's examples, and a copy of it that was withdrawn.
    pub fn new() -> Self {
        let service = Service::start();
        let operations = operations(&service.json("/openapi.json"));
        let example = |id: &str| operations.iter().find(|o| o.id == id).and_then(|o| o.body.clone()).unwrap();
        service.record("/v1/cities/us-los-angeles", &example("putCity"));
        for (path, operation) in [
            ("baselines/1990", "putBaseline"),
            ("baselines/gone", "putBaseline"),
            ("targets/2025-half", "putTarget"),
            ("targets/gone", "putTarget"),
            ("reports/2020", "putReport"),
            ("reports/2000", "putReport"),
            ("statement", "putStatement"),
        ] {
            service.record(&format!("/v1/cities/us-los-angeles/{path}"), &example(operation));
        }
        service.record("/v1/cities/us-gone", &city("Gone"));
        service.record("/v1/cities/us-gone/baselines/1990", &example("putBaseline"));
        service.record("/v1/cities/us-quiet", &city("Quiet"));
        service.record("/v1/cities/us-silent", &city("Silent"));
        service.record("/v1/cities/us-silent/statement", &json!({"text": "We said something."}));
        for network in ["c40", "gone"] {
            service.record(&format!("/v1/networks/{network}"), &example("putNetwork"));
        }
        for member in ["us-los-angeles", "us-silent"] {
            service.record(&format!("/v1/networks/c40/members/{member}"), &example("putMember"));
        }
        for path in [
            "cities/us-gone",
            "cities/us-los-angeles/baselines/gone",
            "cities/us-los-angeles/targets/gone",
            "cities/us-los-angeles/reports/2000",
            "cities/us-silent/statement",
            "networks/gone",
            "networks/c40/members/us-silent",
        ] {
            let answer = service.delete(&format!("/v1/{path}?reason=a+test"), &service.admin);
            assert_eq!(answer.status, 204, "{}", answer.text);
        }
        let stranger = service.reporter(&["us-elsewhere"]);
        let make = |label: &str| {
            let new = json!({"label": label, "role": "reporter", "cities": ["us-los-angeles"]});
            let key = service.post("/v1/keys", &service.admin, &new).json();
            (key["secret"].as_str().unwrap().to_owned(), key["id"].as_str().unwrap().to_owned())
        };
        let (revoked, (_, key)) = (make("revoked"), make("valid"));
        assert_eq!(service.delete(&format!("/v1/keys/{}", revoked.1), &service.admin).status, 204);
        World { service, operations, stranger, revoked, key }
    }

    fn operation(&self, id: &str) -> &Operation {
        self.operations.iter().find(|operation| operation.id == id).unwrap_or_else(|| panic!("there is no {id}"))
    }

    /// A request without key and body.
    pub fn bare(&self, operation: &Operation, path: &str) -> RequestBuilder {
        let path = path.replace("{key}", &self.key).replace("{revoked}", &self.revoked.1);
        self.service.request(&operation.method, &path)
    }

    /// A request with the administrator's key where one is needed, but without body.
    fn keyed(&self, operation: &Operation, path: &str) -> RequestBuilder {
        let bare = self.bare(operation, path);
        if operation.secured { bare.bearer_auth(&self.service.admin) } else { bare }
    }

    /// A request that is itself in order; a withdrawal has its reason.
    fn whole(&self, operation: &Operation, path: &str) -> RequestBuilder {
        match &operation.body {
            Some(body) => self.keyed(operation, path).json(body),
            None if operation.conditional => self.keyed(operation, &format!("{path}?reason=a+test")),
            None => self.keyed(operation, path),
        }
    }
}

/// A request, and how it is to be refused.
struct Refusal {
    operation: String,
    status: u16,
    code: &'static str,
    request: RequestBuilder,
}

/// What is refused at the addresses of the table, whoever asks.
fn by_address(world: &World) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for row in ROWS {
        let operation = world.operation(row.operation);
        let mut refuse = |status, code, request| {
            refusals.push(Refusal { operation: operation.id.clone(), status, code, request });
        };
        for path in row.missing {
            refuse(404, "not_found", world.whole(operation, path));
        }
        for path in row.gone {
            refuse(410, "gone", world.whole(operation, path));
        }
        refuse(400, "invalid_query", world.keyed(operation, &format!("{}?nonsense=1", row.here)));
        if operation.id == "streamChanges" {
            for after in ["", "-1", "many", "9007199254740992", "1&after=2"] {
                refuse(400, "invalid_query", world.bare(operation, &format!("{}?after={after}", row.here)));
            }
            for id in ["", "-1", "+1", "1.0", "many", "\u{e9}", "9007199254740992", "1, 2"] {
                refuse(400, "invalid_header", world.bare(operation, row.here).header("last-event-id", id));
            }
            let twice = world.bare(operation, row.here).header("last-event-id", "1").header("last-event-id", "2");
            refuse(400, "invalid_header", twice);
        }
        if operation.secured {
            let key = |scheme, secret: &str| {
                world.bare(operation, row.here).header("authorization", format!("{scheme} {secret}"))
            };
            let admin = &world.service.admin;
            refuse(401, "unauthorized", world.bare(operation, row.here));
            refuse(401, "unauthorized", key("Basic", admin));
            refuse(401, "unauthorized", key("Bearer", ""));
            refuse(401, "unauthorized", key("Bearer", "pwk_unknown"));
            refuse(401, "unauthorized", key("Bearer", &world.revoked.0));
            refuse(403, "forbidden", key("Bearer", &world.stranger));
        }
        if operation.conditional {
            let with = |name, value: &str| world.whole(operation, row.here).header(name, value);
            refuse(400, "invalid_header", with("if-match", "no-quotation-marks"));
            refuse(400, "invalid_header", with("if-none-match", "\"a-tag\""));
            refuse(412, "precondition_failed", with("if-match", "*").header("if-none-match", "*"));
            refuse(412, "precondition_failed", with("if-match", "\"stale\""));
            if operation.method == "PUT" {
                refuse(412, "precondition_failed", with("if-none-match", "*"));
            }
        }
        if let Some(body) = &operation.body {
            let typed = |media_type: &str| world.keyed(operation, row.here).header("content-type", media_type);
            let json = || typed("application/json");
            for broken in ["", "{", "{\"name\": NaN}", "{\"population\": 1e400}", "{} {}"] {
                refuse(400, "malformed_json", json().body(broken));
            }
            // Files are written by programs that begin them with a byte order mark.
            if operation.id != "importReports" {
                refuse(400, "malformed_json", json().body("\u{feff}{}"));
            }
            refuse(400, "malformed_json", json().body(vec![b'"', 0xff, b'"']));
            refuse(400, "malformed_json", json().body(r#"{"source": {"title": "one", "title": "two"}}"#));
            let most = if operation.id == "importReports" { 5 * 1024 * 1024 } else { 64 * 1024 };
            refuse(413, "body_too_large", json().body(" ".repeat(most + 1)));
            let unsized_body = reqwest::blocking::Body::new(std::io::repeat(b' ').take(most as u64 + 1));
            refuse(413, "body_too_large", json().body(unsized_body));
            refuse(415, "unsupported_media_type", world.keyed(operation, row.here).body(body.to_string()));
            refuse(415, "unsupported_media_type", typed("text/plain").body(body.to_string()));
            refuse(415, "unsupported_media_type", json().header("content-encoding", "gzip").body(body.to_string()));
            refuse(422, "invalid_input", json().body("[]"));
        }
    }
    refusals
}

/// What is refused for its query or its body by some operations only: status, code, operation, query, body.
fn by_content(world: &World) -> Vec<Refusal> {
    world.service.record("/v1/cities/us-los-angeles/targets/2030", &{
        let mut target = world.operation("putTarget").body.clone().unwrap();
        target["standing"] = json!("superseded");
        target["superseded_by"] = json!("2025-half");
        target
    });
    world.service.record("/v1/cities/us-part", &{
        let mut part = city("Part");
        part["part_of"] = json!("us-los-angeles");
        part["locode"] = json!("US PRT");
        part["identifiers"] = json!({"cdp": "1"});
        part
    });
    let nothing = Value::Null;
    let locode = json!({"name": "Los Angeles", "country": "US", "locode": "US PRT", "reason": "a test"});
    let identifier = json!({"name": "Los Angeles", "country": "US", "identifiers": {"cdp": "1"}, "reason": "a test"});
    let mut cases = vec![
        (409, "identifier_taken", "putCity", "", locode),
        (409, "identifier_taken", "putCity", "", identifier),
        (409, "in_use", "withdrawCity", "?reason=a+test", nothing.clone()),
        (409, "in_use", "withdrawBaseline", "?reason=a+test", nothing.clone()),
        (409, "in_use", "withdrawTarget", "?reason=a+test", nothing.clone()),
        (409, "in_use", "withdrawNetwork", "?reason=a+test", nothing.clone()),
        (422, "invalid_input", "listCities", "?country=us", nothing.clone()),
        (422, "invalid_input", "listCities", "?network=gone", nothing.clone()),
        (422, "invalid_input", "listCitiesCsv", "?country=ZZ", nothing.clone()),
        (422, "invalid_input", "mapCities", "?network=gone", nothing.clone()),
        (400, "invalid_query", "mapCities", "?limit=500", nothing.clone()),
        (400, "invalid_query", "exportCsv", "?limit=500", nothing.clone()),
        (422, "invalid_input", "listStatus", "?population_min=5&population_max=4", nothing.clone()),
        (422, "invalid_input", "listCities", "?population_min=-1", nothing.clone()),
        (422, "invalid_input", "listCitiesCsv", "?population_max=-1", nothing.clone()),
        (422, "invalid_input", "listStatus", "?population_max=1000000001", nothing.clone()),
        (422, "invalid_input", "listRankings", "?population_min=-1&population_max=-1", nothing.clone()),
        (422, "invalid_input", "listRankings", "?by=per_person", nothing.clone()),
        (422, "invalid_input", "listRankings", "?by=per_person&level=own", nothing.clone()),
        (422, "invalid_input", "getProgress", "?level=own", nothing.clone()),
        (422, "invalid_input", "getProgress", "?year=1969", nothing.clone()),
        (422, "invalid_input", "getStatus", "?as_of=2026-11-24", nothing.clone()),
        (422, "invalid_input", "getSeries", "?sequence=1000000", nothing.clone()),
        (422, "invalid_input", "getSeriesCsv", "?method=0", nothing.clone()),
        (422, "import_refused", "importReports", "", json!([{"year": 2020}])),
        (422, "invalid_input", "rotateKey", "", json!({"overlap_hours": 721})),
        (422, "invalid_input", "revokeKey", "?reason=+", nothing.clone()),
        (
            412,
            "precondition_failed",
            "importReports",
            "?unchanged_since=0&reason=a+test",
            json!([{"year": 2020, "totals": {"basic": 1}, "source": {"title": "A test"}}]),
        ),
    ];
    for operation in &world.operations {
        if operation.has("reason_required") {
            match &operation.body {
                Some(body) => {
                    let mut changed = body.clone();
                    match operation.id.as_str() {
                        "putCity" => changed = json!({"name": "Another", "country": "US"}),
                        "putStatement" => changed = json!({"text": "Another"}),
                        _ => changed["source"]["title"] = json!("Another"),
                    }
                    cases.push((422, "reason_required", &operation.id, "", changed));
                }
                None => {
                    cases.push((422, "reason_required", &operation.id, "", nothing.clone()));
                    cases.push((422, "invalid_input", &operation.id, "?reason=+", nothing.clone()));
                    cases.push((422, "invalid_input", &operation.id, "?reason=a%0Atest", nothing.clone()));
                }
            }
        } else if operation.id.starts_with("list") {
            for query in ["?limit=0", "?limit=501", "?limit=many", "?limit=1&limit=2"] {
                cases.push((400, "invalid_query", &operation.id, query, nothing.clone()));
            }
            if !operation.path.contains("/changes") {
                cases.push((422, "invalid_input", &operation.id, "?cursor=0011223344", nothing.clone()));
                cases.push((422, "invalid_input", &operation.id, "?fields=colour", nothing.clone()));
            }
        }
    }
    let request = |(status, code, id, query, body): (u16, &'static str, &str, &str, Value)| {
        let operation = world.operation(id);
        let here = ROWS.iter().find(|row| row.operation == id).unwrap().here;
        let request = world.keyed(operation, &format!("{here}{query}"));
        let request = if body.is_null() { request } else { request.json(&body) };
        Refusal { operation: id.to_owned(), status, code, request }
    };
    let mut refusals: Vec<Refusal> = cases.into_iter().map(request).collect();
    refusals.extend(by_idempotency_key(world));
    refusals.extend(by_number(world));
    let keys = send(world.service.request("GET", "/v1/keys").bearer_auth(&world.service.admin)).json();
    let own = keys["items"].as_array().unwrap().iter().find(|key| key["role"] == "admin").unwrap();
    let path = format!("/v1/keys/{}", own["id"].as_str().unwrap());
    let request = world.keyed(world.operation("revokeKey"), &path);
    refusals.push(Refusal { operation: "revokeKey".to_owned(), status: 409, code: "in_use", request });
    refusals
}

/// What is refused where there are as many as there may be.
fn by_number(world: &World) -> Vec<Refusal> {
    world.service.record("/v1/cities/us-full", &city("Full"));
    let kinds = [("baselines", "putBaseline"), ("targets", "putTarget")];
    let fill = |(kind, id): (&str, &str)| {
        let operation = world.operation(id);
        let body = operation.body.clone().unwrap();
        for number in 0..100 {
            let id = if (kind, number) == ("baselines", 0) { "1990".to_owned() } else { format!("number-{number}") };
            world.service.record(&format!("/v1/cities/us-full/{kind}/{id}"), &body);
        }
        let request = world.whole(operation, &format!("/v1/cities/us-full/{kind}/one-more"));
        Refusal { operation: id.to_owned(), status: 422, code: "too_many_records", request }
    };
    kinds.into_iter().map(fill).collect()
}

/// What is refused for its `Idempotency-Key`.
fn by_idempotency_key(world: &World) -> Vec<Refusal> {
    let put = world.service.request("PUT", "/v1/cities/us-used").bearer_auth(&world.service.admin);
    assert_eq!(send(put.header("idempotency-key", "used").json(&city("Used"))).status, 201);
    let mut refusals = Vec::new();
    for operation in world.operations.iter().filter(|operation| operation.has("idempotency_key_reused")) {
        let here = ROWS.iter().find(|row| row.operation == operation.id).unwrap().here;
        let query = if operation.method == "DELETE" { "?reason=a+test" } else { "" };
        let report = json!([{"year": 2020, "totals": {"basic": 1}, "source": {"title": "A test"}}]);
        let body = if operation.id == "importReports" { Some(report) } else { operation.body.clone() };
        for (status, code, token) in [(422, "idempotency_key_reused", "used"), (400, "invalid_header", "with space")] {
            let request = world.keyed(operation, &format!("{here}{query}")).header("idempotency-key", token);
            let request = body.iter().fold(request, |request, body| request.json(body));
            refusals.push(Refusal { operation: operation.id.clone(), status, code, request });
        }
    }
    refusals
}

/// What every problem document is like.
fn check(operation: &str, answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{operation} ({code}): {}", answer.text);
    answer.assert_problem(status, code);
    assert_eq!(answer.header("cache-control"), "no-store", "{operation}");
    match status {
        401 => assert!(answer.header("www-authenticate").starts_with("Bearer"), "{operation}"),
        422 => assert!(!faults(answer).is_empty(), "{operation}: {}", answer.text),
        429 | 503 => {
            let wait: u64 = answer.header("retry-after").parse().unwrap();
            assert!((1..=60).contains(&wait), "{operation}: {wait}");
        }
        _ => {}
    }
}

#[test]
fn every_documented_refusal_happens_and_no_other() {
    let world = World::new();
    let mut met = rate_limited(&world.operations);
    for Refusal { operation, status, code, request } in by_address(&world).into_iter().chain(by_content(&world)) {
        check(&operation, &send(request), status, code);
        met.insert((operation, status, code.to_owned()));
    }
    let elsewhere = |operation: &str, status: u16| {
        TESTED_ELSEWHERE.iter().any(|(id, code)| (*id == "*" || *id == operation) && *code == status)
    };
    let documented: BTreeSet<(String, u16, String)> = world
        .operations
        .iter()
        .flat_map(|operation| {
            operation.refusals.iter().map(|(status, code)| (operation.id.clone(), *status, code.clone()))
        })
        .filter(|(operation, status, _)| !elsewhere(operation, *status))
        .collect();
    let untested: Vec<_> = documented.difference(&met).collect();
    let undocumented: Vec<_> = met.difference(&documented).collect();
    assert!(untested.is_empty() && undocumented.is_empty(), "untested {untested:?}, undocumented {undocumented:?}");
    for (_, _, code) in &met {
        let page = world.service.get(&format!("/problems/{code}"));
        assert_eq!(page.status, 200, "{code}");
        assert!(page.header("content-type").starts_with("text/html"), "{code}");
        assert!(page.text.contains(code), "{code}");
    }
    assert_eq!(world.service.get("/problems/nonsense").status, 404);
}

/// Tries every operation of two services that take one request a minute.
fn rate_limited(operations: &[Operation]) -> BTreeSet<(String, u16, String)> {
    let mut met = BTreeSet::new();
    let slow_reads = Service::with(&["--reads-per-minute", "1"]);
    let slow_writes = Service::with(&["--writes-per-minute", "1"]);
    assert_eq!(slow_reads.get("/v1/cities").status, 200);
    assert_eq!(send(slow_writes.request("GET", "/v1/keys").bearer_auth(&slow_writes.admin)).status, 200);
    for operation in operations {
        let row = ROWS.iter().find(|row| row.operation == operation.id);
        let here = row.unwrap_or_else(|| panic!("{} has no test", operation.id)).here;
        if operation.path.starts_with("/health") {
            assert_eq!(slow_reads.get(here).status, 200, "health is never refused");
            continue;
        }
        let service = if operation.method == "GET" { &slow_reads } else { &slow_writes };
        let answer = send(service.request(&operation.method, here).bearer_auth(&service.admin));
        check(&operation.id, &answer, 429, "rate_limited");
        met.insert((operation.id.clone(), 429, "rate_limited".to_owned()));
    }
    let key = send(slow_writes.request("GET", "/v1/keys/nothing").bearer_auth(&slow_writes.admin));
    check("getKey", &key, 429, "rate_limited");
    met
}

#[test]
fn one_key_over_its_rate_does_not_stop_another() {
    let service = Service::with(&["--writes-per-minute", "2"]);
    let made = service.reporter(&["us-here"]);
    service.record("/v1/cities/us-here", &city("Here"));
    service.put("/v1/cities/us-here", &service.admin, &city("Here")).assert_problem(429, "rate_limited");
    let answer = service.put("/v1/cities/us-here/baselines/1990", &made, &crate::support::baseline(1990, 10.0));
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(service.get("/v1/cities/us-here").status, 200);
}

#[test]
fn undeclared_methods_are_answered_with_those_that_there_are() {
    let world = World::new();
    let paths: BTreeSet<&str> = world.operations.iter().map(|operation| operation.path.as_str()).collect();
    for path in paths {
        let here: Vec<&Operation> = world.operations.iter().filter(|operation| operation.path == path).collect();
        let mut allowed: BTreeSet<&str> = here.iter().map(|operation| operation.method.as_str()).collect();
        allowed.insert("OPTIONS");
        if allowed.contains("GET") {
            allowed.insert("HEAD");
        }
        let address = ROWS.iter().find(|row| row.operation == here[0].id).unwrap().here;
        for method in ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "TRACE", "PROPFIND", "BREW"] {
            if allowed.contains(method) {
                continue;
            }
            let answer =
                send(world.service.request(method, address).bearer_auth(&world.service.admin).json(&json!({})));
            // An answer to HEAD has no body to look at.
            if method == "HEAD" {
                assert_eq!(answer.status, 405, "{path}");
            } else {
                check(path, &answer, 405, "method_not_allowed");
            }
            let told: BTreeSet<&str> = answer.header("allow").split(", ").collect();
            assert_eq!(told, allowed, "{method} {path}");
        }
        let options = send(world.service.request("OPTIONS", address));
        assert_eq!(options.status, 204, "{path}");
        assert_eq!(options.header("allow").split(", ").collect::<BTreeSet<_>>(), allowed, "{path}");
    }
}

#[test]
fn addresses_that_nothing_answers_are_refused_alike() {
    let service = Service::start();
    for path in [
        "/nothing",
        "/v1",
        "/v1/keys/a:b",
        "/v1/keys/a%3Ab",
        "/v1/",
        "/v1/nothing",
        "/v2/cities",
        "/v1/cities/",
        "/v1/cities/us-here/nothing",
        "/v1/cities//status",
    ] {
        for method in ["GET", "PUT", "DELETE"] {
            check(path, &send(service.request(method, path)), 404, "not_found");
        }
    }
}

/// Who may not write learns nothing: not whether the record exists, and nothing of the request is looked at.
#[test]
fn a_refused_key_learns_nothing() {
    let world = World::new();
    let marked = json!({"name": "marker-of-the-body", "totals": {"marker-of-the-body": "marker-of-the-body"}});
    for operation in world.operations.iter().filter(|operation| operation.secured) {
        let row = ROWS.iter().find(|row| row.operation == operation.id).unwrap();
        for (key, status, code) in [("pwk_unknown", 401, "unauthorized"), (world.stranger.as_str(), 403, "forbidden")] {
            let ask = |path: &str| world.bare(operation, path).bearer_auth(key);
            let first = send(ask(row.here).json(&marked));
            check(&operation.id, &first, status, code);
            for word in ["marker-of-the-body", "los-angeles", "Los Angeles", "1990"] {
                assert!(!first.text.contains(word), "{}: {}", operation.id, first.text);
            }
            let elsewhere = row.missing.iter().chain(row.gone).chain([&row.here]);
            for path in elsewhere {
                let wrong_everywhere = || ask(&format!("{path}?nonsense=1")).header("if-match", "nonsense");
                for request in [
                    ask(path).json(&marked),
                    ask(path),
                    wrong_everywhere().header("content-type", "text/plain").body("nonsense"),
                    wrong_everywhere().json(&json!([])).header("content-encoding", "gzip"),
                ] {
                    let answer = send(request);
                    check(&operation.id, &answer, status, code);
                    assert_eq!(answer.text, first.text, "{} {path}", operation.id);
                }
            }
        }
    }
}

#[test]
fn a_city_that_is_not_recorded_is_refused_to_strangers_like_one_that_is() {
    let world = World::new();
    let body = crate::support::baseline(1990, 10.0);
    let at = |city: &str| world.service.put(&format!("/v1/cities/{city}/baselines/1990"), &world.stranger, &body);
    let known = at("us-los-angeles");
    known.assert_problem(403, "forbidden");
    for city in ["nowhere", "us-gone", "Not-an-id", "%00"] {
        assert_eq!(at(city).text, known.text, "{city}");
    }
    at("us-elsewhere").assert_problem(404, "not_found");
}
