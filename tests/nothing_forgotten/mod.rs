//! Nothing recorded is forgotten on the way: every member of every record, made from the specification's schemas, comes
//! back unchanged from JSON, the log, the table and its views, the exports and the template.

mod repair;
mod schema;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use pledgewatch::record::any_record::AnyRecord;
use pledgewatch::record::{Kind, RecordKey};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reqwest::blocking::multipart::{Form, Part};
use serde_json::{Map, Value, json};

use crate::support::{Answer, Service, TODAY, city, send};
use repair::{BASELINES, GROUND, TARGETS, YEARS};
use schema::Schemas;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The schemas of the bodies of all records.
const BODIES: [&str; 7] =
    ["CityBody", "BaselineBody", "TargetBody", "ReportBody", "StatementBody", "NetworkBody", "MemberBody"];

/// A record that was sent.
#[derive(Debug, Clone)]
struct Sent {
    path: String,
    schema: &'static str,
    /// Kind, city and id, as the log has them.
    key: [String; 3],
    body: Value,
}

/// A service, and what it was sent so far.
struct World {
    service: Service,
    schemas: Schemas,
    cases: Cell<usize>,
    sent: RefCell<Vec<Sent>>,
    /// The places in the schemas of the members that were sent.
    seen: RefCell<BTreeSet<String>>,
}

/// What a case is made of, by the schemas of the bodies.
type Drawn = BTreeMap<&'static str, Vec<Value>>;

impl World {
    fn new() -> Self {
        let service = Service::start();
        let schemas = Schemas(service.json("/openapi.json")["components"]["schemas"].clone());
        for id in GROUND {
            service.record(&format!("/v1/cities/{id}"), &city(id));
        }
        World { service, schemas, cases: Cell::default(), sent: RefCell::default(), seen: RefCell::default() }
    }

    /// The bodies of a city, what belongs to it, and a network, as the schemas alone allow them.
    fn drawn(&self) -> impl Strategy<Value = Drawn> {
        let counts = [1, BASELINES.len(), TARGETS.len(), YEARS.len(), 1, 1, 1];
        let strategies: Vec<_> = BODIES
            .into_iter()
            .zip(counts)
            .map(|(name, count)| (Just(name), prop::collection::vec(self.schemas.any(name), count)))
            .collect();
        strategies.prop_map(|drawn| drawn.into_iter().collect())
    }

    /// The records of a case, valid beside each other and in an order in which they can be sent.
    fn records(&self, mut drawn: Drawn) -> Vec<Sent> {
        let case = self.cases.replace(self.cases.get() + 1);
        let (city, network) = (format!("us-case-{case}"), format!("network-{case}"));
        let schemas = &self.schemas;
        let mut records = Vec::new();
        let mut add = |schema: &'static str, kind: &str, owner: &str, id: &str, path: String, body: &mut Value| {
            let key = [kind, owner, id].map(str::to_owned);
            records.push(Sent { path, schema, key, body: body.take() });
        };
        let at = |list: &str, id: &str| format!("/v1/cities/{city}/{list}/{id}");
        let mut of = |name: &str| drawn.remove(name).unwrap();
        for body in &mut of("CityBody") {
            repair::city(body, case);
            add("CityBody", "city", &city, &city, format!("/v1/cities/{city}"), body);
        }
        for (id, body) in BASELINES.iter().zip(&mut of("BaselineBody")) {
            repair::inventory(body, 1990, true, schemas);
            add("BaselineBody", "baseline", &city, id, at("baselines", id), body);
        }
        for (index, (id, body)) in TARGETS.iter().zip(&mut of("TargetBody")).enumerate() {
            repair::target(body, index, schemas);
            add("TargetBody", "target", &city, id, at("targets", id), body);
        }
        for (year, body) in YEARS.iter().zip(&mut of("ReportBody")) {
            repair::inventory(body, *year, false, schemas);
            add("ReportBody", "report", &city, &year.to_string(), at("reports", &year.to_string()), body);
        }
        for body in &mut of("StatementBody") {
            repair::statement(body);
            add("StatementBody", "statement", &city, "statement", format!("/v1/cities/{city}/statement"), body);
        }
        for body in &mut of("NetworkBody") {
            repair::network(body);
            add("NetworkBody", "network", "", &network, format!("/v1/networks/{network}"), body);
        }
        for body in &mut of("MemberBody") {
            repair::member(body);
            add("MemberBody", "member", &city, &network, format!("/v1/networks/{network}/members/{city}"), body);
        }
        records
    }

    /// The members of an answer, or of an item, that a body has.
    fn members(&self, schema: &str, answer: &Value) -> Value {
        let names = self.schemas.members(schema);
        let own = answer.as_object().unwrap().iter().filter(|(name, _)| names.contains(name.as_str()));
        own.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>().into()
    }

    fn check(&self, drawn: Drawn) {
        let records = self.records(drawn);
        let before = self.service.json("/v1/changes?limit=1")["total"].as_u64().unwrap();
        for record in &records {
            self.seen.borrow_mut().extend(self.schemas.places_in(record.schema, &record.body));
            self.sent.borrow_mut().push(record.clone());
            self.record(record);
        }
        self.check_log(&records, before);
        let reports: Vec<&Sent> = records.iter().filter(|record| record.key[0] == "report").collect();
        self.check_template(&reports);
        self.check_differences(reports[0], reports[1]);
        let entries = self.service.json("/v1/changes?limit=1")["total"].as_u64().unwrap();
        // Two cities were made of the templates, with their reports.
        assert_eq!(entries, before + records.len() as u64 + 2 * (1 + reports.len() as u64), "nothing else was changed");
    }

    /// Records it, reads it, and sends back what was read.
    fn record(&self, Sent { path, schema, body, .. }: &Sent) {
        let created = self.service.put(path, &self.service.admin, body);
        assert_eq!(created.status, 201, "{path} {body}: {}", created.text);
        let answer = self.service.json(path);
        assert_eq!(self.members(schema, &answer), *body, "{path} as JSON");
        let again = self.service.put(path, &self.service.admin, &self.members(schema, &answer));
        assert_eq!((again.status.as_u16(), &again.json()), (200, &answer), "{path} sent back");
        assert_eq!(answer["revision"], 1);
    }

    fn check_log(&self, records: &[Sent], before: u64) {
        let page = self.service.json(&format!("/v1/changes?limit=500&after={before}"));
        let entries: Vec<&Value> = page["items"].as_array().unwrap().iter().collect();
        assert_eq!(entries.len(), records.len());
        for (entry, record) in entries.into_iter().zip(records) {
            assert_eq!(key_of(entry), record.key);
            assert_eq!(entry["after"], record.body, "{} in the log", record.path);
        }
    }

    /// Downloads the template of the city and sends it back, to the city itself and to another that has no reports.
    fn check_template(&self, reports: &[&Sent]) {
        let city = &reports[0].key[1];
        let bytes = |file: &str| {
            let request = self.service.request("GET", &format!("/v1/templates/{file}?city={city}"));
            request.send().unwrap().bytes().unwrap().to_vec()
        };
        let (xlsx, csv, lines) = (bytes("reports.xlsx"), bytes("reports.csv"), bytes("lines.csv"));
        let post = |city: &str| {
            self.service.request("POST", &format!("/v1/cities/{city}/reports:import")).bearer_auth(&self.service.admin)
        };
        let part = |bytes: &[u8]| Part::bytes(bytes.to_vec()).file_name("figures.csv");
        let both = || Form::new().part("file", part(&csv)).part("file", part(&lines));
        let bodies: Vec<&Value> = reports.iter().map(|report| &report.body).collect();
        let unchanged = |what: &str, answer: Answer| {
            assert_eq!(answer.status, 200, "{what}: {}", answer.text);
            assert_eq!(answer.json()["unchanged"], reports.len(), "{what} sent back: {}", answer.text);
        };
        unchanged("the workbook", send(post(city).header("content-type", XLSX).body(xlsx.clone())));
        unchanged("the CSV files", send(post(city).multipart(both())));
        unchanged("the CSV file without lines", send(post(city).header("content-type", "text/csv").body(csv.clone())));
        unchanged("JSON", send(post(city).json(&json!({"reports": bodies}))));
        // What a template does not have stays where it was; only elsewhere is it missed.
        for (copy, request) in [
            (
                "workbook",
                Box::new(|city: &str| post(city).header("content-type", XLSX).body(xlsx.clone()))
                    as Box<dyn Fn(&str) -> _>,
            ),
            ("csv", Box::new(|city: &str| post(city).multipart(both()))),
        ] {
            let other = format!("{city}-{copy}");
            self.service.record(&format!("/v1/cities/{other}"), &crate::support::city("Elsewhere"));
            let answer = send(request(&other));
            assert_eq!(answer.status, 200, "{copy}: {}", answer.text);
            for report in reports {
                let read = self.service.json(&report.path.replace(city.as_str(), &other));
                assert_eq!(self.members("ReportBody", &read), report.body, "the {copy} of {}", report.path);
            }
        }
    }

    /// Asks what another report would change in one, and makes the other of the one and these changes.
    fn check_differences(&self, one: &Sent, other: &Sent) {
        let mut after = other.body.clone();
        after["year"] = one.body["year"].clone();
        // It is of another year.
        after.as_object_mut().unwrap().remove("period");
        let asked = format!("/v1/cities/{}/reports:import?dry_run=true&reason=A+test", one.key[1]);
        let answer = self.service.post(&asked, &self.service.admin, &json!([after])).json();
        let row = &answer["rows"][0];
        let mut made = one.body.clone();
        for change in row["member_changes"].as_array().into_iter().flatten() {
            let pointer = change["pointer"].as_str().unwrap();
            assert_eq!(made.pointer(pointer), change.get("old"), "{pointer}");
            set(&mut made, pointer, change.get("new"));
        }
        assert_eq!(row.get("line_changes").is_some(), one.body.get("lines") != after.get("lines"), "{row}");
        for body in [&mut made, &mut after] {
            body.as_object_mut().unwrap().remove("lines");
        }
        assert_eq!(made, after, "what would change in {}", one.path);
    }

    /// Looks for all that was sent in the exports, in the table and the views, and in a service that is started anew.
    fn check_all(self) {
        let World { service, schemas, sent, seen, .. } = &self;
        let (sent, seen) = (sent.borrow(), seen.borrow());
        let is_record = |name: &&String| {
            // Of a target there is one for each kind, of which `TargetBody` is made.
            let is_one_kind = name.ends_with("TargetBody") && name.as_str() != "TargetBody";
            name.ends_with("Body")
                && !is_one_kind
                && !["KeyBody", "ReportsBody", "RotationBody"].contains(&name.as_str())
        };
        let kinds: BTreeSet<&str> =
            schemas.0.as_object().unwrap().keys().filter(is_record).map(String::as_str).collect();
        assert_eq!(kinds, BTreeSet::from(BODIES), "a kind of record is not sent");
        let all: BTreeSet<String> = BODIES.iter().flat_map(|name| schemas.places(name)).collect();
        let all = all.into_iter().filter(|place| !place.ends_with("Body/reason"));
        assert_eq!(
            all.filter(|place| !seen.contains(place)).collect::<Vec<_>>(),
            [""; 0],
            "members that were never sent"
        );

        let lines = |what: &str| -> Vec<Value> {
            let text = service.get(&format!("/v1/export/{what}.ndjson")).text;
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
        };
        let log = lines("changes");
        for (list, kind) in
            [("cities", "city"), ("baselines", "baseline"), ("targets", "target"), ("reports", "report")]
        {
            let (items, table) = (lines(list), service.get(&format!("/v1/export/{list}.csv")).text);
            let mut rows = csv::Reader::from_reader(table.as_bytes());
            let header = rows.headers().unwrap().clone();
            let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
            assert_eq!(items.len(), rows.len());
            for record in sent.iter().filter(|record| record.key[0] == kind) {
                let [_, owner, id] = &record.key;
                let is_it = |item: &&Value| item["id"] == *id && item.get("city").is_none_or(|city| city == owner);
                let place = items.iter().position(|item| is_it(&item)).unwrap();
                assert_eq!(self.members(record.schema, &items[place]), record.body, "{} in the export", record.path);
                check_cells(&header, &rows[place], "", &record.body);
            }
        }
        let rows = service.database.rows("records");
        for record in sent.iter() {
            let entry = log.iter().find(|entry| key_of(entry) == record.key).unwrap();
            assert_eq!(entry["after"], record.body, "{} in the export of the log", record.path);
            let is_it = |row: &&Value| ["kind", "city", "id"].map(|name| row[name].as_str().unwrap()) == record.key;
            let row = rows.iter().find(is_it).unwrap();
            let body: Value = serde_json::from_str(row["body"].as_str().unwrap()).unwrap();
            assert_eq!(body, record.body, "{} in the table", record.path);
        }
        crate::store::views::check(&service.database);
        sent.iter().for_each(|record| check_schema(&schemas.0, record));
        assert!(service.verify().status.success());

        let read =
            |service: &Service| -> Vec<String> { sent.iter().map(|record| service.get(&record.path).text).collect() };
        let before = read(service);
        drop((sent, seen));
        let World { mut service, sent, .. } = self;
        service.kill_and_restart();
        let after: Vec<String> = sent.borrow().iter().map(|record| service.get(&record.path).text).collect();
        assert_eq!(after, before, "after a restart");
    }
}

/// Kind, city and id of an entry of the log.
fn key_of(entry: &Value) -> [String; 3] {
    ["kind", "city", "id"].map(|name| entry[name].as_str().unwrap_or_default().to_owned())
}

/// Puts a value at a pointer of a body, or takes away what is there; an object that is empty then goes.
fn set(body: &mut Value, pointer: &str, value: Option<&Value>) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    if !parent.is_empty() && body.pointer(parent).is_none() {
        set(body, parent, Some(&json!({})));
    }
    let within = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => drop(within.insert(name.to_owned(), value.clone())),
        None => drop(within.remove(name)),
    }
    if !parent.is_empty() && within.is_empty() {
        set(body, parent, None);
    }
}

/// Checks that every member of an object has a cell in a row of CSV: its own, or one for each of its members.
fn check_cells(header: &csv::StringRecord, row: &csv::StringRecord, path: &str, members: &Value) {
    for (name, member) in members.as_object().unwrap() {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match header.iter().position(|column| column == path) {
            Some(column) => assert!(!row[column].is_empty(), "{path} in the CSV export"),
            None if member.is_object() => check_cells(header, row, &path, member),
            None => panic!("there is no column {path} in the CSV export"),
        }
    }
}

/// Checks that the specification has every member that the type of a record has: only those are generated.
fn check_schema(schemas: &Value, Sent { key: [kind, city, id], body, .. }: &Sent) {
    let key = RecordKey::read(Kind::from_word(kind).unwrap(), city, id).unwrap();
    let record = AnyRecord::parse(&key, body.clone(), TODAY.parse().unwrap()).unwrap();
    for (of, member) in debugged(&format!("{record:#?}")) {
        let name = if of == "Inventory" { "Report" } else { &of };
        let (body, answer) = (format!("{name}Body"), format!("{name}Answer"));
        let mut schemas = [&schemas[&body], &schemas[&of], &schemas[&answer]].into_iter();
        let Some(properties) = schemas.find_map(|schema| schema["properties"].as_object()) else { continue };
        // Members that are written out within what encloses them, and one that is a word of Rust.
        let named = match (of.as_str(), member.as_str()) {
            ("Target", "goal") | ("Line", "value") | ("Milestone", "level") => continue,
            ("Line", "reference") => "ref",
            (_, member) => member,
        };
        assert!(properties.contains_key(named), "the specification has no {named} of {of}");
    }
}

/// The types in a text that `Debug` made, each with the names of its members.
fn debugged(text: &str) -> BTreeSet<(String, String)> {
    let (mut found, mut within) = (BTreeSet::new(), Vec::new());
    for line in text.lines().map(str::trim) {
        if let (Some((member, _)), Some(Some(of))) = (line.split_once(": "), within.last()) {
            found.insert((String::clone(of), member.to_owned()));
        }
        let opens = ['{', '(', '['].iter().find_map(|bracket| line.strip_suffix(*bracket).map(|line| (bracket, line)));
        match opens {
            Some(('{', line)) => within.push(line.split_whitespace().last().map(str::to_owned)),
            Some(_) => within.push(None),
            None if line.starts_with(['}', ')', ']']) => drop(within.pop()),
            None => {}
        }
    }
    found
}

#[test]
fn every_member_of_every_record_comes_back_from_everywhere() {
    let world = World::new();
    let mut runner = TestRunner::new(Config { cases: 32, failure_persistence: None, ..Config::default() });
    runner
        .run(&world.drawn(), |drawn| {
            world.check(drawn);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
    world.check_all();
}
