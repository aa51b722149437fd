//! The Covenant of Mayors: files that belong together, in any order.

use pledgewatch::import::{Format, Row};
use pledgewatch::record::Kind;
use serde_json::json;

use super::{bodies, city, codes, read_all, real, remarks, tally};

const SIGNATORIES: &str =
    "organisation_id,organisation_name,country_code,organisation_latitude,organisation_longitude,gcom_id
1,Examplia,it,45.1,9.2,IT0001
2,Exampleville,fr,-,-,FR0002
3,Twinham,gb,51,1,GB0003
4,Twinham again,gb,51,1,GB0003
5,Unnumbered,de,51,1,-
6,Without inventory,it,45,9,IT0006
";
const LINES: &str = "GCoM_ID,emission_inventory_id,emission_inventory_sector,type_of_emission_inventory,inventory_year,population_in_the_inventory_year,emission_factor_type,emission_reporting_unit,emissions
IT0001,10,Residential buildings and facilities,baseline_emission_inventory,2005,1000,IPCC,2,70.5
IT0001,11,Transportation,monitoring_emission_inventory,2012,1100,IPCC,2,60
IT0001,10,Transportation,baseline_emission_inventory,2005,1000,IPCC,2,30
FR0002,20,Transportation,baseline_emission_inventory,2006,500,LCA,2,30
GB0003,30,Transportation,baseline_emission_inventory,2006,500,IPCC,2,30
5,50,Waste/wastewater,baseline_emission_inventory,2006,500,IPCC,2,30
5,50,Transportation,baseline_emission_inventory,2006,500,LCA,2,30
XX0009,60,Transportation,baseline_emission_inventory,2006,500,IPCC,2,30
FR0002,21,Transportation,monitoring_emission_inventory,2012,500,LCA,2,30 kt
FR0002,22,Space travel,monitoring_emission_inventory,2013,500,LCA,2,30
FR0002,23,Transportation,monitoring_emission_inventory,2014,500,LCA,2,30
FR0002,23,Transportation,monitoring_emission_inventory,2015,500,LCA,2,30
";
const TARGETS: &str = "target_id,actor_id,target_type,baseline_year,target_year,target_value,target_unit,URL
a,IT EXA,Absolute emission reduction,2005,2020,21,percent,https://example.org/plan?scity_id=1
b,FR EXV,Absolute emission reduction,2005,2020,20,percent,https://example.org/plan?scity_id=2
c,GB TWA,Absolute emission reduction,2006,2020,20,percent,https://example.org/plan?scity_id=3
d,GB TWB,Absolute emission reduction,2006,2020,20,percent,https://example.org/plan?scity_id=3
e,IT WIT,Absolute emission reduction,2006,2020,20,percent,https://example.org/plan?scity_id=6
f,IT NUL,Absolute emission reduction,2006,2020,20,percent,
g,IT OUT,Absolute emission reduction,2006,2020,20,percent,https://example.org/plan?scity_id=99
h,DE UNN,Relative emission reduction,2006,2020,20,percent,https://example.org/plan?scity_id=5
";
const EMISSIONS: &str = "emissions_id,actor_id,year,total_emissions
a,IT EXA,2012,61
b,IT EXA,2016,50
c,SE NON,2016,50
d,FR EXV,2016,many
";

fn read() -> Vec<Row> {
    let files = [("t.csv", TARGETS), ("e.csv", EMISSIONS), ("l.csv", LINES), ("s.csv", SIGNATORIES)];
    read_all(Format::Covenant, &files.map(|(name, text)| (name, text.as_bytes()))).unwrap()
}

#[test]
fn the_files_are_joined_and_every_row_has_its_reason() {
    let read = read();
    let of = |file: &str| codes(&read.iter().filter(|row| &*row.place.file == file).cloned().collect::<Vec<_>>());
    let inventories = ["usable", "usable", "usable", "gcom_id_shared", "usable", "signatory_not_listed"];
    assert_eq!(of("l.csv")[..6], inventories);
    assert_eq!(of("l.csv")[6..], ["not_a_number", "unknown_sector", "lines_differ"]);
    assert_eq!(of("e.csv"), ["inventory_given", "usable", "no_signatory", "not_a_number"]);
    assert_eq!(
        of("t.csv"),
        [
            "usable",
            "base_year_differs",
            "signatory_shared",
            "signatory_shared",
            "no_inventory",
            "no_signatory",
            "signatory_not_listed",
            "unknown_type"
        ]
    );
    assert_eq!(remarks(&read).len(), 1, "factors of two types");
}

#[test]
fn a_target_names_the_sum_of_its_lines() {
    let read = read();
    let target = read.iter().find(|row| row.subject == "IT EXA 2020").unwrap();
    let about = city(target);
    assert_eq!((&about["identifiers"], &about["locode"]), (&json!({"gcom": "IT0001"}), &json!("IT EXA")));
    let [(Kind::Baseline, base, inventory), (Kind::Target, id, pledge)] = &bodies(target)[..] else { unreachable!() };
    assert_eq!((base.as_str(), id.as_str(), &pledge["baseline"]), ("2005", "2020-21", &json!("2005")));
    assert_eq!((&inventory["totals"], &inventory["protocol"]), (&json!({"own": 100.5}), &json!("ipcc")));
    assert_eq!(inventory["sectors"], json!(["residential_buildings", "transport"]));
    assert_eq!(inventory["population"], json!(1_000));
}

#[test]
fn the_order_of_the_files_says_nothing_and_a_missing_one_is_named() {
    let files = [("s.csv", SIGNATORIES), ("l.csv", LINES), ("e.csv", EMISSIONS), ("t.csv", TARGETS)];
    let other = read_all(Format::Covenant, &files.map(|(name, text)| (name, text.as_bytes()))).unwrap();
    let told = |rows: &[Row]| {
        rows.iter().map(|row| (row.subject.clone(), row.outcome.clone().ok().map(|f| f.city))).collect::<Vec<_>>()
    };
    assert_eq!(told(&read()), told(&other));
    let alone = read_all(Format::Covenant, &[("l.csv", LINES.as_bytes())]).unwrap_err().to_string();
    assert!(alone.contains("no file is a list of signatories; one is needed"), "{alone}");
    let twice = [("s.csv", SIGNATORIES.as_bytes()), ("s2.csv", SIGNATORIES.as_bytes()), ("l.csv", LINES.as_bytes())];
    let twice = read_all(Format::Covenant, &twice).unwrap_err().to_string();
    assert_eq!(twice, "2 files are each a list of signatories; at most one is read");
    let other = read_all(Format::Covenant, &[("x.csv", b"a,b\n1,2\n")]).unwrap_err().to_string();
    assert!(other.contains("\"a\", \"b\""), "{other}");
}

#[test]
fn the_real_files_come_to_what_a_careful_reading_found() {
    let names =
        ["covenant/targets.csv", "covenant/emissions.csv", "covenant/signatories.csv", "covenant/inventory_lines.csv"];
    let Some(rows) = real(Format::Covenant, &names) else { return };
    for name in ["inventory_lines", "emissions", "targets"] {
        let of: Vec<Row> = rows.iter().filter(|row| row.place.file.contains(name)).cloned().collect();
        println!("{name}: {} rows, {:#?}", of.len(), tally(&of));
    }
    for row in &rows {
        if let Err(left_out) = &row.outcome
            && ["not_valid", "not_positive", "invalid_locode"].contains(&left_out.code)
        {
            println!("{} {}: {}", row.place, row.subject, left_out.detail);
        }
    }
    println!("{:#?}", remarks(&rows));
    let targets: Vec<Row> = rows.iter().filter(|row| row.place.file.contains("targets")).cloned().collect();
    let counts = tally(&targets);
    // 670 and the 3 without a later report, which say what they pledge all the same.
    assert_eq!((targets.len(), counts["usable"]), (764, 673));
    assert_eq!((counts["base_year_differs"], counts["signatory_shared"], counts["no_inventory"]), (25, 23, 21));
    assert_eq!((counts["no_signatory"], counts["signatory_not_listed"]), (19, 3));
}
