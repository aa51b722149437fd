//! The bodies of records.

use serde_json::{Value, json};

/// The 32 lines of GPC BASIC.
pub const BASIC: [&str; 32] = [
    "I.1.1", "I.1.2", "I.2.1", "I.2.2", "I.3.1", "I.3.2", "I.4.1", "I.4.2", "I.5.1", "I.5.2", "I.6.1", "I.6.2",
    "I.7.1", "I.8.1", "II.1.1", "II.1.2", "II.2.1", "II.2.2", "II.3.1", "II.3.2", "II.4.1", "II.4.2", "II.5.1",
    "II.5.2", "III.1.1", "III.1.2", "III.2.1", "III.2.2", "III.3.1", "III.3.2", "III.4.1", "III.4.2",
];

/// The body of a city.
pub fn city(name: &str) -> Value {
    json!({"name": name, "country": "US"})
}

/// The body of a baseline or report at the level `basic`, in whole tonnes.
pub fn inventory(tonnes: f64) -> Value {
    json!({"totals": {"basic": tonnes}, "protocol": "gpc", "source": {"title": "A test"}})
}

/// The body of a baseline.
pub fn baseline(year: i32, tonnes: f64) -> Value {
    let mut body = inventory(tonnes);
    body["year"] = year.into();
    body
}

/// The body of a `base_year` target against a baseline.
pub fn target(baseline: &str, percent: f64, year: i32) -> Value {
    json!({"kind": "base_year", "level": "basic", "baseline": baseline, "reduction_percent": percent,
        "target_year": year, "standing": "adopted", "source": {"title": "A test"}})
}

/// A report of some 60 kB.
pub fn large_report(number: i32) -> Value {
    let refs = ["I.1", "I.2", "I.3", "I.5", "I.6", "II.1", "II.2", "II.3", "II.4", "II.5"];
    let line = |reference: String| json!({"ref": reference, "notation": "NE", "explanation": "e".repeat(2_000)});
    let lines = refs.iter().flat_map(|part| (1..=3).map(move |scope| line(format!("{part}.{scope}"))));
    let mut body = inventory(f64::from(number));
    body["lines"] = lines.collect();
    body["reason"] = json!("a test");
    body
}
