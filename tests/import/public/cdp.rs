//! CDP's files: nine layouts, and what the rows of the real ones come to.

use pledgewatch::import::{Format, Row};
use pledgewatch::record::Kind;
use pledgewatch::record::any_record::AnyRecord;
use pledgewatch::record::warning::{WarningCode, warnings};
use serde_json::json;

use crate::support::shared;

use super::{bodies, city, codes, real, refusal, remarks, rows, source, tally};

const EMISSIONS: [&str; 6] = [
    "cdp/cdp_2016_citywide_emissions.csv",
    "cdp/cdp_2017_citywide_emissions.csv",
    "cdp/cdp_2018_citywide_emissions.csv",
    "cdp/cdp_2019_citywide_emissions.csv",
    "cdp/cdp_2020_citywide_emissions.csv",
    "cdp/cdp_2021_citywide_emissions.csv",
];
const TARGETS: [&str; 2] = ["cdp/cdp_2016_targets.csv", "cdp/cdp_2017_targets.csv"];
const TARGETS_2021: &str = "cdp/cdp_2021_targets.csv";

#[test]
fn the_real_emissions_come_to_1332_reports_until_2020() {
    let Some(rows) = real(Format::Cdp, &EMISSIONS) else { return };
    let (last, rows): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| row.place.file.contains("2021"));
    let counts = tally(&rows);
    println!("{counts:#?}\n{:#?}", remarks(&rows));
    assert_eq!((rows.len(), counts["usable"]), (2_494, 1_332));
    assert_eq!((last.len(), tally(&last)["usable"]), (989, 370));
    // The row states the level: two definitions never meet at one.
    let own = rows.iter().chain(&last).filter(|row| row.outcome.is_ok()).filter(|row| {
        let totals = &bodies(row)[0].2["totals"];
        assert!(totals.as_object().is_some_and(|totals| !totals.is_empty()), "{}", row.place);
        totals.get("own").is_some()
    });
    let files: Vec<_> = own.map(|row| row.place.file.clone()).collect();
    let of_2016 = files.iter().filter(|file| file.contains("2016")).count();
    println!("{} own totals, {of_2016} of them of 2016", files.len());
    assert!(of_2016 > 80 && files.len() - of_2016 < 30, "{of_2016} of {}", files.len());
}

#[test]
fn the_real_targets_of_two_years_come_to_380() {
    let Some(rows) = real(Format::Cdp, &TARGETS) else { return };
    println!("{:#?}\n{:#?}", tally(&rows), remarks(&rows));
    let usable = rows.iter().filter(|row| row.outcome.is_ok());
    let targets: Vec<_> = usable.map(|row| bodies(row).pop().unwrap()).collect();
    assert!(targets.iter().all(|(kind, ..)| *kind == Kind::Target));
    let reductions = targets.iter().filter(|(_, _, body)| body["kind"] == "base_year");
    let (sector, whole): (Vec<_>, Vec<_>) = reductions.partition(|(_, _, body)| body.get("sector").is_some());
    // 346 and 116 where what is not stated, or is no sector of the GPC, is a sector all the same.
    assert_eq!((rows.len(), whole.len(), sector.len()), (686, 344, 36));
}

/// The cells of a real file by their headers, a map a row, the first of which stands in row 2.
fn cells(name: &str) -> Vec<std::collections::HashMap<String, String>> {
    let path = shared(&format!("data/{name}")).unwrap();
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

#[test]
fn the_targets_of_2021_are_those_that_the_file_computes_itself() {
    let Some(rows) = real(Format::Cdp, &[TARGETS_2021]) else { return };
    println!("{:#?}\n{:#?}", tally(&rows), remarks(&rows));
    let stated = cells(TARGETS_2021);
    let (mut compared, mut levels) = (0, 0);
    for row in rows.iter().filter(|row| row.outcome.is_ok()) {
        let cells = &stated[usize::try_from(row.place.row).unwrap() - 2];
        let said = cells["Target.year.absolute.emissions..metric.tonnes.CO2e."].parse::<f64>();
        let records = bodies(row);
        let (_, _, target) = records.last().unwrap();
        let ours = match target["kind"].as_str().unwrap() {
            "fixed_level" => {
                levels += 1;
                target["tonnes"].as_f64().unwrap()
            }
            "base_year" => {
                let level = target["level"].as_str().unwrap();
                let base = records[0].2["totals"][level].as_f64().unwrap();
                base * (1.0 - target["reduction_percent"].as_f64().unwrap() / 100.0)
            }
            _ => continue,
        };
        // Every absolute target of the file states it. The record keeps tonnes to 0.001.
        assert!((ours - said.unwrap()).abs() <= 0.01, "{}: {ours} is not {}", row.place, cells["Organization"]);
        compared += 1;
    }
    println!("{compared} targets compared, {levels} of them levels");
    assert!(compared > 700 && levels > 125, "{compared} {levels}");
    assert!(!remarks(&rows).keys().any(|remark| remark.contains("own target")), "no row contradicts itself");
    // The file refuses nobody a level that it states: what is left out is no part that the GPC knows, or has no year.
    let fixed =
        |row: &&Row| stated[usize::try_from(row.place.row).unwrap() - 2]["Type.of.target"] == "Fixed level target";
    let with_level: Vec<Row> = rows
        .iter()
        .filter(fixed)
        .filter(|row| !codes(std::slice::from_ref(row)).contains(&"no_target_emissions"))
        .cloned()
        .collect();
    println!("{:#?}", tally(&with_level));
    assert_eq!(with_level.len(), 146);
    let counts = tally(&rows);
    assert!(!counts.contains_key("unknown_type") && counts["no_target"] == 206, "{counts:?}");
    let named = |row: &Row| row.outcome.as_ref().is_ok_and(|finding| finding.city.name.as_str() == "NA");
    assert!(!rows.iter().any(named));
}

/// The layouts of six years of emissions, each with the same city and year.
const LAYOUTS: [(&str, &str); 6] = [
    (
        "Account Number,City Name,Country,City Short Name,C40,Reporting Year,Measurement Year,Boundary,Primary Methodology,Methodology Details,Gases included,Total City-wide Emissions (metric tonnes CO2e),Total Scope 1 Emissions (metric tonnes CO2e),Total Scope 2 Emissions (metric tonnes CO2e),Current Population Year,Current Population,City Location",
        "10001,City of Examplia,USA,\"Examplia, OR\",,2016,12/31/2015 12:00:00 AM,Administrative boundary of a local government,2006 IPCC Guidelines for National Greenhouse Gas Inventories,,CO2; CH4; N2O,5000,3000,2000,2014,1000,\"(45.5, -122.6)\"",
    ),
    (
        "Account number,Organization,City,Country,Reporting year,Accounting year,Boundary,Protocol,Protocol column,Gases included,Total emissions (metric tonnes CO2e),Scopes Included ,Total Scope 1 Emissions (metric tonnes CO2e),Total Scope 2 Emissions (metric tonnes CO2e),Population,Population year",
        "10001,\"City of Examplia, OR\",Examplia ,USA,2017,2015-01-01 - 2015-12-31,Other: Municipal boundary,2006 IPCC Guidelines for National Greenhouse Gas Inventories,,CO2,5000,Total Scope 1 and Scope 2,3000,2000,1000,2015",
    ),
    (
        "Year Reported to CDP,Account Number,Organization,City,Country,City-wide Emissions Inventory,Accounting Year,Inventory Boundary,Primary Protocol,Primary Protocol Comment,Gases Included,Total Scope 1 Emissions (metric tonnes CO2e),Total Scope 2 Emissions (metric tonnes CO2e),Total Scope 3 emissions (metric tonnes CO2e),Total BASIC Emissions (GPC),Total BASIC+ Emissions (GPC),Direct emissions/ Scope 1 (metric tonnes CO2e) for Total emissions (excluding generation of grid-supplied energy),Indirect emissions from use of grid supplied energy/Scope 2 (metric tonnes CO2e) for Total emissions (excluding generation of grid-supplied energy),Emissions occurring outside city boundary/ Scope 3 (metric tonnes CO2e) for Total emissions (excluding generation of grid-supplied energy),\u{200b}Land area (in square km),Population,Population Year,City Location",
        "2018,10001,\"City of Examplia, OR\",Examplia,United States of America,Yes,2015-01-01 - 2015-12-31,Administrative boundary of a local government,2006 IPCC Guidelines for National Greenhouse Gas Inventories,,\"CH4, CO2, N20\",3000,2000,0,5000,Not Applicable,,,,,1000,2016,POINT (-122.6 45.5)",
    ),
    (
        "Year Reported to CDP,Account Number,Organization,City,Country,Accounting Year,Inventory Boundary,Primary Protocol,Gases Included,Direct emissions/ Scope 1 (metric tonnes CO2e) for Total generation of grid supplied energy\u{a0},Direct emissions/ Scope 1 (metric tonnes CO2e) for Total emissions (excluding generation of grid-supplied energy)\u{a0},Indirect emissions from use of grid supplied energy/Scope 2 (metric tonnes CO2e) for Total emissions (excluding generation of grid-supplied energy),Emissions occurring outside city boundary/ Scope 3 (metric tonnes CO2e) for Total emissions (excluding generation of grid-supplied energy),Total Scope 1 Emissions (metric tonnes CO2e),Total Scope 2 Emissions (metric tonnes CO2e),Total Scope 3 emissions (metric tonnes CO2e),Total BASIC Emissions (GPC),Total BASIC+ Emissions (GPC),Population,Population Year",
        "2019,10001,\"City of Examplia, OR\",,United States of America,2015-01-01 - 2015-12-31,Same – covers entire city and nothing else,2006 IPCC Guidelines for National Greenhouse Gas Inventories,CO2,999,3000,2000,,,,,,,1000,2016",
    ),
    (
        "Year Reported to CDP,Account Number,Organization,City,Country,Accounting year,Administrative city boundary,Inventory boundary (compared to Administrative city boundary),Primary Protocol,Gases Included,Direct emissions (metric tonnes CO2e) for Total generation of grid-supplied energy,Direct emissions (metric tonnes CO2e) for Total emissions (excluding generation of grid-supplied energy),Indirect emissions from use of grid supplied energy (metric tonnes CO2e) for Total Emissions (excluding generation of grid-supplied energy),Emissions occurring outside city boundary (metric tonnes CO2e) for Total Emissions (excluding generation of grid-supplied energy),TOTAL Scope 1 Emissions (metric tonnes CO2e),TOTAL Scope 2 emissions (metric tonnes CO2e),TOTAL Scope 3 Emissions,TOTAL BASIC Emissions (GPC),TOTAL BASIC+ Emissions (GPC),Population,Population Year",
        "2020,10001,\"City of Examplia, OR\",Examplia,United States of America,2015-01-01 - 2015-12-31,City / Municipality,Same – covers entire city and nothing else,2006 IPCC Guidelines for National Greenhouse Gas Inventories,CO2,,3000,2000,,,,,,,1000,2016",
    ),
    (
        "Year Reported to CDP,Account Number,Organization,City,Country,CDP Region,City-wide emissions inventory,Accounting year,Administrative city boundary,Inventory boundary (compared to Administrative city boundary),Primary Protocol,Primary Protocol Comment,Gases Included,Direct emissions (metric tonnes CO2e) for Total generation of grid-supplied energy,Direct emissions (metric tonnes CO2e) for Total emissions (excluding generation of grid-supplied energy),Indirect emissions from use of grid supplied energy (metric tonnes CO2e) for Total Emissions (excluding generation of grid-supplied energy),Emissions occurring outside city boundary (metric tonnes CO2e) for Total Emissions (excluding generation of grid-supplied energy),TOTAL Scope 1 Emissions (metric tonnes CO2e),TOTAL Scope 2 emissions (metric tonnes CO2e),TOTAL Scope 3 Emissions,TOTAL BASIC Emissions (GPC),TOTAL BASIC+ Emissions (GPC),Population,Population Year",
        "2021,10001,\"City of Examplia, OR\",NA,United States of America,North America,Yes,2015-01-01 - 2015-12-31,City / Municipality,Same – covers entire city and nothing else,2006 IPCC Guidelines for National Greenhouse Gas Inventories,N/A,CO2,999,3000,2000,-,NA,NA,NA,NA,NA,1000,2016",
    ),
];

#[test]
fn six_layouts_of_emissions_say_the_same() {
    for (index, (header, row)) in LAYOUTS.into_iter().enumerate() {
        let read = rows(Format::Cdp, &format!("{header}\n{row}\n"));
        let about = city(&read[0]);
        assert_eq!(
            (&about["name"], &about["region"], &about["country"]),
            (&json!("Examplia"), &json!("OR"), &json!("US"))
        );
        assert_eq!(about["identifiers"], json!({"cdp": "10001"}));
        let (kind, id, body) = &bodies(&read[0])[0];
        assert_eq!((*kind, id.as_str(), &body["protocol"]), (Kind::Report, "2015", &json!("ipcc")));
        let totals = &body["totals"];
        assert_eq!((totals.get("own"), &totals["scope_1_2"]), (None, &json!(5_000)));
        assert_eq!((&body["population"], body.get("period")), (&json!(1_000), None));
        assert_eq!(body["source"]["published"], json!(format!("{}-12-31", 2016 + index)));
        assert!(read[0].outcome.as_ref().unwrap().remarks.iter().all(|remark| remark.contains("one end")));
    }
}

#[test]
fn a_renamed_column_is_found_or_named() {
    let (header, row) = LAYOUTS[1];
    let renamed = header
        .replace("Accounting year", "Inventory accounting period (dates)")
        .replace("Account number", "CDP Account ID");
    let renamed = renamed.replace("Total emissions (metric tonnes CO2e)", "City total emissions in tonnes CO2e");
    assert_eq!(codes(&rows(Format::Cdp, &format!("{renamed}\n{row}\n"))), ["usable"]);
    let kilotonnes = header.replace("Total emissions (metric tonnes CO2e)", "Total emissions (kilotonnes CO2e)");
    let lost = refusal(Format::Cdp, &format!("{kilotonnes}\n{row}\n"));
    assert!(lost.contains("no column for the scope 3 total in t CO2e, nor for the BASIC total in t CO2e"), "{lost}");
    assert!(lost.contains("nothing is read from \"Total emissions (kilotonnes CO2e)\""), "{lost}");
    let (read, told) = taken_as_it_is(&format!("{kilotonnes}\n{row}\n"));
    assert!(told.len() == 1 && told[0].contains("the BASIC total in t CO2e"), "{told:?}");
    let totals = json!({"scope_1": 3_000, "scope_1_2": 5_000});
    assert_eq!(bodies(&read[0])[0].2["totals"], totals, "scopes 1 and 2, never the kilotonnes");
    // Every column that a figure is read from, or that says what it is, in every layout.
    for (header, _) in LAYOUTS {
        for named in ["Total BASIC Emissions (GPC)", "TOTAL BASIC Emissions (GPC)", "Gases", "Population", "Boundary"] {
            let renamed = header.replace(named, "Sum");
            if renamed != header {
                let lost = refusal(Format::Cdp, &format!("{renamed}\n"));
                assert!(lost.contains(", as files of its layout have; nothing is read from"), "{lost}");
            }
        }
    }
    let lost = refusal(Format::Cdp, &format!("{}\n", TARGET_HEADER.replace("Sector", "Part")));
    assert!(lost.contains("no column for the sector"), "{lost}");
    let lost = refusal(Format::Cdp, &header.replace("Account number", "Reference").replace("Country", "Where"));
    assert!(lost.contains("has no column for the account number"), "{lost}");
    assert!(refusal(Format::Cdp, "a,b,c\n").contains("not one of the files of this format"));
}

/// The rows of a text that may lack columns, and what is told of it.
fn taken_as_it_is(text: &str) -> (Vec<Row>, Vec<String>) {
    let mut file = source("file.csv", text.as_bytes());
    file.provenance.may_lack_columns = true;
    let mut rows = Vec::new();
    let told = Format::Cdp.read(vec![file], &mut |row| {
        rows.push(row);
        Ok::<(), std::convert::Infallible>(())
    });
    (rows, told.unwrap())
}

#[test]
fn a_total_goes_to_the_level_that_its_row_states() {
    let totals = |layout: usize, changes: &[(&str, &str)]| {
        let (header, row) = LAYOUTS[layout];
        let row = changes.iter().fold(row.to_owned(), |row, (from, to)| row.replacen(from, to, 1));
        let read = rows(Format::Cdp, &format!("{header}\n{row}\n"));
        bodies(&read[0])[0].2["totals"].clone()
    };
    // 2016 names no level: the total is that of the scopes where it is their sum, else the city's own.
    assert_eq!(totals(0, &[]), json!({"scope_1": 3_000, "scope_1_2": 5_000}));
    assert_eq!(totals(0, &[(",5000,", ",5400,")]), json!({"own": 5_400, "scope_1": 3_000, "scope_1_2": 5_000}));
    // 2017 names one.
    let stated = "Total Scope 1 and Scope 2";
    let basic = "\"Total Scope 1, Scope 2 and Waste Scope 3 (Total BASIC emissions)\"";
    let counted = json!({"basic": 5_000, "scope_1": 3_000, "scope_1_2": 5_000});
    assert_eq!(totals(1, &[(stated, basic)]), counted);
    assert_eq!(totals(1, &[(",5000,", ",5400,")]), json!({"scope_1": 3_000, "scope_1_2": 5_400}));
    // Scopes that are above BASIC count grid-supplied energy twice.
    let twice = [(stated, basic), (",3000,", ",9000,")];
    assert_eq!(totals(1, &twice), json!({"basic": 5_000, "scope_1": 9_000}));
    // From 2018 on the generation of that energy has a column of its own, and counts nowhere.
    let outside = [(",999,3000,2000,-,", ",999,3000,2000,700,")];
    assert_eq!(totals(5, &outside), json!({"scope_1_2": 5_000, "scope_1_2_3": 5_700}));
    assert_eq!(totals(5, &[(",999,3000,2000,", ",,3000,,")]), json!({"scope_1": 3_000}));
    assert_eq!(totals(5, &[(",999,3000,2000,", ",,,2000,")]), json!({"own": 2_000}));
}

#[test]
fn a_city_and_year_that_a_file_has_twice_is_left_out_with_both_rows_named() {
    let (header, row) = LAYOUTS[1];
    let other = row.replace("10001", "10002");
    let read = rows(Format::Cdp, &format!("{header}\n{row}\n{other}\n{}\n", row.replace(",5000,", ",5100,")));
    assert_eq!(codes(&read), ["duplicate_year", "usable", "duplicate_year"]);
    let told = |index: usize| read[index].outcome.as_ref().unwrap_err().detail.clone();
    assert_eq!(told(0), "The file has more than one row for the report 2015 of this city; see row 4.");
    assert!(told(2).ends_with("see row 2."), "{}", told(2));
}

#[test]
fn every_reason_to_leave_a_row_of_emissions_out() {
    let (header, row) = LAYOUTS[1];
    let cases = [
        ("", "", "usable"),
        ("10001,", "account,", "no_account"),
        (",USA,", ",Atlantis,", "unknown_country"),
        (",USA,", ",,", "no_country"),
        (",5000,", ",,", "no_total"),
        (",5000,", ",5000 kt,", "not_a_number"),
        (",5000,", ",0,", "total_not_positive"),
        ("2015-01-01 - 2015-12-31", "-", "no_period"),
        ("2015-01-01 - 2015-12-31", "last year", "no_period"),
        ("2015-01-01 - 2015-12-31", "2015-01-01 - 2017-12-31", "period_not_a_year"),
        ("2015-01-01 - 2015-12-31", "2026-01-01 - 2026-12-31", "not_ended"),
        (",2000,1000", "", "row_shape"),
    ];
    for (from, to, code) in cases {
        let read = rows(Format::Cdp, &format!("{header}\n{}\n", row.replacen(from, to, 1)));
        assert_eq!(codes(&read), [code], "{from} as {to}");
    }
}

#[test]
fn a_period_counts_as_the_year_in_which_it_begins() {
    let (header, row) = LAYOUTS[1];
    let cases = [
        ("2015-07-01 - 2016-06-30", "2015", json!({"start": "2015-07-01", "end": "2016-06-30"})),
        ("- 2016-06-30", "2015", json!({"start": "2015-07-01", "end": "2016-06-30"})),
        ("2015-07-01 -", "2015", json!({"start": "2015-07-01", "end": "2016-06-30"})),
        ("03/31/2013 12:00:00 AM", "2012", json!({"start": "2012-04-01", "end": "2013-03-31"})),
        ("- 2018-12-30", "2018", json!(null)),
        ("2010-12-31 - 2011-12-31", "2011", json!(null)),
    ];
    for (stated, year, period) in cases {
        let read = rows(Format::Cdp, &format!("{header}\n{}\n", row.replace("2015-01-01 - 2015-12-31", stated)));
        let (_, id, body) = &bodies(&read[0])[0];
        assert_eq!((id.as_str(), &body["period"]), (year, &period), "{stated}");
        assert_eq!(body["note"].to_string().contains("The accounting year is stated"), period.is_null());
    }
}

#[test]
fn kilotonnes_are_taken_as_they_stand_and_warned_of() {
    let (header, row) = LAYOUTS[1];
    let read = rows(Format::Cdp, &format!("{header}\n{}\n", row.replace(",1000,", ",1000000,")));
    assert_eq!(warned(&read), 1);
    let Some(rows) = real(Format::Cdp, &EMISSIONS) else { return };
    println!("{} of the real reports are unlikely a person", warned(&rows));
    assert!(warned(&rows) > 20);
}

/// Reports whose own warnings say that the figure a person is unlikely.
fn warned(rows: &[Row]) -> usize {
    let reports = rows.iter().filter_map(|row| match &row.outcome.as_ref().ok()?.records[0].record {
        AnyRecord::Inventory(report) => Some(warnings(report, Default::default())),
        _ => None,
    });
    reports.filter(|found| found.iter().any(|warning| warning.code == WarningCode::PerPersonUnlikely)).count()
}

const TARGET_HEADER: &str = "Account No,Organisation,City,Country,Reporting year,Type of target,Sector,Target boundary,Baseline year,Baseline emissions (metric tonnes CO2e),Percentage reduction target,Target date,Target year absolute emissions (metric tonnes CO2e),Estimated business as usual absolute emissions in target year (metric tonnes CO2e),Year target was set,Target description";
const TARGET: &str = "10001,City of Examplia,Examplia,USA,2017,Absolute target,Total,,1990,5000,40,2030,3000,,,";

/// The rows of targets.
fn pledged(targets: &[String]) -> Vec<Row> {
    rows(Format::Cdp, &format!("{TARGET_HEADER}\n{}\n", targets.join("\n")))
}

/// The ids of each row's records.
fn ids(read: &[Row]) -> Vec<Vec<String>> {
    read.iter().map(|row| bodies(row).into_iter().map(|(_, id, _)| id).collect()).collect()
}

#[test]
fn a_target_comes_after_its_baseline_and_ids_never_meet() {
    let transport = TARGET.replace("Total", "Transport");
    let waste = TARGET.replace("Total", "Waste");
    let restated = TARGET.replace(",5000,", ",5200.5,");
    let later = TARGET.replace(",1990,", ",2005,");
    let scenario =
        TARGET.replace("Absolute target", "Baseline scenario (business as usual) target").replace("3000,,", ",9000,");
    let other = scenario.replace(",9000,", ",9500,");
    let mut all = [TARGET.to_owned(), transport, waste, restated, later, TARGET.to_owned(), scenario, other].to_vec();
    let read = pledged(&all);
    let expected = [
        ["1990", "2030-40-from-1990-at-5000"],
        ["1990-transport", "2030-40-transport"],
        ["1990-waste", "2030-40-waste"],
        ["1990-at-5200-5", "2030-40-from-1990-at-5200-5"],
        ["2005", "2030-40-from-2005"],
        ["1990", "2030-40-from-1990-at-5000"],
        ["1990", "2030-scenario-40-from-1990-at-5000-of-9000"],
        ["1990", "2030-scenario-40-from-1990-at-5000-of-9500"],
    ];
    assert_eq!(ids(&read), expected);
    let (_, _, body) = bodies(&read[1]).pop().unwrap();
    assert_eq!((&body["sector"], &body["baseline"]), (&json!("II"), &json!("1990-transport")));
    assert_eq!(
        (&body["level"], &body["standing"], &body["kind"]),
        (&json!("own"), &json!("adopted"), &json!("base_year"))
    );
    // The order of the rows decides nothing.
    all.reverse();
    let mut again = ids(&pledged(&all));
    again.reverse();
    assert_eq!(again, expected);
    assert_eq!(ids(&pledged(&[TARGET.to_owned()])), [["1990", "2030-40"]]);
}

#[test]
fn a_level_is_read_from_its_own_column() {
    let level = TARGET.replace("Absolute target", "Fixed level target").replace(",1990,5000,40,", ",NA,N/A,-,");
    let read = pledged(&[level.clone(), level.replace(",3000,", ",0,"), level.replace(",3000,,", ",,9000,")]);
    assert_eq!(codes(&read), ["usable", "usable", "no_target_emissions"]);
    let (_, id, body) = bodies(&read[0]).pop().unwrap();
    assert_eq!((id.as_str(), &body["kind"], &body["tonnes"]), ("2030-to-3000", &json!("fixed_level"), &json!(3_000)));
    assert_eq!((body.get("baseline"), &bodies(&read[1])[0].2["tonnes"]), (None, &json!(0)));
}

#[test]
fn what_a_target_covers_is_told_by_the_gpc() {
    let cases = [
        ("Total", "own", json!(null)),
        ("All emissions sources included in city inventory", "own", json!(null)),
        ("\"Other: Energía, Transporte y Desechos\"", "basic", json!(null)),
        ("Energy", "own", json!("I")),
        ("Other: Transportation", "own", json!("II")),
        ("Residential buildings", "own", json!(["I.1.1", "I.1.2"])),
    ];
    for (stated, level, sector) in cases {
        let read = pledged(&[TARGET.replace("Total", stated)]);
        let records = bodies(&read[0]);
        assert_eq!((&records[1].2["level"], &records[1].2["sector"]), (&json!(level), &sector), "{stated}");
        assert_eq!(records[0].2["totals"], json!({level: 5_000}), "{stated}");
    }
    // What the government runs itself is another entity.
    let operations =
        "Local Government Operations - covers only emission sources owned and operated by local government";
    let read = pledged(&[TARGET.to_owned(), TARGET.replace(",Total,,", &format!(",Total,{operations},"))]);
    assert_eq!(ids(&read), [["1990", "2030-40"], ["1990", "2030-40"]]);
    let (about, of_government) = (city(&read[0]), city(&read[1]));
    assert_eq!(of_government["boundary"], json!("operations"));
    assert_eq!(of_government["identifiers"], json!({"cdp_operations": "10001"}));
    assert_ne!(about["name"], of_government["name"]);
}

#[test]
fn a_target_is_told_in_the_citys_words() {
    let read = pledged(&[TARGET.replace("3000,,,", "3000,,2015,Half by then.")]);
    let (_, _, body) = bodies(&read[0]).pop().unwrap();
    assert_eq!(body["note"], json!("Set in 2015. In the city's words: Half by then."));
    // It counts from the day it was published: an earlier answer may have said it otherwise.
    assert_eq!((body.get("set_on"), &body["source"]["published"]), (None, &json!("2017-12-31")));
}

#[test]
fn a_target_that_contradicts_its_percent_is_remarked_on() {
    let read = pledged(&[TARGET.to_owned(), TARGET.replace(",3000,", ",2000,")]);
    let told: Vec<_> = read.iter().map(|row| row.outcome.as_ref().unwrap().remarks.join(";")).collect();
    assert_eq!(told, ["", "the file's own target of 2000 t is not 40 % below its base of 5000 t"]);
}

#[test]
fn every_reason_to_leave_a_target_out() {
    let cases = [
        ("", "", "usable"),
        (",1990,", ",Other: long ago,", "no_base_year"),
        (",5000,", ",,", "no_base_emissions"),
        (",5000,", ",N/A,", "no_base_emissions"),
        (",5000,", ",0,", "base_not_positive"),
        (",5000,", ",5 kt,", "not_a_number"),
        (",40,", ",,", "no_reduction"),
        (",40,", ",-,", "no_reduction"),
        (",40,", ",0,", "reduction_out_of_range"),
        (",40,", ",0.4,", "fraction_or_percent"),
        (",40,", ",1,", "fraction_or_percent"),
        (",40,", ",140,", "usable"),
        (",40,", ",201,", "reduction_out_of_range"),
        (",2030,", ",,", "no_target_year"),
        (",2030,", ",1990,", "not_after_base"),
        ("Absolute target", "Base year intensity target", "intensity_target"),
        ("Absolute target", "Baseline scenario (business as usual) target", "no_scenario_emissions"),
        ("Absolute target", "Good intentions", "unknown_type"),
        ("Absolute target", "No target", "no_target"),
        (",Total,", ",,", "sector_not_stated"),
        (",Total,", ",Other: Public lighting,", "sector_not_gpc"),
        (",Examplia,USA", ",N/A,USA", "usable"),
        ("City of Examplia,Examplia", "NA,NA", "no_city"),
        ("USA", "Atlantis", "unknown_country"),
    ];
    for (from, to, code) in cases {
        assert_eq!(codes(&pledged(&[TARGET.replacen(from, to, 1)])), [code], "{from} as {to}");
    }
    let earlier = "Organisation,Account No,Country,City Short Name,Reporting Year,Sector,Target boundary,Baseline year,Baseline emissions (metric tonnes CO2e),Percentage reduction target,Target date,Comment";
    let read = rows(
        Format::Cdp,
        &format!("{earlier}\nCity of Examplia,10001,USA,Examplia,2016,Total,,1990,5000,33.5,2030,\n"),
    );
    assert_eq!(bodies(&read[0])[1].1, "2030-33-5");
}
