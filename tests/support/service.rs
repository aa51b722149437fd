//! The real service on a free port, and other nodes on its database.

use std::process::{Child, Command, ExitStatus, Output};

use reqwest::Method;
use reqwest::blocking::{Client, RequestBuilder};
use serde_json::Value;

use super::answer::{Answer, send};
use super::database::Database;
use super::program::{printed, program, run, start};
use super::{PATIENCE, TODAY};

/// A running service; it is killed when dropped.
pub struct Service {
    pub url: String,
    /// Where operators ask.
    pub operators: String,
    pub database: Database,
    /// The secret of an administrator's key.
    pub admin: String,
    child: Child,
    client: Client,
    arguments: Vec<String>,
    log: tempfile::NamedTempFile,
}

impl Service {
    /// An empty one.
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// One with more flags, such as `--demo`.
    pub fn with(arguments: &[&str]) -> Self {
        Self::on(Database::new(), arguments)
    }

    /// One on a database of one's own.
    pub fn on(database: Database, arguments: &[&str]) -> Self {
        let create = ["keys", "create", "--database", &database.url, "--role", "admin", "--label", "the tests"];
        let admin = printed(&run(&create));
        let listen = ["--listen", "127.0.0.1:0", "--operators", "127.0.0.1:0"];
        let mut all: Vec<String> = listen.map(str::to_owned).into();
        // A flag may be given once, so a test's own wins over these.
        for (flag, value) in [
            ("--today", TODAY),
            ("--workers", "1"),
            ("--writes-per-minute", "0"),
            ("--write-bytes-per-minute", "0"),
            ("--reads-per-minute", "0"),
        ] {
            if !arguments.contains(&flag) {
                all.extend([flag.to_owned(), value.to_owned()]);
            }
        }
        all.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        Self::spawned(database, admin, all)
    }

    /// One that goes by the clock of the system.
    pub fn by_the_clock(database: Database) -> Self {
        let create = ["keys", "create", "--database", &database.url, "--role", "admin", "--label", "the tests"];
        let admin = printed(&run(&create));
        let all = ["--listen", "127.0.0.1:0", "--workers", "1", "--writes-per-minute", "0"].map(str::to_owned);
        Self::spawned(database, admin, all.into())
    }

    fn spawned(database: Database, admin: String, all: Vec<String>) -> Self {
        let log = tempfile::NamedTempFile::new().unwrap();
        let (child, url, operators) = spawn(&database.url, &all, &log);
        Service { url, operators, database, admin, child, client: client(), arguments: all, log }
    }

    /// Another process on the same database: its address, and the process to be killed.
    pub fn second_node(&self) -> Node {
        let (child, url, _) = spawn(&self.database.url, &self.arguments, &self.log);
        Node { url, child, client: client() }
    }

    /// Kills it at once, as a power cut would, and starts it again on another port.
    pub fn kill_and_restart(&mut self) {
        self.kill();
        (self.child, self.url, self.operators) = spawn(&self.database.url, &self.arguments, &self.log);
    }

    /// Kills it at once.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Kills it and starts another on the same database, with these flags.
    pub fn restart_with(mut self, arguments: &[&str]) -> Self {
        self.kill();
        let database = std::mem::replace(&mut self.database, Database::at(String::new()));
        Self::on(database, arguments)
    }

    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it has ended by itself.
    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// What it, and every other node of it, has logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log.path()).unwrap()
    }

    /// The whole change log, which must have no gaps.
    pub fn entries(&self) -> Vec<Value> {
        let mut entries: Vec<Value> = Vec::new();
        loop {
            let page = self.json(&format!("/v1/changes?limit=500&after={}", entries.len()));
            entries.extend(page["items"].as_array().unwrap().iter().cloned());
            if page.get("next").is_none() {
                assert_eq!(page["total"], entries.len());
                assert!((1..).zip(&entries).all(|(sequence, entry)| entry["sequence"] == sequence));
                return entries;
            }
        }
    }

    /// A reporter's key, bound to cities.
    pub fn reporter(&self, cities: &[&str]) -> String {
        let body = serde_json::json!({"label": format!("reporter of {}", cities.join(" ")), "role": "reporter", "cities": cities});
        let answer = self.post("/v1/keys", &self.admin, &body);
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["secret"].as_str().unwrap().to_owned()
    }

    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        request(&self.client, &self.url, method, path)
    }

    pub fn get(&self, path: &str) -> Answer {
        send(self.request("GET", path))
    }

    /// The JSON of a read that must succeed.
    pub fn json(&self, path: &str) -> Value {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    }

    pub fn put(&self, path: &str, key: &str, body: &Value) -> Answer {
        send(self.request("PUT", path).bearer_auth(key).json(body))
    }

    pub fn post(&self, path: &str, key: &str, body: &Value) -> Answer {
        send(self.request("POST", path).bearer_auth(key).json(body))
    }

    pub fn delete(&self, path: &str, key: &str) -> Answer {
        send(self.request("DELETE", path).bearer_auth(key))
    }

    /// Writes as the administrator what must be accepted.
    pub fn record(&self, path: &str, body: &Value) -> Answer {
        let answer = self.put(path, &self.admin, body);
        assert!(answer.status.is_success(), "PUT {path}: {} {}", answer.status, answer.text);
        answer
    }

    /// Runs `pledgewatch verify` on its database.
    pub fn verify(&self) -> Output {
        run(&["verify", "--database", &self.database.url])
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
        if std::thread::panicking() {
            eprintln!("the service logged:\n{}", self.log());
        }
    }
}

/// Another process on the database of a [`Service`].
pub struct Node {
    pub url: String,
    child: Child,
    client: Client,
}

impl Node {
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        request(&self.client, &self.url, method, path)
    }

    pub fn get(&self, path: &str) -> Answer {
        send(self.request("GET", path))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn client() -> Client {
    Client::builder().timeout(PATIENCE).build().unwrap()
}

fn request(client: &Client, url: &str, method: &str, path: &str) -> RequestBuilder {
    client.request(Method::from_bytes(method.as_bytes()).unwrap(), format!("{url}{path}"))
}

/// Starts the program and waits until it says where it listens, and where operators ask.
fn spawn(database: &str, arguments: &[String], log: &tempfile::NamedTempFile) -> (Child, String, String) {
    let mut command = Command::new(program());
    command.args(["serve", "--database", database]).args(arguments);
    command.env("RUST_LOG", std::env::var("TEST_LOG").unwrap_or("warn,pledgewatch::writes=info".to_owned()));
    start(command, log)
}
