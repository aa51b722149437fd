//! The C40 inventories: line by line, with notation keys, against their stated totals.

use pledgewatch::record::any_record::AnyRecord;
use pledgewatch::record::gpc::GpcRef;
use pledgewatch::record::{CityRecord, Level, Slug};
use serde_json::{Value, json};

use super::today;
use crate::support::shared;

/// A cell as the line it stands for; where it is no number it says why there is none.
fn line(reference: GpcRef, cell: &str) -> Value {
    let cell = cell.trim();
    if let Ok(tonnes) = cell.replace(',', "").parse::<f64>() {
        return json!({"ref": reference.as_str(), "tonnes": tonnes});
    }
    // `NO; IE` and `IE (I.1.1)` mean that the line is counted elsewhere; an empty cell says nothing, so it is unknown.
    let notation = match cell {
        included if included.contains("IE") => "IE",
        "NO" | "C" => cell,
        other => {
            assert!(other.is_empty() || other.starts_with("NE"), "{other}");
            "NE"
        }
    };
    json!({"ref": reference.as_str(), "notation": notation})
}

#[test]
fn summed_basic_equals_stated_basic_in_every_inventory() {
    let Some(file) = shared("data/c40/gpc_inventories.csv") else { return };
    let mut reader = csv::Reader::from_path(file).unwrap();
    let header = reader.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|it| it.trim() == name);
    let (mut inventories, mut texts, mut complete) = (0, 0, Vec::new());
    for row in reader.records() {
        let row = row.unwrap();
        let cell = |name: &str| column(name).map_or("", |index| &row[index]);
        let stated: f64 = cell("BASIC").parse().unwrap();
        // "Other scope 3", VI.1, belongs to neither total, and one city enters it below zero.
        let counted = GpcRef::all().filter(|reference| reference.as_str() != "VI.1");
        let lines: Vec<Value> = counted.map(|reference| line(reference, cell(reference.as_str()))).collect();
        texts += lines.iter().filter(|line| line.get("notation").is_some()).count();
        let body = json!({"year": cell("Year_calendar").parse::<i32>().unwrap(), "totals": {"basic": stated},
                          "lines": lines, "protocol": "gpc", "source": {"title": "C40 GHG dashboard data"}});
        let key = CityRecord::Baseline(Slug::new("base").unwrap());
        let parsed = AnyRecord::parse_city_record(&key, body, today()).unwrap();
        let AnyRecord::Inventory(inventory) = parsed else { unreachable!() };
        let figure = inventory.figure(Level::Basic).unwrap();
        let apart = (figure.summed.unwrap().kilograms() - figure.stated.unwrap().kilograms()).abs();
        // Each of 32 lines is rounded to the kilogram.
        assert!(apart <= 17, "{}: {apart} kg apart", cell("City_year"));
        assert!(!figure.differs_from_sum());
        complete.push((inventory.completeness_percent(Level::Basic).unwrap(), cell("City_year").to_owned()));
        inventories += 1;
    }
    assert!(inventories > 100 && texts > 1_000);
    complete.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mean = complete.iter().map(|(share, _)| share).sum::<f64>() / f64::from(inventories);
    let ((least, whose), (most, _)) = (&complete[0], &complete[complete.len() - 1]);
    println!(
        "{inventories} inventories: {mean:.1} % of the BASIC lines known, {least:.1} % in {whose}, {most:.1} % at most"
    );
}

#[test]
fn texts_in_place_of_numbers_are_understood() {
    let reference = GpcRef::new("I.1.1").unwrap();
    let texts = [
        ("NO", "NO"),
        ("NO ", "NO"),
        ("NO; IE", "IE"),
        ("IE (II.1.1)", "IE"),
        ("NE; NE", "NE"),
        ("", "NE"),
        ("C", "C"),
    ];
    for (cell, notation) in texts {
        assert_eq!(line(reference, cell)["notation"], notation, "{cell}");
    }
    assert_eq!(line(reference, " 1,233.5 ")["tonnes"], json!(1_233.5));
}
