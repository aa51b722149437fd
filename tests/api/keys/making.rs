//! A key is made, listed and revoked, over HTTP and by the command line, and what it may be made with.

use serde_json::json;

use crate::api::validation::service;
use crate::api::writing::{BASELINE, CITY};
use crate::support::{Service, baseline, city, eventually, faults, inventory, printed, run, send};

#[test]
fn keys_are_checked() {
    let service = service();
    let many: Vec<String> = (0..501).map(|number| format!("city-{number}")).collect();
    for (body, expected) in [
        (json!([]), vec![" wrong_type"]),
        (json!({}), vec!["/label missing", "/role missing"]),
        (json!({"label": "", "role": "admin"}), vec!["/label blank"]),
        (json!({"label": "a\u{7}", "role": "admin"}), vec!["/label control_character"]),
        (json!({"label": "a".repeat(201), "role": "Admin"}), vec!["/label too_long", "/role not_allowed"]),
        (json!({"label": "a", "role": "admin", "cities": ["us-here"]}), vec!["/cities not_of_role"]),
        (json!({"label": "a", "role": "reporter"}), vec!["/cities missing"]),
        (json!({"label": "a", "role": "reporter", "cities": []}), vec!["/cities missing"]),
        (json!({"label": "a", "role": "reporter", "cities": "us-here"}), vec!["/cities wrong_type"]),
        (
            json!({"label": "a", "role": "reporter", "cities": ["us-here", "A", 1]}),
            vec!["/cities/1 invalid_id", "/cities/2 wrong_type"],
        ),
        (json!({"label": "a", "role": "reporter", "cities": many}), vec!["/cities too_many"]),
        (json!({"label": "a", "role": "admin", "secret": "mine"}), vec!["/secret unknown_field"]),
        (json!({"label": "a", "role": "admin", "expires_on": "2026-11-22"}), vec!["/expires_on in_past"]),
    ] {
        let answer = service.post("/v1/keys", &service.admin, &body);
        answer.assert_problem(422, "invalid_input");
        assert_eq!(faults(&answer), expected, "{body}");
    }
}

#[test]
fn keys_are_made_listed_and_revoked() {
    let service = Service::start();
    service.record(CITY, &city("Here"));
    let admin = |method: &str, path: &str| send(service.request(method, path).bearer_auth(&service.admin));
    let new =
        json!({"label": " The climate office ", "role": "reporter", "cities": ["us-there", "us-here", "us-here"]});
    let made = service.post("/v1/keys", &service.admin, &new);
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!((made.header("cache-control"), made.header("etag")), ("no-store", ""));
    let mut key = made.json();
    let secret = key.as_object_mut().unwrap().remove("secret").unwrap().as_str().unwrap().to_owned();
    assert_eq!(key["label"], "The climate office");
    assert_eq!(key["cities"], json!(["us-here", "us-there"]));
    let path = format!("/v1/keys/{}", key["id"].as_str().unwrap());
    assert_eq!(made.header("location"), path);
    assert_eq!(admin("GET", &path).json(), key);

    assert_eq!(service.put(BASELINE, &secret, &baseline(1990, 10.0)).status, 201);
    assert_eq!(service.json(BASELINE)["recorded_by"], "The climate office");
    service.put("/v1/cities/us-other/reports/2010", &secret, &inventory(1.0)).assert_problem(403, "forbidden");
    send(service.request("GET", "/v1/keys").bearer_auth(&secret)).assert_problem(403, "forbidden");

    let list = admin("GET", "/v1/keys");
    assert_eq!(list.json()["total"], 2);
    key["last_used_on"] = json!("2026-11-23");
    assert_eq!(list.json()["items"][1], key);
    for answer in [&list, &admin("GET", &path), &service.get("/v1/changes")] {
        assert!(!answer.text.contains(&secret) && !answer.text.contains("secret"), "{}", answer.text);
    }

    assert_eq!(admin("DELETE", &path).status, 204);
    service.put(BASELINE, &secret, &baseline(1990, 10.0)).assert_problem(401, "unauthorized");
    admin("GET", &path).assert_problem(410, "gone");
    let list = admin("GET", "/v1/keys").json();
    assert_eq!(list["total"], 2);
    assert!(list["items"][1]["revoked_at"].as_str().unwrap().starts_with("2026-11-23T"));
    admin("DELETE", &path).assert_problem(410, "gone");
    assert_eq!(service.json(BASELINE)["recorded_by"], "The climate office", "what it wrote stays");
}

#[test]
fn a_new_key_is_readable_and_works_with_its_answer() {
    let service = Service::start();
    service.record(CITY, &city("Here"));
    for number in 0..20 {
        let new = json!({"label": format!("Key {number}"), "role": "reporter", "cities": ["us-here"]});
        let made = service.post("/v1/keys", &service.admin, &new);
        let read = send(service.request("GET", made.header("location")).bearer_auth(&service.admin));
        assert_eq!(read.status, 200, "{}", read.text);
        let secret = made.json()["secret"].as_str().unwrap().to_owned();
        let path = format!("/v1/cities/us-here/reports/{}", 2000 + number);
        assert_eq!(service.put(&path, &secret, &inventory(1.0)).status, 201);
    }
}

#[test]
fn keys_of_the_command_line_work_in_a_running_service() {
    let service = Service::start();
    service.record(CITY, &city("Here"));
    let database = &service.database.url;
    let create =
        ["keys", "create", "--database", database, "--role", "reporter", "--city", "us-here", "--label", "Typed"];
    let secret = printed(&run(&create));
    let answer = service.put(BASELINE, &secret, &baseline(1990, 10.0));
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(answer.json()["recorded_by"], "Typed");

    let list = printed(&run(&["keys", "list", "--database", database]));
    let line = list.lines().find(|line| line.contains("Typed")).unwrap();
    assert!(line.contains("us-here") && !list.contains(&secret), "{list}");
    let id = line.split_whitespace().next().unwrap();
    assert!(run(&["keys", "revoke", "--database", database, id]).status.success());
    eventually("the end of the key", || service.put(BASELINE, &secret, &baseline(1990, 10.0)).status == 401);
    assert!(!run(&["keys", "revoke", "--database", database, id]).status.success());
}
