//! The worked cases beside the design, when they are there.

use pledgewatch::method::{Assessment, Budget, Trend};
use serde_json::{Value, json};

use crate::support::shared;

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
    assert_eq!(judged.course.map(|course| course.as_str()), expect["course"].as_str(), "{name}");
    assert_eq!(actual.map(|figure| figure.year.get()), Some(int(&expect["year"])), "{name}");
    let required = judged.required.as_ref().unwrap();
    let amounts = [
        ("actual", actual.map(|figure| figure.tonnes.get())),
        ("expected", judged.gap.expected_tonnes.map(|n| n.get())),
        ("gap", judged.gap.gap_tonnes.map(|n| n.get())),
        ("delivered", judged.delivered_tonnes.map(|n| n.get())),
        ("called_for", judged.called_for_tonnes.map(|n| n.get())),
        ("required_t_per_year", required.tonnes_per_year.map(|n| n.get())),
        ("achieved_t_per_year", required.achieved_tonnes_per_year.map(|n| n.get())),
    ];
    let ratios = [
        ("gap_percent", judged.gap.gap_percent.map(|n| n.get())),
        ("pace", judged.pace.map(|n| n.get())),
        ("reduction_percent", judged.gap.achieved_reduction_percent.map(|n| n.get())),
        ("target_progress_percent", judged.gap.target_progress_percent.map(|n| n.get())),
        ("required_percent_of_base_per_year", required.base_percent_per_year.map(|n| n.get())),
        ("required_rate", required.compound_percent_per_year.map(|n| n.get() / 100.0)),
        ("growth_ratio", judged.growth_ratio.map(|n| n.get())),
    ];
    let all = amounts.map(|(field, n)| (field, n, 1e-3)).into_iter().chain(ratios.map(|(field, n)| (field, n, 1e-6)));
    for (field, printed, unit) in all {
        match expect[field].as_f64() {
            Some(expected) => assert_near(&format!("{name}: {field}"), printed, expected, unit),
            None => assert_eq!(printed, None, "{name}: {field}"),
        }
    }
    check_budget(name, judged.budget.as_ref().unwrap(), &expect["budget"]);
    match (&judged.trend, &expect["trend"]) {
        (None, Value::Null) => {}
        (Some(trend), expected) => check_trend(name, trend, expected),
        (None, _) => panic!("{name}: no trend"),
    }
}

fn check_budget(name: &str, budget: &Budget, expect: &Value) {
    assert_eq!((budget.from.get(), budget.to.get()), (int(&expect["from"]), int(&expect["to"])), "{name}");
    assert_eq!(Some(budget.interpolated_years as u64), expect["interpolated_years"].as_u64(), "{name}");
    assert_near(name, Some(budget.emitted_tonnes.get()), expect["emitted"].as_f64().unwrap(), 1e-3);
    assert_near(name, Some(budget.allowed_tonnes.get()), expect["allowed"].as_f64().unwrap(), 1e-3);
    assert_near(name, budget.over_percent.map(|n| n.get()), expect["over_percent"].as_f64().unwrap(), 1e-6);
}

fn check_trend(name: &str, trend: &Trend, expect: &Value) {
    assert_eq!(Some(trend.points as u64), expect["n"].as_u64(), "{name}");
    assert_eq!(Some(trend.meets_target.as_str()), expect["meets_target"].as_str(), "{name}");
    let numbers = [
        ("slope", trend.tonnes_per_year.unwrap().get()),
        ("at_target_year", trend.at_target_year.get()),
        ("low", trend.low.get()),
        ("high", trend.high.get()),
        ("theil_sen_slope", trend.theil_sen_tonnes_per_year.unwrap().get()),
    ];
    for (field, printed) in numbers {
        assert_near(&format!("{name}: {field}"), Some(printed), expect[field].as_f64().unwrap(), 1e-3);
    }
}

#[test]
fn the_worked_cases_come_out() {
    let Some(path) = shared("vectors/assessment.json") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        check(case["case"].as_str().unwrap(), &city_of(&case).only(), &case["expect"]);
    }
}
