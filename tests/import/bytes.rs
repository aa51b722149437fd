//! Whatever stands in a file: no panic, and no figure that does not stand in its row.

use pledgewatch::import::{Format, Row};
use proptest::prelude::*;
use serde_json::Value;

use super::read_all;

const KLIMATKOLLEN: &str = "municipality,region,year,emissions_tco2e\n";
const UK: &str = "Year,local-authority-code,official-name,Total Emissions:kt CO2,Population:000s\n";
const CDP: &str = "Account Number,City Name,Country,City Short Name,Reporting Year,Measurement Year,Boundary,Primary Methodology,Gases included,Total City-wide Emissions (metric tonnes CO2e),Total Scope 1 Emissions (metric tonnes CO2e),Total Scope 2 Emissions (metric tonnes CO2e),Current Population Year,Current Population\n";
const TARGETS: &str = "Account No,Organisation,City,Country,Reporting year,Type of target,Sector,Baseline year,Baseline emissions (metric tonnes CO2e),Percentage reduction target,Target date\n";
const C40: &str = "City,Country,Year,Year_calendar,Level,Population,I.1.1,I.1.2,VI.1,BASIC,BASIC+\n";
const HEADERS: [(Format, &str); 5] = [
    (Format::Klimatkollen, KLIMATKOLLEN),
    (Format::Uk, UK),
    (Format::Cdp, CDP),
    (Format::Cdp, TARGETS),
    (Format::C40, C40),
];

/// A cell as clerks and machines leave them.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[0-9]{1,7}(\\.[0-9]{1,3})?",
        2 => prop_oneof![Just("2015"), Just("2016"), Just("1990"), Just("2030")].prop_map(str::to_owned),
        1 => Just("2015-01-01 - 2015-12-31".to_owned()),
        1 => Just("12/31/2015 12:00:00 AM".to_owned()),
        1 => Just("USA".to_owned()),
        1 => prop_oneof![Just("NaN"), Just("inf"), Just("-5"), Just("1e400"), Just("1233 kt"), Just("NO; IE"), Just("")]
            .prop_map(str::to_owned),
        1 => "\\PC{0,12}",
    ]
}

fn quoted(cells: &[String]) -> String {
    cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect::<Vec<_>>().join(",")
}

/// The totals, lines' amounts and population of a body.
fn figures(body: &Value) -> Vec<f64> {
    let totals = body["totals"].as_object().into_iter().flatten().map(|(_, tonnes)| tonnes.clone());
    let lines = body["lines"].as_array().into_iter().flatten().map(|line| line["tonnes"].clone());
    let others = ["population", "reduction_percent", "tonnes"].map(|name| body[name].clone());
    totals.chain(lines).chain(others).filter_map(|figure| figure.as_f64()).collect()
}

/// The figures that a row's cells state, in the cell's unit and a thousand times it, and the sums of two.
fn stated(cells: &[String]) -> Vec<f64> {
    let plain: Vec<f64> = cells.iter().filter_map(|cell| cell.trim().replace(',', "").parse().ok()).collect();
    let sums = plain.iter().flat_map(|one| plain.iter().map(move |other| one + other));
    plain.iter().copied().chain(plain.iter().map(|figure| figure * 1_000.0)).chain(sums).collect()
}

fn check(rows: &[Row], cells: &[String]) -> Result<(), TestCaseError> {
    let stated = stated(cells);
    for finding in rows.iter().filter_map(|row| row.outcome.as_ref().ok()) {
        for figure in finding.records.iter().flat_map(|found| figures(&found.record.body())) {
            // Tonnes are kept to the kilogram, people to the whole person.
            let near = stated.iter().any(|stated| (stated - figure).abs() <= 0.000_6 || stated.round() == figure);
            prop_assert!(near, "{figure} does not stand in {cells:?}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), which in 0..5_usize) {
        for format in Format::ALL {
            let _ = read_all(*format, &[("bytes.csv", &bytes)]);
        }
        let (format, header) = HEADERS[which];
        let _ = read_all(format, &[("bytes.csv", &[header.as_bytes(), &bytes].concat())]);
    }

    #[test]
    fn a_figure_of_a_record_stands_in_its_row(which in 0..5_usize, cells in prop::collection::vec(cell(), 15)) {
        let (format, header) = HEADERS[which];
        let cells = &cells[..header.split(',').count()];
        let text = format!("{header}{}\n", quoted(cells));
        check(&read_all(format, &[("row.csv", text.as_bytes())]).unwrap(), cells)?;
    }

    #[test]
    fn one_changed_cell_of_a_good_row_is_read_or_has_its_reason(at in 0..14_usize, changed in cell()) {
        let row = ["10001", "City of Examplia", "USA", "Examplia", "2016", "12/31/2015 12:00:00 AM", "", "Other", "CO2",
            "5000", "3000", "2000", "2015", "1000"];
        let mut cells = row.map(str::to_owned);
        cells[at] = changed;
        let text = format!("{CDP}{}\n", quoted(&cells));
        check(&read_all(Format::Cdp, &[("row.csv", text.as_bytes())]).unwrap(), &cells)?;
    }
}
