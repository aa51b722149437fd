//! How an inventory was made, in the terms of our records: protocol, gases, boundary.

use serde_json::{Value, json};

/// The protocol that a text names; none if the text is empty.
///
/// Only the options offered by CDP map to a protocol. Anything a city wrote itself is `other`.
pub(super) fn protocol(stated: &str) -> Option<&'static str> {
    let lower = stated.to_lowercase();
    match lower.as_str() {
        "" => None,
        text if text.starts_with("global protocol for community") => Some("gpc"),
        text if text.starts_with("2006 ipcc guidelines") => Some("ipcc"),
        text if text.starts_with("common reporting framework") => Some("crf"),
        _ => Some("other"),
    }
}

/// The gases that a text names; none if it names none, or an unknown one.
pub(super) fn gases(stated: &str) -> Option<Value> {
    if stated.eq_ignore_ascii_case("gpc gases") {
        return Some(json!(["co2", "ch4", "n2o", "hfc", "pfc", "sf6", "nf3"]));
    }
    let mut read: Vec<&str> = Vec::new();
    for word in stated.split([';', ',']).map(str::trim).filter(|word| !word.is_empty()) {
        let gas = match word.to_uppercase().as_str() {
            "CO2" => "co2",
            "CH4" => "ch4",
            // CDP's own files write nitrous oxide with a zero.
            "N2O" | "N20" => "n2o",
            "HFC" | "HFCS" => "hfc",
            "PFC" | "PFCS" => "pfc",
            "SF6" => "sf6",
            "NF3" => "nf3",
            _ => return None,
        };
        if !read.contains(&gas) {
            read.push(gas);
        }
    }
    (!read.is_empty()).then(|| json!(read))
}

/// True if a boundary is clearly the whole city. An empty one says nothing against it.
pub(super) fn is_whole_city(boundary: &str) -> bool {
    let lower = boundary.to_lowercase();
    let whole =
        ["administrative boundary of a local government", "same", "municipal boundary", "other: municipal boundary"];
    lower.is_empty() || whole.iter().any(|text| lower.starts_with(text))
}
