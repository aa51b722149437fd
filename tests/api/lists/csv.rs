//! A list as CSV has the same rows, leads to its next page, and has no cell that is run as a formula.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::api::items;
use crate::support::{Answer, Service};

use super::ids;

/// The leaves of a row: paths of members, and what a cell should say.
pub fn leaves(row: &Value, path: &str, columns: &[String], found: &mut Vec<(String, String)>) {
    match row {
        Value::Object(members) if !columns.iter().any(|column| column == path) => {
            for (name, value) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                leaves(value, &path, columns, found);
            }
        }
        Value::String(text) => found.push((path.to_owned(), text.clone())),
        Value::Array(elements) => {
            let word = |element: &Value| Some(element.as_str().or(element["code"].as_str())?.to_owned());
            let words: Option<Vec<String>> = elements.iter().map(word).collect();
            found.push((path.to_owned(), words.map_or(row.to_string(), |words| words.join(";"))));
        }
        other => found.push((path.to_owned(), other.to_string())),
    }
}

/// The rows of a CSV list, each with its cells that are not empty, by column.
pub fn rows(answer: &Answer) -> (Vec<String>, Vec<Vec<(String, String)>>) {
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8", "{}", answer.text);
    let mut reader = csv::Reader::from_reader(answer.text.as_bytes());
    let columns: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows = reader.records().map(|record| {
        let record = record.unwrap();
        let cells = columns.iter().cloned().zip(record.iter().map(str::to_owned));
        cells.filter(|(_, text)| !text.is_empty()).collect()
    });
    let rows = rows.collect();
    (columns, rows)
}

#[test]
fn csv_has_the_same_rows_as_json() {
    let service = Service::with(&["--demo"]);
    for path in [
        "/v1/cities",
        "/v1/cities/us-los-angeles/baselines",
        "/v1/cities/us-los-angeles/targets",
        "/v1/cities/us-los-angeles/reports",
        "/v1/cities/us-los-angeles/changes",
        "/v1/status",
        "/v1/summary",
        "/v1/changes",
    ] {
        for query in ["limit=500", "limit=3"] {
            let json = service.json(&format!("{path}?{query}"));
            let (columns, rows) = rows(&service.get(&format!("{path}.csv?{query}")));
            let once: BTreeSet<&String> = columns.iter().collect();
            assert_eq!(once.len(), columns.len(), "{path}: a column is there twice");
            assert_eq!(rows.len(), items(&json).len(), "{path}");
            for (item, mut row) in items(&json).iter().zip(rows) {
                let mut expected = Vec::new();
                leaves(item, "", &columns, &mut expected);
                expected.retain(|(_, text)| !text.is_empty());
                expected.sort();
                row.sort();
                assert_eq!(row, expected, "{path}");
            }
        }
    }
    let json = service.json("/v1/cities?sort=name&country=US&limit=2");
    let next = json["next"].as_str().unwrap();
    let query = format!("sort=name&country=US&limit=2&cursor={next}");
    let (_, page) = rows(&service.get(&format!("/v1/cities.csv?{query}")));
    let told: Vec<String> =
        page.iter().map(|row| row.iter().find(|(name, _)| name == "id").unwrap().1.clone()).collect();
    assert_eq!(told, ids(items(&service.json(&format!("/v1/cities?{query}")))));
}

#[test]
fn no_cell_is_run_as_a_formula() {
    let service = Service::start();
    let begins = ['=', '+', '-', '@', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}'];
    let plain = ["plain", "a \"quoted\", name", "'quoted", "A=1"].map(str::to_owned);
    let risky = begins.iter().flat_map(|begin| [format!("{begin}1+1"), format!("{begin}HYPERLINK(\"x\",\"y\")")]);
    let names: Vec<String> = risky.chain(plain).collect();
    for (number, name) in names.iter().enumerate() {
        let body = json!({"name": name, "country": "US", "region": "=2", "longitude": -118.5, "latitude": 1});
        service.record(&format!("/v1/cities/city-{number:02}"), &body);
    }
    let json = service.json("/v1/cities");
    let (columns, rows) = rows(&service.get("/v1/cities.csv"));
    assert!(columns.iter().all(|column| !column.starts_with(['=', '+', '-', '@'])));
    for ((name, item), row) in names.iter().zip(items(&json)).zip(rows) {
        let cell = |column: &str| row.iter().find(|(name, _)| name == column).unwrap().1.clone();
        assert_eq!(item["name"], *name, "JSON stays as it was recorded");
        let risky = name.starts_with(begins);
        assert_eq!(cell("name"), if risky { format!("'{name}") } else { name.clone() });
        assert_eq!(cell("region"), "'=2");
        // A number is no text, and stays one.
        assert_eq!(cell("longitude"), "-118.5");
        for (column, text) in &row {
            assert!(!text.starts_with(['=', '+', '@', '\t', '\r']), "{column}: {text}");
        }
    }
}

#[test]
fn a_page_of_csv_leads_to_the_next() {
    let service = Service::with(&["--demo"]);
    let mut path = "/v1/cities.csv?limit=20&sort=name".to_owned();
    let mut rows = 0;
    loop {
        let page = service.get(&path);
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        rows += csv::Reader::from_reader(page.text.as_bytes()).records().count();
        match page.header("link").strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")) {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(rows, 32);
    assert!(service.get("/v1/changes.csv?limit=5").header("link").contains("/v1/changes.csv?limit=5&cursor=5"));
}
