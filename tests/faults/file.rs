//! The database is moved, deleted, replaced or spoilt beneath the service: no write is told to be recorded that is not.

use std::path::{Path, PathBuf};

use pledgewatch::store::secret;
use serde_json::{Value, json};

use crate::support::{Service, city, eventually, inventory, printed, run};

/// The SQLite file of a service; none where the tests run on PostgreSQL.
fn file_of(service: &Service) -> Option<PathBuf> {
    service.database.url.strip_prefix("sqlite:").map(PathBuf::from)
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn with_one_report() -> Service {
    let service = Service::start();
    service.record("/v1/cities/here", &city("Here"));
    service.record("/v1/cities/here/reports/2020", &inventory(1.0));
    service
}

fn report(service: &Service, year: i32) -> crate::support::Answer {
    service.put(&format!("/v1/cities/here/reports/{year}"), &service.admin, &inventory(2.0))
}

/// Checks that writes have stopped, that all is told, and that reads go on.
fn assert_stopped(service: &Service, code: &str, told: &str) {
    let refused = report(service, 2021);
    refused.assert_problem(503, code);
    assert_eq!(refused.header("retry-after"), "", "trying again does not help");
    let key = json!({"label": "x", "role": "admin"});
    service.post("/v1/keys", &service.admin, &key).assert_problem(503, code);
    service.put("/v1/cities/here", &secret::make().unwrap(), &city("Here")).assert_problem(503, code);
    let ready = service.json("/health/ready");
    assert_eq!((&ready["status"], &ready["parts"]["database"]["status"]), (&json!("degraded"), &json!("down")));
    let detail = ready["parts"]["database"]["detail"].as_str().unwrap();
    assert!(detail.contains(told) && detail.contains("pledgewatch restore"), "{detail}");
    assert!(service.log().contains(told), "{}", service.log());
    assert_eq!(service.json("/v1/cities/here/reports/2020")["totals"]["basic"], 1);
    assert_eq!(service.json("/v1/cities/here/reports")["total"], 1, "what was refused is not shown");
}

/// How a file can go away beneath the service.
type Loss = (&'static str, fn(&Path), &'static str);

const LOSSES: [Loss; 10] = [
    ("moved", |file| std::fs::rename(file, beside(file, ".old")).unwrap(), "was moved or deleted"),
    ("deleted", |file| std::fs::remove_file(file).unwrap(), "was moved or deleted"),
    ("replaced by a copy", replace_by_copy, "is not the file that was opened"),
    ("replaced by a new one", |file| replace_by(file, b""), "is not the file that was opened"),
    ("without its log", |file| std::fs::remove_file(beside(file, "-wal")).unwrap(), "test.db-wal was moved or deleted"),
    ("emptied", |file| cut(file, "", 0), "test.db was emptied or cut short"),
    ("cut short", |file| cut(file, "", 8192), "test.db was emptied or cut short"),
    ("its log emptied", |file| cut(file, "-wal", 0), "test.db-wal was emptied or cut short"),
    ("its log cut short", |file| cut(file, "-wal", 8192), "test.db-wal was emptied or cut short"),
    ("without its index", |file| std::fs::remove_file(beside(file, "-shm")).unwrap(), "test.db-shm was moved or"),
];

/// Leaves so many bytes of a file, in its place.
fn cut(file: &Path, ending: &str, bytes: u64) {
    std::fs::File::options().write(true).open(beside(file, ending)).unwrap().set_len(bytes).unwrap();
}

fn replace_by_copy(file: &Path) {
    let copy = std::fs::read(file).unwrap();
    replace_by(file, &copy);
}

fn replace_by(file: &Path, content: &[u8]) {
    std::fs::write(beside(file, ".new"), content).unwrap();
    std::fs::rename(beside(file, ".new"), file).unwrap();
}

#[test]
fn a_write_into_a_file_that_is_no_more_is_never_accepted() {
    for (name, lose, told) in LOSSES {
        let service = with_one_report();
        let Some(file) = file_of(&service) else { return };
        lose(&file);
        // At once, before the node has looked by itself.
        report(&service, 2021).assert_problem(503, "database_replaced");
        assert_stopped(&service, "database_replaced", told);
        service.get("/v1/changes").assert_problem(503, "database_replaced");
        assert_eq!(file.exists(), !["moved", "deleted"].contains(&name), "no file is made in its place");
    }
}

#[test]
fn what_other_programs_do_to_the_files_in_order_is_no_loss() {
    let service = with_one_report();
    if file_of(&service).is_none() {
        return;
    }
    let statements = ["PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)", "SELECT 1"];
    service.database.execute("CREATE TABLE large (text TEXT); INSERT INTO large VALUES (zeroblob(1000000))");
    service.database.execute("PRAGMA wal_checkpoint(TRUNCATE); DROP TABLE large");
    for (year, statement) in (1990..).zip(statements) {
        service.database.execute(statement);
        assert_eq!(report(&service, year).status, 201, "{statement}");
    }
    assert_eq!(service.json("/health/ready")["status"], "up");
    printed(&service.verify());
}

#[test]
fn a_log_whose_file_is_gone_is_not_thrown_away_at_start() {
    for is_there in [true, false] {
        let mut service = with_one_report();
        let Some(file) = file_of(&service) else { return };
        service.kill();
        let log = std::fs::read(beside(&file, "-wal")).unwrap();
        let content = std::fs::read(&file).unwrap();
        if is_there {
            cut(&file, "", 0)
        } else {
            std::fs::remove_file(&file).unwrap()
        }
        assert_refused_at_start(&service, "its log test.db-wal is not");
        let make = ["keys", "create", "--database", &service.database.url, "--role", "admin", "--label", "x"];
        for arguments in [&make[..], &["verify", "--database", &service.database.url]] {
            assert!(!run(arguments).status.success(), "{arguments:?}");
        }
        assert_eq!(std::fs::read(beside(&file, "-wal")).unwrap(), log);
        // Put back, it is whole.
        std::fs::write(&file, content).unwrap();
        service.kill_and_restart();
        assert_eq!(service.entries().len(), 2);
    }
}

#[test]
fn a_file_that_went_away_is_noticed_without_a_write() {
    let service = with_one_report();
    let Some(file) = file_of(&service) else { return };
    std::fs::rename(&file, beside(&file, ".old")).unwrap();
    eventually("the loss being told", || service.json("/health/ready")["status"] == "degraded");
    assert_stopped(&service, "database_replaced", "was moved or deleted");
}

#[test]
fn a_file_that_was_put_back_is_served_whole_after_a_restart() {
    let mut service = with_one_report();
    let Some(file) = file_of(&service) else { return };
    std::fs::rename(&file, beside(&file, ".old")).unwrap();
    report(&service, 2021).assert_problem(503, "database_replaced");
    std::fs::rename(beside(&file, ".old"), &file).unwrap();
    // Another program may have written to it under its other name: only a start reads it whole.
    assert_stopped(&service, "database_replaced", "was moved or deleted");
    service.kill_and_restart();
    assert_eq!(service.json("/health/ready")["status"], "up");
    assert_eq!(report(&service, 2021).status, 201);
    assert_eq!(service.entries().len(), 3);
    printed(&service.verify());
}

#[test]
fn a_move_amid_writes_loses_nothing_that_was_accepted() {
    let mut service = with_one_report();
    let Some(file) = file_of(&service) else { return };
    let accepted: Vec<i32> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..4)
            .map(|thread| {
                let service = &service;
                scope.spawn(move || {
                    let years = (1970..2020).filter(|year| year % 4 == thread);
                    years.filter(|year| report(service, *year).status == 201).collect::<Vec<_>>()
                })
            })
            .collect();
        eventually("some reports", || service.json("/v1/cities/here/reports")["total"].as_u64().unwrap() > 5);
        std::fs::rename(&file, beside(&file, ".old")).unwrap();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    assert!((5..50).contains(&accepted.len()), "{}", accepted.len());
    report(&service, 2021).assert_problem(503, "database_replaced");
    service.kill();
    std::fs::rename(beside(&file, ".old"), &file).unwrap();
    service.kill_and_restart();
    for year in &accepted {
        assert_eq!(service.json(&format!("/v1/cities/here/reports/{year}"))["totals"]["basic"], 2, "{year}");
    }
    printed(&service.verify());
}

#[test]
fn a_disk_image_that_is_spoilt_stops_writes() {
    let service = with_one_report();
    let Some(file) = file_of(&service) else { return };
    // What was recorded goes from the log of SQLite into the file, and the page that the table begins with is spoilt.
    service.database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    spoil(&service, &file, "changes");
    report(&service, 2021).assert_problem(503, "database_damaged");
    assert_stopped(&service, "database_damaged", "malformed");
}

/// Overwrites the first page of a table in place.
fn spoil(service: &Service, file: &Path, table: &str) {
    use std::os::unix::fs::FileExt;
    let objects = service.database.rows("sqlite_master");
    let page = objects.iter().find(|object| object["name"] == table).unwrap()["rootpage"].as_u64().unwrap();
    let spoilt = std::fs::File::options().write(true).open(file).unwrap();
    spoilt.write_all_at(&[0x55; 4096], (page - 1) * 4096).unwrap();
}

#[test]
fn a_file_that_was_spoilt_is_found_at_start() {
    let mut service = with_one_report();
    let Some(file) = file_of(&service) else { return };
    service.kill();
    service.database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    // What only people with SQL read is spoilt; the log can still be read.
    spoil(&service, &file, "confirmations");
    service.kill_and_restart();
    assert_stopped(&service, "database_damaged", "the database file is damaged");
    let verified = run(&["verify", "--database", &service.database.url]);
    assert!(!verified.status.success() && !verified.stdout.is_empty(), "{verified:?}");

    service.kill();
    spoil(&service, &file, "changes");
    assert_refused_at_start(&service, "malformed");
}

#[test]
fn what_is_no_database_is_refused_with_the_way_out() {
    let mut service = with_one_report();
    let Some(file) = file_of(&service) else { return };
    service.kill();
    for ending in ["-wal", "-shm"] {
        std::fs::remove_file(beside(&file, ending)).ok();
    }
    std::fs::write(&file, vec![0x55; 8192]).unwrap();
    assert_refused_at_start(&service, "file is not a database");
}

fn assert_refused_at_start(service: &Service, told: &str) {
    let refused = run(&["serve", "--database", &service.database.url, "--listen", "127.0.0.1:0"]);
    let error = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && error.contains(told) && error.contains("pledgewatch restore"), "{error}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_server_with_another_database_is_not_written_to() {
    use super::cluster::Cluster;
    use crate::support::Database;
    let Some(mut cluster) = Cluster::start() else { return };
    let service = Service::on(Database::at(cluster.url()), &[]);
    service.record("/v1/cities/here", &city("Here"));
    service.record("/v1/cities/here/reports/2020", &inventory(1.0));
    let head = |service: &Service| service.database.rows("revision")[0]["head"].clone();
    let before: Value = head(&service);
    service.database.execute("UPDATE identity SET word = '00112233445566778899aabbccddeeff'");
    cluster.stop();
    cluster.resume();
    eventually("the other database being told", || report(&service, 2021).json()["code"] == "database_replaced");
    assert_stopped(&service, "database_replaced", "it has another identity");
    assert_eq!(head(&service), before);
}
