//! The worked cases beside the design, when they are there.

use std::path::Path;

use pledgewatch::method::Assessment;
use serde_json::{Value, json};

use super::{City, assert_near, inventory, level, with};

fn city_of(case: &Value) -> City {
    let base = &case["baseline"];
    let target = level(case["target"]["tonnes"].as_f64().unwrap(), int(&case["target"]["year"]));
    let target = with(target, json!({"milestones": case["milestones"]}));
    let city = City::new().base(int(&base["year"]), base["tonnes"].as_f64().unwrap()).target("goal", target);
    case["reports"]
        .as_array()
        .unwrap()
        .iter()
        .fold(city, |city, report| city.report(int(&report["year"]), inventory(report["tonnes"].as_f64().unwrap())))
}

fn int(value: &Value) -> i32 {
    i32::try_from(value.as_i64().unwrap()).unwrap()
}

fn check(name: &str, judged: &Assessment, expect: &Value) {
    let actual = judged.judged.as_ref();
    assert_eq!(judged.verdict.as_str(), expect["verdict"].as_str().unwrap(), "{name}");
    assert_eq!(actual.map(|figure| figure.year.get()), Some(int(&expect["year"])), "{name}");
    let amounts = [
        ("actual", actual.map(|figure| figure.tonnes.get())),
        ("expected", judged.expected_tonnes.map(|n| n.get())),
        ("gap", judged.gap_tonnes.map(|n| n.get())),
        ("delivered", judged.delivered_tonnes.map(|n| n.get())),
        ("called_for", judged.called_for_tonnes.map(|n| n.get())),
    ];
    let ratios = [
        ("gap_percent", judged.gap_percent.map(|n| n.get())),
        ("pace", judged.pace.map(|n| n.get())),
        ("reduction_percent", judged.achieved_reduction_percent.map(|n| n.get())),
        ("target_progress_percent", judged.target_progress_percent.map(|n| n.get())),
    ];
    let all = amounts.map(|(field, n)| (field, n, 1e-3)).into_iter().chain(ratios.map(|(field, n)| (field, n, 1e-6)));
    for (field, printed, unit) in all {
        match expect[field].as_f64() {
            Some(expected) => assert_near(&format!("{name}: {field}"), printed, expected, unit),
            None => assert_eq!(printed, None, "{name}: {field}"),
        }
    }
}

#[test]
fn the_worked_cases_come_out() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors/assessment.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {} is not there", path.display());
        return;
    };
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        check(case["case"].as_str().unwrap(), &city_of(&case).only(), &case["expect"]);
    }
}
