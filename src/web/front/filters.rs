//! The form that searches and filters the cities; it works without scripts.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use crate::method::{CautionCode, Confidence, Verdict};
use crate::registry::Snapshot;
use crate::web::texts;

/// The orders that are offered, by their names in the API.
const ORDERS: [(&str, &str); 5] = [
    ("name", "Name"),
    ("-headline.gap_percent", "Furthest above the pathway"),
    ("headline.gap_percent", "Furthest below the pathway"),
    ("-headline.pace", "Most delivered"),
    ("-population", "Largest population"),
];

pub(super) fn form(snapshot: &Snapshot, filled: &str) -> Markup {
    let given: BTreeMap<String, String> = serde_urlencoded::from_str(filled).unwrap_or_default();
    let value = |name: &str| given.get(name).map_or("", String::as_str);
    let countries: BTreeSet<(&str, &str)> = snapshot
        .present()
        .map(|(_, _, present)| (present.city.country.name(), present.city.country.as_str()))
        .collect();
    let networks: Vec<(String, String)> = snapshot
        .networks
        .iter()
        .filter_map(|(id, entry)| Some((id.to_string(), entry.network.live()?.0.name.to_string())))
        .collect();
    html! {
        form.filters action="/" method="get" role="search" aria-label="Cities" {
            p { label for="q" { "City, country or network" } input #q name="q" type="search" value=(value("q")) maxlength="200"; }
            (choice("country", "Country", value("country"), countries.iter().map(|(name, code)| ((*code).to_owned(), (*name).to_owned()))))
            (choice("network", "Network", value("network"), networks.into_iter()))
            (choice("verdict", "Verdict", value("verdict"), Verdict::ALL.iter().map(|verdict| (verdict.to_string(), texts::verdict(*verdict).to_owned()))))
            (choice("confidence", "Confidence", value("confidence"), Confidence::ALL.iter().map(|known| (known.to_string(), known.to_string()))))
            (choice("caution", "Caution", value("caution"), CautionCode::ALL.iter().map(|code| (code.to_string(), texts::words(code.as_str())))))
            (choice("sort", "Order", value("sort"), ORDERS.iter().map(|(order, words)| ((*order).to_owned(), (*words).to_owned()))))
            p { button type="submit" { "Show" } " " @if !filled.is_empty() { a href="/" { "Show all" } } }
        }
    }
}

fn choice(name: &str, label: &str, chosen: &str, options: impl Iterator<Item = (String, String)>) -> Markup {
    html! {
        p {
            label for=(name) { (label) }
            select id=(name) name=(name) {
                option value="" { "any" }
                @for (value, words) in options { option value=(value) selected[value == chosen] { (words) } }
            }
        }
    }
}
