//! The views over the table of records: whoever opens the database with SQL reads plain columns.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Database, Service, city, printed, run};

/// The views of a database by name, read when they are first asked for.
struct Views<'a> {
    database: &'a Database,
    read: BTreeMap<String, Option<Vec<Value>>>,
}

impl Views<'_> {
    /// The rows of a view; none if there is no such view.
    fn rows(&mut self, name: &str) -> Option<&Vec<Value>> {
        let read = || (!self.database.columns(name).is_empty()).then(|| self.database.rows(name));
        self.read.entry(name.to_owned()).or_insert_with(read).as_ref()
    }
}

/// A row of the table of records.
struct Record {
    kind: String,
    city: String,
    id: String,
    body: Option<Value>,
}

impl Record {
    fn all(database: &Database) -> Vec<Record> {
        let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
        let body = |row: &Value| row["body"].as_str().map(|body| serde_json::from_str(body).unwrap());
        let rows = database.rows("records");
        let record = |row: &Value| {
            assert_eq!(row["state"] == "live", row["body"].is_string());
            Record { kind: text(row, "kind"), city: text(row, "city"), id: text(row, "id"), body: body(row) }
        };
        rows.iter().map(record).collect()
    }

    fn view(&self) -> String {
        if self.kind == "city" { "cities".to_owned() } else { format!("{}s", self.kind) }
    }

    /// Whether the row of a view of this kind, or of a part of it, is of this record.
    fn has(&self, row: &Value) -> bool {
        let is = |name: &str, value: &str| row.get(name).is_none_or(|cell| cell == value);
        let id = if self.kind == "member" { "network" } else { "id" };
        let owner = self.kind == "network" || is("city", &self.city);
        owner && is(id, &self.id) && (self.kind == "statement" || is(&self.kind, &self.id))
    }

    /// Checks that the members of its body are in the views.
    fn check(&self, views: &mut Views) {
        let rows = views.rows(&self.view()).unwrap();
        let mut own = rows.iter().filter(|row| self.has(row));
        let row = own.next().unwrap_or_else(|| panic!("no row of {} {}/{}", self.kind, self.city, self.id)).clone();
        assert!(own.next().is_none());
        for name in ["revision", "sequence", "recorded_at", "recorded_by"] {
            assert!(!row[name].is_null(), "{row}");
        }
        self.check_members(views, &row, [&self.kind, ""], self.body.as_ref().unwrap());
    }

    /// Checks the members of the part `of`, or of what is at `path` in it, against a row.
    fn check_members(&self, views: &mut Views, row: &Value, [of, path]: [&str; 2], members: &Value) {
        for (name, member) in members.as_object().unwrap() {
            let path = if path.is_empty() { name.clone() } else { format!("{path}_{name}") };
            let own = |row: &&Value| self.has(row);
            let parts: Option<Vec<Value>> =
                views.rows(&format!("{}_{path}", self.kind)).map(|rows| rows.iter().filter(own).cloned().collect());
            match (member, parts) {
                (Value::Array(items), Some(mut parts)) => {
                    parts.sort_by_key(|part| part["position"].as_i64().unwrap());
                    assert_eq!(parts.len(), items.len(), "{path}");
                    for (item, part) in items.iter().zip(&parts) {
                        self.check_members(views, part, [&path, ""], item);
                    }
                }
                (Value::Object(named), Some(parts)) => {
                    let name = |part: &Value| part["name"].as_str().unwrap().to_owned();
                    let pairs: serde_json::Map<_, _> =
                        parts.iter().map(|part| (name(part), part["value"].clone())).collect();
                    assert_eq!(&pairs, named);
                }
                (Value::Object(_), None) => self.check_members(views, row, [of, &path], member),
                _ => {
                    // A member named as a column that is there before it.
                    let cell = row.get(format!("{of}_{path}")).unwrap_or(&row[&path]);
                    assert!(same(cell, member), "{path} of {of} is {cell} for {member}");
                }
            }
        }
    }
}

/// Whether a cell has the value of a member.
fn same(cell: &Value, member: &Value) -> bool {
    match member {
        Value::Number(number) => cell.as_f64() == number.as_f64(),
        // SQLite has no truth values.
        Value::Bool(truth) => cell == truth || cell == &json!(i32::from(*truth)),
        Value::Array(_) => cell.as_str().is_some_and(|text| serde_json::from_str::<Value>(text).unwrap() == *member),
        _ => cell == member,
    }
}

/// Checks that every member of every record in the table is in the views, and nothing else is.
pub fn check(database: &Database) {
    let records = Record::all(database);
    let mut views = Views { database, read: BTreeMap::new() };
    let live: Vec<&Record> = records.iter().filter(|record| record.body.is_some()).collect();
    live.iter().for_each(|record| record.check(&mut views));
    for (view, rows) in views.read.iter().filter_map(|(view, rows)| Some((view, rows.as_ref()?))) {
        let of_view = live.iter().filter(|record| record.view() == *view).count();
        assert!(of_view == rows.len() || view.contains('_'), "{view} has {} rows of {of_view} records", rows.len());
    }
}

/// Records with every member that a record may have, in two cities.
fn record_all(service: &Service) {
    let source = json!({"title": "An \"inventory\"", "url": "https://city.example/a.pdf", "publisher": "It's the city",
        "published": "2023-05-30", "licence": "CC BY 4.0", "locator": "table 3"});
    for id in ["there", "before"] {
        service.record(&format!("/v1/cities/{id}"), &city("There"));
    }
    service.record(
        "/v1/cities/here",
        &json!({"name": "Hère", "country": "US", "region": "California", "locode": "US XYZ", "latitude": 34.0522,
            "longitude": -118.244, "identifiers": {"cdp": "999999", "geonames": "5368361"}, "part_of": "there",
            "website": "https://city.example", "predecessors": [{"city": "before", "on": "1990-01-01", "source": source}]}),
    );
    let report = json!({"period": {"start": "2019-07-01", "end": "2020-06-30"}, "totals": {"basic": 900.001,
        "basic_plus": 1000, "scope_1": 500, "scope_1_2": 700, "scope_1_2_3": 1100, "consumption": 2000.5, "own": 1000},
        "population": 3_898_474, "protocol": "gpc", "gases": ["co2", "ch4"], "gwp": "ar5", "credits_retired_tonnes": 0.5,
        "series": "2024-edition", "electricity": "market", "weather_normalised": true,
        "also_stated": [{"level": "basic", "tonnes": 901, "source": source}],
        "uncertainty_percent": 5, "verification": {"level": "audited", "by": "An auditor"}, "source": source,
        "note": "A note", "lines": [{"ref": "I.1.1", "tonnes": 900.5}, {"ref": "I.1.2", "gas": "ch4", "gas_tonnes": 1.5},
        {"ref": "I.2.1", "notation": "NE", "explanation": "Later"}, {"ref": "V.2", "tonnes": -10}]});
    service.record("/v1/cities/here/reports/2019", &report);
    let mut baseline = report.clone();
    baseline["year"] = json!(1990);
    baseline["period"] = json!({"start": "1990-07-01", "end": "1991-06-30"});
    service.record("/v1/cities/here/baselines/1990", &baseline);
    service.record(
        "/v1/cities/here/targets/2050",
        &json!({"kind": "fixed_level", "level": "own", "tonnes": 0, "baseline": "1990", "target_year": 2050,
            "milestones": [{"year": 2030, "reduction_percent": 40.5}, {"year": 2040, "tonnes": 7}], "standing": "in_law",
            "max_offset_percent": 10, "set_on": "2019-04-29", "conditional": false, "source": source, "note": "A note"}),
    );
    service.record(
        "/v1/cities/here/targets/2030",
        &json!({"kind": "baseline_scenario", "level": "own", "title": "A third less", "sector": ["I.1.1", "II.1.1"],
            "base_year": 2019, "reduction_percent": 30, "scenario_tonnes": 40_000_000, "target_year": 2030,
            "standing": "superseded", "superseded_by": "2050", "ended_on": "2024", "conditional": true, "source": source}),
    );
    service.record(
        "/v1/cities/here/targets/2040",
        &json!({"kind": "fixed_level", "level": "own", "sector": "II", "tonnes_per_person": 2.5, "baseline": "1990",
            "target_year": 2040, "standing": "proposed", "source": source}),
    );
    service.record("/v1/cities/here/statement", &json!({"text": "We said so.", "target": "2050"}));
    service.record("/v1/networks/ours", &json!({"name": "Ours", "website": "https://ours.example", "source": source}));
    let member = json!({"joined_on": "2015-06-01", "left_on": "2024-01-01", "source": source});
    service.record("/v1/networks/ours/members/here", &member);
    // What is withdrawn is in no view, nor are its parts.
    service.record("/v1/cities/there/reports/2019", &report);
    assert_eq!(service.delete("/v1/cities/there/reports/2019?reason=A+slip", &service.admin).status, 204);
}

#[test]
fn every_member_of_every_record_is_in_a_column() {
    let service = Service::with(&["--demo"]);
    record_all(&service);
    let withdrawn = Record::all(&service.database).iter().filter(|record| record.body.is_none()).count();
    assert_eq!(withdrawn, 1);
    check(&service.database);
    assert!(service.database.rows("report_lines").iter().all(|row| row["city"] == "here"));
}

#[test]
fn columns_are_plain_and_named_as_in_the_api() {
    let service = Service::start();
    record_all(&service);
    let row = |view: &str, own: &dyn Fn(&Value) -> bool| {
        service.database.rows(view).into_iter().find(|row| own(row)).unwrap_or_else(|| panic!("nothing in {view}"))
    };
    let report = row("reports", &|row| row["city"] == "here");
    assert_eq!(report["year"], 2019);
    assert_eq!(report["totals_basic"], 900.001);
    assert_eq!(report["period_start"], "2019-07-01");
    assert_eq!(report["verification_by"], "An auditor");
    assert_eq!(report["source_publisher"], "It's the city");
    assert_eq!(report["gases"].as_str().map(|gases| gases.replace(' ', "")), Some(r#"["co2","ch4"]"#.to_owned()));
    assert_eq!(report["revision"], 1);
    let line = row("report_lines", &|row| row["position"] == 2);
    let gas = json!({"city": "here", "report": "2019", "position": 2, "ref": "I.1.2", "gas": "ch4", "gas_tonnes": 1.5,
        "tonnes": null, "notation": null, "explanation": null});
    assert_eq!(line, gas);
    let milestone = row("target_milestones", &|row| row["position"] == 1);
    assert_eq!((&milestone["target"], &milestone["year"]), (&json!("2050"), &json!(2030)));
    let identifier = row("city_identifiers", &|row| row["name"] == "cdp");
    assert_eq!(identifier, json!({"city": "here", "name": "cdp", "value": "999999"}));
    let predecessor = row("city_predecessors", &|row| row["city"] == "here");
    assert_eq!(predecessor["predecessors_city"], "before");
    assert_eq!(row("targets", &|row| row["id"] == "2050")["sector"], Value::Null);
    assert_eq!(row("members", &|row| row["network"] == "ours")["city"], "here");
}

#[test]
fn every_view_has_a_column_of_each_member_that_can_be_recorded() {
    let service = Service::start();
    record_all(&service);
    let views = service.database.rows("record_views");
    assert!(views.len() > 10);
    for view in views.iter().map(|view| view["name"].as_str().unwrap()) {
        let (columns, rows) = (service.database.columns(view), service.database.rows(view));
        for name in &columns {
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'), "{view}: {name}");
            assert_eq!(columns.iter().filter(|other| *other == name).count(), 1, "{view}: {name}");
            // What has no value in any of these records was forgotten among them, or is looked for in the wrong place.
            assert!(name == "reason" || rows.iter().any(|row| !row[name].is_null()), "{view}: {name} has no value");
        }
    }
}

#[test]
fn views_of_another_version_are_made_anew() {
    let database = Database::new();
    let migrate = || printed(&run(&["migrate", "--database", &database.url]));
    migrate();
    let columns = database.columns("reports");
    database.execute(
        "DROP VIEW reports; CREATE VIEW reports AS SELECT city FROM records; CREATE VIEW report_more AS SELECT id FROM records; \
         UPDATE record_views SET definition = 'CREATE VIEW reports AS SELECT city FROM records' WHERE name = 'reports'; \
         INSERT INTO record_views VALUES ('report_more', 'CREATE VIEW report_more AS SELECT id FROM records')",
    );
    assert!(migrate().ends_with(": nothing to do"));
    assert_eq!(database.columns("reports"), columns);
    assert!(database.columns("report_more").is_empty());
}

#[test]
fn what_others_build_upon_a_view_keeps_nothing_from_starting() {
    let service = Service::start();
    service.record("/v1/cities/here", &city("Here"));
    service.database.execute(
        "CREATE VIEW mine AS SELECT id, name FROM cities; UPDATE record_views SET definition = '' WHERE name = 'cities'",
    );
    let service = service.restart_with(&[]);
    service.record("/v1/cities/there", &city("There"));
    assert_eq!(service.database.rows("mine").len(), 2);
    printed(&service.verify());
}
