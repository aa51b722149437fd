//! CDP's files: seven layouts, and what the rows of the real ones come to.

use pledgewatch::import::{Format, Row};
use pledgewatch::record::Kind;
use pledgewatch::record::dossier::AnyRecord;
use pledgewatch::record::warning::{WarningCode, warnings};
use serde_json::json;

use super::{bodies, city, codes, real, refusal, remarks, rows, source, tally};

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

/// The layouts of five years of emissions, each with the same city and year.
const LAYOUTS: [(&str, &str); 5] = [
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
];

#[test]
fn five_layouts_of_emissions_say_the_same() {
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
        assert_eq!(
            (&totals["own"], &totals["scope_1"], &totals["scope_1_2"]),
            (&json!(5_000), &json!(3_000), &json!(5_000))
        );
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
    assert_eq!(bodies(&read[0])[0].2["totals"]["own"], json!(5_000), "scopes 1 and 2, never the kilotonnes");
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
    assert!(refusal(Format::Cdp, "a,b,c\n").contains("none of the files of this format"));
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
        AnyRecord::Report(report) => Some(warnings(report, Default::default())),
        _ => None,
    });
    reports.filter(|found| found.iter().any(|warning| warning.code == WarningCode::PerPersonUnlikely)).count()
}

const TARGET_HEADER: &str = "Account No,Organisation,City,Country,Reporting year,Type of target,Sector,Target boundary,Baseline year,Baseline emissions (metric tonnes CO2e),Percentage reduction target,Target date,Estimated business as usual absolute emissions in target year (metric tonnes CO2e)";
const TARGET: &str = "10001,City of Examplia,Examplia,USA,2017,Absolute target,Total,,1990,5000,40,2030,";

#[test]
fn a_target_comes_after_its_baseline_and_ids_never_meet() {
    let sector = TARGET.replace("Total", "Other: Public lighting");
    let restated = TARGET.replace(",5000,", ",5200.5,");
    let scenario =
        TARGET.replace("Absolute target", "Baseline scenario (business as usual) target").replace("2030,", "2030,9000");
    let text = [TARGET_HEADER, TARGET, &sector, &restated, TARGET, &scenario].join("\n");
    let read = rows(Format::Cdp, &text);
    let ids: Vec<Vec<String>> = read.iter().map(|row| bodies(row).into_iter().map(|(_, id, _)| id).collect()).collect();
    let expected = [
        ["1990", "2030-40"],
        ["1990-public-lighting", "2030-40-public-lighting"],
        ["1990-at-5200-5", "2030-40-no-2"],
        ["1990", "2030-40-no-3"],
        ["1990", "2030-scenario-40"],
    ];
    assert_eq!(ids, expected);
    let (_, _, body) = bodies(&read[1]).pop().unwrap();
    assert_eq!((&body["sector"], &body["baseline"]), (&json!("Public lighting"), &json!("1990-public-lighting")));
    assert_eq!(
        (&body["level"], &body["standing"], &body["kind"]),
        (&json!("own"), &json!("adopted"), &json!("base_year"))
    );
    let again = rows(Format::Cdp, &text);
    assert!(read.iter().zip(&again).all(|(one, other)| bodies(one) == bodies(other)), "the same each time");
}

#[test]
fn every_reason_to_leave_a_target_out() {
    let cases = [
        ("", "", "usable"),
        (",1990,", ",Other: long ago,", "no_base_year"),
        (",5000,", ",,", "no_base_emissions"),
        (",5000,", ",0,", "base_not_positive"),
        (",5000,", ",5 kt,", "not_a_number"),
        (",40,", ",,", "no_reduction"),
        (",40,", ",0,", "reduction_out_of_range"),
        (",40,", ",140,", "reduction_out_of_range"),
        (",2030,", ",,", "no_target_year"),
        (",2030,", ",1990,", "not_after_base"),
        ("Absolute target", "Base year intensity target", "intensity_target"),
        ("Absolute target", "Baseline scenario (business as usual) target", "no_target_emissions"),
        ("Absolute target", "Good intentions", "unknown_type"),
        ("USA", "Atlantis", "unknown_country"),
    ];
    for (from, to, code) in cases {
        let read = rows(Format::Cdp, &format!("{TARGET_HEADER}\n{}\n", TARGET.replacen(from, to, 1)));
        assert_eq!(codes(&read), [code], "{from} as {to}");
    }
    let earlier = "Organisation,Account No,Country,City Short Name,Reporting Year,Sector,Target boundary,Baseline year,Baseline emissions (metric tonnes CO2e),Percentage reduction target,Target date,Comment";
    let read =
        rows(Format::Cdp, &format!("{earlier}\nCity of Examplia,10001,USA,Examplia,2016,,,1990,5000,33.5,2030,\n"));
    assert_eq!(bodies(&read[0])[1].1, "2030-33-5-not-stated");
}
