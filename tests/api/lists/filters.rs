//! Any filters in any order give what a reader of the whole list would take.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering as Memory};

use pledgewatch::record::Level;
use pledgewatch::record::city::Country;
use pledgewatch::record::gpc::GpcRef;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::api::items;
use crate::support::{Service, folded};

use super::{ids, key, text, walk, world};

/// The values that filters are tried with, those that take nothing among them.
const CHOICES: &[(&str, &[&str])] = &[
    ("country", &["US", "DE", "FR", "IS"]),
    ("region", &["bayern", "Ile-de-France", "Nowhere"]),
    ("network", &["alliance", "empty"]),
    ("population_min", &["50001", "1000000"]),
    ("population_max", &["50000", "3000000"]),
    ("reported_before", &["2020", "2021", "2030"]),
    ("q", &["egale", "AN", "o"]),
    ("ids", &["fr-une,de-anteil,us-los-angeles,xx-nothing", "de-leer"]),
    (
        "verdict",
        &["on_track,achieved", "behind", "off_track,behind,missed", "not_judged", "unreported,outdated", "outdated"],
    ),
    ("course", &["on_track", "behind,off_track", "within_noise", "on_track,too_early,moving_away"]),
    ("confidence", &["high", "medium", "low", "medium,low"]),
    ("caution", &["stale", "accounting_undeclared,few_points", "target_weakened", "rebounded"]),
    ("target_year", &["2030", "2050", "2045"]),
    ("level", &["basic", "own", "basic_plus"]),
    ("standing", &["adopted", "in_law", "proposed"]),
    ("kind", &["base_year", "fixed_level", "base_year_intensity"]),
    ("sector", &["I.1.1", "II", "II.1.2", "II.1.3", "VI"]),
    ("is_headline", &["true", "false"]),
];

/// The members of today of each network, by its name; the network `alliance` by its id too.
type Members = BTreeMap<String, BTreeSet<String>>;

fn members(service: &Service) -> Members {
    let of = |network: &Value| {
        let path = format!("/v1/networks/{}/members", text(network, "id"));
        let members = walk(service, &path, 500);
        let present = members.iter().filter(|member| member.get("left_on").is_none());
        present.map(|member| text(member, "city").to_owned()).collect::<BTreeSet<String>>()
    };
    let networks = walk(service, "/v1/networks", 500);
    let named = networks.iter().map(|network| (text(network, "name").to_owned(), of(network)));
    let alliance = networks.iter().filter(|network| network["id"] == "alliance");
    named.chain(alliance.map(|network| ("alliance".to_owned(), of(network)))).collect()
}

/// Whether a text is in the name of a city, its country, its region or a network that it is a member of.
fn is_found(item: &Value, city: &str, members: &Members, text: &str) -> bool {
    let has = |name: &str| folded(name).contains(&folded(text));
    let country = Country::new(item["country"].as_str().unwrap()).unwrap();
    let networks = members.iter().filter(|(_, members)| members.contains(city));
    has(item["name"].as_str().unwrap())
        || has(country.name())
        || item["region"].as_str().is_some_and(has)
        || networks.into_iter().any(|(name, _)| has(name))
}

/// Whether a reader of the whole list would take the item.
fn takes(item: &Value, members: &Members, (name, value): (&str, &str)) -> bool {
    let is_target = item.get("city").is_some();
    let (city, _) = key(item);
    let of_target = if is_target { item } else { &item["headline"] };
    let same = |found: &Value| found.as_str().is_some_and(|text| folded(text) == folded(value));
    let number = || value.parse::<i64>().unwrap();
    match name {
        "country" => item["country"] == value,
        "region" => same(&item["region"]),
        "network" => value == "alliance" && members[value].contains(&city),
        "population_min" => item["population"].as_i64().is_some_and(|people| people >= number()),
        "population_max" => item["population"].as_i64().is_some_and(|people| people <= number()),
        "reported_before" => item["latest_report_year"].as_i64().is_none_or(|year| year < number()),
        "q" => is_found(item, &city, members, value),
        "ids" => value.split(',').any(|id| id == city),
        "target_year" => of_target["target_year"] == number(),
        "sector" => covers(of_target, value),
        "verdict" | "course" | "confidence" => value.split(',').any(|word| of_target[name] == word),
        "caution" => {
            let codes = of_target["caution_codes"].as_array().into_iter().flatten();
            codes.into_iter().any(|code| value.split(',').any(|word| code == word))
        }
        "is_headline" if is_target => item["is_headline"] == (value == "true"),
        "is_headline" => item["headline"].is_object() == (value == "true"),
        _ => of_target[name] == value,
    }
}

/// Whether a target for one sector covers a sector or a line.
fn covers(target: &Value, wanted: &str) -> bool {
    let own = match &target["sector"] {
        Value::String(own) => own.clone(),
        Value::Array(lines) => lines.iter().map(|line| line.as_str().unwrap()).collect::<Vec<_>>().join(" "),
        _ => return false,
    };
    let own = own.as_str();
    let level = Level::from_word(text(target, "level")).unwrap();
    let lines = |words: &str| -> BTreeSet<&str> {
        let named = |line: &GpcRef| {
            let within = |word: &str| word == line.sector() && (line.is_counted_at(level) || !level.has_lines());
            words.split(' ').any(|word| word == line.as_str() || within(word))
        };
        GpcRef::all().filter(named).map(GpcRef::as_str).collect()
    };
    own == wanted || (!lines(wanted).is_empty() && lines(own).is_superset(&lines(wanted)))
}

/// The figures that tell how a target is doing; as a place in an order they count only with a verdict that tells so today.
const DOING: &[&str] = &[
    "gap_tonnes",
    "gap_tonnes_per_person",
    "gap_percent",
    "achieved_reduction_percent",
    "target_progress_percent",
    "pace",
    "required_tonnes_per_year",
    "growth_ratio",
];

/// The verdicts that tell how a target stands on the day of judgement.
const CURRENT: &[&str] = &["achieved", "missed", "on_track", "behind", "off_track", "moving_away"];

/// The order of two items by a column: those without it last, equals by their ids.
fn compare(one: &Value, other: &Value, sort: &str) -> Ordering {
    let (column, descending) = sort.strip_prefix('-').map_or((sort, false), |column| (column, true));
    let cell = |item: &Value| {
        let of_target = if item.get("city").is_some() { item } else { &item["headline"] };
        let is_current = CURRENT.iter().any(|verdict| of_target["verdict"] == *verdict);
        let is_doing = DOING.iter().any(|name| column.rsplit('.').next() == Some(name));
        let of_item = item.pointer(&format!("/{}", column.replace('.', "/"))).filter(|_| is_current || !is_doing);
        match of_item {
            Some(Value::Array(words)) if words.is_empty() => Value::Null,
            Some(Value::Array(words)) => {
                words.iter().map(|word| word.as_str().unwrap()).collect::<Vec<_>>().join(";").into()
            }
            Some(value @ (Value::Bool(_) | Value::Object(_))) => value.to_string().into(),
            other => other.cloned().unwrap_or_default(),
        }
    };
    let turned = |order: Ordering| if descending { order.reverse() } else { order };
    let by_column = match (cell(one), cell(other)) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Greater,
        (_, Value::Null) => Ordering::Less,
        (Value::String(one), Value::String(other)) => turned(folded(&one).cmp(&folded(&other))),
        (one, other) => turned(one.as_f64().unwrap().total_cmp(&other.as_f64().unwrap())),
    };
    by_column.then_with(|| key(one).cmp(&key(other)))
}

/// Every order that the specification names.
fn sorts(service: &Service, path: &str) -> Vec<String> {
    let specification = service.json("/openapi.json");
    let parameters = specification["paths"][path]["get"]["parameters"].as_array().unwrap().clone();
    let sort = parameters.iter().find(|parameter| parameter["name"] == "sort").unwrap();
    sort["schema"]["enum"].as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

#[test]
fn any_filters_in_any_order_give_what_a_reader_of_the_whole_list_would() {
    let service = world();
    let members = members(&service);
    for path in ["/v1/cities", "/v1/status"] {
        let whole = walk(&service, path, 500);
        assert!(whole.len() > 35, "{path}");
        let sorts = sorts(&service, path);
        let filters: Vec<_> = CHOICES
            .iter()
            .map(|(name, values)| {
                // Most filters are left out of a query, or hardly any row would be taken.
                let choice = proptest::sample::select(*values).prop_map(move |value| (*name, value));
                proptest::option::weighted(0.15, choice)
            })
            .collect();
        let asked = (filters, proptest::option::of(proptest::sample::select(sorts)), 1_usize..60);
        let some = AtomicBool::new(false);
        let mut runner = TestRunner::new(Config { cases: 300, failure_persistence: None, ..Config::default() });
        runner
            .run(&asked, |(filters, sort, limit)| {
                let filters: Vec<_> = filters.into_iter().flatten().collect();
                let mut words: Vec<String> = filters.iter().map(|(name, value)| format!("{name}={value}")).collect();
                words.extend(sort.iter().map(|sort| format!("sort={sort}")));
                let query = format!("{path}?{}", words.join("&"));
                let takes_all = |item: &&Value| filters.iter().all(|filter| takes(item, &members, *filter));
                let mut expected: Vec<Value> = whole.iter().filter(takes_all).cloned().collect();
                if let Some(sort) = &sort {
                    expected.sort_by(|one, other| compare(one, other, sort));
                }
                // Either of the least numbers of people is above the lower of the two most.
                let bound = |asked: &str| filters.iter().find(|(name, _)| *name == asked).map(|(_, value)| *value);
                if bound("population_min").is_some() && bound("population_max") == Some("50000") {
                    service.get(&query).assert_problem(422, "invalid_input");
                    return Ok(());
                }
                let found: Vec<_> = walk(&service, &query, limit);
                prop_assert_eq!(
                    found.iter().map(key).collect::<Vec<_>>(),
                    expected.iter().map(key).collect::<Vec<_>>(),
                    "{}",
                    query
                );
                prop_assert_eq!(found, expected.clone(), "{}", query);
                prop_assert_eq!(&service.json(&query)["total"], &json!(expected.len()));
                some.fetch_or(filters.len() > 1 && !expected.is_empty(), Memory::Relaxed);
                Ok(())
            })
            .unwrap();
        assert!(some.into_inner(), "combined filters never took anything");
    }
}

#[test]
fn each_filter_and_each_order_by_itself_works_and_tells_rows_apart() {
    let service = world();
    let members = members(&service);
    assert!(!members["alliance"].is_empty());
    for path in ["/v1/cities", "/v1/status"] {
        let whole = walk(&service, path, 500);
        for (name, values) in CHOICES {
            for value in *values {
                let expected: Vec<&Value> = whole.iter().filter(|item| takes(item, &members, (name, value))).collect();
                let found = walk(&service, &format!("{path}?{name}={value}"), 500);
                assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{path} {name}={value}");
            }
            let lengths = values.iter().map(|value| walk(&service, &format!("{path}?{name}={value}"), 500).len());
            let taken: usize = lengths.sum();
            // The headline target of a city is one that is judged, so it never is for a sector.
            assert_eq!(taken > 0, !(path == "/v1/cities" && *name == "sector"), "{path} {name}");
        }
        for sort in sorts(&service, path) {
            let found = walk(&service, &format!("{path}?sort={sort}"), 500);
            let mut expected = whole.clone();
            expected.sort_by(|one, other| compare(one, other, &sort));
            assert_eq!(
                found.iter().map(key).collect::<Vec<_>>(),
                expected.iter().map(key).collect::<Vec<_>>(),
                "{sort}"
            );
        }
    }
}

#[test]
fn a_list_is_sorted_by_the_names_that_its_fields_have() {
    let service = world();
    for path in ["/v1/cities", "/v1/status"] {
        let table = service.get(&format!("{path}.csv?limit=1")).text;
        let columns: Vec<&str> = table.lines().next().unwrap().split(',').collect();
        assert!(columns.len() > 30, "{path}: {columns:?}");
        let named = sorts(&service, path);
        assert_eq!(named, columns.iter().flat_map(|name| [(*name).to_owned(), format!("-{name}")]).collect::<Vec<_>>());
        for column in &columns {
            service.json(&format!("{path}?limit=1&sort={column}&fields={column}"));
        }
        for asked in ["sort=colour", "sort=-colour", "fields=colour", "fields=name,colour"] {
            let problem = service.get(&format!("{path}?{asked}")).assert_problem(400, "invalid_query");
            let (name, _) = asked.split_once('=').unwrap();
            assert_eq!(problem["errors"][0]["pointer"], format!("/{name}"), "{problem}");
            let told = text(&problem["errors"][0], "detail");
            assert!(told.contains("colour") && columns.iter().all(|column| told.contains(column)), "{told}");
        }
    }
}

/// Every combination of one choice of each filter; the first choice is to leave the filter out.
fn combinations(filters: &[(&'static str, &[&'static str])]) -> Vec<Vec<(&'static str, &'static str)>> {
    let Some(((name, values), rest)) = filters.split_first() else { return vec![Vec::new()] };
    let others = combinations(rest);
    let with = values.iter().flat_map(|value| {
        others.iter().map(|other| std::iter::once((*name, *value)).chain(other.iter().copied()).collect())
    });
    others.iter().cloned().chain(with).collect()
}

#[test]
fn filters_take_what_a_reader_of_the_whole_list_would() {
    let service = Service::with(&["--demo"]);
    let (whole, members) = (items(&service.json("/v1/cities?limit=500")).clone(), members(&service));
    let verdicts = [
        "on_track",
        "behind",
        "off_track",
        "moving_away",
        "missed",
        "achieved",
        "unreported",
        "outdated",
        "not_comparable",
        "insufficient_data",
        "not_judged",
    ];
    let mut answers = BTreeSet::new();
    for filters in combinations(&[
        ("country", &["US", "CO", "FR"]),
        ("verdict", &verdicts),
        ("confidence", &["high", "medium", "low"]),
        ("q", &["bogota", "AN"]),
        ("ids", &["us-los-angeles,co-bogota,xx-nothing,us-portland"]),
    ]) {
        let query = filters.iter().map(|(name, value)| format!("&{name}={value}")).collect::<Vec<_>>().concat();
        let taken = whole.iter().filter(|city| filters.iter().all(|filter| takes(city, &members, *filter)));
        let expected: Vec<Value> = taken.cloned().collect();
        let answer = service.json(&format!("/v1/cities?limit=500{query}"));
        assert_eq!(*items(&answer), expected, "{query}");
        assert_eq!(answer["total"], expected.len(), "{query}");
        answers.insert(ids(&expected));
    }
    assert!(answers.len() > 15, "the filters hardly tell cities apart");
}
