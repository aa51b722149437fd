//! The files with one figure a row: Klimatkollen's municipalities and the UK's local authorities.

use std::collections::BTreeSet;

use pledgewatch::import::Format;
use serde_json::json;

use super::{bodies, city, codes, real, refusal, remarks, rows, tally};

#[test]
fn a_municipality_is_read() {
    let read =
        rows(Format::Klimatkollen, "municipality,region,year,emissions_tco2e\nExemplby,Exempel län,1990,128402.516\n");
    assert_eq!((read[0].subject.as_str(), read[0].place.to_string().as_str()), ("Exemplby 1990", "file.csv, row 2"));
    let city = city(&read[0]);
    assert_eq!((&city["country"], &city["identifiers"]), (&json!("SE"), &json!({"klimatkollen": "Exemplby"})));
    let (_, id, body) = &bodies(&read[0])[0];
    assert_eq!((id.as_str(), &body["totals"]), ("1990", &json!({"own": 128_402.516})));
    assert_eq!(body.get("published"), None);
}

#[test]
fn a_local_authority_is_read_in_tonnes_and_people() {
    let header =
        "Year,local-authority-code,official-name,Industry Total:kt CO2,Total Emissions:kt CO2,Population:000s\n";
    let read = rows(Format::Uk, &format!("{header}2005,XYZ,Exampleshire,1.0,3040.0979,183.933\n"));
    let (_, id, body) = &bodies(&read[0])[0];
    assert_eq!((id.as_str(), &body["totals"]), ("2005", &json!({"own": 3_040_097.9})));
    assert_eq!(
        (&body["population"], &body["gases"], &body["protocol"]),
        (&json!(183_933), &json!(["co2"]), &json!("national"))
    );
    assert_eq!(city(&read[0])["identifiers"], json!({"uk_local_authority": "XYZ"}));
    let read = rows(Format::Uk, &format!("{header}2005,E07000223,Exampleshire,1.0,3040.0979,183.933\n"));
    assert_eq!(city(&read[0])["identifiers"], json!({"ons": "E07000223"}));
}

#[test]
fn the_unit_and_the_gases_are_those_of_the_header() {
    let cases = [
        ("Total Emissions:kt CO2", 100_000.0, json!(["co2"])),
        ("Total emissions (kt CO2e)", 100_000.0, json!(null)),
        ("Total Emissions (t CO\u{2082}e)", 100.0, json!(null)),
        ("Total Emissions:1000 tonnes CO2", 100_000.0, json!(["co2"])),
        ("Grand Total (Mt CO2)", 100_000_000.0, json!(["co2"])),
    ];
    for (header, tonnes, gases) in cases {
        let text = format!(
            "Year,local-authority-code,official-name,{header},Population:000s\n2005,ABC,Exampleshire,100,183.933\n"
        );
        let read = rows(Format::Uk, &text);
        let (_, _, body) = &bodies(&read[0])[0];
        assert_eq!((body["totals"]["own"].as_f64(), &body["gases"]), (Some(tonnes), &gases), "{header}");
    }
    let read =
        rows(Format::Klimatkollen, "municipality,region,year,Emissions (1000 tonnes CO2e)\nExemplby,L,2015,1.5\n");
    assert_eq!(bodies(&read[0])[0].2["totals"]["own"], 1_500.0);
    let read = rows(
        Format::C40,
        "City,Country,Boundary,Year,Year_calendar,Level,Population,I.1.1,BASIC (kt CO2e),BASIC+\nExamplia,USA,,,2018,,,,2,\n",
    );
    assert_eq!(bodies(&read[0])[0].2["totals"]["basic"], 2_000.0);
}

#[test]
fn the_years_of_a_file_are_one_series() {
    let series = |read: &[pledgewatch::import::Row]| -> Vec<_> {
        read.iter().map(|row| bodies(row)[0].2["series"].clone()).collect()
    };
    let header = "municipality,region,year,emissions_tco2e\n";
    let read = rows(Format::Klimatkollen, &format!("{header}Exemplby,L,2024,1\nExemplby,L,1990,2\nAndra,L,2020,3\n"));
    assert_eq!(series(&read), ["smhi-2024", "smhi-2024", "smhi-2024"]);
    let header = "Year,local-authority-code,official-name,Total Emissions:kt CO2,Population:000s\n";
    let read = rows(Format::Uk, &format!("{header}2005,ABC,Exampleshire,1,2\n2015,ABC,Exampleshire,1,2\n"));
    assert_eq!(series(&read), ["uk-la-2015", "uk-la-2015"]);
    // A year that has not begun is a slip, not an edition.
    let read = rows(Format::Uk, &format!("{header}2005,ABC,Exampleshire,1,2\n2099,ABC,Exampleshire,1,2\n"));
    assert_eq!(bodies(&read[0])[0].2["series"], "uk-la-2005");
}

#[test]
fn a_city_and_year_that_a_file_has_twice_is_left_out_in_both_rows() {
    let cases = [
        (Format::Klimatkollen, "municipality,region,year,emissions_tco2e", "Exemplby,L,2015,", "\n"),
        (
            Format::Uk,
            "Year,local-authority-code,official-name,Total Emissions:kt CO2,Population:000s",
            "2015,ABC,Exampleshire,",
            ",2\n",
        ),
        (
            Format::C40,
            "City,Country,Boundary,Year,Year_calendar,Level,Population,I.1.1,BASIC,BASIC+",
            "Examplia,USA,,,2015,,,,",
            ",\n",
        ),
    ];
    for (format, header, before, after) in cases {
        let row = |tonnes: i32| format!("{before}{tonnes}{after}");
        let other = row(7).replace("2015", "2016");
        let read = rows(format, &format!("{header}\n{}{other}{}", row(5), row(6)));
        assert_eq!(codes(&read), ["duplicate_year", "usable", "duplicate_year"], "{format}");
        let told = |row: usize| read[row].outcome.as_ref().unwrap_err().detail.clone();
        assert!(told(0).contains("row 4") && told(2).contains("row 2"), "{} {}", told(0), told(2));
    }
}

#[test]
fn a_population_is_read_or_remarked_on() {
    let cases = [
        ("1000.4", Some(1_000), false),
        ("1,234", Some(1_234), false),
        ("1.234", Some(1_234), false),
        ("1,234,567", Some(1_234_567), false),
        ("1.234.567", Some(1_234_567), false),
        ("1 234 567", Some(1_234_567), false),
        ("1\u{a0}234\u{a0}567", Some(1_234_567), false),
        ("1'234'567", Some(1_234_567), false),
        ("", None, false),
        ("1,23", None, true),
        ("1.234,000", None, true),
        ("about 1000", None, true),
        ("-5", None, true),
    ];
    for (cell, people, is_remarked) in cases {
        let text = format!(
            "City,Country,Boundary,Year,Year_calendar,Level,Population,I.1.1,BASIC,BASIC+\nExamplia,USA,,,2018,,\"{cell}\",,2000,\n"
        );
        let read = rows(Format::C40, &text);
        assert_eq!(bodies(&read[0])[0].2["population"].as_i64(), people, "{cell}");
        assert_eq!(!remarks(&read).is_empty(), is_remarked, "{cell}");
    }
    // Of thousands there are fractions, so `1,234` could be two numbers.
    for (cell, people, is_remarked) in
        [("183.933", Some(183_933), false), ("1,234", None, true), ("1,234.5", Some(1_234_500), false)]
    {
        let text = format!(
            "Year,local-authority-code,official-name,Total Emissions:kt CO2,Population:000s\n2005,ABC,Exampleshire,100,\"{cell}\"\n"
        );
        let read = rows(Format::Uk, &text);
        assert_eq!(bodies(&read[0])[0].2["population"].as_i64(), people, "{cell}");
        assert_eq!(!remarks(&read).is_empty(), is_remarked, "{cell}");
    }
}

#[test]
fn every_reason_to_leave_a_row_out() {
    let cases = [
        ("Exemplby,L,1990,1", "usable"),
        (",L,1990,1", "no_city"),
        ("Exemplby,L,ninety,1", "no_year"),
        ("Exemplby,L,1990,", "no_total"),
        ("Exemplby,L,1990,1233 kt", "not_a_number"),
        ("Exemplby,L,1990,NaN", "not_a_number"),
        ("Exemplby,L,1990,inf", "not_a_number"),
        ("Exemplby,L,1990,\"1,233\"", "not_a_number"),
        ("Exemplby,L,1990,\"1,233,000\"", "usable"),
        ("Exemplby,L,1990,\"1,233,000,000,000.5\"", "out_of_range"),
        ("Exemplby,L,1990,\"-1,233.5\"", "usable"),
        ("Exemplby,L,1990,\"1.233,5\"", "not_a_number"),
        ("Exemplby,L,1990,\"1.233,567\"", "not_a_number"),
        ("Exemplby,L,1990,\"1,234.567,8\"", "not_a_number"),
        ("Exemplby,L,1990,\"1,234.567,800\"", "not_a_number"),
        ("Exemplby,L,1990,\"1,234,5E6\"", "not_a_number"),
        ("Exemplby,L,1990,-5", "usable"),
        ("Exemplby,L,2026,5", "not_ended"),
        ("Exemplby,L,1990", "row_shape"),
    ];
    for (row, code) in cases {
        let read = rows(Format::Klimatkollen, &format!("municipality,region,year,emissions_tco2e\n{row}\n"));
        assert_eq!(codes(&read), [code], "{row}");
        if let Err(left_out) = &read[0].outcome {
            assert!(left_out.detail.len() > 10, "{left_out:?}");
        }
    }
}

#[test]
fn what_stops_a_file_is_named() {
    let uk = |total: &str| refusal(Format::Uk, &format!("Year,local-authority-code,official-name,{total}\n"));
    let cases = [
        ("Total Emissions", "names no unit that is understood, such as t CO2e or kt CO2e"),
        ("Total Emissions:t CH4", "is an amount of CH4, not of CO2e"),
        ("Total Emissions:MT CO2e", "could mean metric tons"),
    ];
    for (total, why) in cases {
        let told = uk(total);
        assert!(told.starts_with(&format!("file.csv: the column \"{total}\" ")) && told.contains(why), "{told}");
    }
    let told = refusal(Format::Klimatkollen, "municipality,region,year,Emissions (kt CO2)\n");
    assert!(told.ends_with("is an amount of CO2, not of CO2e"), "{told}");
    let c40 = refusal(Format::C40, "City,Country,Year_calendar,I.1.1,BASIC (t CO2)\n");
    assert!(c40.ends_with("is an amount of CO2, not of CO2e"), "{c40}");
    assert!(refusal(Format::Klimatkollen, "").contains("is empty"));
    let bytes = b"municipality,region,year,emissions_tco2e\nA,B,1990,1\nMalm\xf6,B,1990,1\n";
    let broken = super::read_all(Format::Klimatkollen, &[("old.csv", bytes)]).unwrap_err().to_string();
    assert!(broken.starts_with("old.csv: row 3 is not in UTF-8"), "{broken}");
    let endless = format!("municipality,region,year,emissions_tco2e\n\"A,{}", "x,".repeat(1 << 20));
    assert!(refusal(Format::Klimatkollen, &endless).contains("is a quote not closed?"));
}

#[test]
fn a_renamed_column_is_not_taken_for_one_that_is_not_there() {
    let told = refusal(Format::Klimatkollen, "municipality,Where,year,emissions_tco2e\nA,B,1990,1\n");
    let expected = "file.csv has no column for the region, as files of its layout have; nothing is read from \"Where\"";
    assert_eq!(told, expected);
    let header = "Year,local-authority-code,official-name,Industry Total:kt CO2,Total Emissions:kt CO2,People:000s\n";
    let told = refusal(Format::Uk, header);
    assert!(told.contains("the population in thousands"), "{told}");
    assert!(told.ends_with("nothing is read from \"Industry Total:kt CO2\", \"People:000s\""), "{told}");
}

#[test]
fn a_sink_can_stop_the_reading() {
    let text = "municipality,region,year,emissions_tco2e\nA,B,1990,1\nC,B,1990,1\n";
    let mut seen = 0;
    let outcome = Format::Klimatkollen.read(vec![super::source("file.csv", text.as_bytes())], &mut |_| {
        seen += 1;
        Err("enough")
    });
    assert!(matches!(outcome, Err(pledgewatch::import::ReadError::Sink("enough"))));
    assert_eq!(seen, 1);
}

#[test]
fn all_municipalities_and_authorities_are_read() {
    if let Some(rows) = real(Format::Klimatkollen, &["klimatkollen/emissions_2026-05.csv"]) {
        let cities: BTreeSet<String> = rows.iter().map(|row| city(row)["name"].to_string()).collect();
        assert_eq!((tally(&rows)["usable"], rows.len(), cities.len()), (2_900, 2_900, 290));
    }
    if let Some(rows) = real(Format::Uk, &["uk/local_authority_emissions_2005_2015.csv"]) {
        assert_eq!((tally(&rows)["usable"], rows.len()), (4_334, 4_334));
    }
}
