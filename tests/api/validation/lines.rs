//! The lines of an inventory: they are summed, gases are converted, and as many as there can be are taken.

use serde_json::{Value, json};

use crate::support::{BASIC, inventory, send};

use super::{REPORT, each, of_lines, service};

/// The 16 lines that BASIC+ adds.
const PLUS: [&str; 16] = [
    "I.1.3", "I.2.3", "I.3.3", "I.4.3", "I.5.3", "I.6.3", "II.1.3", "II.2.3", "II.3.3", "II.4.3", "II.5.3", "IV.1",
    "IV.2", "V.1", "V.2", "V.3",
];

#[test]
fn lines_are_summed() {
    let service = service();
    let mut lines = each(&BASIC, 10.5);
    let answer = service.record(REPORT, &of_lines(&lines)).json();
    assert_eq!(answer["computed_totals"], json!({"basic": 336}));
    assert_eq!(answer["completeness_percent"], json!({"basic": 100, "basic_plus": 66.666_667}));
    assert!(answer.get("totals").is_none());

    // Without one of the lines there is no sum; a notation key stands for a value or for its absence.
    let last = lines.pop().unwrap();
    let answer = service.record("/v1/cities/us-here/reports/2011", &of_lines(&lines)).json();
    assert!(answer.get("computed_totals").is_none(), "{answer}");
    assert_eq!(answer["completeness_percent"]["basic"], 96.875);
    for (year, key, known) in [(2001, "NO", 100.0), (2003, "NE", 96.875), (2005, "IE", 96.875), (2007, "C", 96.875)] {
        let noted =
            [lines.clone(), vec![json!({"ref": last["ref"], "notation": key, "explanation": "Because"})]].concat();
        let answer = service.record(&format!("/v1/cities/us-here/reports/{year}"), &of_lines(&noted)).json();
        assert_eq!(answer["computed_totals"], json!({"basic": 325.5}), "{key}");
        assert_eq!(answer["completeness_percent"]["basic"].as_f64(), Some(known), "{key}");
    }

    // Land use may take up more than everything else emits.
    let mut all = [each(&BASIC, 1.0), each(&PLUS, 2.0)].concat();
    let answer = service.record("/v1/cities/us-here/reports/2012", &of_lines(&all)).json();
    assert_eq!(answer["computed_totals"], json!({"basic": 32, "basic_plus": 64}));
    all[46] = json!({"ref": "V.2", "tonnes": -10});
    all[47] = json!({"ref": "V.3", "gas": "co2", "gas_tonnes": -20.25});
    let answer = service.record("/v1/cities/us-here/reports/2014", &of_lines(&all)).json();
    assert_eq!(answer["computed_totals"], json!({"basic": 32, "basic_plus": 29.75}));
}

#[test]
fn gases_are_converted_by_the_inventorys_own_potentials() {
    let service = service();
    let sets = [
        ("ar2", [Some(1.0), Some(21.0), Some(310.0), Some(23_900.0), None, Some(1_300.0), Some(6_500.0)]),
        ("ar4", [Some(1.0), Some(25.0), Some(298.0), Some(22_800.0), Some(17_200.0), Some(1_430.0), Some(7_390.0)]),
        ("ar5", [Some(1.0), Some(28.0), Some(265.0), Some(23_500.0), Some(16_100.0), Some(1_300.0), Some(6_630.0)]),
        ("ar6", [Some(1.0), Some(27.9), Some(273.0), Some(25_200.0), Some(17_400.0), Some(1_530.0), Some(7_380.0)]),
    ];
    for (year, (set, potentials)) in (2001..).zip(sets) {
        let mut lines = each(&BASIC[1..], 0.0);
        let gases = ["co2", "ch4", "n2o", "sf6", "nf3", "hfc_134a", "cf4"].iter().zip(potentials);
        for (gas, potential) in gases.filter(|(_, potential)| potential.is_some()) {
            // So many tonnes that every gas of the set adds 1,000 t.
            lines.push(json!({"ref": "I.1.1", "gas": gas, "gas_tonnes": 1000.0 * potential.unwrap()}));
        }
        let expected: f64 = potentials.iter().flatten().map(|potential| 1000.0 * potential * potential).sum();
        let mut body = of_lines(&lines);
        body["gwp"] = json!(set);
        let answer = service.record(&format!("/v1/cities/us-here/reports/{year}"), &body).json();
        assert_eq!(answer["computed_totals"]["basic"].as_f64(), Some(expected), "{set}");
    }
}

/// The most lines, and the most bytes.
#[test]
fn the_largest_record_is_taken() {
    let service = service();
    let gases = ["co2", "ch4", "n2o", "sf6", "nf3", "hfc_134a", "cf4"];
    let lines: Vec<Value> = [&BASIC[..], &PLUS[..]]
        .concat()
        .iter()
        .flat_map(|reference| gases.map(|gas| json!({"ref": reference, "gas": gas, "gas_tonnes": 1})))
        .collect();
    assert_eq!(lines.len(), 336);
    let answer = service.record(REPORT, &of_lines(&lines)).json();
    assert_eq!(answer["lines"].as_array().unwrap().len(), 336);
    let each: f64 = [1.0, 28.0, 265.0, 23_500.0, 16_100.0, 1_300.0, 6_630.0].iter().sum();
    assert_eq!(answer["computed_totals"], json!({"basic": 32 * each as i64, "basic_plus": 48 * each as i64}));
    let small = inventory(1.0).to_string();
    let full = |bytes: usize| format!("{small}{}", " ".repeat(bytes - small.len()));
    let put = |path: &str, body: String| {
        let typed = ("content-type", "application/json; charset=utf-8");
        send(service.request("PUT", path).bearer_auth(&service.admin).header(typed.0, typed.1).body(body))
    };
    assert_eq!(put("/v1/cities/us-here/reports/2012", full(64 * 1024)).status, 201);
    put("/v1/cities/us-here/reports/2013", full(64 * 1024 + 1)).assert_problem(413, "body_too_large");
}
