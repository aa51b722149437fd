//! Lists: filters, orders, pages while others write, fields, and the same rows as CSV.

pub mod csv;
mod fields;
mod filters;
mod judged;
mod names;
mod networks;
mod paging;

use serde_json::{Value, json};

use crate::support::{Service, baseline, inventory, target};

use super::items;

fn text<'a>(item: &'a Value, name: &str) -> &'a str {
    item[name].as_str().unwrap()
}

/// What tells an item of either list from the others: the city, and of a target its id too.
fn key(item: &Value) -> (String, String) {
    match item["city"].as_str() {
        Some(city) => (city.to_owned(), text(item, "target").to_owned()),
        None => (text(item, "id").to_owned(), String::new()),
    }
}

/// The demo, and cities in which whatever can be filtered by differs.
pub fn world() -> Service {
    let service = Service::with(&["--demo"]);
    let source = json!({"title": "A test"});
    for network in ["alliance", "empty"] {
        service.record(&format!("/v1/networks/{network}"), &json!({"name": network, "source": source}));
    }
    let demo = service.json("/v1/cities?limit=500");
    for (number, known) in items(&demo).iter().enumerate().filter(|(number, _)| number % 3 == 0) {
        let path = format!("/v1/networks/alliance/members/{}", text(known, "id"));
        let left = if number % 2 == 0 {
            json!({"source": source})
        } else {
            json!({"left_on": "2020-01-01", "source": source})
        };
        service.record(&path, &left);
    }
    let place = |id: &str, name: &str, country: &str, region: &str| {
        service.record(&format!("/v1/cities/{id}"), &json!({"name": name, "country": country, "region": region}));
        format!("/v1/cities/{id}")
    };
    let people = |tonnes: f64, population: i64| {
        let mut body = inventory(tonnes);
        body["population"] = json!(population);
        body
    };
    // Two that are equal in all but their ids, and one that differs in its people only.
    for (id, population) in [("fr-une", 50_000), ("fr-deux", 50_000), ("fr-trois", 50_001)] {
        let path = place(id, "Ville-Égale", "FR", "Île-de-France");
        service.record(&format!("{path}/baselines/2010"), &baseline(2010, 1000.0));
        service.record(&format!("{path}/targets/half"), &target("2010", 50.0, 2030));
        service.record(&format!("{path}/reports/2020"), &people(800.0, population));
    }
    let path = place("de-anteil", "Anteil", "DE", "Bayern");
    let mut base = baseline(2010, 5_000_000.0);
    base["population"] = json!(1_000_000);
    service.record(&format!("{path}/baselines/2010"), &base);
    let mut intensity = target("2010", 40.0, 2035);
    intensity["kind"] = json!("base_year_intensity");
    service.record(&format!("{path}/targets/a-head"), &intensity);
    let mut sector = target("2010", 90.0, 2030);
    sector["sector"] = json!(["II.1.1", "I.1.1"]);
    sector["title"] = json!("Höfe und Wege");
    service.record(&format!("{path}/targets/sector"), &sector);
    let mut proposed = target("2010", 60.0, 2040);
    proposed["standing"] = json!("proposed");
    service.record(&format!("{path}/targets/proposed"), &proposed);
    service.record(&format!("{path}/reports/2021"), &people(4_500_000.0, 1_100_000));
    let path = place("de-eigen", "Eigen", "DE", "Sachsen");
    let own = |tonnes: f64| json!({"totals": {"own": tonnes}, "source": {"title": "A test"}});
    let mut base = own(2000.0);
    base["year"] = json!(2010);
    service.record(&format!("{path}/baselines/2010"), &base);
    let mut law = target("2010", 100.0, 2045);
    (law["level"], law["standing"]) = (json!("own"), json!("in_law"));
    service.record(&format!("{path}/targets/zero"), &law);
    service.record(&format!("{path}/reports/2019"), &own(1500.0));
    place("de-leer", "Leer", "DE", "Niedersachsen");
    // One of which the target year has passed, one whose figure is old, one that says nothing yet, and one that is met;
    // in the order of their pace and gap the first three would stand before all others, or behind them.
    for (id, due, reported, tonnes) in [
        ("fr-due", 2024, 2022, 1.0),
        ("fr-old", 2035, 2019, 2.0),
        ("fr-noise", 2100, 2022, 1010.0),
        ("fr-met", 2024, 2024, 300.0),
    ] {
        let path = place(id, "Ville", "FR", "Bretagne");
        service.record(&format!("{path}/baselines/2010"), &baseline(2010, 1000.0));
        let mut pledge = target("2010", if due == 2100 { 10.0 } else { 50.0 }, due);
        (pledge["set_on"], pledge["title"]) = (json!("2015-12-12"), json!("Half by then"));
        service.record(&format!("{path}/targets/half"), &pledge);
        service.record(&format!("{path}/reports/{reported}"), &inventory(tonnes));
    }
    service
}

fn ids(list: &[Value]) -> Vec<String> {
    list.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// Walks all pages of a list.
fn walk(service: &Service, path: &str, limit: usize) -> Vec<Value> {
    let pages = walk_while_it_changes(service, path, limit);
    assert!(pages.iter().skip(1).all(|page| !page.is_empty()), "{path}: a next page has no rows");
    pages.concat()
}

/// The same, page by page: a last page is empty if its only row has moved to an earlier place since the page before.
fn walk_while_it_changes(service: &Service, path: &str, limit: usize) -> Vec<Vec<Value>> {
    let joint = if path.contains('?') { '&' } else { '?' };
    let first = format!("{path}{joint}limit={limit}");
    let mut page = service.json(&first);
    let mut all = vec![items(&page).clone()];
    while let Some(next) = page["next"].as_str() {
        page = service.json(&format!("{first}&cursor={next}"));
        assert!(items(&page).len() <= limit, "{page}");
        all.push(items(&page).clone());
    }
    assert!(page.get("next").is_none());
    all
}
