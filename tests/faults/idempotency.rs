//! The same request sent again with its `Idempotency-Key` is done once.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::support::{Answer, Node, PATIENCE, Service, city, eventually, inventory, printed, send};

const REPORT: &str = "/v1/cities/here/reports/2001";

fn service() -> Service {
    let service = Service::start();
    service.record("/v1/cities/here", &city("Here"));
    service
}

fn put(service: &Service, token: &str, body: &Value) -> Answer {
    send(service.request("PUT", REPORT).bearer_auth(&service.admin).header("Idempotency-Key", token).json(body))
}

fn is_replayed(answer: &Answer) -> bool {
    answer.header("idempotency-replayed") == "true"
}

fn restated(tonnes: f64) -> Value {
    let mut body = inventory(tonnes);
    body["reason"] = "restated".into();
    body
}

#[test]
fn a_request_that_was_done_is_answered_as_it_was() {
    let service = service();
    let first = put(&service, "a", &inventory(1.0));
    let again = put(&service, "a", &inventory(1.0));
    assert_eq!((first.status.as_u16(), is_replayed(&first)), (201, false));
    assert_eq!((again.status.as_u16(), is_replayed(&again)), (201, true));
    assert_eq!((again.header("etag"), again.header("location")), (first.header("etag"), first.header("location")));
    assert_eq!(again.text, first.text);
    // With a condition that would not hold any more.
    let guarded = |token: &str, tag: &str| {
        let request = service.request("PUT", REPORT).bearer_auth(&service.admin).header("If-Match", tag);
        send(request.header("Idempotency-Key", token).json(&restated(2.0)))
    };
    assert_eq!(guarded("b", first.header("etag")).status, 200);
    let again = guarded("b", first.header("etag"));
    assert_eq!((again.status.as_u16(), is_replayed(&again)), (200, true));
    guarded("c", first.header("etag")).assert_problem(412, "precondition_failed");
    assert_eq!(service.entries().len(), 3);
    printed(&service.verify());
}

#[test]
fn a_request_that_a_proxy_writes_with_its_whole_address_is_the_same() {
    let service = service();
    let body = inventory(1.0);
    assert_eq!(put(&service, "a", &body).status, 201);
    let host = service.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let (text, key) = (serde_json::to_string(&body).unwrap(), &service.admin);
    let head = format!("PUT http://{host}{REPORT} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    let headers = "Content-Type: application/json\r\nIdempotency-Key: a";
    let length = text.len();
    write!(stream, "{head}Authorization: Bearer {key}\r\n{headers}\r\nContent-Length: {length}\r\n\r\n{text}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 201") && answer.to_lowercase().contains("idempotency-replayed: true"),
        "{answer}"
    );
    assert_eq!(service.entries().len(), 2);
}

#[test]
fn a_request_that_others_have_overtaken_is_not_done_over_theirs() {
    let service = service();
    put(&service, "a", &inventory(1.0));
    put(&service, "b", &restated(2.0));
    service.record(REPORT, &restated(3.0));
    let again = put(&service, "b", &restated(2.0));
    assert_eq!((again.status.as_u16(), is_replayed(&again)), (200, true));
    assert_eq!((&again.json()["totals"]["basic"], again.header("etag")), (&json!(3), ""));
    assert_eq!(service.json(REPORT)["revision"], 3);
    assert_eq!(service.delete(&format!("{REPORT}?reason=wrong"), &service.admin).status, 204);
    put(&service, "b", &restated(2.0)).assert_problem(410, "gone");
    assert_eq!(service.entries().len(), 5);
}

#[test]
fn a_token_is_of_one_request_and_of_one_key() {
    let service = service();
    put(&service, "a", &inventory(1.0));
    put(&service, "a", &inventory(2.0)).assert_problem(422, "idempotency_key_reused");
    let other = service.request("PUT", "/v1/cities/here/reports/2002").bearer_auth(&service.admin);
    let other = send(other.header("Idempotency-Key", "a").json(&inventory(1.0)));
    other.assert_problem(422, "idempotency_key_reused");
    let reporter = service.reporter(&["here"]);
    let request = service.request("PUT", REPORT).bearer_auth(reporter);
    let own = send(request.header("Idempotency-Key", "a").json(&restated(4.0)));
    assert_eq!((own.status.as_u16(), is_replayed(&own)), (200, false));
    // What was refused is tried again.
    put(&service, "b", &inventory(5.0)).assert_problem(422, "reason_required");
    assert_eq!(put(&service, "b", &restated(5.0)).status, 200);
    for token in ["", "with space", "\u{e9}", &"x".repeat(201)] {
        put(&service, token, &inventory(1.0)).assert_problem(400, "invalid_header");
    }
    assert_eq!(service.entries().len(), 4);
}

#[test]
fn a_withdrawal_and_a_file_are_done_once() {
    let service = service();
    let import = || {
        let request = service.request("POST", "/v1/cities/here/reports:import").bearer_auth(&service.admin);
        let request = request.header("content-type", "text/csv").header("Idempotency-Key", "file");
        send(request.body("year,total_basic,source_title\n2001,100,A test\n2002,200,A test\n"))
    };
    let first = import();
    assert_eq!((first.status.as_u16(), &first.json()["created"]), (200, &json!(2)));
    service.record(REPORT, &restated(3.0));
    let again = import();
    assert_eq!((again.status.as_u16(), is_replayed(&again), &again.json()["created"]), (200, true, &json!(2)));
    assert_eq!(service.json(REPORT)["totals"]["basic"], 3, "what was restated since stands");
    let withdraw = || {
        let request = service.request("DELETE", &format!("{REPORT}?reason=wrong")).bearer_auth(&service.admin);
        send(request.header("Idempotency-Key", "gone"))
    };
    assert_eq!(withdraw().status, 204);
    let again = withdraw();
    assert_eq!((again.status.as_u16(), is_replayed(&again)), (204, true));
    assert_eq!(service.entries().len(), 5);
    printed(&service.verify());
}

#[test]
fn many_at_once_on_two_nodes_are_done_once() {
    let service = service();
    let node = service.second_node();
    eventually("the city on the other node", || node.get("/v1/cities/here").status == 200);
    let on_node = |node: &Node| {
        let request = node.request("PUT", REPORT).bearer_auth(&service.admin).header("Idempotency-Key", "a");
        send(request.json(&inventory(1.0)))
    };
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let ask = |number: usize| {
            let (service, node) = (&service, &node);
            scope.spawn(
                move || if number.is_multiple_of(2) { put(service, "a", &inventory(1.0)) } else { on_node(node) },
            )
        };
        let threads: Vec<_> = (0..8).map(ask).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|answer| answer.status == 201));
    assert_eq!(answers.iter().filter(|answer| !is_replayed(answer)).count(), 1);
    assert_eq!(service.entries().len(), 2);
    printed(&service.verify());
}
