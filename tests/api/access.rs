//! Every operation of the specification, asked with every kind of key: who may, may, and nobody else learns anything.

use pledgewatch::store::secret;
use reqwest::blocking::RequestBuilder;
use serde_json::{Value, json};

use crate::api::refusals::addresses::ROWS;
use crate::support::{Service, baseline, printed, send};

use super::refusals::{Operation, World, check};

/// Who may do something.
#[derive(Debug, PartialEq)]
enum May {
    /// Anyone: reads are open.
    Anyone,
    /// The city's reporters, and administrators.
    City,
    /// Administrators alone.
    Admin,
}

/// What a city says of itself, its reporters write.
const BY_CITIES: &[&str] = &[
    "putBaseline",
    "withdrawBaseline",
    "putTarget",
    "withdrawTarget",
    "putReport",
    "withdrawReport",
    "importReports",
    "putStatement",
    "withdrawStatement",
];

fn may(operation: &Operation) -> May {
    if BY_CITIES.contains(&operation.id.as_str()) {
        return May::City;
    }
    if operation.method == "GET" && !operation.path.starts_with("/v1/keys") { May::Anyone } else { May::Admin }
}

/// A kind of key, and the status with which it is refused what needs one, by cities and by administrators.
struct Kind {
    name: &'static str,
    authorization: Option<String>,
    refused: [Option<u16>; 2],
}

fn kind(name: &'static str, secret: &str, refused: [Option<u16>; 2]) -> Kind {
    Kind { name, authorization: Some(format!("Bearer {secret}")), refused }
}

impl Kind {
    fn ask(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.authorization {
            Some(value) => request.header("authorization", value),
            None => request,
        }
    }
}

fn make(service: &Service, body: &Value) -> (String, String) {
    let made = service.post("/v1/keys", &service.admin, body);
    assert_eq!(made.status, 201, "{}", made.text);
    let text = |member: &str| made.json()[member].as_str().unwrap().to_owned();
    (text("secret"), text("id"))
}

/// The secret of a key after some hours of overlap with the one before.
fn rotate(service: &Service, id: &str, hours: u32) -> String {
    let rotated = service.post(&format!("/v1/keys/{id}:rotate"), &service.admin, &json!({"overlap_hours": hours}));
    rotated.json()["secret"].as_str().unwrap().to_owned()
}

/// The world a day later, and every kind of key in it.
fn kinds(mut world: World) -> (World, Vec<Kind>) {
    let here = json!({"label": "here", "role": "reporter", "cities": ["us-los-angeles", "us-gone", "us-quiet", "us-silent", "nowhere"]});
    let mut of_one_day = json!({"label": "of one day", "role": "admin"});
    of_one_day["expires_on"] = crate::support::TODAY.into();
    let (reporter, _) = make(&world.service, &here);
    let (expired, _) = make(&world.service, &of_one_day);
    let (replaced, id) = make(&world.service, &json!({"label": "rotated", "role": "admin"}));
    let present = rotate(&world.service, &id, 0);
    let (leaving, id) = make(&world.service, &json!({"label": "being rotated", "role": "admin"}));
    rotate(&world.service, &id, 48);
    world.service = world.service.restart_with(&["--today", "2026-11-24"]);
    let admin = world.service.admin.clone();
    let mistyped = admin.chars().rev().collect::<String>();
    let mistyped = format!("pwk_{}", &mistyped[..mistyped.len() - 4]);
    let (unknown, no_key, other_city) = (secret::make().unwrap(), [Some(401); 2], [Some(403); 2]);
    let kinds = vec![
        Kind { name: "none", authorization: None, refused: no_key },
        Kind { name: "of another scheme", authorization: Some(format!("Basic {admin}")), refused: no_key },
        kind("empty", "", no_key),
        kind("no key at all", "nonsense", no_key),
        kind("mistyped", &mistyped, no_key),
        kind("unknown", &unknown, no_key),
        kind("revoked", &world.revoked.0, no_key),
        kind("expired", &expired, no_key),
        kind("replaced", &replaced, no_key),
        kind("of another city", &world.stranger, other_city),
        kind("of this city", &reporter, [None, Some(403)]),
        kind("of an administrator", &admin, [None; 2]),
        kind("replacing another", &present, [None; 2]),
        kind("being replaced", &leaving, [None; 2]),
    ];
    (world, kinds)
}

#[test]
fn every_operation_is_open_to_those_it_is_for_and_to_nobody_else() {
    let (world, kinds) = kinds(World::new());
    let recorded = (world.service.entries(), printed(&world.service.verify()));
    let mut asked = 0;
    for operation in &world.operations {
        let row = ROWS.iter().find(|row| row.operation == operation.id).unwrap();
        let may = may(operation);
        assert_eq!(operation.secured, may != May::Anyone, "{}", operation.id);
        for path in [row.here].iter().chain(row.missing).chain(row.gone) {
            // Who may is told of the query, which nobody else is: so nothing is ever done.
            let joint = if path.contains('?') { '&' } else { '?' };
            let path = format!("{path}{joint}nonsense=1");
            for kind in &kinds {
                let refused = match may {
                    May::Anyone => None,
                    May::City => kind.refused[0],
                    May::Admin => kind.refused[1],
                };
                let request = kind.ask(world.bare(operation, &path)).json(&json!([]));
                let answer = send(request);
                let what = format!("{} {path} with a key {}: {}", operation.id, kind.name, answer.text);
                assert_eq!(answer.status, refused.unwrap_or(400), "{what}");
                asked += 1;
            }
        }
    }
    assert!(asked > 1_500, "{asked}");
    assert_eq!((world.service.entries(), printed(&world.service.verify())), recorded, "nothing was done");
}

#[test]
fn reads_answer_alike_whatever_key_comes_with_them() {
    let (world, kinds) = kinds(World::new());
    for operation in world.operations.iter().filter(|operation| may(operation) == May::Anyone) {
        // A stream does not end.
        if operation.id == "streamChanges" {
            continue;
        }
        let row = ROWS.iter().find(|row| row.operation == operation.id).unwrap();
        let told = send(world.bare(operation, row.here));
        assert_eq!(told.status, 200, "{}", operation.id);
        for kind in &kinds {
            let answer = send(kind.ask(world.bare(operation, row.here)));
            assert_eq!((answer.status, &answer.text), (told.status, &told.text), "{} {}", operation.id, kind.name);
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
    let body = baseline(1990, 10.0);
    let at = |city: &str| world.service.put(&format!("/v1/cities/{city}/baselines/1990"), &world.stranger, &body);
    let known = at("us-los-angeles");
    known.assert_problem(403, "forbidden");
    for city in ["nowhere", "us-gone", "Not-an-id", "%00"] {
        assert_eq!(at(city).text, known.text, "{city}");
    }
    at("us-elsewhere").assert_problem(404, "not_found");
}
