//! C40's inventories, line by line.

use pledgewatch::import::Format;
use pledgewatch::record::Level;
use pledgewatch::record::any_record::AnyRecord;
use serde_json::json;

use super::{bodies, city, codes, real, remarks, rows, tally};

#[test]
fn lines_and_notation_keys_are_read() {
    let header = "City,Country,Boundary,Year,Year_calendar,City_year,Level,Population,I.1.1,I.1.2,I.2.1,I.2.2,V.2,VI.1,BASIC,BASIC+,\"BASIC \nI.1\"";
    let row = "Examplia,South Korea,City,July 2018 - June 2019,2018,Examplia_2018,BASIC,1000.4,10.5,NO; IE,IE (I.1.1),,-2,-3,10.5,8.5,10.5";
    let read = rows(Format::C40, &format!("{header}\n{row}\n{}\n", row.replace("10.5,NO; IE", "10 kt,NO")));
    assert_eq!(codes(&read), ["usable", "not_a_number"]);
    assert!(read[1].outcome.as_ref().unwrap_err().detail.contains("I.1.1 is stated as \"10 kt\""));
    let (_, id, body) = &bodies(&read[0])[0];
    assert_eq!((id.as_str(), &body["totals"]), ("2018", &json!({"basic": 10.5, "basic_plus": 8.5})));
    let notations: Vec<_> = body["lines"].as_array().unwrap().iter().map(|line| line["notation"].clone()).collect();
    assert_eq!(notations, [json!(null), json!("IE"), json!("IE"), json!("NE"), json!(null)], "VI.1 is left out");
    assert_eq!(body["period"], json!({"start": "2018-07-01", "end": "2019-06-30"}));
    assert_eq!((&body["population"], &city(&read[0])["country"]), (&json!(1_000), &json!("KR")));
}

#[test]
fn every_real_inventory_sums_to_its_stated_basic() {
    let Some(rows) = real(Format::C40, &["c40/gpc_inventories.csv"]) else { return };
    println!("{:#?}\n{:#?}", tally(&rows), remarks(&rows));
    assert_eq!((rows.len(), tally(&rows)["usable"]), (177, 177));
    for row in &rows {
        let AnyRecord::Inventory(inventory) = &row.outcome.as_ref().unwrap().records[0].record else { unreachable!() };
        let figure = inventory.figure(Level::Basic).unwrap();
        let apart = (figure.summed.unwrap().kilograms() - figure.stated.unwrap().kilograms()).abs();
        assert!(apart <= 17, "{}: {apart} kg apart", row.subject);
    }
}

#[test]
fn its_copy_of_the_targets_is_read_as_cdp() {
    let Some(rows) = real(Format::Cdp, &["c40/targets.csv"]) else { return };
    println!("{:#?}\n{:#?}", tally(&rows), remarks(&rows));
    assert_eq!((rows.len(), tally(&rows)["usable"] > 40), (82, true));
}
