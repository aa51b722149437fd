//! Starts the real service on a free port, with a database of its own, and talks to it over HTTP.
//!
//! `TEST_DATABASE_URL` unset: a SQLite file in a temporary directory. Set to `postgres://…`: a schema
//! of its own there, dropped at the end. Tests need not know which.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, RunQueryDsl};
use pledgewatch::store::{AnyConnection, DatabaseUrl};
use reqwest::blocking::{Client, RequestBuilder, Response};
use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The day that every service of the tests takes for today.
pub const TODAY: &str = "2026-11-23";
/// How long anything may take before a test gives up on it.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A database that nobody else uses.
pub struct Database {
    pub url: String,
    _directory: Option<tempfile::TempDir>,
    schema: Option<(String, String)>,
}

impl Database {
    pub fn new() -> Self {
        match std::env::var("TEST_DATABASE_URL") {
            Ok(server) => Self::schema(&server),
            Err(_) => {
                let directory = tempfile::tempdir().unwrap();
                let url = format!("sqlite:{}", directory.path().join("test.db").display());
                Database { url, _directory: Some(directory), schema: None }
            }
        }
    }

    /// One that the test itself keeps.
    pub fn at(url: String) -> Self {
        Database { url, _directory: None, schema: None }
    }

    fn schema(server: &str) -> Self {
        let name = format!("test_{}", uuid::Uuid::now_v7().simple());
        let mut connection = PgConnection::establish(server).unwrap();
        connection.batch_execute(&format!("CREATE SCHEMA {name}")).unwrap();
        let joint = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{joint}options=-csearch_path%3D{name}");
        Database { url, _directory: None, schema: Some((server.to_owned(), name)) }
    }

    /// Runs statements beside the service, as someone with `psql` or `sqlite3` would.
    pub fn execute(&self, statements: &str) {
        self.connect().batch_execute(statements).unwrap();
    }

    /// The columns of a table or a view.
    pub fn columns(&self, table: &str) -> Vec<String> {
        let mut connection = self.connect();
        let query = columns_of(&connection, table);
        texts(&mut connection, &query)
    }

    /// The rows of a table or a view, each with its columns as members.
    pub fn rows(&self, table: &str) -> Vec<Value> {
        let mut connection = self.connect();
        let row = match &connection {
            AnyConnection::Sqlite(_) => {
                let members: Vec<String> =
                    self.columns(table).iter().map(|name| format!("'{name}', \"{name}\"")).collect();
                format!("json_object({})", members.join(", "))
            }
            AnyConnection::Postgres(_) => "to_jsonb(t)::text".to_owned(),
        };
        let rows = texts(&mut connection, &format!("SELECT {row} AS text FROM \"{table}\" AS t"));
        rows.iter().map(|row| serde_json::from_str(row).unwrap()).collect()
    }

    pub fn connect(&self) -> AnyConnection {
        DatabaseUrl::parse(&self.url).unwrap().connect().unwrap()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.schema
            && let Ok(mut connection) = PgConnection::establish(server)
        {
            connection.batch_execute(&format!("DROP SCHEMA {name} CASCADE")).ok();
        }
    }
}

/// A query for the names of the columns of a table.
fn columns_of(connection: &AnyConnection, table: &str) -> String {
    match connection {
        AnyConnection::Sqlite(_) => format!("SELECT name AS text FROM pragma_table_info('{table}')"),
        AnyConnection::Postgres(_) => format!(
            "SELECT column_name::text AS text FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = '{table}' ORDER BY ordinal_position"
        ),
    }
}

/// What a query of one column named `text` gives.
fn texts(connection: &mut AnyConnection, query: &str) -> Vec<String> {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Text)]
        text: String,
    }
    let rows: Vec<Row> = diesel::sql_query(query).load(connection).unwrap();
    rows.into_iter().map(|row| row.text).collect()
}

/// Runs the program to its end.
pub fn run(arguments: &[&str]) -> Output {
    Command::new(program()).args(arguments).stdin(Stdio::null()).output().unwrap()
}

/// What a program that ended well printed.
pub fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap().trim_end().to_owned()
}

pub fn program() -> &'static str {
    env!("CARGO_BIN_EXE_pledgewatch")
}

/// A file of the shared data, if it is on this machine; the test says that it skips otherwise.
pub fn shared(path: &str) -> Option<PathBuf> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    if !file.exists() {
        eprintln!("skipped: {path} is not on this machine");
        return None;
    }
    Some(file)
}

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

/// Sends a signal, such as `TERM`, to one process.
pub fn signal(process: u32, name: &str) {
    let sent = Command::new("kill").args([format!("-{name}"), process.to_string()]).status().unwrap();
    assert!(sent.success(), "SIG{name} to {process}");
}

/// A process that is stopped until this is dropped: stopped, it would not end either.
pub struct Paused(u32);

impl Paused {
    pub fn new(process: u32) -> Self {
        signal(process, "STOP");
        Paused(process)
    }
}

impl Drop for Paused {
    fn drop(&mut self) {
        signal(self.0, "CONT");
    }
}

/// Starts the program and waits until it says where it listens, and where operators ask.
fn spawn(database: &str, arguments: &[String], log: &tempfile::NamedTempFile) -> (Child, String, String) {
    let mut command = Command::new(program());
    command.args(["serve", "--database", database]).args(arguments);
    command.env("RUST_LOG", std::env::var("TEST_LOG").unwrap_or("warn,pledgewatch::writes=info".to_owned()));
    start(command, log)
}

/// Starts a command that serves, and reads where it listens and where operators ask.
pub fn start(mut command: Command, log: &tempfile::NamedTempFile) -> (Child, String, String) {
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    command.stderr(std::fs::File::options().append(true).open(log.path()).unwrap());
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut urls = lines.filter_map(|line| line.find("http://").map(|at| line[at..].to_owned()));
    let told = || panic!("it does not say where it listens: {}", std::fs::read_to_string(log.path()).unwrap());
    let url = urls.next().unwrap_or_else(told).trim_end_matches('/').to_owned();
    let operators = urls.find_map(|url| url.strip_suffix("/health/ready").map(str::to_owned)).unwrap_or_else(told);
    (child, url, operators)
}

/// An answer, read whole.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {} {}", self.status, self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Checks that it is a problem document with this status and code.
    pub fn assert_problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text);
        let problem = self.json();
        assert_eq!(problem["code"], code, "{}", self.text);
        assert_eq!(problem["status"], status);
        assert_eq!(problem["type"], format!("/problems/{code}"));
        assert!(problem["title"].is_string() && problem["detail"].is_string());
        problem
    }
}

/// Sends a request and reads the answer whole.
pub fn send(request: RequestBuilder) -> Answer {
    read(request.send().unwrap())
}

fn read(response: Response) -> Answer {
    let (status, headers) = (response.status(), response.headers().clone());
    Answer { status, headers, text: response.text().unwrap() }
}

/// The faults of a 422, each as `pointer code`.
pub fn faults(answer: &Answer) -> Vec<String> {
    let problem = answer.json();
    let errors = problem["errors"].as_array().into_iter().flatten();
    let text = |fault: &Value, name: &str| fault[name].as_str().unwrap().to_owned();
    errors.map(|fault| format!("{} {}", text(fault, "pointer"), text(fault, "code"))).collect()
}

/// Tries until it holds, for what another process does in its own time.
///
/// It lets that process have the processor between tries: a loop that only yields can starve it.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < PATIENCE, "{what} did not come about");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

/// The body of a city.
pub fn city(name: &str) -> Value {
    serde_json::json!({"name": name, "country": "US"})
}

/// The body of a baseline or report at the level `basic`, in whole tonnes.
pub fn inventory(tonnes: f64) -> Value {
    serde_json::json!({"totals": {"basic": tonnes}, "protocol": "gpc", "source": {"title": "A test"}})
}

/// The body of a baseline.
pub fn baseline(year: i32, tonnes: f64) -> Value {
    let mut body = inventory(tonnes);
    body["year"] = year.into();
    body
}

/// The body of a `base_year` target against a baseline.
pub fn target(baseline: &str, percent: f64, year: i32) -> Value {
    serde_json::json!({"kind": "base_year", "level": "basic", "baseline": baseline, "reduction_percent": percent,
        "target_year": year, "standing": "adopted", "source": {"title": "A test"}})
}

/// The judgement of one target in an answer of `/status`.
pub fn assessment<'a>(status: &'a Value, target: &str) -> &'a Value {
    let mut targets = status["targets"].as_array().unwrap().iter();
    targets.find(|assessment| assessment["target"]["id"] == target).unwrap_or_else(|| panic!("no {target} in {status}"))
}

/// Checks a printed number.
pub fn assert_near(printed: &Value, expected: f64, within: f64) {
    let number = printed.as_f64().unwrap_or_else(|| panic!("{printed} is no number; expected {expected}"));
    assert!((number - expected).abs() <= within, "{number} is not {expected}");
}

/// A name without capitals and accents, as a reader compares names.
pub fn folded(name: &str) -> String {
    let accented = name.to_lowercase();
    let mut folded: String = accented.nfkd().filter(|c| !is_combining_mark(*c)).collect();
    for (letter, plain) in [("ł", "l"), ("ø", "o"), ("đ", "d"), ("ı", "i"), ("ß", "ss"), ("æ", "ae")] {
        folded = folded.replace(letter, plain);
    }
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}
