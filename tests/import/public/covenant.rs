//! The Covenant of Mayors: files that belong together, in any order.

use std::collections::{BTreeMap, HashMap};

use pledgewatch::import::{Format, Row};
use pledgewatch::record::Kind;
use serde_json::json;

use crate::support::shared;

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
const LINES: &str = "GCoM_ID,emission_inventory_id,emission_inventory_sector,type_of_emissions,type_of_emission_inventory,inventory_year,population_in_the_inventory_year,emission_factor_type,emission_reporting_unit,emissions
IT0001,10,Residential buildings and facilities,direct_emissions,baseline_emission_inventory,2005,1000,IPCC,2,70.5
IT0001,11,Transportation,direct_emissions,monitoring_emission_inventory,2012,1100,IPCC,2,60
IT0001,10,Transportation,direct_emissions,baseline_emission_inventory,2005,1000,IPCC,2,30
FR0002,20,Transportation,direct_emissions,baseline_emission_inventory,2006,500,LCA,2,30
GB0003,30,Transportation,direct_emissions,baseline_emission_inventory,2006,500,IPCC,2,30
5,50,Waste/wastewater,direct_emissions,baseline_emission_inventory,2006,500,IPCC,1,30
5,50,Transportation,indirect_emissions,baseline_emission_inventory,2006,500,LCA,1,30
XX0009,60,Transportation,direct_emissions,baseline_emission_inventory,2006,500,IPCC,2,30
FR0002,21,Transportation,direct_emissions,monitoring_emission_inventory,2012,500,LCA,2,30 kt
FR0002,22,Space travel,direct_emissions,monitoring_emission_inventory,2013,500,LCA,2,30
FR0002,23,Transportation,direct_emissions,monitoring_emission_inventory,2014,500,LCA,2,30
FR0002,23,Transportation,direct_emissions,monitoring_emission_inventory,2015,500,LCA,2,30
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
a,IT EXA,2012,67
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
    assert_eq!(of("e.csv"), ["also_stated", "usable", "no_signatory", "not_a_number"]);
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
    let lines = json!([
        {"ref": "I.1.1", "tonnes": 70.5},
        {"ref": "II.1.1", "tonnes": 30},
        {"ref": "II.2.1", "notation": "IE", "explanation": "In II.1.1: the Covenant reports them together."},
    ]);
    assert_eq!((&inventory["lines"], &inventory["gases"]), (&lines, &json!(["co2", "ch4", "n2o"])));
    assert_eq!(inventory["population"], json!(1_000));
    // A city by its own number, in tonnes of CO2.
    let other = read.iter().find(|row| row.subject == "Unnumbered 2006").unwrap();
    let (_, _, body) = bodies(other).remove(0);
    let refs: Vec<_> = body["lines"].as_array().unwrap().iter().map(|line| line["ref"].as_str().unwrap()).collect();
    assert_eq!(refs, ["II.2.2", "II.1.2", "III.1.1", "III.2.1", "III.3.1", "III.4.1"]);
    assert_eq!((&body["gases"], &body["totals"]), (&json!(["co2"]), &json!({"own": 60})));
}

#[test]
fn what_the_compilation_states_for_a_year_with_an_inventory_stands_beside_it() {
    let report = |total: &str| {
        let emissions = EMISSIONS.replace("2012,67", &format!("2012,{total}"));
        let files = [("e.csv", emissions.as_str()), ("t.csv", TARGETS), ("l.csv", LINES), ("s.csv", SIGNATORIES)];
        let read = read_all(Format::Covenant, &files.map(|(name, text)| (name, text.as_bytes()))).unwrap();
        let row = read.iter().find(|row| row.subject == "Examplia 2012").unwrap();
        let of_total = read.iter().find(|row| row.subject == "IT EXA 2012").unwrap();
        (bodies(row).remove(0).2, codes(std::slice::from_ref(of_total))[0])
    };
    let (body, code) = report("67");
    assert_eq!((&body["totals"], code), (&json!({"own": 60}), "also_stated"));
    let also = &body["also_stated"][0];
    assert_eq!((&also["level"], &also["tonnes"]), (&json!("own"), &json!(67)));
    assert_eq!(also["source"]["locator"], json!("IT EXA, 2012, column total_emissions"));
    // Rounding is no other figure.
    let (body, code) = report("60.4");
    assert_eq!((body.get("also_stated"), code), (None, "inventory_given"));
    // A total that stands twice is nobody's.
    let (body, code) = report("67\nz,IT EXA,2012,68");
    assert_eq!((body.get("also_stated"), code), (None, "duplicate_year"));
}

/// The lines of an inventory with a value, those that are not estimated marked so, and its total.
fn lines(row: &Row) -> (Vec<String>, f64) {
    let (_, _, body) = bodies(row).remove(0);
    let told = |line: &serde_json::Value| match (line["tonnes"].as_f64(), line["notation"].as_str()) {
        (Some(tonnes), _) => format!("{} {tonnes}", line["ref"].as_str().unwrap()),
        (_, notation) => format!("{} {}", line["ref"].as_str().unwrap(), notation.unwrap()),
    };
    (body["lines"].as_array().unwrap().iter().map(told).collect(), body["totals"]["own"].as_f64().unwrap())
}

#[test]
fn half_a_line_is_not_estimated() {
    let header = LINES.lines().next().unwrap();
    let line = |inventory: u8, sector: &str, emitted: &str, tonnes: f64| {
        let kind =
            if inventory == 10 { "baseline_emission_inventory,2005" } else { "monitoring_emission_inventory,2012" };
        format!("IT0001,{inventory},{sector},{emitted}_emissions,{kind},1000,IPCC,2,{tonnes}")
    };
    let read = |rows: &[String]| {
        let text = format!("{header}\n{}\n", rows.join("\n"));
        let read =
            read_all(Format::Covenant, &[("l.csv", text.as_bytes()), ("s.csv", SIGNATORIES.as_bytes())]).unwrap();
        read.iter().map(lines).collect::<Vec<_>>()
    };
    let homes = [10, 11].map(|inventory| line(inventory, "Residential buildings and facilities", "direct", 900.0));
    let (municipal, tertiary) =
        ("Municipal buildings and facilities", "Institutional/tertiary buildings and facilities");
    let whole = |tonnes: f64| {
        let halves = [
            line(10, municipal, "direct", 20.0),
            line(10, tertiary, "direct", tonnes),
            line(11, municipal, "direct", 20.0),
        ];
        read(&[homes.to_vec(), halves.to_vec()].concat())
    };
    // The report has the municipal buildings only. Its total is told as it was reported.
    let told = whole(80.0);
    assert_eq!(told[0], (vec!["I.1.1 900".to_owned(), "I.2.1 100".to_owned()], 1_000.0));
    assert_eq!(told[1], (vec!["I.1.1 900".to_owned(), "I.2.1 NE".to_owned()], 920.0));
    // A twentieth is let pass.
    assert_eq!(whole(40.0)[1].0, ["I.1.1 900", "I.2.1 20"]);
    // Where each lacks the other's half, one of them keeps its own: else nothing would be missing.
    let crossed = [line(10, tertiary, "direct", 80.0), line(11, municipal, "direct", 80.0)];
    let told = read(&[homes.to_vec(), crossed.to_vec()].concat());
    assert_eq!((told[0].0[1].as_str(), told[1].0[1].as_str()), ("I.2.1 80", "I.2.1 NE"));
    // A line that is missing whole is absent, which is unknown too.
    let absent = read(&[homes.to_vec(), vec![line(10, tertiary, "indirect", 80.0)]].concat());
    assert_eq!((absent[0].0.len(), absent[1].0.len()), (2, 1));
}

#[test]
fn two_inventories_of_one_signatory_and_year_are_both_left_out() {
    let twice = LINES
        .replace("IT0001,11,", "IT0001,12,")
        .replace("monitoring_emission_inventory,2012,1100", "baseline_emission_inventory,2005,1000");
    let files = [("l.csv", twice.as_str()), ("s.csv", SIGNATORIES), ("t.csv", TARGETS)];
    let read = read_all(Format::Covenant, &files.map(|(name, text)| (name, text.as_bytes()))).unwrap();
    assert_eq!(codes(&read)[..2], ["duplicate_year", "duplicate_year"]);
    assert!(read[0].outcome.as_ref().unwrap_err().detail.ends_with("see row 3."), "{:?}", read[0].outcome);
    let target = read.iter().find(|row| row.subject == "IT EXA 2020").unwrap();
    assert_eq!(codes(std::slice::from_ref(target)), ["no_inventory"]);
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

/// What a real inventory states of each sector and type of emissions, in t.
type Parts = BTreeMap<(String, String), f64>;

/// The numbers of each signatory's inventories.
type Numbers = BTreeMap<String, Vec<String>>;

/// The parts of the real inventories, by their numbers; and the numbers of each signatory's.
fn real_parts() -> Option<(HashMap<String, Parts>, Numbers)> {
    let path = shared("data/covenant/inventory_lines.csv")?;
    let (mut parts, mut of): (HashMap<String, Parts>, Numbers) = Default::default();
    for line in csv::Reader::from_path(path).unwrap().deserialize::<HashMap<String, String>>() {
        let line = line.unwrap();
        let id = &line["emission_inventory_id"];
        let part = (line["emission_inventory_sector"].clone(), line["type_of_emissions"].clone());
        *parts.entry(id.clone()).or_default().entry(part).or_default() += line["emissions"].parse::<f64>().unwrap();
        let of = of.entry(line["GCoM_ID"].clone()).or_default();
        if !of.contains(id) {
            of.push(id.clone());
        }
    }
    Some((parts, of))
}

/// The tonnes that one side has in `part`s that the other side lacks, as a share of all it has.
fn missing<K: Ord>(one: &BTreeMap<K, f64>, other: &BTreeMap<K, f64>) -> (f64, f64) {
    let whole: f64 = one.values().sum();
    let lacking = one.iter().filter(|(part, tonnes)| **tonnes != 0.0 && !other.contains_key(part));
    let shares: Vec<f64> = lacking.map(|(_, tonnes)| tonnes / whole).collect();
    (shares.iter().copied().fold(0.0, f64::max), shares.iter().sum())
}

#[test]
fn what_a_real_inventory_lacks_shows_in_its_lines() {
    let names = ["covenant/signatories.csv", "covenant/inventory_lines.csv"];
    let (Some(rows), Some((parts, of))) = (real(Format::Covenant, &names), real_parts()) else { return };
    // The lines with a value, by the number of the inventory.
    let mut valued: HashMap<String, BTreeMap<String, f64>> = HashMap::new();
    for row in rows.iter().filter(|row| row.outcome.is_ok()) {
        let (_, _, body) = bodies(row).remove(0);
        let locator = body["source"]["locator"].as_str().unwrap();
        let id = locator.split(", inventory ").nth(1).unwrap().split(',').next().unwrap();
        let lines = body["lines"].as_array().unwrap().iter();
        let lines = lines.filter_map(|line| Some((line["ref"].as_str()?.to_owned(), line["tonnes"].as_f64()?)));
        valued.insert(id.to_owned(), lines.collect());
    }
    let (mut pairs, mut lacking) = (0, 0);
    for ids in of.values().filter(|ids| ids.len() == 2) {
        let (Some(one), Some(other)) = (valued.get(&ids[0]), valued.get(&ids[1])) else { continue };
        let (stated, stated_other) = (&parts[&ids[0]], &parts[&ids[1]]);
        let largest = missing(stated, stated_other).0.max(missing(stated_other, stated).0);
        let seen = missing(one, other).1.max(missing(other, one).1);
        assert!(largest <= 0.05 || seen > 0.05, "{ids:?}: {largest} of a total is missing and {seen} is seen to be");
        let in_all = missing(stated, stated_other).1.max(missing(stated_other, stated).1);
        assert!(in_all > 0.0 || seen == 0.0, "{ids:?}: nothing is missing and {seen} is seen to be");
        pairs += 1;
        lacking += usize::from(largest > 0.05);
    }
    println!("{pairs} pairs of inventories, of which {lacking} lack more than a twentieth");
    assert!(pairs > 850 && lacking > 130, "{pairs} {lacking}");
}
