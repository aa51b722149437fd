//! The commands do what they say: keys, migrations, the specification, the demo, and the first steps of a new service.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use pledgewatch::store::DatabaseUrl;
use serde_json::Value;

use crate::support::{Database, Service, city, eventually, inventory, printed, program, run, signal};

use super::one_sentence;

#[test]
fn keys_are_made_listed_and_revoked() {
    let service = Service::start();
    let keys = |arguments: &[&str]| run(&[&["keys"], arguments, &["--database", &service.database.url]].concat());
    let create = ["create", "--role", "reporter", "--city", "there", "--city", "here", "--label", "Two cities"];
    let secret = printed(&keys(&create));
    assert!(secret.starts_with("pwk_") && secret.len() == 53 && !secret.contains(char::is_whitespace), "{secret}");
    service.record("/v1/cities/here", &city("Here"));
    let report = || service.put("/v1/cities/here/reports/2020", &secret, &inventory(1.0));
    assert_eq!(report().status, 201);

    let listed = printed(&keys(&["list"]));
    assert_eq!(listed.lines().count(), 2, "{listed}");
    assert!(!listed.contains(&secret) && !listed.contains(&service.admin));
    let line = listed.lines().find(|line| line.contains("Two cities")).unwrap();
    assert!(line.contains("reporter") && line.contains("valid") && line.ends_with("here,there"), "{line}");

    let id = line.split(' ').next().unwrap();
    assert_eq!(printed(&keys(&["revoke", id])), "");
    assert!(one_sentence(&keys(&["revoke", id])).contains("there is no valid key"));
    let listed = printed(&keys(&["list"]));
    assert!(listed.lines().any(|line| line.starts_with(id) && line.contains("revoked 20")), "{listed}");
    eventually("the end of the key", || report().status == 401);
}

#[test]
fn migrations_run_once() {
    let service = Service::start();
    service.record("/v1/cities/here", &city("Here"));
    let migrated = printed(&run(&["migrate", "--database", &service.database.url]));
    assert!(migrated.ends_with(": nothing to do"), "{migrated}");
    assert!(printed(&service.verify()).contains("1 entries of 1 cities"));
}

#[test]
fn the_specification_is_the_served_one() {
    let typed: Value = serde_json::from_str(&printed(&run(&["openapi"]))).unwrap();
    assert_eq!(typed, Service::start().json("/openapi.json"));
}

#[test]
fn the_demo_is_loaded_once_and_verifies() {
    let service = Service::with(&["--demo"]);
    let cities = service.json("/v1/cities")["total"].as_u64().unwrap();
    let sequence = service.json("/health/ready")["sequence"].clone();
    assert!(cities > 1);
    let service = service.restart_with(&["--demo"]);
    assert_eq!(service.json("/health/ready")["sequence"], sequence);
    let verified = printed(&service.verify());
    let expected =
        format!("{sequence} entries of {cities} cities; the chain holds and every record agrees with the log");
    assert!(verified.ends_with(&expected), "{verified}");
}

#[test]
fn the_demo_is_not_loaded_into_what_others_recorded() {
    let service = Service::start();
    service.record("/v1/cities/here", &city("Here"));
    let service = service.restart_with(&["--demo"]);
    assert_eq!(service.json("/v1/cities")["total"], 1);
}

#[cfg(unix)]
#[test]
fn a_signal_stops_the_service_in_order() {
    for name in ["TERM", "INT"] {
        let mut service = Service::start();
        service.record("/v1/cities/here", &city("Here"));
        signal(service.process(), name);
        let status = service.wait();
        assert_eq!(status.code(), Some(0), "SIG{name}: {status}");
        assert!(!service.log().contains("panicked"));
        service.kill_and_restart();
        assert_eq!(service.json("/v1/cities")["total"], 1);
    }
}

#[test]
fn the_command_that_a_new_service_prints_makes_its_first_key() {
    let database = Database::new();
    let mut command = Command::new(program());
    command.args(["serve", "--database", &database.url, "--listen", "127.0.0.1:0", "--operators", "127.0.0.1:0"]);
    let mut service = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(service.stdout.take().unwrap()).lines().map_while(Result::ok);
    let line = lines.find(|line| line.contains("keys create")).unwrap();
    let made = Command::new("sh").args(["-c", &line]).output().unwrap();
    service.kill().unwrap();
    service.wait().unwrap();
    assert!(printed(&made).starts_with("pwk_"));
}

#[test]
fn the_command_that_is_printed_has_all_of_the_address_but_its_password() {
    for (url, shown) in [
        (
            "postgres://ada:s3cret@host:5/db?sslmode=require&sslpassword=x&connect_timeout=3",
            "postgres://ada@host:5/db?sslmode=require&connect_timeout=3",
        ),
        ("postgresql://host/db?user=ada&password=s3cret", "postgresql://host/db?user=ada"),
        ("sqlite:/a/b.db", "sqlite:/a/b.db"),
    ] {
        let database = DatabaseUrl::parse(url).unwrap();
        assert_eq!(database.without_password(), shown);
        assert_eq!(database.has_password(), url.starts_with("postgres"));
    }
    assert!(!DatabaseUrl::parse("postgres://ada@host/db").unwrap().has_password());
}
