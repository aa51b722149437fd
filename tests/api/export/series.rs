//! The series of all targets are those that each city has.

use serde_json::Value;

use super::{export, lines, table, walk, world};

#[test]
fn the_series_of_all_targets_are_those_of_the_cities() {
    let service = world();
    let mut expected = Vec::new();
    for judged in walk(&service, "/v1/status") {
        let (city, target) = (judged["city"].as_str().unwrap(), judged["target"].as_str().unwrap());
        let series = service.json(&format!("/v1/cities/{city}/series?target={target}"));
        for row in series["rows"].as_array().unwrap() {
            let mut row = row.clone();
            ["city", "name", "target", "unit"].iter().for_each(|name| row[*name] = series[*name].clone());
            expected.push(row);
        }
    }
    let place = |row: &Value| {
        (row["city"].as_str().unwrap().to_owned(), row["target"].as_str().unwrap().to_owned(), row["year"].as_u64())
    };
    assert!(expected.is_sorted_by_key(place));
    assert_eq!(lines(&export(&service, "series.ndjson").text), expected);

    let (header, rows) = table(&export(&service, "series.csv").text);
    let (of_city, _) = table(&service.get("/v1/cities/us-los-angeles/series.csv").text);
    let mut columns: Vec<&str> = header.iter().collect();
    assert_eq!(columns[..4], ["city", "target", "year", "name"]);
    columns.retain(|column| !["city", "name", "target", "unit"].contains(column));
    assert_eq!(columns, of_city.iter().collect::<Vec<_>>());
    let (pathway, year) =
        ["pathway_tonnes", "year"].map(|name| header.iter().position(|column| column == name).unwrap()).into();
    assert_eq!(rows.len(), expected.len());
    for (row, expected) in rows.iter().zip(&expected) {
        assert_eq!(
            (&row[0], &row[1], &row[year]),
            (expected["city"].as_str().unwrap(), expected["target"].as_str().unwrap(), &*expected["year"].to_string())
        );
        assert_eq!(row[pathway], expected.get("pathway_tonnes").map_or(String::new(), Value::to_string));
    }
}
