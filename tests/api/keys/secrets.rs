//! A secret is recognised, works up to its last day, and beside a new one for a while.

use pledgewatch::record::change::sha256;
use pledgewatch::store::secret;
use serde_json::{Value, json};

use crate::store::old_database::old_database;
use crate::support::{Answer, Node, Service, TODAY, city, eventually, printed, run, send};

use super::{CITY, assert_refused, make, report, reporter, text};

fn listed(service: &Service, id: &Value) -> Value {
    let list = send(service.request("GET", "/v1/keys").bearer_auth(&service.admin)).json();
    list["items"].as_array().unwrap().iter().find(|key| key["id"] == *id).unwrap().clone()
}

fn rotate(service: &Service, id: &Value, body: &Value) -> Answer {
    service.post(&format!("/v1/keys/{}:rotate", id.as_str().unwrap()), &service.admin, body)
}

#[test]
fn secrets_are_recognised_and_mistyped_ones_are_no_keys() {
    let service = Service::start();
    service.record(CITY, &city("Here"));
    let made = reporter(&service, "The office");
    let typed = printed(&run(&[
        "keys",
        "create",
        "--database",
        &service.database.url,
        "--role",
        "reporter",
        "--city",
        "here",
        "--label",
        "x",
    ]));
    for secret in [text(&made, "secret"), &typed] {
        let digits = secret.strip_prefix("pwk_").unwrap();
        assert!(digits.len() == 49 && digits.bytes().all(|digit| digit.is_ascii_alphanumeric()), "{secret}");
        assert_eq!(report(&service, 2010, secret).status.as_u16() / 100, 2);
        // One digit mistyped, anywhere.
        for place in 4..secret.len() {
            let mut mistyped = secret.to_owned().into_bytes();
            mistyped[place] = if mistyped[place] == b'0' { b'1' } else { b'0' };
            let mistyped = String::from_utf8(mistyped).unwrap();
            assert_refused(&report(&service, 2010, &mistyped), "missing or mistyped");
        }
        assert_refused(&report(&service, 2010, &secret[..secret.len() - 1]), "missing or mistyped");
    }
    assert_refused(&report(&service, 2010, &secret::make().unwrap()), "the key is unknown");
}

#[test]
fn secrets_without_a_checksum_keep_working() {
    let database = old_database();
    let secret = format!("pwk_{}", "0123456789abcdef".repeat(4));
    database.execute(&format!("UPDATE keys SET secret_hash = '{}' WHERE label = 'A clerk'", sha256(&secret)));
    let service = Service::on(database, &[]);
    assert_eq!(report(&service, 2015, &secret).status, 201);
    let log = printed(&run(&["keys", "log", "--database", &service.database.url]));
    assert_eq!(log.lines().filter(|line| line.contains("by pledgewatch migrate")).count(), 3, "{log}");
    printed(&service.verify());
}

#[test]
fn a_key_works_up_to_its_last_day() {
    let service = Service::start();
    service.record(CITY, &city("Here"));
    let body = json!({"label": "An auditor", "role": "reporter", "cities": ["here"], "expires_on": TODAY});
    let key = make(&service, &body);
    let secret = text(&key, "secret");
    assert_eq!(report(&service, 2010, secret).status, 201);
    let service = service.restart_with(&["--today", "2026-11-24"]);
    assert_refused(&report(&service, 2011, secret), "the key has expired: its last day was 2026-11-23");
    assert_eq!(listed(&service, &key["id"])["expires_on"], TODAY);
    assert_eq!(service.json(&format!("{CITY}/reports/2010"))["recorded_by"], "An auditor");

    rotate(&service, &key["id"], &json!({})).assert_problem(422, "invalid_input");
    let again = rotate(&service, &key["id"], &json!({"expires_on": "2026-11-30"})).json();
    assert_eq!(report(&service, 2011, text(&again, "secret")).status, 201);
    assert_eq!(report(&service, 2012, secret).status, 401, "what has expired does not come back");
    printed(&service.verify());
}

#[test]
fn a_new_secret_works_beside_the_old_one_for_a_while() {
    let service = Service::start();
    service.record(CITY, &city("Here"));
    let key = reporter(&service, "The office");
    let rotated = rotate(&service, &key["id"], &json!({}));
    assert_eq!((rotated.status.as_u16(), rotated.header("cache-control")), (200, "no-store"));
    let rotated = rotated.json();
    for member in ["id", "label", "role", "cities", "created_at"] {
        assert_eq!(rotated[member], key[member]);
    }
    assert!(text(&rotated, "old_secret_until").starts_with("2026-11-24T"), "{rotated}");
    let [first, second] = [&key, &rotated].map(|key| text(key, "secret").to_owned());
    assert_eq!((report(&service, 2010, &first).status, report(&service, 2011, &second).status).0, 201);

    let third = text(&rotate(&service, &key["id"], &json!({"overlap_hours": 0})).json(), "secret").to_owned();
    assert_eq!(report(&service, 2012, &third).status, 201);
    assert_refused(&report(&service, 2010, &first), "the key is unknown");
    assert_refused(&report(&service, 2010, &second), "the key has a new secret");
    let key = listed(&service, &key["id"]);
    assert_eq!(service.json("/v1/changes")["items"][1]["key"], key["id"], "it is the same key");

    let fourth = printed(&run(&["keys", "rotate", "--database", &service.database.url, text(&key, "id")]));
    assert_eq!(report(&service, 2013, &fourth).status, 201, "one of the command line works at once");
    assert_eq!(report(&service, 2014, &third).status, 201, "and so does the one before");
    let path = format!("/v1/keys/{}?reason=It+leaked", text(&key, "id"));
    assert_eq!(service.delete(&path, &service.admin).status, 204);
    for secret in [&third, &fourth] {
        assert_refused(&report(&service, 2010, secret), "the key was revoked");
    }
    rotate(&service, &key["id"], &json!({})).assert_problem(410, "gone");
    let log = printed(&run(&["keys", "log", "--database", &service.database.url]));
    let words: Vec<&str> = log.lines().map(|line| line.split_whitespace().nth(2).unwrap()).collect();
    assert_eq!(words, ["create", "create", "revise", "revise", "revise", "withdraw"]);
    assert!(log.contains(": It leaked") && !log.contains(&third), "{log}");
    printed(&service.verify());
}

#[test]
fn the_day_of_the_last_use_is_kept_and_seen_on_every_node() {
    let service = Service::start();
    service.record(CITY, &city("Here"));
    let (used, unused) = (reporter(&service, "The office"), reporter(&service, "A drawer"));
    assert_eq!(report(&service, 2010, text(&used, "secret")).status, 201);
    let node = service.second_node();
    let path = format!("/v1/keys/{}", text(&used, "id"));
    let there = |node: &Node| send(node.request("GET", &path).bearer_auth(&service.admin)).json();
    assert_eq!(listed(&service, &used["id"])["last_used_on"], TODAY, "it is known here at once");
    eventually("the use on the other node", || there(&node)["last_used_on"] == TODAY);
    assert!(listed(&service, &unused["id"]).get("last_used_on").is_none());
    let rows = service.database.rows("keys");
    let row = rows.iter().find(|row| row["id"] == used["id"]).unwrap();
    assert_eq!(row["last_used_on"], TODAY);
    let keys = printed(&run(&["keys", "list", "--database", &service.database.url]));
    assert!(keys.contains("used 2026-11-23") && keys.contains("never used"), "{keys}");
    printed(&service.verify());
}
