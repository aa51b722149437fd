//! What a target may say, by its kind.

use serde_json::{Value, json};

use crate::support::{faults, target};

use super::{TARGET, long, refuse, service, set, source_cases};

#[test]
fn targets_are_checked() {
    let service = service();
    service.record("/v1/cities/us-here/targets/other", &target("1990", 40.0, 2030));
    let body = target("1990", 50.0, 2030);
    refuse(&service, TARGET, &body, &source_cases());
    refuse(
        &service,
        TARGET,
        &body,
        &[
            ("", json!([]), &[" wrong_type"]),
            ("/verdict", json!("achieved"), &["/verdict unknown_field"]),
            ("/kind", json!("net_zero"), &["/kind not_allowed"]),
            ("/kind", json!(null), &["/kind not_allowed"]),
            ("/level", json!("BASIC"), &["/level not_allowed"]),
            ("/title", json!(""), &["/title blank"]),
            ("/title", json!(2050), &["/title wrong_type"]),
            ("/title", long(201), &["/title too_long"]),
            ("/title", json!("two\nlines"), &["/title control_character"]),
            ("/sector", json!(""), &["/sector unknown_sector"]),
            ("/sector", json!("Transport"), &["/sector unknown_sector"]),
            ("/sector", json!("ii"), &["/sector unknown_sector"]),
            ("/sector", json!("VII"), &["/sector unknown_sector"]),
            ("/sector", json!("II.1.1"), &["/sector unknown_sector"]),
            ("/sector", json!(2), &["/sector wrong_type"]),
            ("/sector", json!(null), &["/sector wrong_type"]),
            ("/sector", json!([]), &["/sector empty"]),
            ("/sector", json!(["II.1.1", "II.1.1"]), &["/sector duplicate"]),
            (
                "/sector",
                json!(["II", "II.1.9", 4]),
                &["/sector/0 unknown_gpc_ref", "/sector/1 unknown_gpc_ref", "/sector/2 unknown_gpc_ref"],
            ),
            ("/sector", json!(vec!["II.1.1"; 55]), &["/sector too_many"]),
            ("/baseline", json!("1991"), &["/baseline unknown_baseline"]),
            ("/baseline", json!(1990), &["/baseline wrong_type"]),
            ("/baseline", json!("A"), &["/baseline invalid_id"]),
            ("/base_year", json!(1990), &["/base_year two_bases"]),
            ("/reduction_percent", json!(0), &["/reduction_percent out_of_range"]),
            ("/reduction_percent", json!(200.1), &["/reduction_percent out_of_range"]),
            ("/reduction_percent", json!(-5), &["/reduction_percent out_of_range"]),
            ("/reduction_percent", json!(0.00001), &["/reduction_percent out_of_range"]),
            ("/reduction_percent", json!("50"), &["/reduction_percent wrong_type"]),
            ("/reduction_percent", json!(null), &["/reduction_percent wrong_type"]),
            ("/tonnes", json!(1), &["/tonnes not_of_kind"]),
            ("/tonnes_per_person", json!(1), &["/tonnes_per_person not_of_kind"]),
            ("/scenario_tonnes", json!(1), &["/scenario_tonnes not_of_kind"]),
            ("/target_year", json!(1990), &["/target_year not_after_base"]),
            ("/target_year", json!(1980), &["/target_year not_after_base"]),
            ("/target_year", json!(1969), &["/target_year out_of_range"]),
            ("/target_year", json!(2101), &["/target_year out_of_range"]),
            ("/target_year", json!("2030"), &["/target_year wrong_type"]),
            ("/milestones", json!({}), &["/milestones wrong_type"]),
            ("/milestones", json!([7]), &["/milestones/0 wrong_type"]),
            ("/milestones", json!([{}]), &["/milestones/0 milestone_form", "/milestones/0/year missing"]),
            ("/milestones", json!([{"year": 2020}]), &["/milestones/0 milestone_form"]),
            (
                "/milestones",
                json!([{"year": 2020, "tonnes": 1, "reduction_percent": 1}]),
                &["/milestones/0 milestone_form"],
            ),
            (
                "/milestones",
                json!([{"year": 2020, "reduction_percent": 0}]),
                &["/milestones/0/reduction_percent out_of_range"],
            ),
            (
                "/milestones",
                json!([{"year": 2020, "reduction_percent": 200.1}]),
                &["/milestones/0/reduction_percent out_of_range"],
            ),
            ("/milestones", json!([{"year": 2020, "tonnes": -1}]), &["/milestones/0/tonnes out_of_range"]),
            ("/milestones", json!([{"year": 2020, "tonnes": 1, "name": "a"}]), &["/milestones/0/name unknown_field"]),
            ("/milestones", json!([{"year": 2030, "tonnes": 1}]), &["/milestones/0/year not_between"]),
            (
                "/milestones",
                json!([{"year": 2040, "tonnes": 1}, {"year": 2020, "tonnes": 1}]),
                &["/milestones/0/year not_between"],
            ),
            (
                "/milestones",
                json!([{"year": 2020, "tonnes": 1}, {"year": 1990, "tonnes": 1}]),
                &["/milestones not_between"],
            ),
            (
                "/milestones",
                json!([{"year": 2020, "tonnes": 1}, {"year": 2010, "tonnes": 2}, {"year": 2020, "tonnes": 3}]),
                &["/milestones/2/year duplicate"],
            ),
            (
                "/milestones",
                (0..33).map(|n| json!({"year": 1991 + n, "tonnes": 1})).collect(),
                &["/milestones too_many"],
            ),
            ("/max_offset_percent", json!(100.1), &["/max_offset_percent out_of_range"]),
            ("/max_offset_percent", json!(-1), &["/max_offset_percent out_of_range"]),
            ("/standing", json!("law"), &["/standing not_allowed"]),
            ("/set_on", json!("2026-11-24"), &["/set_on in_future"]),
            ("/set_on", json!("2019"), &["/set_on invalid_day"]),
            ("/ended_on", json!("2019-04-29"), &["/ended_on not_ended"]),
            ("/ended_on", json!(2019), &["/ended_on not_ended"]),
            ("/superseded_by", json!("other"), &["/superseded_by not_superseded"]),
            ("/conditional", json!("no"), &["/conditional wrong_type"]),
            ("/conditional", json!(0), &["/conditional wrong_type"]),
            ("/note", long(2001), &["/note too_long"]),
        ],
    );
    let mut superseded = set(&body, "/standing", &json!("superseded"));
    superseded["reason"] = json!("a test");
    superseded["set_on"] = json!("2019-04-29");
    refuse(
        &service,
        TARGET,
        &superseded,
        &[
            ("/ended_on", json!("2019-04-28"), &["/ended_on before_start"]),
            ("/ended_on", json!("2018"), &["/ended_on before_start"]),
            ("/ended_on", json!("2026-11-24"), &["/ended_on in_future"]),
            ("/ended_on", json!("2026"), &["/ended_on in_future"]),
            ("/ended_on", json!(2026), &["/ended_on in_future"]),
            ("/ended_on", json!("1969"), &["/ended_on invalid_day"]),
            ("/ended_on", json!(1969), &["/ended_on out_of_range"]),
            ("/ended_on", json!("1969-12-31"), &["/ended_on out_of_range"]),
            ("/ended_on", json!("29.4.2019"), &["/ended_on invalid_day"]),
            ("/ended_on", json!("2019-04"), &["/ended_on invalid_day"]),
            ("/ended_on", json!("2019-02-30"), &["/ended_on invalid_day"]),
            ("/ended_on", json!(2019.5), &["/ended_on wrong_type"]),
            ("/ended_on", json!(true), &["/ended_on wrong_type"]),
            ("/superseded_by", json!("2030-half"), &["/superseded_by own_successor"]),
            ("/superseded_by", json!("unknown"), &["/superseded_by unknown_target"]),
            ("/superseded_by", json!("A"), &["/superseded_by invalid_id"]),
        ],
    );
}

#[test]
fn each_kind_of_target_has_its_own_fields() {
    let service = service();
    let of = |kind: &str, fields: Value| {
        let mut body = json!({"kind": kind, "level": "basic", "target_year": 2030, "standing": "adopted", "source": {"title": "A test"}});
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        body
    };
    let check = |kind: &str, fields: Value, expected: &[&str]| {
        let answer = service.put("/v1/cities/us-here/targets/refused", &service.admin, &of(kind, fields.clone()));
        assert_eq!(faults(&answer), expected, "{kind} {fields}");
    };
    for kind in ["base_year", "base_year_intensity"] {
        check(kind, json!({}), &["/reduction_percent missing", " no_base"]);
        check(kind, json!({"reduction_percent": 50}), &[" no_base"]);
        check(kind, json!({"baseline": "1990"}), &["/reduction_percent missing"]);
        check(kind, json!({"base_year": 2030, "reduction_percent": 50}), &["/target_year not_after_base"]);
        check(kind, json!({"base_year": 2031, "reduction_percent": 50}), &["/target_year not_after_base"]);
        check(kind, json!({"base_year": "1990", "reduction_percent": 50}), &["/base_year wrong_type"]);
        check(
            kind,
            json!({"base_year": 2000, "reduction_percent": 50, "milestones": [{"year": 2000, "tonnes": 1}]}),
            &["/milestones/0/year not_between"],
        );
        check(
            kind,
            json!({"base_year": 2000, "reduction_percent": 50, "tonnes": 1, "scenario_tonnes": 1}),
            &["/tonnes not_of_kind", "/scenario_tonnes not_of_kind"],
        );
    }
    check("fixed_level", json!({}), &["/tonnes missing"]);
    check("fixed_level", json!({"tonnes": -1e13}), &["/tonnes out_of_range"]);
    check("fixed_level", json!({"tonnes_per_person": 1000.1}), &["/tonnes_per_person out_of_range"]);
    check("fixed_level", json!({"tonnes_per_person": -1000.1}), &["/tonnes_per_person out_of_range"]);
    check("fixed_level", json!({"tonnes_per_person": "2"}), &["/tonnes_per_person wrong_type"]);
    check("fixed_level", json!({"tonnes": 5, "tonnes_per_person": 2}), &["/tonnes_per_person two_levels"]);
    check("fixed_level", json!({"tonnes": 0, "reduction_percent": 50}), &["/reduction_percent not_of_kind"]);
    check(
        "fixed_level",
        json!({"tonnes": 0, "milestones": [{"year": 2020, "reduction_percent": 50}]}),
        &["/milestones/0/reduction_percent no_base"],
    );
    let scenario = |fields: Value, expected: &[&str]| check("baseline_scenario", fields, expected);
    scenario(json!({"baseline": "1990"}), &["/reduction_percent missing", "/scenario_tonnes missing"]);
    scenario(json!({"reduction_percent": 50, "scenario_tonnes": 1}), &[" no_base"]);
    scenario(
        json!({"baseline": "1990", "reduction_percent": 50, "scenario_tonnes": 0}),
        &["/scenario_tonnes not_positive"],
    );
    scenario(
        json!({"baseline": "1990", "reduction_percent": 50, "scenario_tonnes": 9, "milestones": [{"year": 2020, "reduction_percent": 1}]}),
        &["/milestones/0/reduction_percent no_base"],
    );
    for (id, kind, fields) in [
        ("base-year", "base_year", json!({"base_year": 2000, "reduction_percent": 100})),
        ("intensity", "base_year_intensity", json!({"baseline": "1990", "reduction_percent": 0.0001})),
        ("net-zero", "fixed_level", json!({"tonnes": 0})),
        ("climate-positive", "fixed_level", json!({"tonnes": -5})),
        ("twice", "base_year", json!({"base_year": 2000, "reduction_percent": 200})),
        (
            "level",
            "fixed_level",
            json!({"tonnes": 5, "base_year": 2000, "milestones": [{"year": 2020, "reduction_percent": 50}]}),
        ),
        (
            "scenario",
            "baseline_scenario",
            json!({"baseline": "1990", "reduction_percent": 50, "scenario_tonnes": 0.001}),
        ),
    ] {
        service.record(&format!("/v1/cities/us-here/targets/{id}"), &of(kind, fields));
    }
}
