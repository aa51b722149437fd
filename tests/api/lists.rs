//! The lists of cities and of judged targets: filters, orders, pages while others write, and fields.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering as Memory};

use pledgewatch::record::Level;
use pledgewatch::record::gpc::GpcRef;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::support::{Service, baseline, city, faults, folded, inventory, target};

fn items(list: &Value) -> &Vec<Value> {
    list["items"].as_array().unwrap()
}

fn text<'a>(item: &'a Value, name: &str) -> &'a str {
    item[name].as_str().unwrap()
}

/// What tells an item of either list from the others: the city, and of a target its id too.
fn key(item: &Value) -> (String, String) {
    match item["city"].as_str() {
        Some(city) => (city.to_owned(), text(item, "id").to_owned()),
        None => (text(item, "id").to_owned(), String::new()),
    }
}

/// All pages of a list.
fn walk(service: &Service, path: &str, limit: usize) -> Vec<Value> {
    let joint = if path.contains('?') { '&' } else { '?' };
    let first = format!("{path}{joint}limit={limit}");
    let mut page = service.json(&first);
    let mut all = items(&page).clone();
    while let Some(next) = page["next"].as_str() {
        page = service.json(&format!("{first}&cursor={next}"));
        assert!(!items(&page).is_empty() && items(&page).len() <= limit, "{page}");
        all.extend(items(&page).clone());
    }
    all
}

/// The demo, and cities in which whatever can be filtered by differs.
fn world() -> Service {
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
    ("headline", &["true", "false"]),
];

/// Whether a reader of the whole list would take the item.
fn takes(item: &Value, members: &BTreeSet<String>, (name, value): (&str, &str)) -> bool {
    let is_target = item.get("city").is_some();
    let (city, _) = key(item);
    let of_target = if is_target { item } else { &item["headline"] };
    let same = |found: &Value| found.as_str().is_some_and(|text| folded(text) == folded(value));
    let number = || value.parse::<i64>().unwrap();
    match name {
        "country" => item["country"] == value,
        "region" => same(&item["region"]),
        "network" => value == "alliance" && members.contains(&city),
        "population_min" => item["population"].as_i64().is_some_and(|people| people >= number()),
        "population_max" => item["population"].as_i64().is_some_and(|people| people <= number()),
        "reported_before" => item["latest_report_year"].as_i64().is_none_or(|year| year < number()),
        "q" => folded(text(item, "name")).contains(&folded(value)),
        "ids" => value.split(',').any(|id| id == city),
        "target_year" => of_target["target_year"] == number(),
        "sector" => covers(of_target, value),
        "verdict" | "course" | "confidence" => value.split(',').any(|word| of_target[name] == word),
        "caution" => {
            let codes = of_target["cautions"].as_array().into_iter().flatten();
            codes.into_iter().any(|code| value.split(',').any(|word| code == word))
        }
        "headline" if is_target => item["headline"] == (value == "true"),
        "headline" => item["headline"].is_object() == (value == "true"),
        _ => of_target[name] == value,
    }
}

/// Whether a target for one sector covers a sector or a line.
fn covers(target: &Value, wanted: &str) -> bool {
    let Some(own) = target["sector"].as_str() else { return false };
    let level = Level::from_word(text(target, "level")).unwrap();
    let lines = |words: &str| -> BTreeSet<&str> {
        let named = |line: &GpcRef| {
            let within = |word: &str| word == line.sector() && (line.counts_at(level) || !level.has_lines());
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
        let of_item = item.get(column).or_else(|| of_target.get(column));
        of_item.filter(|_| is_current || !DOING.contains(&column)).cloned().unwrap_or_default()
    };
    let turned = |order: Ordering| if descending { order.reverse() } else { order };
    let by_column = match (column, cell(one), cell(other)) {
        ("id", ..) => return turned(key(one).cmp(&key(other))),
        (_, Value::Null, Value::Null) => Ordering::Equal,
        (_, Value::Null, _) => Ordering::Greater,
        (_, _, Value::Null) => Ordering::Less,
        (_, Value::String(one), Value::String(other)) => turned(folded(&one).cmp(&folded(&other))),
        (_, one, other) => turned(one.as_f64().unwrap().total_cmp(&other.as_f64().unwrap())),
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
    let members: BTreeSet<String> = items(&service.json("/v1/networks/alliance/members?limit=500"))
        .iter()
        .filter(|member| member.get("left_on").is_none())
        .map(|member| text(member, "city").to_owned())
        .collect();
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
                expected.sort_by(|one, other| compare(one, other, sort.as_deref().unwrap_or("id")));
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
    let members: BTreeSet<String> =
        walk(&service, "/v1/cities?network=alliance", 500).iter().map(|item| text(item, "id").to_owned()).collect();
    assert!(!members.is_empty());
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
fn every_figure_of_an_item_can_be_sorted_by() {
    let service = Service::start();
    let specification = service.json("/openapi.json");
    let schemas = &specification["components"]["schemas"];
    for (path, parts) in [("/v1/cities", ["CityItem", "Headline"]), ("/v1/status", ["StatusItem", "StatusItem"])] {
        let sorts = sorts(&service, path);
        for name in parts {
            for (figure, property) in schemas[name]["properties"].as_object().unwrap() {
                let named = property["$ref"].as_str().map(|reference| specification.pointer(&reference[1..]).unwrap());
                let kind = &named.unwrap_or(property)["type"];
                // The number of a revision is no figure of the city.
                if (*kind == "number" || *kind == "integer") && figure != "revision" {
                    assert!(sorts.contains(figure) && sorts.contains(&format!("-{figure}")), "{path} {figure}");
                }
            }
        }
    }
}

#[test]
fn an_item_of_the_status_says_what_the_citys_own_status_says() {
    let service = world();
    let mut targets = 0;
    for item in walk(&service, "/v1/status", 7) {
        let status = service.json(text(&item, "permalink"));
        let judged = crate::support::assessment(&status, text(&item, "id"));
        assert_eq!(status["city"], json!({"id": item["city"], "name": item["name"]}));
        assert_eq!(item["headline"], json!(status["headline"] == item["id"]), "{item}");
        for name in [
            "kind",
            "title",
            "level",
            "standing",
            "set_on",
            "ended_on",
            "target_year",
            "reduction_percent",
            "target_tonnes",
        ] {
            assert_eq!(item.get(name), judged["target"].get(name), "{name} of {item}");
        }
        // What is a list there is one text in a row.
        let words = |sector: &Value| match sector.as_array() {
            Some(lines) => json!(lines.iter().map(|line| line.as_str().unwrap()).collect::<Vec<_>>().join(" ")),
            None => sector.clone(),
        };
        assert_eq!(item.get("sector").cloned(), judged["target"].get("sector").map(words), "{item}");
        for name in [
            "verdict",
            "course",
            "overdue_years",
            "confidence",
            "reason",
            "unit",
            "sentence",
            "expected_tonnes",
            "gap_tonnes",
            "gap_percent",
            "achieved_reduction_percent",
            "target_progress_percent",
            "pace",
            "growth_ratio",
            "disagreement",
            "gap_tonnes_per_person",
            "expected_tonnes_per_person",
        ] {
            assert_eq!(item.get(name), judged.get(name), "{name} of {item}");
        }
        for figure in ["baseline", "judged"] {
            for name in ["year", "tonnes", "population", "tonnes_per_person"] {
                let flat = item.get(format!("{figure}_{name}"));
                assert_eq!(flat, judged.get(figure).and_then(|figure| figure.get(name)), "{figure}_{name} of {item}");
            }
        }
        let mut codes: Vec<&Value> = Vec::new();
        for caution in judged["cautions"].as_array().unwrap() {
            if !codes.contains(&&caution["code"]) {
                codes.push(&caution["code"]);
            }
        }
        assert_eq!(item["cautions"], json!(codes));
        targets += 1;
    }
    let cities = walk(&service, "/v1/cities", 500);
    let each = cities.iter().map(|city| service.json(&format!("/v1/cities/{}/targets?limit=500", text(city, "id"))));
    assert_eq!(each.map(|list| items(&list).len()).sum::<usize>(), targets);
}

/// Tells a writer to stop once it is dropped.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Memory::Relaxed);
    }
}

#[test]
fn pages_are_whole_while_others_write() {
    let service = world();
    // Rows of this city change while the lists are walked; of all others nothing does.
    let restless = "us-restless";
    let path = format!("/v1/cities/{restless}");
    service.record(&path, &city("Restless"));
    service.record(&format!("{path}/baselines/2010"), &baseline(2010, 1000.0));
    service.record(&format!("{path}/targets/half"), &target("2010", 50.0, 2030));
    let lists = [
        "/v1/status?sort=-gap_percent",
        "/v1/status?sort=pace",
        "/v1/status",
        "/v1/cities?sort=-population",
        "/v1/cities?sort=achieved_reduction_percent",
        "/v1/cities?sort=-name",
    ];
    let before: BTreeMap<&str, Vec<(String, String)>> = lists
        .iter()
        .map(|list| (*list, walk(&service, list, 500).iter().map(key).filter(|key| key.0 != restless).collect()))
        .collect();
    let (walked, written) = (AtomicBool::new(false), AtomicBool::new(false));
    std::thread::scope(|scope| {
        // Also when an assertion fails, or the writer would go on for ever.
        let _stop = Stop(&walked);
        scope.spawn(|| {
            for number in 0.. {
                if walked.load(Memory::Relaxed) {
                    break;
                }
                let new = format!("/v1/cities/{}-fresh-{number}", ["aa", "gb", "us", "zz"][number % 4]);
                service.record(&new, &city("New"));
                service.record(&format!("{new}/baselines/2010"), &baseline(2010, 1000.0));
                service.record(&format!("{new}/targets/half"), &target("2010", 50.0, 2030));
                service.record(&format!("{new}/reports/2020"), &inventory(100.0 + 37.0 * (number % 30) as f64));
                let mut changed = inventory(100.0 + 211.0 * (number % 10) as f64);
                changed["reason"] = json!(format!("Counted again, {number}"));
                service.record(&format!("{path}/reports/2020"), &changed);
                written.store(true, Memory::Relaxed);
            }
        });
        for list in lists {
            let seen: Vec<_> = walk(&service, list, 3).iter().map(key).filter(|key| key.0 != restless).collect();
            let once: BTreeSet<_> = seen.iter().collect();
            assert_eq!(once.len(), seen.len(), "{list}: a row was served twice");
            let still: Vec<_> = seen.iter().filter(|key| !key.0.contains("-fresh-")).cloned().collect();
            assert_eq!(still, before[list], "{list}: a row was left out, or stands elsewhere");
        }
    });
    assert!(written.into_inner());
}

#[test]
fn fields_trim_items_to_what_is_asked_for() {
    let service = world();
    let cases = [
        ("/v1/cities", "name,headline.pace", json!(["headline.pace", "id", "name"])),
        ("/v1/cities", "id", json!(["id"])),
        ("/v1/cities", "identifiers,revision", json!(["id", "identifiers.cdp", "revision"])),
        ("/v1/status", "verdict,cautions", json!(["cautions", "city", "id", "verdict"])),
        ("/v1/rankings", "rank,headline.gap_percent,reason", json!(["city", "headline.gap_percent", "rank", "reason"])),
        (
            "/v1/summary",
            "verdicts.on_track,cities",
            json!([
                "cities",
                "id",
                "scope",
                "verdicts.on_track.high",
                "verdicts.on_track.low",
                "verdicts.on_track.medium"
            ]),
        ),
        ("/v1/networks", "name", json!(["id", "name"])),
        ("/v1/networks/alliance/members", "source.title", json!(["city", "id", "source.title"])),
        ("/v1/cities/us-los-angeles/targets", "target_year", json!(["city", "id", "target_year"])),
        (
            "/v1/cities/us-los-angeles/reports",
            "totals.basic,source",
            json!([
                "city",
                "id",
                "source.licence",
                "source.locator",
                "source.published",
                "source.publisher",
                "source.title",
                "source.url",
                "totals.basic"
            ]),
        ),
        ("/v1/cities/us-los-angeles/baselines", "year", json!(["city", "id", "year"])),
    ];
    for (path, fields, expected) in cases {
        let (whole, list) = (service.json(path), service.json(&format!("{path}?fields={fields}")));
        for lists in ["items", "unranked"] {
            let (Some(all), Some(trimmed)) = (whole[lists].as_array(), list[lists].as_array()) else { continue };
            assert_eq!(all.len(), trimmed.len(), "{path}");
            for (item, trimmed) in all.iter().zip(trimmed) {
                let mut paths = Vec::new();
                leaves(trimmed, "", &mut paths);
                for path in &paths {
                    let known = expected.as_array().unwrap().iter().any(|name| name == path.as_str());
                    assert!(
                        known || expected.to_string().contains("identifiers"),
                        "{path} was not asked for: {trimmed}"
                    );
                    let pointer = format!("/{}", path.replace('.', "/"));
                    assert_eq!(item.pointer(&pointer), trimmed.pointer(&pointer), "{path}");
                }
                // What was asked for, and is there, is there.
                for name in expected.as_array().unwrap() {
                    let pointer = format!("/{}", name.as_str().unwrap().replace('.', "/"));
                    assert_eq!(item.pointer(&pointer), trimmed.pointer(&pointer), "{name} of {trimmed}");
                }
            }
        }
        assert_eq!((&whole["total"], &whole["next"].is_null()), (&list["total"], &list["next"].is_null()), "{path}");
        let table = service.get(&format!("{path}.csv?fields={fields}"));
        let mut reader = csv::Reader::from_reader(table.text.as_bytes());
        let mut columns: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        columns.sort();
        let plain: Vec<Value> =
            expected.as_array().unwrap().iter().filter(|name| **name != "identifiers.cdp").cloned().collect();
        let without: Vec<String> = columns.iter().filter(|column| *column != "identifiers").cloned().collect();
        assert_eq!(json!(without), json!(plain), "{path}");
        let rows = items(&list).len() + list["unranked"].as_array().map_or(0, Vec::len);
        assert_eq!(reader.records().count(), rows, "{path}");
    }
    // A cursor goes on whatever the fields.
    let next = service.json("/v1/status?limit=2&fields=verdict")["next"].as_str().unwrap().to_owned();
    assert_eq!(
        service.json(&format!("/v1/status?limit=2&cursor={next}")),
        service.json(&format!("/v1/status?limit=2&cursor={next}"))
    );
}

fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                leaves(value, &path, found);
            }
        }
        _ => found.push(path.to_owned()),
    }
}

#[test]
fn what_there_is_not_is_refused_by_name() {
    let service = world();
    for list in ["/v1/cities", "/v1/status", "/v1/cities.csv", "/v1/status.csv"] {
        for query in [
            "sort=size",
            "sort=--pace",
            "sort=-",
            "level=scope",
            "standing=old",
            "kind=x",
            "headline=yes",
            "population_min=many",
            "target_year=soon",
        ] {
            let problem = service.get(&format!("{list}?{query}")).assert_problem(400, "invalid_query");
            let word = query.split('=').next().unwrap();
            let told = problem["detail"].as_str().unwrap();
            assert!(word != "sort" || told.contains("gap_percent"), "{query}: {told}");
        }
        for (query, fault) in [
            ("fields=colour", "/fields unknown_field"),
            ("fields=", "/fields unknown_field"),
            ("fields=name,nam", "/fields unknown_field"),
            ("fields=name.first", "/fields unknown_field"),
            ("network=nothing", "/network unknown_network"),
            ("country=ZZ", "/country unknown_country"),
            ("population_min=2&population_max=1", "/population_max out_of_range"),
            ("target_year=1969", "/target_year out_of_range"),
            ("reported_before=2101", "/reported_before out_of_range"),
            ("verdict=good", "/verdict not_allowed"),
            ("verdict=", "/verdict not_allowed"),
            ("verdict=behind,", "/verdict not_allowed"),
            ("verdict=behind;missed", "/verdict not_allowed"),
            ("verdict=Behind,behind", "/verdict not_allowed"),
            ("course=unreported", "/course not_allowed"),
            ("confidence=sure", "/confidence not_allowed"),
            ("caution=stale,old", "/caution not_allowed"),
        ] {
            let answer = service.get(&format!("{list}?{query}"));
            answer.assert_problem(422, "invalid_input");
            assert_eq!(faults(&answer), [fault], "{list}?{query}");
        }
        // All that is wrong at once, and what there is.
        let several = service.get(&format!("{list}?verdict=good,behind,bad&caution=old"));
        assert_eq!(faults(&several), ["/verdict not_allowed", "/verdict not_allowed", "/caution not_allowed"]);
        assert!(several.text.contains("`good`") && several.text.contains("`off_track`"), "{}", several.text);
        let two = service.get(&format!("{list}?fields=colour,name,size"));
        assert_eq!(faults(&two).len(), 2, "{}", two.text);
        assert!(two.text.contains("colour") && two.text.contains("size"), "{}", two.text);
    }
    let next = |path: &str| service.json(path)["next"].as_str().unwrap().to_owned();
    let cursor = next("/v1/status?country=US&sort=-pace&limit=1");
    for other in [
        "/v1/status?country=US",
        "/v1/status?country=US&sort=pace",
        "/v1/status?sort=-pace",
        "/v1/status?country=US&sort=-pace&level=basic",
        "/v1/cities?country=US&sort=-pace",
        "/v1/rankings",
    ] {
        let joint = if other.contains('?') { '&' } else { '?' };
        let answer = service.get(&format!("{other}{joint}cursor={cursor}"));
        answer.assert_problem(422, "invalid_input");
        assert_eq!(faults(&answer), ["/cursor other_list"], "{other}");
    }
    let again = service.json(&format!("/v1/status?country=US&sort=-pace&limit=5&fields=pace&cursor={cursor}"));
    assert_eq!(items(&again).len(), 5);
    // What is not the text of a place is refused, too.
    let (mark, _) = cursor.split_at(8);
    for broken in ["", "00", "6e", "300974"] {
        service
            .get(&format!("/v1/status?country=US&sort=-pace&cursor={mark}{broken}"))
            .assert_problem(422, "invalid_input");
    }
}

#[test]
fn names_are_found_and_ordered_without_their_accents() {
    let service = Service::start();
    let names = [
        ("pl-lodz", "Łódź"),
        ("dk-koge", "Køge"),
        ("tr-diyarbakir", "Diyarbakır"),
        ("tr-izmir", "İzmir"),
        ("vn-da-nang", "Đà Nẵng"),
        ("de-giessen", "Gießen"),
        ("dk-naestved", "NÆSTVED"),
        ("az-ganca", "GƏNCƏ"),
        ("sn-ngor", "Ŋor"),
        ("ru-orel", "Орёл"),
        ("in-kashi", "काशी"),
        ("jp-gifu", "ぎふ"),
        ("st-agua-grande", "Água\u{a0}Grande\u{2009}do\u{3000}Sul"),
        ("kr-pusan", "Ｐｕｓａｎ"),
    ];
    for (id, name) in names {
        service.record(&format!("/v1/cities/{id}"), &json!({"name": name, "country": "DE", "region": name}));
    }
    for (word, id) in [
        ("lodz", "pl-lodz"),
        ("ŁÓDŹ", "pl-lodz"),
        ("Łódź", "pl-lodz"),
        ("koge", "dk-koge"),
        ("køge", "dk-koge"),
        ("DIYARBAKIR", "tr-diyarbakir"),
        ("izmir", "tr-izmir"),
        ("da nang", "vn-da-nang"),
        ("giessen", "de-giessen"),
        ("GIEẞEN", "de-giessen"),
        ("naestved", "dk-naestved"),
        ("gəncə", "az-ganca"),
        ("ngor", "sn-ngor"),
        ("орел", "ru-orel"),
        ("काशी", "in-kashi"),
        ("ぎふ", "jp-gifu"),
        ("agua grande do sul", "st-agua-grande"),
        ("A\u{301}gua  Grande\u{202f}do\u{2003}Sul", "st-agua-grande"),
        ("pusan", "kr-pusan"),
    ] {
        for name in ["q", "region"] {
            let found = service.json(&format!("/v1/cities?{name}={word}"));
            assert_eq!(items(&found).iter().map(|item| text(item, "id")).collect::<Vec<_>>(), [id], "{name}={word}");
        }
    }
    // Letters of other scripts are not transcribed, and their vowel signs are no accents.
    for word in ["orel", "kashi", "gifu", "केशी", "きふ"] {
        assert_eq!(service.json(&format!("/v1/cities?q={word}"))["total"], 0, "{word}");
    }
    let first = service.json("/v1/cities?sort=name&fields=name&limit=5");
    let first: Vec<&str> = items(&first).iter().map(|item| text(item, "name")).collect();
    assert_eq!(first[1..], ["Đà Nẵng", "Diyarbakır", "Gießen", "GƏNCƏ"]);
}

#[test]
fn a_text_without_a_letter_is_refused() {
    let service = world();
    let long = "a".repeat(201);
    for text in ["", "%CC%81", "%CC%81%CC%88", &long] {
        for (list, names) in [
            ("/v1/cities", ["q", "region"].as_slice()),
            ("/v1/cities.csv", &["q", "region"]),
            ("/v1/cities.geojson", &["q", "region"]),
            ("/v1/status", &["q", "region"]),
            ("/v1/rankings", &["region"]),
        ] {
            for name in names {
                let problem = service.get(&format!("{list}?{name}={text}")).assert_problem(400, "invalid_query");
                assert!(problem["detail"].as_str().unwrap().starts_with(&format!("{name} must have ")), "{problem}");
            }
        }
    }
}

#[test]
fn a_sector_is_one_of_the_gpc() {
    let service = world();
    for list in ["/v1/cities", "/v1/cities.csv", "/v1/cities.geojson", "/v1/status"] {
        for word in ["", "VII", "ii", "I.9.9", "Transport", "I,II"] {
            let answer = service.get(&format!("{list}?sector={word}"));
            answer.assert_problem(422, "invalid_input");
            assert_eq!(faults(&answer), ["/sector unknown_sector"], "{word}");
        }
    }
    let rows = service.json("/v1/status?ids=de-anteil&sector=I.1.1");
    let row = &items(&rows)[0];
    assert_eq!((&row["sector"], &row["title"]), (&json!("I.1.1 II.1.1"), &json!("Höfe und Wege")));
    let table = service.get("/v1/status.csv?ids=de-anteil&sector=II.1.1&fields=sector,title").text;
    assert_eq!(table.lines().nth(1).unwrap(), "de-anteil,sector,I.1.1 II.1.1,Höfe und Wege");
}

#[test]
fn a_change_elsewhere_leaves_the_tag_of_a_list() {
    let service = world();
    let lists = [
        "/v1/status?country=US",
        "/v1/status.csv?country=US",
        "/v1/cities?country=US&sort=-pace",
        "/v1/status?ids=fr-une,fr-deux",
    ];
    let tags = || lists.map(|list| service.get(list).header("etag").to_owned());
    let before = tags();
    service.record("/v1/cities/no-oslo-two", &json!({"name": "Oslo", "country": "NO"}));
    let mut report = inventory(777_777.0);
    report["population"] = json!(700_000);
    service.record("/v1/cities/no-oslo-two/reports/2021", &report);
    assert_eq!(tags(), before);
    service.record("/v1/cities/us-los-angeles/reports/2021", &inventory(20_000_000.0));
    let after = tags();
    assert!((0..3).all(|at| after[at] != before[at]) && after[3] == before[3], "{before:?} {after:?}");
}

#[test]
fn what_is_not_known_of_today_is_no_place_in_an_order() {
    let service = world();
    let rows = walk(&service, "/v1/status", 500);
    let find = |rows: &[Value], city: &str| rows.iter().position(|row| row["city"] == city).unwrap();
    for (city, verdict, course) in [
        ("fr-due", "unreported", "on_track"),
        ("fr-old", "outdated", "on_track"),
        ("fr-noise", "insufficient_data", "within_noise"),
    ] {
        let row = &rows[find(&rows, city)];
        assert_eq!((&row["verdict"], &row["course"]), (&json!(verdict), &json!(course)), "{row}");
        assert!(row["pace"].is_number() && row["gap_percent"].is_number(), "{row}");
        assert_eq!((&row["set_on"], &row["title"]), (&json!("2015-12-12"), &json!("Half by then")));
        for sort in ["pace", "-pace", "gap_percent", "-gap_percent", "-required_tonnes_per_year"] {
            let sorted = walk(&service, &format!("/v1/status?sort={sort}"), 500);
            assert!(find(&sorted, "fr-trois") < find(&sorted, city), "{sort} {city}");
        }
    }
    assert_eq!(rows[find(&rows, "fr-due")]["overdue_years"], 1);
    assert!(rows[find(&rows, "fr-met")].get("course").is_none());
    // By the verdict nobody who is late is found among those on track; by the course they are.
    let told = |query: &str| {
        let rows = walk(&service, &format!("/v1/status?country=FR&region=bretagne&{query}"), 500);
        rows.iter().map(|row| text(row, "city").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(told("verdict=on_track"), Vec::<String>::new());
    assert_eq!(told("course=on_track"), ["fr-due", "fr-old"]);
    assert_eq!(told("course=on_track&verdict=outdated,achieved"), ["fr-old"]);
    assert_eq!(told("sort=-overdue_years"), ["fr-due", "fr-met", "fr-noise", "fr-old"]);
}

#[test]
fn a_city_row_counts_its_targets_by_verdict() {
    let service = world();
    let path = "/v1/cities/fr-due";
    for (id, percent, year) in [("strict", 90.0, 2040), ("easy", 2.0, 2040), ("ended", 90.0, 2020)] {
        service.record(&format!("{path}/targets/{id}"), &target("2010", percent, year));
    }
    // Said to have ended in time, but only when its year was over.
    let mut ended = target("2010", 90.0, 2020);
    (ended["standing"], ended["ended_on"]) = (json!("withdrawn"), json!("2019-06-30"));
    ended["reason"] = json!("It was given up in 2019");
    service.record(&format!("{path}/targets/ended"), &ended);
    let judged = walk(&service, "/v1/status", 500);
    let words = judged.iter().map(|row| text(row, "verdict")).chain(["ended_claimed_later", "not_judged"]);
    let words: BTreeSet<&str> = words.collect();
    let table = service.get("/v1/cities.csv?limit=500");
    let mut reader = csv::Reader::from_reader(table.text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let map = service.json("/v1/cities.geojson");
    for ((city, row), feature) in
        walk(&service, "/v1/cities", 500).iter().zip(&rows).zip(map["features"].as_array().unwrap())
    {
        let id = text(city, "id");
        let claimed = |row: &&Value| row["cautions"].as_array().unwrap().contains(&json!("ended_claimed_later"));
        let (apart, others): (Vec<&Value>, Vec<&Value>) =
            judged.iter().filter(|row| row["city"] == id).partition(claimed);
        let mut told = Vec::new();
        for word in &words {
            let count = match *word {
                "ended_claimed_later" => apart.len(),
                word => others.iter().filter(|row| row["verdict"] == word).count(),
            };
            assert_eq!(city["verdicts"][word], count, "{word} of {city}");
            let column = header.iter().position(|column| column == format!("verdicts.{word}")).unwrap();
            assert_eq!(row[column], count.to_string(), "{word} of {id}");
            if count > 0 {
                told.push(format!("{word}:{count}"));
            }
        }
        let all: u64 = city["verdicts"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
        assert_eq!(all as usize, apart.len() + others.len(), "{id}");
        let properties = text(&feature["properties"], "verdicts");
        let mut listed: Vec<&str> = properties.split(';').filter(|count| !count.is_empty()).collect();
        listed.sort_unstable();
        told.sort_unstable();
        assert_eq!(listed, told, "{id}");
    }
    let due = service.json("/v1/cities?ids=fr-due");
    let counts = &due["items"][0]["verdicts"];
    let told =
        ["unreported", "on_track", "ended_claimed_later", "not_judged"].map(|word| counts[word].as_u64().unwrap());
    assert_eq!(told, [1, 2, 1, 0], "{counts}");
}
