//! A write whose client was refused, or has gone, is not done later.

use diesel::connection::SimpleConnection;
use pledgewatch::store::AnyConnection;

#[cfg(target_os = "linux")]
use super::wire::Wire;
use crate::support::{Service, city, eventually, inventory, printed};

/// A connection that holds the row, or the file, that everyone who writes needs, until it commits.
fn holder(service: &Service) -> AnyConnection {
    let mut connection = service.database.connect();
    if let AnyConnection::Postgres(_) = connection {
        // It would be freed from a client that does nothing.
        connection.batch_execute("SET idle_in_transaction_session_timeout = 0").unwrap();
    }
    connection.batch_execute("BEGIN; UPDATE revision SET number = number").unwrap();
    connection
}

#[cfg(target_os = "linux")]
#[test]
fn a_write_whose_client_has_gone_is_not_done() {
    let service = Service::with(&["--connections-per-address", "4"]);
    service.record("/v1/cities/here", &city("Here"));
    // All places of an address but one.
    let streams: Vec<Wire> = (0..3).map(|_| stream(&service)).collect();
    let mut client = Wire::from(&service, 2);
    let mut holder = holder(&service);
    let body = inventory(1.0).to_string();
    assert!(client.send(format!(
        "PUT /v1/cities/here/reports/2001 HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        service.admin,
        body.len()
    )));
    eventually("the write waiting", || service.json("/health/ready")["parts"]["database"]["status"] == "stalled");
    drop(client);
    // Its place is free once the service has seen that it has gone.
    eventually("the client having gone", || Wire::from(&service, 2).is_let_in());
    holder.batch_execute("COMMIT").unwrap();
    eventually("the database being at hand", || {
        service.put("/v1/cities/here/reports/2002", &service.admin, &inventory(2.0)).status.is_success()
    });
    service.get("/v1/cities/here/reports/2001").assert_problem(404, "not_found");
    assert_eq!(service.entries().len(), 2);
    printed(&service.verify());
    drop(streams);
}

/// A stream of changes from an address of its own.
#[cfg(target_os = "linux")]
fn stream(service: &Service) -> Wire {
    let mut wire = Wire::from(service, 2);
    assert!(wire.ask("/v1/changes/stream"));
    assert_eq!(wire.status(), 200);
    wire
}

#[test]
fn a_write_that_was_refused_is_not_done_over_one_that_was_accepted_since() {
    let service = Service::start();
    service.record("/v1/cities/here", &city("Here"));
    let path = "/v1/cities/here/reports/2001";
    service.record(path, &inventory(1.0));
    let restated = |tonnes: f64| {
        let mut body = inventory(tonnes);
        body["reason"] = "restated".into();
        body
    };
    let mut holder = holder(&service);
    let refused = service.put(path, &service.admin, &restated(2.0));
    refused.assert_problem(503, "unavailable");
    holder.batch_execute("COMMIT").unwrap();
    eventually("a write being accepted", || service.put(path, &service.admin, &restated(3.0)).status.is_success());
    // Whatever was still waiting has had its turn once a later one is done.
    service.record("/v1/cities/here/reports/2002", &inventory(4.0));
    let report = service.json(path);
    assert_eq!((&report["totals"]["basic"], &report["revision"]), (&3.into(), &2.into()));
    assert_eq!(service.entries().len(), 4);
    printed(&service.verify());
}
