//! What is typed, or set by a variable, and what is said in one sentence when it cannot be done.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::process::Command;

use crate::support::{Database, printed, program, run};

use super::{one_sentence, stderr};

/// A database that cannot be reached, with a password that nobody is to see.
const UNREACHABLE: &str = "postgres://nobody:s3cret@127.0.0.1:1/nowhere";

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
        (vec!["--role", "admin", "--city", "here", "--label", "me"], "takes no --city"),
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
