//! Reading: tags and conditions, encodings, other origins, pages, filters, CSV, and the log with its chain.

use std::collections::BTreeSet;
use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::blocking::RequestBuilder;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use pledgewatch::answers::body::COMPRESS_FROM_BYTES;

use crate::support::{Answer, Service, baseline, city, folded, inventory, send, target};

const LOS_ANGELES: &str = "/v1/cities/us-los-angeles";

/// Every read that needs no key, of the demo.
const READS: &[&str] = &[
    "/v1/cities",
    "/v1/cities.csv",
    "/v1/cities.geojson",
    "/v1/cities/us-los-angeles",
    "/v1/cities/us-los-angeles/baselines",
    "/v1/cities/us-los-angeles/baselines.csv",
    "/v1/cities/us-los-angeles/baselines/1990",
    "/v1/cities/us-los-angeles/targets",
    "/v1/cities/us-los-angeles/targets.csv",
    "/v1/cities/us-los-angeles/targets/2025-half",
    "/v1/cities/us-los-angeles/reports",
    "/v1/cities/us-los-angeles/reports.csv",
    "/v1/cities/us-los-angeles/reports/2020",
    "/v1/cities/us-los-angeles/status",
    "/v1/cities/us-los-angeles/changes",
    "/v1/cities/us-los-angeles/changes.csv",
    "/v1/status",
    "/v1/status.csv",
    "/v1/rankings",
    "/v1/rankings.csv",
    "/v1/summary",
    "/v1/summary.csv",
    "/v1/changes",
    "/v1/changes.csv",
    "/openapi.json",
];

/// How long an answer may be kept: what is of one record is asked for each time.
fn kept(path: &str) -> &'static str {
    let is_record = path.matches('/').count() == 5 || [LOS_ANGELES, "/openapi.json"].contains(&path);
    if is_record {
        "public, no-cache"
    } else {
        "public, max-age=0, s-maxage=10, stale-while-revalidate=60, stale-if-error=86400"
    }
}

fn with(service: &Service, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let add = |request: RequestBuilder, (name, value): &(&str, &str)| request.header(*name, *value);
    send(headers.iter().fold(service.request(method, path), add))
}

/// The items of a list.
fn items(list: &Value) -> &Vec<Value> {
    list["items"].as_array().unwrap()
}

fn ids(list: &[Value]) -> Vec<String> {
    list.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// Walks all pages of a list.
fn walk(service: &Service, path: &str, limit: usize) -> Vec<Value> {
    let joint = if path.contains('?') { '&' } else { '?' };
    let first = format!("{path}{joint}limit={limit}");
    let mut page = service.json(&first);
    let mut all = items(&page).clone();
    while let Some(next) = page["next"].as_str() {
        page = service.json(&format!("{first}&cursor={next}"));
        assert!(!items(&page).is_empty() && items(&page).len() <= limit, "{page}");
        all.extend(items(&page).clone());
    }
    assert!(page.get("next").is_none());
    all
}

#[test]
fn a_client_that_has_an_answer_is_told_so() {
    let service = Service::with(&["--demo"]);
    for path in READS {
        let got = service.get(path);
        let tag = got.header("etag");
        assert_eq!(got.status, 200, "{path}");
        assert!(tag.len() > 2 && tag.starts_with('"') && tag.ends_with('"'), "{path}: {tag} is not a strong tag");
        assert_eq!(got.header("vary"), "Accept-Encoding", "{path}");
        assert_eq!(got.header("cache-control"), kept(path), "{path}");
        for known in [tag.to_owned(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
            let again = with(&service, "GET", path, &[("if-none-match", &known)]);
            assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""), "{path} {known}");
            assert_eq!(again.header("etag"), tag, "{path}");
            assert_eq!(again.header("vary"), "Accept-Encoding", "{path}");
            assert_eq!(again.header("cache-control"), kept(path), "{path}");
        }
        for other in ["\"other\"", tag.trim_matches('"'), ""] {
            assert_eq!(with(&service, "GET", path, &[("if-none-match", other)]).status, 200, "{path} {other}");
        }
        assert_eq!(service.get(path).header("etag"), tag, "{path}: the same answer has the same tag");
    }
}

#[test]
fn every_encoding_has_its_own_tag_and_the_same_content() {
    let service = Service::with(&["--demo"]);
    for path in READS {
        let plain = service.get(path);
        if plain.text.len() < COMPRESS_FROM_BYTES {
            let answer = with(&service, "GET", path, &[("accept-encoding", "gzip, br")]);
            assert_eq!((answer.headers.get("content-encoding"), answer.text), (None, plain.text), "{path}");
            continue;
        }
        let mut tags = BTreeSet::from([plain.header("etag").to_owned()]);
        for encoding in ["gzip", "br"] {
            let answer = service.request("GET", path).header("accept-encoding", encoding).send().unwrap();
            let headers = answer.headers().clone();
            let bytes = answer.bytes().unwrap();
            assert_eq!(headers["content-encoding"], encoding, "{path}");
            assert_eq!(headers["content-type"], plain.headers["content-type"], "{path}");
            assert_eq!(headers["vary"], "Accept-Encoding");
            let mut decoded = String::new();
            match encoding {
                "gzip" => flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut decoded).unwrap(),
                _ => brotli::Decompressor::new(&bytes[..], 4096).read_to_string(&mut decoded).unwrap(),
            };
            assert_eq!(decoded, plain.text, "{path} {encoding}");
            assert!(bytes.len() < plain.text.len(), "{path} {encoding} is not smaller");

            let tag = headers["etag"].to_str().unwrap().to_owned();
            let again = with(&service, "GET", path, &[("accept-encoding", encoding), ("if-none-match", &tag)]);
            assert_eq!((again.status.as_u16(), again.header("etag")), (304, tag.as_str()), "{path} {encoding}");
            assert!(tags.insert(tag), "{path}: two encodings have one tag");
        }
    }
    let encoding = |accept: &str| {
        let answer = service
            .request("GET", "/v1/cities/us-los-angeles/status")
            .header("accept-encoding", accept)
            .send()
            .unwrap();
        answer.headers().get("content-encoding").map(|name| name.to_str().unwrap().to_owned())
    };
    assert_eq!(encoding("gzip, br").as_deref(), Some("br"));
    assert_eq!(encoding("gzip;q=1, br;q=0.5").as_deref(), Some("gzip"));
    assert_eq!(encoding("br;q=0, gzip;q=0"), None);
    assert_eq!(encoding("identity"), None);
    assert_eq!(encoding("zstd"), None);
    assert_eq!(encoding(""), None);
}

#[test]
fn head_tells_what_get_would() {
    let service = Service::with(&["--demo"]);
    // From then on every answer says since when it is as it is.
    crate::support::eventually("a time", || service.get("/v1/cities").headers.contains_key("last-modified"));
    for path in READS.iter().copied().chain(["/", "/style.css", "/health/live", "/health/ready", "/v1/nothing"]) {
        for encoding in ["identity", "gzip", "br"] {
            let answer = |method: &str| {
                let answer = service.request(method, path).header("accept-encoding", encoding).send().unwrap();
                let status = answer.status();
                let mut headers = answer.headers().clone();
                headers.remove("date");
                headers.remove("x-request-id");
                (status, headers, answer.bytes().unwrap())
            };
            let ((status, headers, body), (head_status, head_headers, head_body)) = (answer("GET"), answer("HEAD"));
            assert_eq!((head_status, &head_headers), (status, &headers), "{path} {encoding}");
            assert_eq!(headers["content-length"], body.len().to_string(), "{path} {encoding}");
            assert!(head_body.is_empty(), "{path}");
        }
    }
}

#[test]
fn health_is_never_kept() {
    let service = Service::start();
    for path in ["/health/live", "/health/ready"] {
        let answer = service.get(path);
        assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"), "{path}");
        assert_eq!(answer.json()["status"], "up");
    }
}

#[test]
fn pages_of_any_origin_may_read() {
    let service = Service::with(&["--demo"]);
    let origin = ("origin", "https://dashboard.example");
    for path in READS.iter().copied().chain(["/v1/nothing", "/v1/cities?colour=red"]) {
        let answer = with(&service, "GET", path, &[origin]);
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
        assert!(answer.header("access-control-expose-headers").to_lowercase().contains("etag"), "{path}");
        assert!(answer.headers.get("access-control-allow-credentials").is_none(), "{path}");
    }
    let preflight = |method: &str, headers: &str| {
        let asked = [origin, ("access-control-request-method", method), ("access-control-request-headers", headers)];
        with(&service, "OPTIONS", LOS_ANGELES, &asked)
    };
    let granted = preflight("GET", "if-none-match");
    assert!(granted.status.is_success(), "{}", granted.status);
    assert_eq!(granted.header("access-control-allow-origin"), "*");
    assert!(granted.header("access-control-allow-methods").contains("GET"));
    let headers = granted.header("access-control-allow-headers").to_lowercase();
    assert!(headers.contains("if-none-match") && headers.contains("last-event-id"), "{headers}");
    // Writing from another page is not invited.
    let refused = preflight("PUT", "authorization");
    assert_eq!(refused.status, 204);
    assert!(!refused.header("access-control-allow-methods").contains("PUT"), "{:?}", refused.headers);
}

#[test]
fn an_address_tells_its_methods() {
    let service = Service::start();
    service.record("/v1/cities/us-somewhere", &city("Somewhere"));
    for (path, allow) in [
        ("/v1/cities", "GET, HEAD, OPTIONS"),
        ("/v1/cities.csv", "GET, HEAD, OPTIONS"),
        ("/v1/cities/us-somewhere", "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("/v1/cities/us-somewhere/reports", "GET, HEAD, OPTIONS"),
        ("/v1/cities/us-somewhere/reports.csv", "GET, HEAD, OPTIONS"),
        ("/v1/cities/us-somewhere/reports/2020", "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("/v1/cities/us-somewhere/statement", "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("/v1/cities/us-somewhere/status", "GET, HEAD, OPTIONS"),
        ("/v1/networks", "GET, HEAD, OPTIONS"),
        ("/v1/networks/c40", "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("/v1/networks/c40/members.csv", "GET, HEAD, OPTIONS"),
        ("/v1/networks/c40/members/us-somewhere", "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("/v1/changes", "GET, HEAD, OPTIONS"),
        ("/v1/keys", "GET, HEAD, OPTIONS, POST"),
        ("/health/live", "GET, HEAD, OPTIONS"),
        ("/openapi.json", "GET, HEAD, OPTIONS"),
        ("/", "GET, HEAD, OPTIONS"),
    ] {
        let options = with(&service, "OPTIONS", path, &[]);
        assert_eq!((options.status.as_u16(), options.header("allow")), (204, allow), "{path}");
        let patch = with(&service, "PATCH", path, &[]);
        patch.assert_problem(405, "method_not_allowed");
        assert_eq!(patch.header("allow"), allow, "{path}");
    }
    with(&service, "OPTIONS", "/v1/nothing", &[]).assert_problem(404, "not_found");
}

#[test]
fn pages_together_are_the_list() {
    let service = Service::with(&["--demo"]);
    for path in [
        "/v1/cities",
        "/v1/cities?sort=name",
        "/v1/cities?country=US",
        "/v1/cities/us-los-angeles/baselines",
        "/v1/cities/us-los-angeles/targets",
        "/v1/cities/us-los-angeles/reports",
    ] {
        let whole = walk(&service, path, 500);
        assert!(whole.len() > 1, "{path}");
        for limit in [1, 2, 7] {
            assert_eq!(walk(&service, path, limit), whole, "{path} by {limit}");
        }
        let total = &service.json(path)["total"];
        assert_eq!(*total, whole.len(), "{path}");
        let sorted = ids(&whole).is_sorted();
        assert!(sorted || path.contains("sort=name"), "{path}");
    }
}

#[test]
fn no_row_is_served_twice_while_others_are_added() {
    let service = Service::with(&["--demo"]);
    let before = ids(&walk(&service, "/v1/cities", 500));
    let walked = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // Before, between and behind those that are there.
            for number in 0.. {
                if walked.load(Ordering::Relaxed) {
                    break;
                }
                let prefix = ["aa", "gb", "pl", "zz"][number % 4];
                service.record(&format!("/v1/cities/{prefix}-new-{number}"), &city("New"));
            }
        });
        for limit in [1, 3] {
            let seen = ids(&walk(&service, "/v1/cities", limit));
            let once: BTreeSet<&String> = seen.iter().collect();
            assert_eq!(once.len(), seen.len(), "a city was served twice");
            assert!(before.iter().all(|id| once.contains(id)), "a city was left out");
        }
        walked.store(true, Ordering::Relaxed);
    });
    assert!(service.json("/v1/cities")["total"].as_u64().unwrap() > before.len() as u64);
}

#[test]
fn a_cursor_belongs_to_its_list() {
    let service = Service::with(&["--demo"]);
    let next = |path: &str| service.json(path)["next"].as_str().unwrap().to_owned();
    let cursor = next("/v1/cities?country=US&limit=1");
    let targets = next("/v1/cities/us-los-angeles/targets?limit=1");
    for path in [
        format!("/v1/cities?cursor={cursor}"),
        format!("/v1/cities?country=CA&cursor={cursor}"),
        format!("/v1/cities?country=US&sort=name&cursor={cursor}"),
        format!("/v1/cities.csv?country=CA&cursor={cursor}"),
        format!("/v1/cities?country=US&cursor={targets}"),
        format!("/v1/cities/ca-toronto/targets?cursor={targets}"),
        format!("/v1/cities/us-los-angeles/reports?cursor={targets}"),
        "/v1/cities?cursor=00".to_owned(),
        "/v1/cities?cursor=x".to_owned(),
        "/v1/cities?cursor=".to_owned(),
    ] {
        let problem = service.get(&path).assert_problem(422, "invalid_input");
        assert_eq!(problem["errors"][0]["pointer"], "/cursor", "{path}");
    }
    // The limit may change from page to page.
    assert_eq!(service.get(&format!("/v1/cities?country=US&limit=3&cursor={cursor}")).status, 200);
}

#[test]
fn a_page_has_1_to_500_rows() {
    let service = Service::with(&["--demo"]);
    for list in ["/v1/cities", "/v1/cities.csv", "/v1/cities/us-los-angeles/reports", "/v1/changes", "/v1/changes.csv"]
    {
        for limit in ["0", "501", "-1", "ten", "1.5", "", "99999999999999999999"] {
            service.get(&format!("{list}?limit={limit}")).assert_problem(400, "invalid_query");
        }
        assert_eq!(service.get(&format!("{list}?limit=500")).status, 200);
    }
    assert_eq!(items(&service.json("/v1/cities?limit=1")).len(), 1);
    assert_eq!(items(&service.json("/v1/changes")).len(), 50);
}

/// Every combination of one choice of each filter; the first choice is to leave the filter out.
fn combinations(filters: &[(&'static str, &[&'static str])]) -> Vec<Vec<(&'static str, &'static str)>> {
    let Some(((name, values), rest)) = filters.split_first() else { return vec![Vec::new()] };
    let others = combinations(rest);
    let with = values.iter().flat_map(|value| {
        others.iter().map(|other| std::iter::once((*name, *value)).chain(other.iter().copied()).collect())
    });
    others.iter().cloned().chain(with).collect()
}

/// Whether a reader of the whole list would take the city.
fn takes(city: &Value, (name, value): (&str, &str)) -> bool {
    match name {
        "country" => city["country"] == value,
        "verdict" | "confidence" => city["headline"][name] == value,
        "q" => folded(city["name"].as_str().unwrap()).contains(&folded(value)),
        _ => value.split(',').any(|id| city["id"] == id),
    }
}

#[test]
fn filters_take_what_a_reader_of_the_whole_list_would() {
    let service = Service::with(&["--demo"]);
    let whole = items(&service.json("/v1/cities?limit=500")).clone();
    let verdicts = [
        "on_track",
        "behind",
        "off_track",
        "moving_away",
        "missed",
        "achieved",
        "unreported",
        "outdated",
        "not_comparable",
        "insufficient_data",
        "not_judged",
    ];
    let mut answers = BTreeSet::new();
    for filters in combinations(&[
        ("country", &["US", "CO", "FR"]),
        ("verdict", &verdicts),
        ("confidence", &["high", "medium", "low"]),
        ("q", &["bogota", "AN"]),
        ("ids", &["us-los-angeles,co-bogota,xx-nothing,us-portland"]),
    ]) {
        let query = filters.iter().map(|(name, value)| format!("&{name}={value}")).collect::<Vec<_>>().concat();
        let taken = whole.iter().filter(|city| filters.iter().all(|filter| takes(city, *filter)));
        let expected: Vec<Value> = taken.cloned().collect();
        let answer = service.json(&format!("/v1/cities?limit=500{query}"));
        assert_eq!(*items(&answer), expected, "{query}");
        assert_eq!(answer["total"], expected.len(), "{query}");
        answers.insert(ids(&expected));
    }
    assert!(answers.len() > 15, "the filters hardly tell cities apart");
}

#[test]
fn names_are_found_and_sorted_with_or_without_accents() {
    let service = Service::start();
    for (id, name) in [("aa", "Zürich"), ("bb", "Ålesund"), ("cc", "zagreb"), ("dd", "Bogotá"), ("ee", "Ärmelkanal")]
    {
        service.record(&format!("/v1/cities/{id}"), &city(name));
    }
    for q in ["bogota", "BOGOTÁ", "Bogota%CC%81", "gOt"] {
        assert_eq!(ids(items(&service.json(&format!("/v1/cities?q={q}")))), ["dd"], "{q}");
    }
    assert_eq!(ids(items(&service.json("/v1/cities?sort=name"))), ["bb", "ee", "dd", "cc", "aa"]);
    assert_eq!(ids(items(&service.json("/v1/cities?sort=id"))), ["aa", "bb", "cc", "dd", "ee"]);
    assert_eq!(service.json("/v1/cities?q=nowhere"), json!({"items": [], "total": 0}));
}

#[test]
fn a_parameter_that_there_is_not_is_refused_by_name() {
    let service = Service::with(&["--demo"]);
    for path in READS.iter().copied().chain(["/health/live", "/health/ready"]) {
        let problem = service.get(&format!("{path}?colour=red")).assert_problem(400, "invalid_query");
        assert!(problem["detail"].as_str().unwrap().contains("colour"), "{path}: {problem}");
    }
    for query in ["sort=size", "limit=1&limit=2", "ids=Los+Angeles", "ids="] {
        service.get(&format!("/v1/cities?{query}")).assert_problem(400, "invalid_query");
    }
    for country in ["XX", "us", "USA", ""] {
        let problem = service.get(&format!("/v1/cities?country={country}")).assert_problem(422, "invalid_input");
        assert_eq!(problem["errors"][0]["pointer"], "/country", "{country}");
    }
    let many = |number: usize| (0..number).map(|n| format!("id-{n}")).collect::<Vec<_>>().join(",");
    assert_eq!(service.get(&format!("/v1/cities?ids={}", many(500))).status, 200);
    service.get(&format!("/v1/cities?ids={}", many(501))).assert_problem(400, "invalid_query");
}

/// The leaves of a row: paths of members, and what a cell should say.
fn leaves(row: &Value, path: &str, columns: &[String], found: &mut Vec<(String, String)>) {
    match row {
        Value::Object(members) if !columns.iter().any(|column| column == path) => {
            for (name, value) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                leaves(value, &path, columns, found);
            }
        }
        Value::String(text) => found.push((path.to_owned(), text.clone())),
        Value::Array(elements) => {
            let word = |element: &Value| Some(element.as_str().or(element["code"].as_str())?.to_owned());
            let words: Option<Vec<String>> = elements.iter().map(word).collect();
            found.push((path.to_owned(), words.map_or(row.to_string(), |words| words.join(";"))));
        }
        other => found.push((path.to_owned(), other.to_string())),
    }
}

/// The rows of a CSV list, each with its cells that are not empty, by column.
fn rows(answer: &Answer) -> (Vec<String>, Vec<Vec<(String, String)>>) {
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8", "{}", answer.text);
    let mut reader = csv::Reader::from_reader(answer.text.as_bytes());
    let columns: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows = reader.records().map(|record| {
        let record = record.unwrap();
        let cells = columns.iter().cloned().zip(record.iter().map(str::to_owned));
        cells.filter(|(_, text)| !text.is_empty()).collect()
    });
    let rows = rows.collect();
    (columns, rows)
}

#[test]
fn csv_has_the_same_rows_as_json() {
    let service = Service::with(&["--demo"]);
    for path in [
        "/v1/cities",
        "/v1/cities/us-los-angeles/baselines",
        "/v1/cities/us-los-angeles/targets",
        "/v1/cities/us-los-angeles/reports",
        "/v1/cities/us-los-angeles/changes",
        "/v1/status",
        "/v1/summary",
        "/v1/changes",
    ] {
        for query in ["limit=500", "limit=3"] {
            let json = service.json(&format!("{path}?{query}"));
            let (columns, rows) = rows(&service.get(&format!("{path}.csv?{query}")));
            let once: BTreeSet<&String> = columns.iter().collect();
            assert_eq!(once.len(), columns.len(), "{path}: a column is there twice");
            assert_eq!(rows.len(), items(&json).len(), "{path}");
            for (item, mut row) in items(&json).iter().zip(rows) {
                let mut expected = Vec::new();
                leaves(item, "", &columns, &mut expected);
                expected.retain(|(_, text)| !text.is_empty());
                expected.sort();
                row.sort();
                assert_eq!(row, expected, "{path}");
            }
        }
    }
    let json = service.json("/v1/cities?sort=name&country=US&limit=2");
    let next = json["next"].as_str().unwrap();
    let query = format!("sort=name&country=US&limit=2&cursor={next}");
    let (_, page) = rows(&service.get(&format!("/v1/cities.csv?{query}")));
    let told: Vec<String> =
        page.iter().map(|row| row.iter().find(|(name, _)| name == "id").unwrap().1.clone()).collect();
    assert_eq!(told, ids(items(&service.json(&format!("/v1/cities?{query}")))));
}

#[test]
fn readers_are_told_what_may_be_a_slip_while_it_seems_to_be() {
    let service = Service::start();
    let place = "/v1/cities/us-somewhere";
    service.record(place, &city("Somewhere"));
    service.record(&format!("{place}/baselines/1990"), &baseline(1990, 1000.0));
    service.record(&format!("{place}/targets/half"), &target("1990", 50.0, 2030));
    service.record(&format!("{place}/reports/2019"), &inventory(900.0));
    let mut doubtful = inventory(600.0);
    // Of another level, which the target does not speak of.
    doubtful["totals"]["scope_1_2"] = json!(700);
    doubtful["totals"]["scope_1_2_3"] = json!(650);
    doubtful["gases"] = json!(["co2", "ch4"]);
    service.record(&format!("{place}/reports/2020"), &doubtful);

    let codes = |report: &Value| -> Vec<String> {
        let warnings = report["warnings"].as_array().unwrap().iter();
        warnings.map(|warning| warning["code"].as_str().unwrap().to_owned()).collect()
    };
    let expected = ["total_jump", "scopes_above_total"];
    assert_eq!(codes(&service.json(&format!("{place}/reports/2020"))), expected);
    assert_eq!(codes(&items(&service.json(&format!("{place}/reports")))[1]), expected);
    let cell = |path: &str, column: &str| {
        let (_, rows) = rows(&service.get(path));
        rows.into_iter()
            .filter_map(|row| row.into_iter().find(|(name, _)| name == column))
            .map(|(_, text)| text)
            .next_back()
    };
    let reports = format!("{place}/reports.csv");
    assert_eq!(cell(&reports, "warnings").as_deref(), Some("total_jump;scopes_above_total"));
    assert_eq!(cell(&reports, "gases").as_deref(), Some("co2;ch4"));

    let status = service.json(&format!("{place}/status"));
    let judged = &status["targets"][0];
    assert_eq!(judged["judged"]["warnings"], json!(["total_jump"]));
    assert_eq!(judged["figures"][1]["warnings"], json!(["total_jump"]));
    assert!(judged["figures"][0].get("warnings").is_none() && judged["baseline"].get("warnings").is_none());
    let series = service.json(&format!("{place}/series"));
    let told: Vec<&Value> =
        series["rows"].as_array().unwrap().iter().filter(|row| row.get("warnings").is_some()).collect();
    assert_eq!((told.len(), &told[0]["year"], &told[0]["warnings"]), (1, &json!(2020), &json!(["total_jump"])));
    assert_eq!(cell(&format!("{place}/series.csv"), "warnings").as_deref(), Some("total_jump"));

    let mut restated = inventory(700.0);
    restated["reason"] = json!("The slip was in the year before");
    service.record(&format!("{place}/reports/2019"), &restated);
    assert_eq!(codes(&service.json(&format!("{place}/reports/2020"))), ["scopes_above_total"]);
    assert_eq!(cell(&reports, "warnings").as_deref(), Some("scopes_above_total"));
    let now = service.json(&format!("{place}/status"));
    assert!(now["targets"][0]["judged"].get("warnings").is_none(), "{now}");
    // As it stood then, the doubt stays.
    let then = service.json(status["permalink"].as_str().unwrap());
    assert_eq!(then["targets"][0]["judged"]["warnings"], json!(["total_jump"]));
}

#[test]
fn no_cell_is_run_as_a_formula() {
    let service = Service::start();
    let begins = ['=', '+', '-', '@', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}'];
    let plain = ["plain", "a \"quoted\", name", "'quoted", "A=1"].map(str::to_owned);
    let risky = begins.iter().flat_map(|begin| [format!("{begin}1+1"), format!("{begin}HYPERLINK(\"x\",\"y\")")]);
    let names: Vec<String> = risky.chain(plain).collect();
    for (number, name) in names.iter().enumerate() {
        let body = json!({"name": name, "country": "US", "region": "=2", "longitude": -118.5, "latitude": 1});
        service.record(&format!("/v1/cities/city-{number:02}"), &body);
    }
    let json = service.json("/v1/cities");
    let (columns, rows) = rows(&service.get("/v1/cities.csv"));
    assert!(columns.iter().all(|column| !column.starts_with(['=', '+', '-', '@'])));
    for ((name, item), row) in names.iter().zip(items(&json)).zip(rows) {
        let cell = |column: &str| row.iter().find(|(name, _)| name == column).unwrap().1.clone();
        assert_eq!(item["name"], *name, "JSON stays as it was recorded");
        let risky = name.starts_with(begins);
        assert_eq!(cell("name"), if risky { format!("'{name}") } else { name.clone() });
        assert_eq!(cell("region"), "'=2");
        // A number is no text, and stays one.
        assert_eq!(cell("longitude"), "-118.5");
        for (column, text) in &row {
            assert!(!text.starts_with(['=', '+', '@', '\t', '\r']), "{column}: {text}");
        }
    }
}

/// Records two cities with every kind of change.
fn record_history(service: &Service) {
    for place in ["/v1/cities/us-one", "/v1/cities/us-two"] {
        service.record(place, &city("Zoë's \"Town\"\\ \u{1F3D9} </script>"));
        service.record(&format!("{place}/baselines/1990"), &baseline(1990, 1234.567));
        service.record(&format!("{place}/targets/half"), &target("1990", 33.3333, 2030));
        service.record(&format!("{place}/reports/2020"), &inventory(1e11));
        let mut restated = inventory(0.001);
        restated["reason"] = json!("Größer – «gezählt»");
        service.record(&format!("{place}/reports/2020"), &restated);
        // The same again is no change.
        service.record(&format!("{place}/reports/2020"), &restated);
        assert_eq!(service.delete(&format!("{place}/reports/2020?reason=Wrong"), &service.admin).status, 204);
        restated["reason"] = json!("Right after all");
        service.record(&format!("{place}/reports/2020"), &restated);
    }
}

#[test]
fn the_log_is_read_by_pages() {
    let service = Service::start();
    record_history(&service);
    let whole = service.json("/v1/changes?limit=500");
    assert_eq!((whole["total"].as_u64(), whole.get("next")), (Some(14), None));
    let sequences: Vec<i64> = items(&whole).iter().map(|change| change["sequence"].as_i64().unwrap()).collect();
    assert_eq!(sequences, (1..=14).collect::<Vec<_>>());
    for (path, all) in [
        ("/v1/changes", items(&whole).clone()),
        ("/v1/cities/us-two/changes", {
            items(&whole).iter().filter(|change| change["city"] == "us-two").cloned().collect()
        }),
    ] {
        for limit in [1, 3, 7, 500] {
            let mut page = service.json(&format!("{path}?limit={limit}"));
            let mut walked = items(&page).clone();
            while let Some(next) = page["next"].as_i64() {
                page = service.json(&format!("{path}?limit={limit}&after={next}"));
                assert!(!items(&page).is_empty());
                walked.extend(items(&page).clone());
            }
            assert_eq!(walked, all, "{path} by {limit}");
            assert_eq!(page["total"], all.len(), "{path}");
        }
    }
    assert_eq!(items(&service.json("/v1/changes?after=12")).len(), 2);
    for nothing in ["/v1/changes?after=14", "/v1/changes?after=9007199254740991", "/v1/cities/us-one/changes?after=7"] {
        let page = service.json(nothing);
        assert_eq!((items(&page).len(), page.get("next")), (0, None), "{nothing}");
    }
    for bad in ["after=-1", "after=x", "cursor=00"] {
        service.get(&format!("/v1/changes?{bad}")).assert_problem(400, "invalid_query");
    }
    service.get("/v1/cities/us-three/changes").assert_problem(404, "not_found");
}

#[test]
fn a_change_tells_what_was_before_and_after() {
    let service = Service::start();
    record_history(&service);
    let changes = service.json("/v1/cities/us-one/changes");
    let of = |id: &str| items(&changes).iter().filter(|change| change["id"] == id).cloned().collect::<Vec<_>>();
    let report = of("2020");
    let told: Vec<_> =
        report.iter().map(|c| (c["action"].as_str().unwrap(), c["revision"].as_i64().unwrap())).collect();
    assert_eq!(told, [("create", 1), ("revise", 2), ("withdraw", 3), ("create", 4)]);
    assert!(report[0].get("before").is_none() && report[0].get("reason").is_none());
    assert_eq!(report[1]["before"], report[0]["after"]);
    assert_eq!(report[1]["reason"], "Größer – «gezählt»");
    assert_eq!(report[1]["after"]["totals"]["basic"], 0.001);
    assert_eq!(report[2]["before"], report[1]["after"]);
    assert!(report[2].get("after").is_none() && report[3].get("before").is_none());
    assert!(items(&changes).iter().all(|change| change["actor"] == "the tests" && change["city"] == "us-one"));
}

fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// JSON with sorted members and no white space.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            let members: Vec<String> =
                sorted.into_iter().map(|(name, value)| format!("{}:{}", json!(name), canonical(value))).collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(values) => format!("[{}]", values.iter().map(canonical).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

/// Checks the chain by the documented rule, from what is served alone.
fn check_chain(service: &Service) -> usize {
    let (mut previous, mut after, mut entries) = ("0".repeat(64), 0, 0);
    loop {
        let page = service.json(&format!("/v1/changes?limit=100&after={after}"));
        for change in items(&page) {
            let body: serde_json::Map<String, Value> = ["after", "key", "reason"]
                .into_iter()
                .filter_map(|name| Some((name.to_owned(), change.get(name)?.clone())))
                .collect();
            assert_eq!(change["body_hash"], sha256(&canonical(&Value::Object(body))), "{change}");
            let word = |name: &str| match &change[name] {
                Value::String(text) => text.clone(),
                // A network belongs to no city.
                Value::Null => String::new(),
                other => other.to_string(),
            };
            let names = [
                "previous_hash",
                "sequence",
                "recorded_at",
                "actor",
                "kind",
                "city",
                "id",
                "action",
                "revision",
                "body_hash",
            ];
            assert_eq!(word("previous_hash"), previous, "{change}");
            assert_eq!(word("hash"), sha256(&names.map(word).join("\n")), "{change}");
            previous = word("hash");
            entries += 1;
            assert_eq!(word("sequence"), entries.to_string());
        }
        match page["next"].as_i64() {
            Some(next) => after = next,
            None => return entries,
        }
    }
}

#[test]
fn anyone_can_check_the_chain() {
    let service = Service::start();
    record_history(&service);
    assert_eq!(check_chain(&service), 14);
    let demo = Service::with(&["--demo"]);
    assert!(check_chain(&demo) > 300);
}

#[test]
fn networks_and_their_members_are_read_by_pages() {
    let service = Service::start();
    let source = json!({"title": "A test"});
    for id in ["alliance", "c40", "iclei"] {
        let body = json!({"name": id.to_uppercase(), "website": format!("https://{id}.example"), "source": source});
        service.record(&format!("/v1/networks/{id}"), &body);
    }
    let empty = service.json("/v1/networks/c40/members");
    assert_eq!(empty, json!({"items": [], "total": 0}));
    let periods = [
        ("aa", json!({}), true),
        ("bb", json!({"joined_on": "2026-11-23"}), true),
        ("cc", json!({"joined_on": "2026-11-24"}), false),
        ("dd", json!({"joined_on": "2015-06-01", "left_on": "2026-11-24"}), true),
        ("ee", json!({"left_on": "2026-11-23"}), false),
    ];
    for (id, period, _) in &periods {
        service.record(&format!("/v1/cities/{id}"), &city(id));
        let mut body = period.clone();
        body["source"] = source.clone();
        service.record(&format!("/v1/networks/c40/members/{id}"), &body);
    }
    service.record("/v1/networks/iclei/members/aa", &json!({"source": source}));

    for path in ["/v1/networks", "/v1/networks/c40/members"] {
        let whole = walk(&service, path, 500);
        assert!(whole.len() >= 3, "{path}");
        for limit in [1, 2] {
            assert_eq!(walk(&service, path, limit), whole, "{path}");
        }
        let (columns, rows) = rows(&service.get(&format!("{path}.csv")));
        for (item, mut row) in whole.iter().zip(rows) {
            let mut expected = Vec::new();
            leaves(item, "", &columns, &mut expected);
            expected.sort();
            row.sort();
            assert_eq!(row, expected, "{path}");
        }
    }
    let members = walk(&service, "/v1/networks/c40/members", 500);
    let told: Vec<_> = members.iter().map(|m| (m["city"].as_str().unwrap(), m["id"].as_str().unwrap())).collect();
    assert_eq!(told, ["aa", "bb", "cc", "dd", "ee"].map(|city| (city, "c40")));
    assert_eq!(members[3]["joined_on"], "2015-06-01");
    assert_eq!(service.json("/v1/networks/c40/members/dd"), members[3]);

    // Cities are members from the day they joined to the day before they left.
    let today: Vec<&str> = periods.iter().filter(|(_, _, now)| *now).map(|(id, _, _)| *id).collect();
    assert_eq!(ids(&walk(&service, "/v1/cities?network=c40", 1)), today);
    assert_eq!(ids(items(&service.json("/v1/cities?network=iclei"))), ["aa"]);
    assert_eq!(service.json("/v1/cities?network=alliance")["total"], 0);
    let next_day = service.restart_with(&["--today", "2026-11-24"]);
    assert_eq!(ids(items(&next_day.json("/v1/cities?network=c40"))), ["aa", "bb", "cc"]);
    for unknown in ["c41", "C40", ""] {
        let problem = next_day.get(&format!("/v1/cities?network={unknown}")).assert_problem(422, "invalid_input");
        assert_eq!(problem["errors"][0]["pointer"], "/network");
    }

    let log = next_day.entries();
    assert_eq!(log.iter().filter(|entry| entry["kind"] == "network" && entry.get("city").is_none()).count(), 3);
    let of_dd: Vec<&Value> = log.iter().filter(|entry| entry["city"] == "dd").map(|entry| &entry["id"]).collect();
    assert_eq!(of_dd, ["dd", "c40"]);
    assert_eq!(next_day.json("/v1/cities/aa/changes")["total"], 3);
    assert_eq!(check_chain(&next_day), 3 + 5 + 6);
}

#[test]
fn a_change_touches_no_other_city() {
    let service = Service::start();
    record_history(&service);
    let ends = [
        "",
        "/baselines",
        "/baselines/1990",
        "/targets",
        "/targets/half",
        "/reports",
        "/reports/2020",
        "/reports.csv",
        "/status",
        "/changes",
        "/changes.csv",
    ];
    let tags = |city: &str| ends.map(|end| service.get(&format!("/v1/cities/{city}{end}")).header("etag").to_owned());
    let (one, two) = (tags("us-one"), tags("us-two"));
    let link = service.json("/v1/cities/us-two/status")["permalink"].clone();
    service.record("/v1/cities/us-one/reports/2021", &inventory(5.0));
    service.record("/v1/cities/us-three", &city("Three"));
    assert_eq!(tags("us-two"), two);
    assert_eq!(service.json("/v1/cities/us-two/status")["permalink"], link);

    // Of the city itself only the answers changed that tell of the change.
    let changed: Vec<&str> = ends
        .into_iter()
        .zip(one.iter().zip(tags("us-one")))
        .filter(|(_, (old, new))| *old != new)
        .map(|(end, _)| end)
        .collect();
    assert_eq!(changed, ["/reports", "/reports.csv", "/status", "/changes", "/changes.csv"]);
}

#[test]
fn a_report_has_one_address() {
    let service = Service::start();
    service.record("/v1/cities/us-somewhere", &city("Somewhere"));
    service.record("/v1/cities/us-somewhere/reports/2020", &inventory(5.0));
    for year in ["02020", "+2020", "2020.0", "20 20", "two", "1969"] {
        let path = format!("/v1/cities/us-somewhere/reports/{year}");
        service.get(&path).assert_problem(404, "not_found");
        service.put(&path, &service.admin, &inventory(6.0)).assert_problem(422, "invalid_input");
        let withdraw = format!("{path}?reason=Wrong");
        service.delete(&withdraw, &service.admin).assert_problem(404, "not_found");
    }
    assert_eq!(service.json("/v1/cities/us-somewhere/reports")["total"], 1);
}

#[test]
fn a_page_of_csv_leads_to_the_next() {
    let service = Service::with(&["--demo"]);
    let mut path = "/v1/cities.csv?limit=20&sort=name".to_owned();
    let mut rows = 0;
    loop {
        let page = service.get(&path);
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        rows += csv::Reader::from_reader(page.text.as_bytes()).records().count();
        match page.header("link").strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")) {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(rows, 32);
    assert!(service.get("/v1/changes.csv?limit=5").header("link").contains("/v1/changes.csv?limit=5&after=5"));
}

#[test]
fn a_page_of_the_log_is_bounded_in_bytes() {
    let service = Service::start();
    service.record("/v1/cities/us-somewhere", &city("Somewhere"));
    let lines: Vec<serde_json::Value> = [
        "I.1.1", "I.2.1", "I.3.1", "I.4.1", "I.5.1", "I.6.1", "I.7.1", "I.8.1", "II.1.1", "II.2.1", "II.3.1", "II.4.1",
    ]
    .iter()
    .map(|line| json!({"ref": line, "notation": "NE", "explanation": "x".repeat(2000)}))
    .collect();
    for year in 1970..2025 {
        let body = json!({"totals": {"basic": 1}, "lines": lines, "source": {"title": "A test"}});
        service.record(&format!("/v1/cities/us-somewhere/reports/{year}"), &body);
    }
    let first = service.json("/v1/changes?limit=500");
    let (items, next) = (first["items"].as_array().unwrap().len(), first["next"].as_i64().unwrap());
    assert!((1..56).contains(&items), "{items}");
    let rest = service.json(&format!("/v1/changes?limit=500&after={next}"));
    assert_eq!(items + rest["items"].as_array().unwrap().len(), 56);
}
