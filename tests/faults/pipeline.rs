//! Requests that are sent before others are answered: the service takes in few of them at a time, and answers all.

use super::flood::rise;
use super::wire::Wire;
use crate::support::{Service, city, inventory, send};

/// The smallest request there is, as often as it fits into so many bytes.
fn many(bytes: usize) -> String {
    let request = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
    request.repeat(bytes / request.len())
}

#[test]
fn what_is_asked_ahead_takes_no_memory() {
    const CONNECTIONS: usize = 64;
    let service = Service::start();
    let heads = "x".repeat(100_000);
    let rise = rise(&service, "requests ahead of their turn", || {
        let mut wires = Vec::new();
        for number in 0..CONNECTIONS {
            let mut wire = Wire::from(&service, 2);
            assert!(wire.ask("/v1/changes/stream"));
            assert_eq!(wire.status(), 200);
            // As much as the system takes for the service: nobody waits for it here.
            let ahead = if number % 2 == 0 {
                many(256 * 1024)
            } else {
                format!("GET / HTTP/1.1\r\nHost: x\r\nX-Long: {heads}\r\n\r\n").repeat(3)
            };
            wire.send_some(ahead);
            wires.push(wire);
        }
        // Each thread of the service has looked at all of its connections once these are answered.
        for _ in 0..100 {
            assert_eq!(service.get("/health/live").status, 200);
        }
    });
    assert!(rise < 100, "{rise} MiB");
}

#[test]
fn what_is_asked_ahead_is_answered_in_order() {
    let service = Service::start();
    let mut wire = Wire::from(&service, 2);
    let paths = ["/health/live", "/v1/networks/none", "/v1/cities", "/openapi.json", "/problems/busy"];
    let statuses = [200, 404, 200, 200, 200];
    let round: String = paths.iter().map(|path| format!("\r\nGET {path} HTTP/1.1\r\nHost: x\r\n\r\n")).collect();
    std::thread::scope(|scope| {
        let mut sender = wire.twin();
        scope.spawn(move || assert!(sender.send(round.repeat(40))));
        for _ in 0..40 {
            for status in statuses {
                assert_eq!(wire.answer().0, status);
            }
        }
    });
}

#[test]
fn bodies_may_have_empty_lines() {
    let service = Service::start();
    service.record("/v1/cities/here", &city("Here"));
    let body = inventory(5.0).to_string().replacen('{', &format!("{{{}", "\r\n\r\n \n".repeat(5_000)), 1);
    let request = service.request("PUT", "/v1/cities/here/reports/2020").bearer_auth(&service.admin);
    assert_eq!(send(request.header("content-type", "application/json").body(body.clone())).status, 201);
    // In chunks, each with its own ends of lines, and more requests behind.
    let mut wire = Wire::from(&service, 2);
    let head = format!(
        "PUT /v1/cities/here/reports/2021 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
        service.admin
    );
    let chunks: String = body
        .as_bytes()
        .chunks(700)
        .map(|chunk| format!("{:x}\r\n{}\r\n", chunk.len(), String::from_utf8_lossy(chunk)))
        .collect();
    assert!(wire.send(format!("{head}{chunks}0\r\n\r\n{}", many(1_000))));
    assert_eq!(wire.answer().0, 201);
    for _ in 0..many(1_000).matches("GET").count() {
        assert_eq!(wire.answer().0, 200);
    }
}

#[test]
fn who_does_not_finish_a_later_request_is_not_waited_for() {
    let service = Service::start();
    let mut half_a_head = Wire::from(&service, 2);
    assert!(half_a_head.ask("/health/live"));
    assert_eq!(half_a_head.answer().0, 200);
    assert!(half_a_head.send("GET / HTTP/1.1\r\nHo"));
    // A body that is refused and never ends.
    let mut half_a_body = Wire::from(&service, 2);
    assert!(half_a_body.send(
        "PUT /v1/cities/here HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Transfer-Encoding: chunked\r\n\r\nffff\r\n{"
    ));
    assert_eq!(half_a_body.answer().0, 401);
    assert!(half_a_head.is_closed());
    assert!(half_a_body.is_closed());
}
