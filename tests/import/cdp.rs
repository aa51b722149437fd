//! CDP's files: seven layouts, and what the rows of the real ones come to.

use pledgewatch::import::Format;
use pledgewatch::record::Kind;

use super::{bodies, real, remarks, tally};

const EMISSIONS: [&str; 5] = [
    "cdp/cdp_2016_citywide_emissions.csv",
    "cdp/cdp_2017_citywide_emissions.csv",
    "cdp/cdp_2018_citywide_emissions.csv",
    "cdp/cdp_2019_citywide_emissions.csv",
    "cdp/cdp_2020_citywide_emissions.csv",
];
const TARGETS: [&str; 2] = ["cdp/cdp_2016_targets.csv", "cdp/cdp_2017_targets.csv"];

#[test]
fn the_real_emissions_come_to_1332_reports() {
    let Some(rows) = real(Format::Cdp, &EMISSIONS) else { return };
    let counts = tally(&rows);
    println!("{counts:#?}\n{:#?}", remarks(&rows));
    assert_eq!((rows.len(), counts["usable"]), (2_494, 1_332));
}

#[test]
fn the_real_targets_come_to_462() {
    let Some(rows) = real(Format::Cdp, &TARGETS) else { return };
    println!("{:#?}\n{:#?}", tally(&rows), remarks(&rows));
    let usable = rows.iter().filter(|row| row.outcome.is_ok());
    let targets: Vec<_> = usable.map(|row| bodies(row).pop().unwrap()).collect();
    assert!(targets.iter().all(|(kind, ..)| *kind == Kind::Target));
    let reductions = targets.iter().filter(|(_, _, body)| body["kind"] == "base_year");
    let (sector, whole): (Vec<_>, Vec<_>) = reductions.partition(|(_, _, body)| body.get("sector").is_some());
    assert_eq!((rows.len(), whole.len(), sector.len()), (686, 346, 116));
}
