//! Numbers as people type them.

use pledgewatch::import::table::number::{Decimal, Quantity, evidence, read};
use pledgewatch::import::table::unit::{self, Substance};
use proptest::prelude::*;

fn tonnes(text: &str) -> Result<f64, &'static str> {
    read(text, Quantity::Tonnes, None).map_err(|fault| fault.code)
}

#[test]
fn numbers_are_read_as_they_are_written() {
    let cases = [
        ("0", 0.0),
        ("1233", 1233.0),
        (" 1233 ", 1233.0),
        ("1 233", 1233.0),
        ("1\u{a0}233", 1233.0),
        ("1\u{202f}233", 1233.0),
        ("1\u{2009}233", 1233.0),
        ("1 233 000", 1_233_000.0),
        ("1'233'000", 1_233_000.0),
        ("1\u{2019}233\u{2019}000", 1_233_000.0),
        ("1.233.000", 1_233_000.0),
        ("1,233,000", 1_233_000.0),
        ("1.233,5", 1233.5),
        ("1,233.5", 1233.5),
        ("1 233,5", 1233.5),
        ("1'233.5", 1233.5),
        ("1 233,567", 1233.567),
        ("1.233.000,25", 1_233_000.25),
        ("1,233,000.25", 1_233_000.25),
        ("1,233,000.256", 1_233_000.256),
        ("12,5", 12.5),
        ("12.5", 12.5),
        ("12.34", 12.34),
        ("12.3456", 12.3456),
        ("0,123", 0.123),
        ("0.123", 0.123),
        ("1234.567", 1234.567),
        ("1234,567", 1234.567),
        ("21049331", 21_049_331.0),
        ("-5", -5.0),
        ("\u{2212}5,5", -5.5),
        ("1233 t", 1233.0),
        ("1 233 t CO2e", 1233.0),
        ("12 tCO2e", 12.0),
        ("12 t CO\u{2082}e", 12.0),
        ("12tCO2eq", 12.0),
        ("12 t CO2-eq", 12.0),
        ("12 tonnes CO2e", 12.0),
        ("1233 kt", 1_233_000.0),
        ("1233 ktCO2e", 1_233_000.0),
        ("0.1 kt", 100.0),
        ("0,3 kt", 300.0),
        ("1.1 kt", 1100.0),
        ("0.29 Mt", 290_000.0),
        ("1.5 Mt CO2e", 1_500_000.0),
        ("21.049331 Mt", 21_049_331.0),
        ("4,35 Gg", 4350.0),
        ("1233 ktCO2e", 1_233_000.0),
        ("1233 t CO\u{2082}-Äq.", 1233.0),
        ("1233 teqCO2", 1233.0),
        ("12 t CO2e/yr", 12.0),
        ("12 tonnes of CO2e per year", 12.0),
        ("12 thousand tonnes", 12_000.0),
        ("12 thousand metric tons CO2e", 12_000.0),
        ("12 Tsd. t", 12_000.0),
        ("12 kilotonnes", 12_000.0),
        ("12,5 Mio. t", 12_500_000.0),
        ("5 million t", 5_000_000.0),
        ("122.93 MMT CO2e", 122_930_000.0),
        ("122.93 mmtco2e", 122_930_000.0),
        ("1.5 Tg", 1_500_000.0),
        ("1233 Mg", 1233.0),
        ("1233 kg", 1.233),
        ("1000000 lb", 453.592_37),
        ("1 lbs CO2e", 0.000_453_592_37),
        ("5 short tons", 4.535_923_7),
        ("1000 pounds", 0.453_592_37),
    ];
    for (text, expected) in cases {
        assert_eq!(tonnes(text), Ok(expected), "{text}");
    }
}

#[test]
fn what_is_no_number_is_refused() {
    let not_numbers = [
        "",
        "-",
        "n/a",
        "NaN",
        "inf",
        "-inf",
        "infinity",
        "one",
        ".",
        ",5",
        "5,",
        ".5",
        "5.",
        "1,,2",
        "1..2",
        "1 23",
        "12 34",
        "1,23,456",
        "1.23,456",
        "1,2.3,4",
        "1.234.56",
        "0 233",
        "0.233.000",
        "0,233,000",
        "1'23",
        "1 233'000",
        "+5",
        "--5",
        "5-",
        "(5)",
        "- 5",
        "~5",
        "<5",
        "≈ 5",
        "½",
        "١٢٣",
        "12/13",
        "1:30",
        "2020-2021",
        "€5",
        "5 €",
        "1_000",
        "0x1F",
        "#5",
    ];
    for text in not_numbers {
        assert!(matches!(tonnes(text), Err("not_a_number" | "unknown_unit")), "{text}: {:?}", tonnes(text));
    }
    for text in [
        "5 %",
        "5%",
        "5 tons",
        "5 kilotons",
        "5 mt",
        "5 MT",
        "5 MTCO2e",
        "5 mg",
        "5 t CH4",
        "1233 kt CO2",
        "5 t CO\u{2082}",
        "5 Mt carbon dioxide",
        "5 kg N2O",
        "5 tC",
        "5 t CO2e per capita",
        "5 t/person",
        "5 thousand",
        "5 tt",
        "5 t t",
        "5 CO2e",
    ] {
        assert_eq!(tonnes(text), Err("unknown_unit"), "{text}");
    }
    for text in ["1e6", "1.23E+06", "1,23E+06", "1E-3"] {
        assert_eq!(tonnes(text), Err("shortened_number"), "{text}");
    }
    assert_eq!(read("5 t CO2e", Quantity::GasTonnes, None).unwrap_err().code, "unknown_unit");
    assert_eq!(read("5 kt", Quantity::GasTonnes, None), Ok(5000.0));
    let told = read("1233 kt CO2", Quantity::Tonnes, None).unwrap_err().detail;
    assert_eq!(told, "is an amount of CO2, not of CO2e: give it in t CO2e");
}

#[test]
fn a_unit_in_a_header_is_read_as_a_whole() {
    let kilograms = |header: &str| {
        let (unit, _) = unit::in_header(header).unwrap().unwrap_or_else(|| panic!("{header}"));
        (unit.scale.amount(false, "1", 3).unwrap(), unit.of)
    };
    let cases = [
        ("Total Emissions:kt CO2", 1e6, Substance::Gas("CO2")),
        ("Total emissions (kt CO2e)", 1e6, Substance::Co2e),
        ("Emissions (1000 tonnes)", 1e6, Substance::Unstated),
        ("Emissions, 1,000 tonnes CO2e", 1e6, Substance::Co2e),
        ("Emissions 1000 tonnes", 1e6, Substance::Unstated),
        ("Emissions ('000 tonnes CO2e)", 1e6, Substance::Co2e),
        ("Emissions in 10³ t", 1e6, Substance::Unstated),
        ("Emissionen (Tsd. t CO2-Äquivalente)", 1e6, Substance::Co2e),
        ("thousand tonnes", 1e6, Substance::Unstated),
        ("GHG_EMISSIONS_MMTCO2E", 1e9, Substance::Co2e),
        ("emissions_tco2e", 1e3, Substance::Co2e),
        ("Emissions (Gg CO2 eq)", 1e6, Substance::Co2e),
        ("Emissions (Mt)", 1e9, Substance::Unstated),
        ("Emissions (Mg)", 1e3, Substance::Unstated),
        ("Emissions (lb CO\u{2082}e)", 0.453_592_37, Substance::Co2e),
        ("Emissions (t CH4)", 1e3, Substance::Gas("CH4")),
        ("Total (kt CO2e) by GPC", 1e6, Substance::Co2e),
    ];
    for (header, tonnes, of) in cases {
        let (read, substance) = kilograms(header);
        assert_eq!((read, substance), (tonnes, of), "{header}");
    }
    for header in ["Emissions", "Total emissions (2019)", "Emissions per person", "BASIC", "Scope 1 (direct)", ""] {
        assert_eq!(unit::in_header(header), Ok(None), "{header}");
    }
    for header in [
        "Emissions (MTCO2e)",
        "Emissions (tons)",
        "Emissions mt",
        "Emissions [t CO2e] in thousands",
        "000s: Emissions (t)",
    ] {
        assert!(unit::in_header(header).is_err(), "{header}");
    }
}

#[test]
fn numbers_with_two_readings_are_refused_with_both() {
    for text in ["1,233", "1.233", "12,345", "123.456", "1.233 kt", "-1.233"] {
        assert_eq!(tonnes(text), Err("ambiguous_number"), "{text}");
    }
    let fault = read("1,233", Quantity::Tonnes, None).unwrap_err();
    assert_eq!(
        fault.detail,
        "could be 1233 or 1 and 233 thousandths: write 1233 or 1 233 for the first, 1,2330 for the second"
    );
    assert_eq!([tonnes("1233"), tonnes("1 233"), tonnes("1,2330")], [Ok(1233.0), Ok(1233.0), Ok(1.233)]);
}

#[test]
fn the_rest_of_a_column_can_settle_a_reading() {
    let shows = [
        ("1.233,5", Some(Decimal::Comma)),
        ("12,5", Some(Decimal::Comma)),
        ("1.233.000", Some(Decimal::Comma)),
        ("1,233.5", Some(Decimal::Point)),
        ("1,233,000", Some(Decimal::Point)),
        ("12.5 kt", Some(Decimal::Point)),
        ("1233", None),
        ("1 233", None),
        ("1.233", None),
        ("many", None),
    ];
    for (text, expected) in shows {
        assert_eq!(evidence(text), expected, "{text}");
    }
    assert_eq!(read("1.233", Quantity::Tonnes, Some(Decimal::Comma)), Ok(1233.0));
    assert_eq!(read("1.233", Quantity::Tonnes, Some(Decimal::Point)), Ok(1.233));
    assert_eq!(read("1,233 kt", Quantity::Tonnes, Some(Decimal::Comma)), Ok(1233.0));
    assert_eq!(read("1,233", Quantity::Tonnes, Some(Decimal::Point)), Ok(1233.0));
}

#[test]
fn people_are_whole_and_percentages_have_their_sign() {
    let people = |text| read(text, Quantity::People, None).map_err(|fault| fault.code);
    assert_eq!(people("3898474"), Ok(3_898_474.0));
    assert_eq!(people("3,898,474"), Ok(3_898_474.0));
    assert_eq!(people("1.233"), Ok(1233.0), "there are no fractions of people");
    assert_eq!(people("1,233"), Ok(1233.0));
    assert_eq!(people("3898474.0"), Ok(3_898_474.0));
    assert_eq!(people("12,5"), Err("not_whole"));
    assert_eq!(people("5 %"), Err("unknown_unit"));
    assert_eq!(people("3.9E+06"), Err("shortened_number"));
    let percent = |text| read(text, Quantity::Percent, None).map_err(|fault| fault.code);
    assert_eq!([percent("5"), percent("5 %"), percent("5%"), percent("7,5 %")], [Ok(5.0), Ok(5.0), Ok(5.0), Ok(7.5)]);
    assert_eq!(percent("5 t"), Err("unknown_unit"));
}

/// The kilograms that the digits of a text say, by another way than the reader's: integers only.
fn kilograms(whole: &str, decimals: &str, power: usize) -> i128 {
    let padded = format!("{decimals:0<12}");
    let (shifted, rest) = padded.split_at(power + 3);
    let rounded = i128::from(rest.as_bytes()[0] >= b'5');
    format!("{whole}{shifted}").parse::<i128>().unwrap() + rounded
}

proptest! {
    #[test]
    fn nothing_typed_makes_the_reader_fail(text in any::<String>(), typed in "[-0-9., '%tkMeECO2]{0,12}") {
        for text in [text, typed] {
            for quantity in [Quantity::Tonnes, Quantity::GasTonnes, Quantity::People, Quantity::Percent] {
                for settled in [None, Some(Decimal::Point), Some(Decimal::Comma)] {
                    if let Ok(number) = read(&text, quantity, settled) {
                        prop_assert!(number.is_finite());
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_read_is_what_its_digits_say(
        whole in 0_u64..1_000_000,
        decimals in "[0-9]{0,5}",
        grouping in prop::sample::select(vec!["", " ", "\u{a0}", "\u{202f}", "'", ",", "."]),
        mark in prop::sample::select(vec![".", ","]),
        (unit, power) in prop::sample::select(vec![("", 0), (" t CO2e", 0), (" kt", 3), (" Mt", 6), ("Gg", 3), (" thousand tonnes", 3)]),
    ) {
        prop_assume!(grouping != mark);
        let plain = whole.to_string();
        let mut grouped = String::new();
        for (index, digit) in plain.chars().enumerate() {
            if index > 0 && (plain.len() - index) % 3 == 0 {
                grouped.push_str(grouping);
            }
            grouped.push(digit);
        }
        let point = if decimals.is_empty() { "" } else { mark };
        let text = format!("{grouped}{point}{decimals}{unit}");
        let expected = kilograms(&plain, &decimals, power);
        match read(&text, Quantity::Tonnes, None) {
            Ok(number) => prop_assert_eq!((number * 1000.0).round() as i128, expected, "{}", text),
            Err(fault) => prop_assert_eq!(fault.code, "ambiguous_number", "{}: {}", text, fault.detail),
        }
        // Told which mark is which, every such number is read, and so.
        let settled = if point.is_empty() { if grouping == "," { "." } else { "," } } else { mark };
        let settled = if settled == "." { Decimal::Point } else { Decimal::Comma };
        let number = read(&text, Quantity::Tonnes, Some(settled)).unwrap();
        prop_assert_eq!((number * 1000.0).round() as i128, expected, "{}", text);
    }

    #[test]
    fn an_accepted_number_has_the_digits_of_its_text(text in "[1-9][0-9., ']{0,10}[0-9]") {
        if let Ok(number) = read(&text, Quantity::Tonnes, None) {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            let last = text.rfind(['.', ',']);
            let after = last.map_or(0, |at| text.len() - at - 1) as i32;
            let all: f64 = digits.parse().unwrap();
            // Either every mark groups, or the last one is that of decimals.
            let readings = [all, format!("{digits}e-{after}").parse().unwrap()];
            prop_assert!(readings.contains(&number), "{text} is {number}");
        }
    }
}
