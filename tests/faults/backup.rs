//! Backups: made while others write, restored whole or not at all, into either database.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use super::assert_refused;
use crate::support::{
    Database, Service, TODAY, baseline, city, eventually, inventory, large_report, printed, program, run, target,
};

/// A service with records of several kinds, a withdrawal, a redacted body, two more keys and a confirmation; 8 entries.
fn recorded() -> Service {
    let service = Service::start();
    let source = json!({"title": "A test"});
    service.record("/v1/cities/here", &city("Hère"));
    service.record("/v1/cities/here/baselines/1990", &baseline(1990, 1000.5));
    service.record("/v1/cities/here/targets/2030", &target("1990", 50.0, 2030));
    service.record("/v1/cities/here/reports/2020", &inventory(900.0));
    let mut restated = inventory(800.0);
    restated["reason"] = "A \"better\" count".into();
    service.record("/v1/cities/here/reports/2020", &restated);
    service.record("/v1/networks/c40", &json!({"name": "C40", "source": source}));
    service.record("/v1/cities/here/reports/2021", &inventory(700.0));
    let path = "/v1/cities/here/reports/2021?reason=It+names+a+person";
    assert_eq!(service.delete(path, &service.admin).status, 204);
    service.database.execute("UPDATE changes SET body = NULL WHERE sequence = 7");
    service.reporter(&["here"]);
    let former =
        service.post("/v1/keys", &service.admin, &json!({"label": "A former colleague", "role": "admin"})).json();
    let path = format!("/v1/keys/{}", former["id"].as_str().unwrap());
    assert_eq!(service.delete(&path, &service.admin).status, 204);
    let hash = "0".repeat(64);
    service.database.execute(&format!(
        "INSERT INTO confirmations (kind, city, id, since, body, body_hash) \
         VALUES ('report', 'here', '2020', '2024-05-06', '{{\"a\":\"''\"}}', '{hash}')"
    ));
    service
}

struct File {
    _directory: tempfile::TempDir,
    path: PathBuf,
}

impl File {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("backup.ndjson");
        File { _directory: directory, path }
    }

    fn name(&self) -> &str {
        self.path.to_str().unwrap()
    }

    fn lines(&self) -> Vec<String> {
        std::fs::read_to_string(&self.path).unwrap().lines().map(str::to_owned).collect()
    }
}

fn back_up(database: &Database) -> File {
    let file = File::new();
    printed(&run(&["backup", "--database", &database.url, file.name()]));
    file
}

fn restore(database: &Database, file: &Path, more: &[&str]) -> Output {
    run(&[&["restore", "--database", &database.url, file.to_str().unwrap()], more].concat())
}

/// Every row of every table that counts, in one order.
fn content(database: &Database) -> Vec<(String, Vec<String>)> {
    let tables = ["revision", "identity", "changes", "records", "keys", "key_cities", "confirmations"];
    let rows = |table: &str| {
        let mut rows: Vec<String> = database.rows(table).iter().map(|row| plain(row).to_string()).collect();
        rows.sort_unstable();
        (table.to_owned(), rows)
    };
    tables.iter().map(|table| rows(table)).collect()
}

/// Times are written with a T by one database and without by the other.
fn plain(row: &Value) -> Value {
    let mut row = row.clone();
    for (_, value) in row.as_object_mut().unwrap() {
        if let Some(text) = value.as_str().filter(|text| text.len() == 19 && &text[10..11] == "T") {
            *value = text.replacen('T', " ", 1).into();
        }
    }
    row
}

#[test]
fn a_backup_restores_all_that_was_recorded() {
    let service = recorded();
    let before = content(&service.database);
    let file = back_up(&service.database);
    let restored = Database::new();
    let told = printed(&restore(&restored, &file.path, &[]));
    assert!(told.contains(": 8 entries up to "), "{told}");
    assert_eq!(content(&restored), before);
    printed(&run(&["verify", "--database", &restored.url]));
    let other = Service::on(restored, &[]);
    assert_eq!(other.entries(), service.entries());
    let status = "/v1/cities/here/status";
    assert_eq!(other.json(status), service.json(status));
    // Keys are what they were.
    let report = other.put("/v1/cities/here/reports/2022", &service.admin, &inventory(1.0));
    assert_eq!(report.status, 201, "{}", report.text);
    assert!(printed(&run(&["keys", "list", "--database", &other.database.url])).contains("revoked 20"));
    printed(&other.verify());
}

/// Who reads a backup from a pipe, or writes one into it, may take their time.
#[cfg(target_os = "linux")]
#[test]
fn a_pipe_that_pauses_breaks_off_no_backup_and_no_restoration() {
    use std::io::{Read, Write};
    let Some(cluster) = super::cluster::Cluster::start() else { return };
    let waits = "SELECT count(*) FROM pg_stat_activity \
                 WHERE state = 'idle in transaction' AND clock_timestamp() - state_change > interval '6 s'";
    let service = Service::on(Database::at(cluster.url()), &[]);
    service.record("/v1/cities/here", &city("Here"));
    for number in 1..=6 {
        service.record("/v1/cities/here/reports/2020", &large_report(number));
    }
    let command = |name: &str, database: &str| {
        let mut command = Command::new(program());
        command.args([name, "--database", database, "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        command.spawn().unwrap()
    };
    let mut backup = command("backup", &service.database.url);
    eventually("the backup waiting for its reader", || cluster.number(waits) == 1);
    let mut text = Vec::new();
    backup.stdout.take().unwrap().read_to_end(&mut text).unwrap();
    assert!(backup.wait().unwrap().success());

    cluster.execute("CREATE DATABASE restored");
    let mut restore = command("restore", &cluster.url().replace("@/postgres", "@/restored"));
    let mut pipe = restore.stdin.take().unwrap();
    let (one, other) = text.split_at(text.len() / 2);
    pipe.write_all(one).unwrap();
    eventually("the restoration waiting for its writer", || cluster.number(waits) == 1);
    pipe.write_all(other).unwrap();
    drop(pipe);
    assert!(restore.wait_with_output().unwrap().status.success());
}

#[cfg(target_os = "linux")]
#[test]
fn a_backup_goes_from_one_database_to_the_other_and_back() {
    let Some(cluster) = super::cluster::Cluster::start() else { return };
    let service = recorded();
    let before = content(&service.database);
    let directory = tempfile::tempdir().unwrap();
    let file = format!("sqlite:{}", directory.path().join("other.db").display());
    let mut backup = back_up(&service.database);
    for url in [cluster.url(), file] {
        let database = Database::at(url);
        printed(&restore(&database, &backup.path, &[]));
        assert_eq!(content(&database), before);
        printed(&run(&["verify", "--database", &database.url]));
        let next = back_up(&database);
        let (lines, before) = (next.lines(), backup.lines());
        let last = lines.len() - 1;
        assert_eq!(lines[1..last], before[1..last], "only the day that it was made on is another");
        backup = next;
    }
}

#[test]
fn a_backup_that_was_cut_or_altered_restores_nothing() {
    let service = recorded();
    let file = back_up(&service.database);
    let lines = file.lines();
    let whole = std::fs::read(&file.path).unwrap();
    let last = lines.len() - 1;
    let key = lines.iter().position(|line| line.contains("\"role\":\"reporter\"")).unwrap();
    let with = |at: usize, line: String| {
        let mut lines = lines.clone();
        lines[at] = line;
        lines.join("\n") + "\n"
    };
    let without = |at: usize| {
        let mut lines = lines.clone();
        lines.remove(at);
        lines.join("\n") + "\n"
    };
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (Vec::new(), "is missing: the file was cut"),
        (whole[..whole.len() / 2].to_vec(), "is cut"),
        (whole[..whole.len() - 1].to_vec(), "is cut"),
        ((lines[..last].join("\n") + "\n").into(), "is missing: the file was cut"),
        (without(4).into(), "does not follow the entry before it"),
        (without(last - 1).into(), "has another count or SHA-256"),
        (with(4, lines[4].replace(":900", ":100")).into(), "has a body that its body hash does not match"),
        (with(4, lines[4].replace("the tests", "the others")).into(), "has a hash that does not match its fields"),
        (with(key, lines[key].replace("reporter", "admin")).into(), "has another count or SHA-256"),
        (with(0, lines[0].replace("\"sequence\":8", "\"sequence\":9")).into(), "has another count or SHA-256"),
        ([&whole[..], b"{}\n"].concat(), "is followed by others"),
        (b"{\"sequence\":1}\n".to_vec(), "cannot be read"),
    ];
    let database = Database::new();
    for (content, told) in cases {
        std::fs::write(&file.path, &content).unwrap();
        assert_refused(&restore(&database, &file.path, &[]), told);
        assert!(is_nothing(&database), "{told}");
    }
    std::fs::write(&file.path, whole).unwrap();
    printed(&restore(&database, &file.path, &[]));
}

#[test]
fn a_backup_is_restored_into_an_empty_database_alone() {
    let service = recorded();
    let file = back_up(&service.database);
    assert_refused(&restore(&service.database, &file.path, &[]), "the database is not empty");
    let database = Database::new();
    printed(&run(&["keys", "create", "--database", &database.url, "--role", "admin", "--label", "Me"]));
    assert_refused(&restore(&database, &file.path, &[]), "its table keys has 1 rows");
    // A file that is there is not overwritten.
    assert_refused(&run(&["backup", "--database", &service.database.url, file.name()]), "cannot be created");
    let nowhere = tempfile::tempdir().unwrap();
    let missing = format!("sqlite:{}", nowhere.path().join("missing.db").display());
    assert_refused(&run(&["backup", "--database", &missing, "-"]), "there is no such file");
}

#[test]
fn a_backup_of_a_newer_version_is_refused() {
    let file = back_up(&recorded().database);
    let text = std::fs::read_to_string(&file.path).unwrap();
    std::fs::write(&file.path, text.replacen("20261123000001", "29990101000000", 1)).unwrap();
    assert_refused(
        &restore(&Database::new(), &file.path, &[]),
        "a newer version of pledgewatch (migration 29990101000000)",
    );
}

#[test]
fn a_log_is_restored_up_to_an_entry() {
    let service = recorded();
    let file = back_up(&service.database);
    let database = Database::new();
    assert_refused(&restore(&database, &file.path, &["--until", "9"]), "which ends with entry 8");
    let told = printed(&restore(&database, &file.path, &["--until", "4"]));
    assert!(told.contains(": 4 entries up to "), "{told}");
    printed(&run(&["verify", "--database", &database.url]));
    let other = Service::on(database, &[]);
    assert_eq!(other.entries(), service.entries()[..4]);
    assert_eq!(other.json("/v1/cities/here/reports/2020")["totals"]["basic"], 900);
    other.record("/v1/cities/here/reports/2021", &inventory(1.0));
}

/// Whether there is nothing: no file, or no table.
fn is_nothing(database: &Database) -> bool {
    match database.url.strip_prefix("sqlite:") {
        Some(path) => std::fs::read_dir(Path::new(path).parent().unwrap()).unwrap().next().is_none(),
        None => {
            database.rows("pg_tables").iter().all(|table| !database.url.contains(table["schemaname"].as_str().unwrap()))
        }
    }
}

#[test]
fn a_restoration_that_fails_leaves_nothing_that_a_service_would_take() {
    let file = back_up(&recorded().database);
    let text = std::fs::read_to_string(&file.path).unwrap();
    let cut: Vec<&str> = text.lines().collect();
    std::fs::write(&file.path, cut[..cut.len() - 1].join("\n") + "\n").unwrap();
    let database = Database::new();
    assert_refused(&restore(&database, &file.path, &[]), "the file was cut");
    assert!(is_nothing(&database));
    assert_refused(&restore(&database, &file.path, &["--until", "9"]), "which ends with entry 8");
    assert!(is_nothing(&database));
    std::fs::write(&file.path, text).unwrap();
    printed(&restore(&database, &file.path, &[]));
    printed(&run(&["verify", "--database", &database.url]));
    let Some(path) = database.url.strip_prefix("sqlite:").map(PathBuf::from) else { return };
    let left: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(left == [&*path], "nothing lies beside it: {left:?}");
    // The log of another database would be taken for that of this one.
    std::fs::remove_file(&path).unwrap();
    std::fs::write(path.with_extension("db-wal"), "another").unwrap();
    assert_refused(&restore(&database, &file.path, &[]), "test.db-wal belongs to another database");
    assert!(!path.exists());
}

#[test]
fn what_was_redacted_later_stays_out_of_an_earlier_log_and_is_told() {
    let service = recorded();
    let reason = ["--reason", "A court order", "--today", TODAY];
    printed(&run(&[&["redact", "--database", &service.database.url, "4"], &reason[..]].concat()));
    let file = back_up(&service.database);
    let database = Database::new();
    let restored = restore(&database, &file.path, &["--until", "5"]);
    printed(&restored);
    let told = String::from_utf8(restored.stderr).unwrap();
    assert!(told.contains("the bodies of entries 4 were redacted by entries that were not restored"), "{told}");
    let verified = printed(&run(&["verify", "--database", &database.url]));
    assert!(verified.contains("left out of a restore): those of 4"), "{verified}");
}

/// A mirror of the public log of a service.
fn mirror(service: &Service, file: &File) -> PathBuf {
    let path = file.path.with_extension("mirror");
    let lines: Vec<String> = service.entries().iter().map(ToString::to_string).collect();
    std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    path
}

#[test]
fn a_backup_that_is_older_than_a_mirror_says_so() {
    let service = recorded();
    let file = back_up(&service.database);
    let path = mirror(&service, &file);
    let with_mirror = |more: &[&str]| {
        let database = Database::new();
        let more = [&["--mirror", path.to_str().unwrap()], more].concat();
        (restore(&database, &file.path, &more), database)
    };
    let error = |output: &Output| String::from_utf8(output.stderr.clone()).unwrap();
    let (same, _) = with_mirror(&[]);
    printed(&same);
    assert_eq!(error(&same), "");
    let (earlier, _) = with_mirror(&["--until", "5"]);
    printed(&earlier);
    assert!(error(&earlier).contains("entries 6 to 8 of the mirror are not in it"), "{}", error(&earlier));
    for year in 2010..2013 {
        service.record(&format!("/v1/cities/here/reports/{year}"), &inventory(1.0));
    }
    mirror(&service, &file);
    let (older, _) = with_mirror(&[]);
    printed(&older);
    assert!(error(&older).contains("entries 9 to 11 of the mirror are not in it"), "{}", error(&older));
    // Another log, and what is no mirror.
    let text = std::fs::read_to_string(&path).unwrap();
    let hash = service.entries()[2]["hash"].as_str().unwrap().to_owned();
    std::fs::write(&path, text.replace(&hash, &"f".repeat(64))).unwrap();
    let (other, database) = with_mirror(&[]);
    assert_refused(&other, "entry 3 has the hash");
    assert!(is_nothing(&database));
    std::fs::write(&path, "{}\n").unwrap();
    assert_refused(&with_mirror(&[]).0, "the mirror has no entries");
}

#[test]
fn a_backup_amid_writes_is_of_one_moment() {
    let service = Service::start();
    service.record("/v1/cities/here", &city("Here"));
    let done = AtomicBool::new(false);
    let files: Vec<File> = std::thread::scope(|scope| {
        for thread in 0..2 {
            let (service, done) = (&service, &done);
            scope.spawn(move || {
                for tonnes in 0..10_000 {
                    let mut body = inventory(f64::from(tonnes));
                    body["reason"] = "Again".into();
                    service.record(&format!("/v1/cities/here/reports/{}", 2000 + thread), &body);
                    if done.load(Ordering::Relaxed) {
                        return;
                    }
                }
            });
        }
        let files = (0..5).map(|_| back_up(&service.database)).collect();
        done.store(true, Ordering::Relaxed);
        files
    });
    let entries = service.entries();
    for file in files {
        let database = Database::new();
        printed(&restore(&database, &file.path, &[]));
        printed(&run(&["verify", "--database", &database.url]));
        let restored = Service::on(database, &[]).entries();
        assert_eq!(restored, entries[..restored.len()]);
    }
}

#[test]
fn a_backup_goes_through_a_pipe() {
    let service = recorded();
    let database = Database::new();
    let mut written = Command::new(program())
        .args(["backup", "--database", &service.database.url, "-"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let restored = Command::new(program())
        .args(["restore", "--database", &database.url, "-"])
        .stdin(written.stdout.take().unwrap())
        .output()
        .unwrap();
    assert!(written.wait().unwrap().success());
    printed(&restored);
    assert_eq!(content(&database), content(&service.database));
}

#[test]
fn a_damaged_log_gives_no_backup() {
    let service = recorded();
    service.database.execute("UPDATE changes SET body = replace(body, '900', '100') WHERE sequence = 4");
    let file = File::new();
    assert_refused(&run(&["backup", "--database", &service.database.url, file.name()]), "entry 4 has a body");
    assert!(!file.path.exists(), "a part of a backup is none");
}
