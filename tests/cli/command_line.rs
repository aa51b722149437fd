//! What is typed, what it prints, and what it says when it cannot.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};

use pledgewatch::record::Kind;
use pledgewatch::store::DatabaseUrl;
use serde_json::Value;

use crate::support::{Database, Service, baseline, city, eventually, inventory, printed, program, run, signal, target};

/// A database that cannot be reached, with a password that nobody is to see.
const UNREACHABLE: &str = "postgres://nobody:s3cret@127.0.0.1:1/nowhere";

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Checks that it failed with one sentence of its own, and returns that.
fn one_sentence(output: &Output) -> String {
    let told = stderr(output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(output.stdout.is_empty());
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(told.starts_with("pledgewatch: ") && !told.contains("s3cret") && !told.contains("panicked"), "{told}");
    told
}

#[test]
fn what_is_typed_wrongly_is_told() {
    for (typed, expected) in [
        ("serve --nonsense", "unexpected argument '--nonsense'"),
        ("serve --listen nowhere", "invalid socket address"),
        ("serve --database mysql://here", "must begin with sqlite: or postgres://"),
        ("serve --database sqlite::memory:", "must be a file"),
        ("serve --trusted-proxy me", "invalid value 'me'"),
        ("judge", "unrecognized subcommand 'judge'"),
        ("keys create --role king --label me", "must be admin or reporter"),
        ("keys create --role reporter --label me --city A", "must be 2 to 64 characters"),
        ("keys create --role admin", "--label <LABEL>"),
    ] {
        let output = run(&typed.split(' ').collect::<Vec<_>>());
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{typed}: {told}");
        // One fault, then where to find help.
        assert_eq!(told.matches("error: ").count(), 1, "{told}");
        assert!(told.contains(expected) && !told.contains("panicked"), "{typed}: {told}");
    }
}

#[test]
fn keys_that_cannot_be_are_refused_in_a_sentence() {
    let database = Database::new();
    let many: Vec<String> = (0..501).map(|number| format!("city-{number}")).collect();
    for (arguments, expected) in [
        (vec!["--role", "admin", "--city", "here", "--label", "me"], "is bound to no --city"),
        (vec!["--role", "reporter", "--label", "me"], "needs at least one --city"),
        (vec!["--role", "reporter", "--label", "me", "--city", &many.join(",")], "at most 500 cities"),
        (vec!["--role", "admin", "--label", ""], "a label has 1 to 200 characters"),
        (vec!["--role", "admin", "--label", "two\nlines"], "none of them control characters"),
    ] {
        let told = one_sentence(&run(&[vec!["keys", "create", "--database", &database.url], arguments].concat()));
        assert!(told.contains(expected), "{told}");
    }
    printed(&run(&["migrate", "--database", &database.url]));
    let told = one_sentence(&run(&["keys", "revoke", "--database", &database.url, "nobody"]));
    assert!(told.contains("there is no valid key nobody"), "{told}");
}

#[test]
fn a_database_that_cannot_be_opened_is_told_in_a_sentence() {
    for url in [UNREACHABLE, "sqlite:/no/such/directory/x.db"] {
        for command in [&["serve", "--wait-for-database", "0"][..], &["migrate"], &["verify"], &["keys", "list"]] {
            let told = one_sentence(&run(&[command, &["--database", url]].concat()));
            assert!(told.contains("cannot be opened: "), "{told}");
        }
    }
}

#[test]
fn a_password_is_never_told() {
    for url in [
        "mysql://me:s3cret@here/db",
        "me:s3cret@here/db",
        "postgres//me:s3cret@here/db",
        "postgres://me:s3cret/x@127.0.0.1:1/db",
        "postgres://me:s3cret@[::1/db",
        "postgres://me:s3cret%zz@127.0.0.1:1/db",
        "postgres://127.0.0.1:1/db?password=s3cret",
        "postgres://127.0.0.1:1/db?sslpassword=s3cret&password=s3cret%",
        "postgres://me@127.0.0.1:1/db?nonsense=s3cret&password=s3cret",
        UNREACHABLE,
    ] {
        for command in [&["serve", "--wait-for-database", "1"][..], &["migrate"], &["keys", "log"]] {
            let outputs = [
                run(&[command, &["--database", url]].concat()),
                Command::new(program()).args(command).env("PLEDGEWATCH_DATABASE", url).output().unwrap(),
            ];
            for output in outputs {
                let told = stderr(&output);
                assert!(!output.status.success() && !told.contains("s3cret"), "{url}: {told}");
                assert!(told.contains("database"), "{url}: {told}");
            }
        }
    }
    let help = Command::new(program()).args(["migrate", "--help"]).env("PLEDGEWATCH_DATABASE", UNREACHABLE).output();
    assert!(!printed(&help.unwrap()).contains("s3cret"));
}

#[test]
fn a_port_in_use_is_told_in_a_sentence() {
    let database = Database::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let told = one_sentence(&run(&["serve", "--database", &database.url, "--listen", &address]));
    assert!(told.contains(&format!("cannot listen on {address}: ")), "{told}");
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let database = Database::new();
    printed(&run(&["migrate", "--database", &database.url]));
    database.execute(
        "INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('29990101000000', CURRENT_TIMESTAMP)",
    );
    for command in [&["serve"][..], &["migrate"], &["verify"], &["keys", "list"]] {
        let told = one_sentence(&run(&[command, &["--database", &database.url]].concat()));
        assert!(told.contains("made by a newer version of pledgewatch (migration 29990101000000)"), "{told}");
    }
}

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

/// The subcommands and the options that a help text lists, each option with all its lines.
fn listed(help: &str) -> (Vec<String>, Vec<String>) {
    let (mut section, mut commands, mut options) = ("", Vec::new(), Vec::<String>::new());
    for line in help.lines() {
        let words = line.trim();
        if !line.starts_with(' ') {
            section = line;
        } else if section == "Commands:" && line.starts_with("  ") && !line.starts_with("   ") {
            commands.push(words.split(' ').next().unwrap().to_owned());
        } else if section == "Options:" && words.starts_with('-') {
            options.push(words.to_owned());
        } else if section == "Options:" && !words.is_empty() {
            let option = options.last_mut().unwrap();
            option.push(' ');
            option.push_str(words);
        }
    }
    (commands, options)
}

#[test]
fn every_flag_can_be_set_by_a_variable() {
    let mut waiting: Vec<Vec<String>> = vec![Vec::new()];
    let mut seen = BTreeSet::new();
    while let Some(command) = waiting.pop() {
        let arguments: Vec<&str> = command.iter().map(String::as_str).chain(["--help"]).collect();
        let (commands, options) = listed(&printed(&run(&arguments)));
        waiting.extend(commands.into_iter().map(|name| [command.clone(), vec![name]].concat()));
        for option in options.iter().filter(|option| !option.contains("--help") && !option.contains("--version")) {
            let flag = option.split("--").nth(1).unwrap().split([' ', '[']).next().unwrap();
            let variable = format!("[env: PLEDGEWATCH_{}", flag.replace('-', "_").to_uppercase());
            assert!(option.contains(&variable), "{command:?}: {option}");
            seen.insert(flag.to_owned());
        }
    }
    for flag in ["database", "listen", "demo", "writes-per-minute", "trusted-proxy", "workers", "role", "label"] {
        assert!(seen.contains(flag), "{flag} is not among {seen:?}");
    }
}

#[test]
fn a_variable_does_what_its_flag_does() {
    let told = Command::new(program()).arg("verify").env("PLEDGEWATCH_DATABASE", UNREACHABLE).output().unwrap();
    assert!(one_sentence(&told).contains("postgres://127.0.0.1:1/nowhere cannot be opened"));
}

#[test]
fn the_default_database_lies_in_the_working_directory() {
    let directory = tempfile::tempdir().unwrap();
    let told = Command::new(program())
        .arg("migrate")
        .current_dir(directory.path())
        .env_remove("PLEDGEWATCH_DATABASE")
        .output()
        .unwrap();
    assert!(printed(&told).starts_with("sqlite:pledgewatch.db: ran "));
    assert!(directory.path().join("pledgewatch.db").is_file());
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

/// A service with five entries: a city, a baseline, a report, the report restated, another report.
fn five_entries() -> Service {
    let service = Service::start();
    service.record("/v1/cities/here", &city("Here"));
    service.record("/v1/cities/here/baselines/1990", &baseline(1990, 1000.0));
    service.record("/v1/cities/here/reports/2020", &inventory(900.0));
    let mut restated = inventory(800.0);
    restated["reason"] = "A better count".into();
    service.record("/v1/cities/here/reports/2020", &restated);
    service.record("/v1/cities/here/reports/2021", &inventory(700.0));
    service
}

#[test]
fn verify_names_every_entry_that_was_tampered_with() {
    let hash = "f".repeat(64);
    let forged = format!("UPDATE revision SET head = '{hash}'");
    for (statements, expected) in [
        ("UPDATE changes SET body = replace(body, '900', '100') WHERE sequence IN (3, 5)", "entry 3 has a body that"),
        ("UPDATE changes SET body = NULL, body_hash = previous_hash WHERE sequence = 3", "entry 3 has a hash that"),
        ("UPDATE changes SET actor = 'someone else' WHERE sequence IN (2, 4)", "entry 2 has a hash that"),
        ("UPDATE changes SET recorded_at = '2001-01-01 00:00:00' WHERE sequence = 4", "entry 4 has a hash that"),
        ("DELETE FROM changes WHERE sequence = 3", "entry 4 does not follow the entry before it"),
        ("DELETE FROM records WHERE sequence = 5; DELETE FROM changes WHERE sequence = 5", "the revision row says 5 "),
        (
            "UPDATE records SET body = replace(body, '00', '01') WHERE kind = 'report'",
            "(entry 4): of report here/2020 it has another body",
        ),
        ("UPDATE records SET state = 'withdrawn', body = NULL WHERE id = '2021'", "2021 it has another state, body"),
        ("UPDATE records SET revision = 2, reason = 'So' WHERE id = '2021'", "2021 it has another revision, reason"),
        ("UPDATE records SET recorded_by = 'me' WHERE kind = 'city'", "of city here it has another recorded_by"),
        (
            "UPDATE records SET recorded_at = '2001-01-01 00:00:00', sequence = 1",
            "1990 it has another sequence, recorded_at",
        ),
        ("DELETE FROM records WHERE id = '2021'", "(entry 5): of report here/2021 it has no row"),
        (
            "INSERT INTO records SELECT kind, city, '2022', revision, state, sequence, recorded_at, recorded_by, reason, \
             body FROM records WHERE id = '2021'",
            "of report here/2022 it has a row that no entry makes",
        ),
        ("UPDATE revision SET number = 9", "the revision row says 9 "),
        (&forged, "the revision row says 5 ffff"),
    ] {
        let service = five_entries();
        assert!(printed(&service.verify()).contains("5 entries of 1 cities"));
        service.database.execute(statements);
        let told = wrong(&service.verify());
        assert!(told.iter().any(|told| told.contains(expected)), "{statements}: {told:?}");
    }
}

/// What a verification that failed has listed as wrong.
fn wrong(output: &Output) -> Vec<String> {
    assert_eq!(output.status.code(), Some(1), "{}", stderr(output));
    let told = stderr(output);
    let listed: Vec<String> = String::from_utf8(output.stdout.clone()).unwrap().lines().map(str::to_owned).collect();
    assert!(told.contains(&format!("is listed ({})", listed.len())) && told.contains("pledgewatch restore"), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
    listed
}

#[test]
fn verify_names_each_of_many_wrong_entries_once() {
    let service = five_entries();
    service.record("/v1/cities/there", &city("There"));
    service.database.execute(
        "UPDATE changes SET body = replace(body, '00', '10') WHERE sequence IN (2, 4); \
         UPDATE records SET recorded_by = 'me' WHERE kind = 'city'",
    );
    let told = wrong(&service.verify());
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[0].contains("entry 2 has a body") && told[1].contains("entry 4 has a body"), "{told:?}");
    // Of the city whose entries are wrong nothing is compared.
    assert!(told[2].contains("of city there it has another recorded_by"), "{told:?}");
}

#[test]
fn verify_looks_at_records_of_every_kind() {
    let service = Service::start();
    let source = serde_json::json!({"title": "A test"});
    service.record("/v1/cities/here", &city("Here"));
    service.record("/v1/cities/here/statement", &serde_json::json!({"text": "We said so."}));
    service.record("/v1/networks/c40", &serde_json::json!({"name": "C40", "source": source}));
    service.record("/v1/networks/c40/members/here", &serde_json::json!({"source": source}));
    service.record("/v1/cities/here/baselines/1990", &baseline(1990, 1000.0));
    service.record("/v1/cities/here/targets/2030", &target("1990", 50.0, 2030));
    service.record("/v1/cities/here/reports/2020", &inventory(900.0));
    for kind in &Kind::RECORDS {
        let change = |reason: &str| {
            service.database.execute(&format!("UPDATE records SET reason = {reason} WHERE kind = '{kind}'"));
        };
        assert!(printed(&service.verify()).contains("7 entries of 1 cities"));
        change("'Never said'");
        let told = wrong(&service.verify());
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(
            told[0].contains("differs from the log (entry ") && told[0].contains(&format!("of {kind} ")),
            "{told:?}"
        );
        change("NULL");
    }
}

#[test]
fn a_redacted_body_is_counted_and_breaks_nothing() {
    let service = five_entries();
    let mut renamed = city("Not a person's name");
    renamed["reason"] = "The old name was a person's".into();
    service.record("/v1/cities/here", &renamed);
    let withdrawn = service.delete("/v1/cities/here/reports/2021?reason=It+names+a+person", &service.admin);
    assert_eq!(withdrawn.status, 204);
    for (count, sequence) in (1..).zip([3, 1, 5]) {
        service.database.execute(&format!("UPDATE changes SET body = NULL WHERE sequence = {sequence}"));
        let verified = printed(&service.verify());
        assert!(verified.contains("7 entries of 1 cities; "), "{verified}");
        assert!(verified.contains(&format!("; redacted bodies: {count}, of which no entry says so ")), "{verified}");
        assert!(verified.contains(&sequence.to_string()), "{verified}");
    }
    let service = service.restart_with(&[]);
    assert_eq!(service.json("/v1/cities/here")["name"], "Not a person's name");
    assert_eq!(service.json("/v1/cities/here/reports/2020")["totals"]["basic"], 800);
    let entries = service.entries();
    assert!(entries[2].get("after").is_none() && entries[2]["hash"].is_string());
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
fn a_mistyped_path_is_not_an_empty_database() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", directory.path().join("mistyped.db").display());
    for arguments in [&["verify"][..], &["keys", "list"], &["keys", "revoke", "01939f2c"]] {
        let output = run(&[arguments, &["--database", &url]].concat());
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(
            String::from_utf8_lossy(&output.stderr).contains("cannot be opened: there is no such file"),
            "{arguments:?}"
        );
    }
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
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
