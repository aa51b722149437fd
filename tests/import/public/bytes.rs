//! Whatever stands in a file: no panic, and no figure that does not stand in its row.

use std::sync::LazyLock;

use pledgewatch::import::{Format, Row};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;

use super::read_all;
use crate::support::shared;

const KLIMATKOLLEN: &str = "municipality,region,year,emissions_tco2e\n";
const UK: &str = "Year,local-authority-code,official-name,Total Emissions:kt CO2,Population:000s\n";
const CDP: &str = "Account Number,City Name,Country,City Short Name,Reporting Year,Measurement Year,Boundary,Primary Methodology,Gases included,Total City-wide Emissions (metric tonnes CO2e),Total Scope 1 Emissions (metric tonnes CO2e),Total Scope 2 Emissions (metric tonnes CO2e),Current Population Year,Current Population\n";
const TARGETS: &str = "Account No,Organisation,City,Country,Reporting year,Type of target,Sector,Baseline year,Baseline emissions (metric tonnes CO2e),Percentage reduction target,Target date\n";
const C40: &str = "City,Country,Boundary,Year,Year_calendar,Level,Population,I.1.1,I.1.2,VI.1,BASIC,BASIC+\n";
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
        // Commas and points as they are written in any country, and where none writes them.
        2 => "-?[0-9]{1,3}([.,][0-9]{3}){0,2}[.,][0-9]{1,3}(E[0-9])?",
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

/// The one number that a cell can be read as; none where a comma may mean either.
fn number(cell: &str) -> Option<f64> {
    let text = cell.trim();
    if !text.contains(',') {
        return text.parse().ok();
    }
    // Thousands set apart, every one of them, and either two commas or a point that tells what they are.
    let digits = |part: &str| !part.is_empty() && part.chars().all(|letter| letter.is_ascii_digit());
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let groups: Vec<&str> = whole.trim_start_matches('-').split(',').collect();
    let in_threes = groups[0].len() <= 3 && groups[1..].iter().all(|group| group.len() == 3);
    let told = groups.len() > 2 || groups.len() == 2 && fraction.is_some();
    let plain = in_threes && told && groups.iter().all(|group| digits(group)) && !fraction.unwrap_or("0").contains(',');
    plain.then(|| text.replace(',', "").parse().ok())?
}

/// The people that a cell counts with its thousands set apart, by whichever mark: there are no fractions of people.
fn people(cell: &str) -> Option<f64> {
    let text = cell.trim();
    let mark = text.chars().find(|letter| !letter.is_ascii_digit())?;
    let groups: Vec<&str> = text.split(mark).collect();
    let digits = groups.iter().all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
    let in_threes = groups[0].len() <= 3 && groups[1..].iter().all(|group| group.len() == 3);
    (digits && in_threes).then(|| groups.concat().parse().ok())?
}

/// Whether a row's cells state a figure: one of them, in its unit or a thousand times it, or the sum of two or three.
fn is_stated(figure: f64, cells: &[String]) -> bool {
    let mut plain: Vec<f64> = cells.iter().flat_map(|cell| [number(cell), people(cell)]).flatten().collect();
    plain.sort_by(f64::total_cmp);
    plain.dedup();
    // Tonnes are kept to the kilogram, people to the whole person.
    let near = |stated: f64| (stated - figure).abs() <= 0.000_6 || (stated.round() - figure).abs() < f64::EPSILON;
    let sums = |rest: f64| plain.iter().any(|one| near(one + rest));
    plain.iter().any(|stated| near(*stated) || near(stated * 1_000.0))
        || plain.iter().any(|one| sums(*one) || plain.iter().any(|two| sums(one + two)))
}

fn check(rows: &[Row], cells: &[String]) -> Result<(), TestCaseError> {
    for finding in rows.iter().filter_map(|row| row.outcome.as_ref().ok()) {
        for figure in finding.records.iter().flat_map(|found| figures(&found.record.body())) {
            prop_assert!(is_stated(figure, cells), "{figure} does not stand in {cells:?}");
        }
    }
    Ok(())
}

/// Files with a row for each report or target.
const REAL: [(Format, &str); 10] = [
    (Format::Cdp, "cdp/cdp_2016_citywide_emissions.csv"),
    (Format::Cdp, "cdp/cdp_2017_citywide_emissions.csv"),
    (Format::Cdp, "cdp/cdp_2018_citywide_emissions.csv"),
    (Format::Cdp, "cdp/cdp_2019_citywide_emissions.csv"),
    (Format::Cdp, "cdp/cdp_2020_citywide_emissions.csv"),
    (Format::Cdp, "cdp/cdp_2016_targets.csv"),
    (Format::Cdp, "cdp/cdp_2017_targets.csv"),
    (Format::Klimatkollen, "klimatkollen/emissions_2026-05.csv"),
    (Format::C40, "c40/gpc_inventories.csv"),
    (Format::Uk, "uk/local_authority_emissions_2005_2015.csv"),
];

/// The headers and the rows of a file.
type Cells = (Format, Vec<String>, Vec<Vec<String>>);

/// The real files, where they are at hand.
static FILES: LazyLock<Option<Vec<Cells>>> =
    LazyLock::new(|| REAL.iter().map(|(format, name)| open(*format, name)).collect());

fn open(format: Format, name: &str) -> Option<Cells> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(shared(&format!("data/{name}"))?).unwrap();
    let cells = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
    let header = cells(reader.headers().unwrap());
    Some((format, header, reader.records().map(|record| cells(&record.unwrap())).collect()))
}

/// What becomes of a cell in the hands of people and programs.
#[derive(Debug, Clone)]
enum Slip {
    Replaced(String),
    Inserted(Index, char),
    Removed(Index),
    Appended(&'static str),
    Truncated(Index),
}

impl Slip {
    fn any() -> impl Strategy<Value = Self> {
        prop_oneof![
            2 => cell().prop_map(Slip::Replaced),
            4 => (any::<Index>(), prop::sample::select(",. -eE%0'\u{a0}".chars().collect::<Vec<_>>()))
                .prop_map(|(at, inserted)| Slip::Inserted(at, inserted)),
            2 => any::<Index>().prop_map(Slip::Removed),
            2 => prop::sample::select(vec![" kt", " t", "k", " Mt", "*", " (estimate)", ",000", ".0"]).prop_map(Slip::Appended),
            1 => any::<Index>().prop_map(Slip::Truncated),
        ]
    }

    fn befall(&self, cell: &str) -> String {
        let mut letters: Vec<char> = cell.chars().collect();
        match self {
            Slip::Replaced(other) => return other.clone(),
            Slip::Inserted(at, inserted) => letters.insert(at.index(letters.len() + 1), *inserted),
            Slip::Removed(at) if !letters.is_empty() => drop(letters.remove(at.index(letters.len()))),
            Slip::Removed(_) => {}
            Slip::Appended(more) => letters.extend(more.chars()),
            Slip::Truncated(at) => letters.truncate(at.index(letters.len() + 1)),
        }
        letters.into_iter().collect()
    }
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

    #[test]
    fn real_rows_with_a_slip_are_read_as_they_stand_or_have_their_reason(
        file in any::<Index>(), row in any::<Index>(), at in any::<Index>(), slip in Slip::any(),
    ) {
        let Some(files) = FILES.as_ref() else { return Ok(()) };
        let (format, header, rows) = file.get(files);
        let mut cells = row.get(rows).clone();
        let at = at.index(cells.len());
        cells[at] = slip.befall(&cells[at]);
        let text = format!("{}\n{}\n", quoted(header), quoted(&cells));
        let read = read_all(*format, &[("row.csv", text.as_bytes())]).unwrap();
        prop_assert_eq!(read.len(), 1, "every row comes to something");
        check(&read, &cells)?;
    }
}
