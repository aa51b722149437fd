//! Worked cases of plain figures: every number of a judgement, the second opinions among them.

use serde_json::{Value, json};

use crate::support::{Service, assert_near, assessment, baseline, city, inventory, shared};

#[test]
fn the_worked_cases_come_out_over_http() {
    let Some(file) = shared("vectors/assessment.json") else { return };
    let cases: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert!(!cases.is_empty());
    let service = Service::start();
    for (number, case) in cases.iter().enumerate() {
        let place = format!("/v1/cities/case-{number}");
        service.record(&place, &city("A case"));
        let year = case["baseline"]["year"].as_i64().and_then(|year| year.try_into().ok()).unwrap();
        let base = baseline(year, case["baseline"]["tonnes"].as_f64().unwrap());
        service.record(&format!("{place}/baselines/base"), &base);
        for report in case["reports"].as_array().unwrap() {
            let body = inventory(report["tonnes"].as_f64().unwrap());
            service.record(&format!("{place}/reports/{}", report["year"]), &body);
        }
        let pledge = json!({"kind": "fixed_level", "level": "basic", "baseline": "base", "tonnes": case["target"]["tonnes"],
            "target_year": case["target"]["year"], "milestones": case["milestones"], "standing": "adopted",
            "source": {"title": "A test"}});
        service.record(&format!("{place}/targets/pledge"), &pledge);

        let status = service.json(&format!("{place}/status"));
        let (told, expect) = (assessment(&status, "pledge"), &case["expect"]);
        let name = &case["case"];
        assert_eq!((&told["verdict"], &told["course"]), (&expect["verdict"], &expect["course"]), "{name}");
        for (ours, theirs) in [
            ("/judged_figure/year", "year"),
            ("/judged_figure/tonnes", "actual"),
            ("/expected_tonnes", "expected"),
            ("/gap_tonnes", "gap"),
            ("/gap_percent", "gap_percent"),
            ("/delivered_tonnes", "delivered"),
            ("/called_for_tonnes", "called_for"),
            ("/pace", "pace"),
            ("/achieved_reduction_percent", "reduction_percent"),
            ("/target_progress_percent", "target_progress_percent"),
            ("/required/tonnes_per_year", "required_t_per_year"),
            ("/required/base_percent_per_year", "required_percent_of_base_per_year"),
            ("/required/achieved_tonnes_per_year", "achieved_t_per_year"),
            ("/growth_ratio", "growth_ratio"),
            ("/budget/from", "budget/from"),
            ("/budget/to", "budget/to"),
            ("/budget/emitted_tonnes", "budget/emitted"),
            ("/budget/allowed_tonnes", "budget/allowed"),
            ("/budget/over_percent", "budget/over_percent"),
            ("/budget/interpolated_years", "budget/interpolated_years"),
            ("/trend/points", "trend/n"),
            ("/trend/tonnes_per_year", "trend/slope"),
            ("/trend/at_target_year", "trend/at_target_year"),
            ("/trend/low", "trend/low"),
            ("/trend/high", "trend/high"),
            ("/trend/theil_sen_tonnes_per_year", "trend/theil_sen_slope"),
        ] {
            let printed = told.pointer(ours);
            // What is not named is absent too.
            let Some(number) = expect.pointer(&format!("/{theirs}")).and_then(Value::as_f64) else {
                assert_eq!(printed, None, "{name}: {ours}");
                continue;
            };
            let printed = printed.unwrap_or_else(|| panic!("{name}: {ours} is missing"));
            // A millionth, or half of what print rounds to.
            let print: f64 = if ours.contains("tonnes") || ours.starts_with("/trend") { 5.001e-4 } else { 5.001e-7 };
            assert_near(printed, number, print.max(1e-6 * number.abs()));
        }
        match expect["required_rate"].as_f64() {
            Some(rate) => assert_near(&told["required"]["compound_percent_per_year"], 100.0 * rate, 1e-6),
            None => assert_eq!(told.pointer("/required/compound_percent_per_year"), None, "{name}"),
        }
        assert_eq!(told.pointer("/trend/meets_target"), expect.pointer("/trend/meets_target"), "{name}");
    }
}
