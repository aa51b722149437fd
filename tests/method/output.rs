//! The shape of the answer.

use pledgewatch::method::{Amount, Ratio};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Value, json};

use super::{City, cut, inventory, with};

/// The names of the members of an object, in the order they stand in.
struct Members(Vec<String>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;

        impl<'de> Visitor<'de> for Names {
            type Value = Members;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut names = Vec::new();
                while let Some((name, IgnoredAny)) = map.next_entry()? {
                    names.push(name);
                }
                Ok(Members(names))
            }
        }

        deserializer.deserialize_map(Names)
    }
}

fn printed(city: &City) -> Value {
    serde_json::to_value(city.only()).unwrap()
}

#[test]
fn the_members_stand_in_the_order_of_the_contract() {
    let city = City::named("Los Angeles").base(1990, 33_248_711.0).reports(&[(2020, 21_049_331.0)]);
    let text = serde_json::to_string(&city.target("2025-half", cut(50.0, 2025)).only()).unwrap();
    let members = [
        "target",
        "kind",
        "level",
        "baseline",
        "target_year",
        "reduction_percent",
        "target_tonnes",
        "standing",
        "revision",
        "verdict",
        "course",
        "overdue_years",
        "confidence",
        "unit",
        "sentence",
        "baseline_figure",
        "judged_figure",
        "expected_tonnes",
        "gap_tonnes",
        "gap_percent",
        "achieved_reduction_percent",
        "target_progress_percent",
        "delivered_tonnes",
        "called_for_tonnes",
        "pace",
        "required",
        "budget",
        "growth_ratio",
        "soon",
        "judged_milestones",
        "pathway",
        "figures",
        "cautions",
        "left_out",
        "absent",
    ];
    let Members(given) = serde_json::from_str(&text).unwrap();
    assert_eq!(given, members);
    assert!(!text.contains("null"));
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["expected_tonnes"], json!(18_999_263.429));
    assert_eq!(value["gap_tonnes"], json!(2_050_067.571));
    assert_eq!(value["gap_percent"], json!(10.790_248));
    assert_eq!(value["pace"], json!(0.856_13));
    assert_eq!(value["baseline_figure"]["tonnes"], json!(33_248_711));
    assert_eq!(value["pathway"], json!([{"year": 1990, "tonnes": 33_248_711}, {"year": 2025, "tonnes": 16_624_355.5}]));
    let asked = json!({"target": "2025-half", "kind": "base_year", "level": "basic", "baseline": "base", "target_year": 2025,
               "reduction_percent": 50, "target_tonnes": 16_624_355.5, "standing": "adopted", "revision": 1});
    for (name, asked) in asked.as_object().unwrap() {
        assert_eq!(&value[name], asked, "{name}");
    }
}

#[test]
fn per_person_names_replace_those_of_tonnes() {
    let people = |tonnes: f64| with(inventory(tonnes), json!({"population": 300}));
    let target = with(cut(50.0, 2030), json!({"kind": "base_year_intensity"}));
    let city = City::new().baseline("base", with(people(1_000.0), json!({"year": 2000}))).report(2010, people(800.0));
    let value = printed(&city.target("goal", target));
    assert_eq!(value["unit"], "t_co2e_per_person");
    for name in ["expected", "gap", "delivered", "called_for"] {
        assert!(value.get(format!("{name}_tonnes_per_person")).is_some(), "{name}");
        assert!(value.get(format!("{name}_tonnes")).is_none(), "{name}");
    }
    assert_eq!(value["target_tonnes_per_person"], json!(1.666_667));
    let figure = json!({"year": 2010, "tonnes": 800, "population": 300, "tonnes_per_person": 2.666_667, "revision": 1});
    assert_eq!(value["figures"], json!([figure]));
    assert_eq!(value["pathway"][1], json!({"year": 2030, "tonnes_per_person": 1.666_667}));
}

#[test]
fn what_is_absent_says_why() {
    let zero = City::new().base(2000, 1_000.0).target("goal", cut(100.0, 2010)).reports(&[(2010, 0.0)]);
    let value = printed(&zero);
    assert_eq!(value["verdict"], "achieved");
    let reasons = |pairs: &[(&str, &str)]| {
        let absent = pairs.iter().map(|(field, reason)| json!({"field": field, "reason": reason}));
        Value::Array(absent.collect())
    };
    let absent = reasons(&[
        ("gap_percent", "pathway_at_zero"),
        ("soon", "not_above_zero"),
        ("required.tonnes_per_year", "target_year_reached"),
        ("required.base_percent_per_year", "target_year_reached"),
        ("required.compound_percent_per_year", "target_year_reached"),
        ("trend", "too_few_points"),
        ("budget.over_percent", "pathway_at_zero"),
        ("growth_ratio", "not_above_zero"),
        ("within_reports", "no_report_of_base_year"),
        ("like_for_like", "no_lines"),
        ("disagreement", "target_year_reached"),
    ]);
    assert_eq!(value["absent"], absent);
    let none = printed(&City::new().base(2000, 1_000.0).target("goal", cut(50.0, 2010)));
    assert_eq!(none["absent"].as_array().unwrap().len(), 17);
    assert_eq!(none["absent"][0], json!({"field": "judged_figure", "reason": "insufficient_data"}));
    let growth = with(super::level(1_000.0, 2030), json!({}));
    let growth = printed(&City::new().base(2000, 1_000.0).target("goal", growth).reports(&[(2010, 990.0)]));
    let absent = reasons(&[
        ("target_progress_percent", "target_equals_baseline"),
        ("pace", "no_reduction_called_for"),
        ("trend", "too_few_points"),
        ("growth_ratio", "target_equals_baseline"),
        ("within_reports", "no_report_of_base_year"),
        ("like_for_like", "no_lines"),
        ("disagreement", "no_second_opinion"),
    ]);
    assert_eq!(growth["absent"], absent);
}

#[test]
fn revisions_are_those_that_were_used() {
    let city = City::new().base(2000, 900.0).base(2000, 1_000.0).reports(&[(2010, 1.0), (2010, 800.0)]);
    let value = printed(&city.target("goal", cut(40.0, 2030)).target("goal", cut(50.0, 2030)));
    assert_eq!(
        [&value["baseline_figure"]["revision"], &value["judged_figure"]["revision"], &value["revision"]],
        [2, 2, 2]
    );
}

#[test]
fn numbers_are_rounded_and_never_minus_nothing() {
    assert_eq!(Amount::new(1.000_49).map(Amount::get), Some(1.0));
    assert_eq!(Ratio::new(0.856_130_03).map(Ratio::get), Some(0.856_13));
    assert!(Amount::new(-0.000_4).unwrap().get().is_sign_positive());
    assert!(Ratio::new(-0.0).unwrap().get().is_sign_positive());
    assert_eq!((Amount::new(f64::NAN), Ratio::new(f64::INFINITY)), (None, None));
}
