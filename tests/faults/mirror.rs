//! A mirror of the log resumes, and tells a log that was rewritten, shortened, or signed by someone else.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use ed25519_dalek::{Signature, VerifyingKey};
use pledgewatch::record::head::Signer;
use serde_json::Value;

use super::fork::{lose_after, overwrite, rewritten, stored};
use crate::support::{Service, city, eventually, inventory, large_report, printed, program, refused, run};

/// A place for a mirror.
struct Copy {
    _directory: tempfile::TempDir,
    file: PathBuf,
}

impl Copy {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        Copy { file: directory.path().join("log.ndjson"), _directory: directory }
    }

    fn name(&self) -> &str {
        self.file.to_str().unwrap()
    }

    fn head(&self) -> PathBuf {
        format!("{}.head", self.name()).into()
    }

    fn of(&self, url: &str) -> Output {
        run(&["mirror", url, self.name()])
    }

    fn text(&self) -> String {
        std::fs::read_to_string(&self.file).unwrap()
    }

    /// What it says of a service that is not what it was; the file stays as it is.
    fn refuses(&self, url: &str) -> String {
        let before = (std::fs::read(&self.file).ok(), std::fs::read(self.head()).ok());
        let told = refused(&self.of(url));
        assert_eq!((std::fs::read(&self.file).ok(), std::fs::read(self.head()).ok()), before, "{told}");
        told
    }

    fn verify(&self, service: &Service) -> Output {
        run(&["verify", "--database", &service.database.url, "--mirror", self.name()])
    }
}

/// A city with six reports, of which that of entry 3 was restated: eight entries.
fn with_reports() -> Service {
    let service = Service::start();
    service.record("/v1/cities/here", &city("Zürich"));
    for year in 2000..=2005 {
        service.record(&format!("/v1/cities/here/reports/{year}"), &inventory(f64::from(year)));
    }
    let mut restated = inventory(3.0);
    restated["reason"] = "A slip".into();
    service.record("/v1/cities/here/reports/2001", &restated);
    service
}

fn export(service: &Service) -> String {
    service.get("/v1/export/changes.ndjson").text
}

/// Checks the head kept beside the entries, with nothing of the program's own.
fn assert_signed(path: &Path, last: &Value) {
    let kept: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let text = |pointer: &str| kept.pointer(pointer).and_then(Value::as_str).unwrap().to_owned();
    let bytes = |pointer: &str| hex::decode(text(pointer)).unwrap();
    assert_eq!((&kept["head"]["sequence"], &kept["head"]["hash"]), (&last["sequence"], &last["hash"]));
    let lines = format!(
        "pledgewatch log head\n{}\n{}\n{}\n{}",
        text("/key/key_id"),
        last["sequence"],
        text("/head/hash"),
        text("/head/signed_at")
    );
    let key = VerifyingKey::from_bytes(&bytes("/key/public_key").try_into().unwrap()).unwrap();
    let signature = Signature::from_bytes(&bytes("/head/signature").try_into().unwrap());
    key.verify_strict(lines.as_bytes(), &signature).unwrap();
}

#[test]
fn a_mirror_has_every_entry_as_it_was_served_and_resumes() {
    let (service, copy) = (Service::with(&["--demo"]), Copy::new());
    service.record("/v1/cities/there", &city("There"));
    for number in 2..20 {
        service.record("/v1/cities/there/reports/2020", &large_report(number));
    }
    assert!(service.json("/v1/changes?limit=500").get("next").is_some(), "there is more than a page");
    let said = printed(&copy.of(&service.url));
    let first = copy.text();
    assert_eq!(first, export(&service));
    assert!(said.contains(&format!("{} new entries", first.lines().count())), "{said}");
    assert_signed(&copy.head(), service.entries().last().unwrap());
    assert!(printed(&copy.of(&service.url)).contains(": 0 new entries"));
    assert_eq!(copy.text(), first);

    service.record("/v1/cities/here", &city("Zürich"));
    assert!(printed(&copy.of(&service.url)).contains(": 1 new entries"));
    let whole = copy.text();
    assert_eq!(whole, export(&service));
    assert!(whole.starts_with(&first));
    assert_signed(&copy.head(), service.entries().last().unwrap());
    // A power cut may leave any part of what was written last; of a page none may have been signed yet.
    let letter = whole.rfind('ü').unwrap();
    for cut in [0, 1, first.len() / 2, first.len() - 1, letter + 1, whole.len() - 1] {
        std::fs::write(&copy.file, &whole.as_bytes()[..cut]).unwrap();
        std::fs::remove_file(copy.head()).unwrap();
        printed(&copy.of(&service.url));
        assert_eq!(copy.text(), whole, "cut after {cut} bytes");
    }
    let verified = printed(&copy.verify(&service));
    assert!(verified.contains(&format!("it has all {} entries of ", whole.lines().count())), "{verified}");
    // A log that is longer than its mirror is fine.
    service.record("/v1/cities/here/reports/2001", &inventory(1.0));
    printed(&copy.verify(&service));
}

#[test]
fn a_mirror_that_follows_is_killed_and_goes_on_later() {
    let (mut service, copy) = (with_reports(), Copy::new());
    let mut follow = Command::new(program())
        .args(["mirror", &service.url, copy.name(), "--follow", "--every", "1"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    eventually("the first copy", || copy.head().exists());
    let second = run(&["mirror", &service.url, copy.name()]);
    assert!(refused(&second).contains("another process writes this mirror"));
    service.record("/v1/cities/here/reports/2006", &inventory(1.0));
    eventually("what is new", || copy.text() == export(&service));
    follow.kill().unwrap();
    follow.wait().unwrap();
    service.record("/v1/cities/here/reports/2007", &inventory(1.0));
    printed(&copy.of(&service.url));
    assert_eq!(copy.text(), export(&service));
    service.kill();
    assert!(copy.refuses(&service.url).contains("/v1/log/key: "), "a service that is away is said to be");
}

#[test]
fn a_log_that_was_rewritten_or_shortened_is_told_by_its_first_entry() {
    let (mut service, copy) = (with_reports(), Copy::new());
    printed(&copy.of(&service.url));
    let chain = stored(&service.database);
    service.kill();
    overwrite(&service.database, &rewritten(&chain, 3, "\"basic\":2001", "\"basic\":1"));
    service.kill_and_restart();
    let told_of = |told: &str, what: &str| assert!(told.contains(what), "{told}");
    told_of(&copy.refuses(&service.url), "WAS REWRITTEN: entry 3 differs from ");
    // By itself the log is as it should be: only who kept it knows.
    printed(&service.verify());
    told_of(&refused(&copy.verify(&service)), "the log was rewritten: entry 3 differs from ");
    // The same where the log has gone on, and where it has fewer entries.
    service.record("/v1/cities/here/reports/2010", &inventory(1.0));
    told_of(&copy.refuses(&service.url), "WAS REWRITTEN: entry 3 differs from ");
    service.kill();
    lose_after(&service.database, 5);
    service.kill_and_restart();
    told_of(&copy.refuses(&service.url), "WAS REWRITTEN: entry 3 differs from ");

    let (mut service, copy) = (with_reports(), Copy::new());
    service.record("/v1/cities/here/reports/2006", &inventory(1.0));
    service.record("/v1/cities/here/reports/2007", &inventory(1.0));
    printed(&copy.of(&service.url));
    service.kill();
    lose_after(&service.database, 8);
    service.kill_and_restart();
    told_of(&copy.refuses(&service.url), "WAS SHORTENED: it ends with entry 8, so entry 9 of ");
    told_of(&refused(&copy.verify(&service)), "the log was shortened: it ends with entry 8, ");
}

#[test]
fn another_key_and_a_wrong_signature_are_told() {
    let (mut service, copy) = (with_reports(), Copy::new());
    printed(&copy.of(&service.url));
    // Someone on the way alters what was signed, or what is served.
    for (from, to, what) in [
        ("\"signed_at\":\"2026", "\"signed_at\":\"2027", "the signature of the head 8:"),
        ("\"sequence\":8,\"hash\"", "\"sequence\":7,\"hash\"", "the signature of the head 7:"),
        ("\"key_id\":\"", "\"key_id\":\"0", "HAS CHANGED"),
    ] {
        let told = copy.refuses(&altering(&service.url, from, to));
        assert!(told.contains(what), "{told}");
    }
    let fresh = Copy::new();
    let told_of = refused(&fresh.of(&altering(&service.url, "\"basic\":2004", "\"basic\":2")));
    assert!(told_of.contains("the body of entry 6 does not match its hash"), "{told_of}");
    assert_eq!(fresh.text(), "");
    assert!(!fresh.head().exists());

    let head = std::fs::read_to_string(copy.head()).unwrap();
    std::fs::write(copy.head(), head.replace("\"signed_at\":\"2026", "\"signed_at\":\"2027")).unwrap();
    assert!(copy.refuses(&service.url).contains("the signature of the head 8:"));
    std::fs::write(copy.head(), head).unwrap();

    let other = Signer::new(&[7; 32], "2026-11-01T00:00:00Z".parse().unwrap());
    service.kill();
    let (private, public) = (hex::encode([7; 32]), &other.public().public_key);
    service.database.execute(&format!("UPDATE head_keys SET private_key = '{private}', public_key = '{public}'"));
    service.kill_and_restart();
    let told_of = copy.refuses(&service.url);
    assert!(told_of.contains("THE KEY OF ") && told_of.contains(&format!("now by {}", other.public().key_id)));
    assert!(refused(&copy.verify(&service)).contains("the key that signs the log has changed"));
}

#[test]
fn a_file_that_is_no_mirror_is_left_alone() {
    let (service, copy) = (with_reports(), Copy::new());
    for text in ["My notes\n", "{}\n"] {
        std::fs::write(&copy.file, text).unwrap();
        assert!(copy.refuses(&service.url).contains("line 1: it is not an entry"));
        assert!(refused(&copy.verify(&service)).contains("line 1: it is not an entry"));
    }
    std::fs::remove_file(&copy.file).unwrap();
    printed(&copy.of(&service.url));
    let whole = copy.text();
    std::fs::write(&copy.file, whole.replacen("\"basic\":2002", "\"basic\":9", 1)).unwrap();
    assert!(copy.refuses(&service.url).contains("line 4: the body of entry 4 does not match its hash"));
    std::fs::write(&copy.file, whole.lines().skip(1).collect::<Vec<_>>().join("\n") + "\n").unwrap();
    assert!(copy.refuses(&service.url).contains("line 1: entry 2 does not follow the one before it"));
    // Entries that were signed for may not go missing.
    std::fs::write(&copy.file, whole.lines().take(3).collect::<Vec<_>>().join("\n") + "\n").unwrap();
    assert!(copy.refuses(&service.url).contains("does not have the entry 8:"));
}

/// Someone between the mirror and the service, who alters one thing in every answer; its address.
fn altering(service: &str, from: &'static str, to: &'static str) -> String {
    let (listener, service) = (TcpListener::bind("127.0.0.1:0").unwrap(), service.to_owned());
    let url = format!("http://{}", listener.local_addr().unwrap());
    // It ends with the tests.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines: Vec<String> =
                BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            let path = lines[0].split(' ').nth(1).unwrap();
            let text = reqwest::blocking::get(format!("{service}{path}")).unwrap().text().unwrap().replace(from, to);
            let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", text.len());
            stream.write_all((head + &text).as_bytes()).unwrap();
        }
    });
    url
}
