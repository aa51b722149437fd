//! A revoked key is at its end on every node: at once, on one that was frozen, and on one that is cut off.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::cable::Cable;
use super::cluster::Cluster;
use crate::support::{Database, PATIENCE, Paused, Service, TODAY, city, eventually, inventory, printed, send};

/// An administrator's key: its secret and its path.
fn admin(service: &Service) -> (String, String) {
    let made = service.post("/v1/keys", &service.admin, &json!({"label": "a colleague", "role": "admin"})).json();
    let text = |member: &str| made[member].as_str().unwrap().to_owned();
    (text("secret"), format!("/v1/keys/{}", text("id")))
}

fn revoke(service: &Service, path: &str) {
    assert_eq!(service.delete(path, &service.admin).status, 204);
}

#[test]
fn a_revoked_key_is_refused_on_another_node_within_a_second() {
    let service = Service::start();
    let node = service.second_node();
    let mut waits: Vec<Duration> = (0..9)
        .map(|_| {
            let (secret, path) = admin(&service);
            let there = || send(node.request("GET", "/v1/keys").bearer_auth(&secret)).status;
            assert_eq!(there(), 200);
            revoke(&service, &path);
            let begin = Instant::now();
            eventually("the end of the key", || there() == 401);
            begin.elapsed()
        })
        .collect();
    waits.sort();
    eprintln!("revoked on the other node after {waits:?}");
    assert!(waits[4] < Duration::from_secs(1), "{waits:?}");
}

/// A request to write, sent as it stands.
fn write(stream: &mut TcpStream, secret: &str, path: &str, body: &Value) {
    let body = body.to_string();
    let head = format!(
        "PUT {path} HTTP/1.1\r\nHost: node\r\nConnection: close\r\nAuthorization: Bearer {secret}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
}

/// A node that did not run while a key was revoked finds what was sent with it when it goes on.
#[test]
fn a_node_that_was_frozen_does_nothing_with_a_key_that_was_revoked_meanwhile() {
    const ROUNDS: i32 = 12;
    let service = Service::start();
    service.record("/v1/cities/here", &city("Here"));
    let node = service.second_node();
    let address = node.url.trim_start_matches("http://").to_owned();
    for round in 0..ROUNDS {
        let (secret, path) = admin(&service);
        eventually("the key on the other node", || {
            send(node.request("GET", "/v1/keys").bearer_auth(&secret)).status == 200
        });
        // It has nothing left to write, so that it is not stopped with the lock of a SQLite file in its hand.
        eventually("the day of its use", || {
            let there = send(service.request("GET", &path).bearer_auth(&service.admin)).json();
            there["last_used_on"] == TODAY
        });
        let paused = Paused::new(node.process());
        revoke(&service, &path);
        let mut streams: Vec<TcpStream> = (0..8).map(|_| TcpStream::connect(&address).unwrap()).collect();
        for (number, stream) in (0..).zip(&mut streams) {
            let path = format!("/v1/cities/here/reports/{}", 2010 + number);
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            write(stream, &secret, &path, &inventory(f64::from(round)));
        }
        drop(paused);
        for stream in &mut streams {
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            assert!(answer.starts_with("HTTP/1.1 401 "), "round {round}: {answer}");
        }
    }
    assert_eq!(service.entries().len(), 1, "only the city was recorded");
    printed(&service.verify());
}

#[test]
fn a_node_that_is_cut_off_takes_no_key() {
    let Some(cluster) = Cluster::start() else { return };
    let service = Service::on(Database::at(cluster.url()), &[]);
    service.record("/v1/cities/here", &city("Here"));
    let cable = Cable::to(&cluster);
    let node = Service::on(Database::at(cable.url()), &[]);
    let (secret, path) = admin(&service);
    let keys = || send(node.request("GET", "/v1/keys").bearer_auth(&secret));
    let file = json!([{"year": 2015, "totals": {"basic": 2}, "source": {"title": "A test"}}]);
    let check = || node.post("/v1/cities/here/reports:import?dry_run=true", &secret, &file);
    eventually("the key on the node", || keys().status == 200 && check().status == 200);

    cable.cut();
    revoke(&service, &path);
    eventually("the node's refusal of keys", || keys().status == 503 && check().status == 503);
    for _ in 0..20 {
        keys().assert_problem(503, "unavailable");
        check().assert_problem(503, "unavailable");
        node.put("/v1/cities/here/reports/2010", &secret, &inventory(1.0)).assert_problem(503, "unavailable");
    }
    assert_eq!(node.get("/v1/cities/here").status, 200, "reads go on");

    cable.mend();
    eventually("the end of the key", || keys().status == 401);
    check().assert_problem(401, "unauthorized");
    eventually("the database", || node.put("/v1/cities/here", &node.admin, &city("Here")).status == 200);
    assert_eq!(service.entries().len(), 1);
    printed(&service.verify());
}
