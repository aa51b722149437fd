//! The course measured from the report of the base year, and that of the lines which both sides know.

use pledgewatch::method::{AbsentReason, Assessment, Course, LikeForLike, Verdict, WithinReports};
use serde_json::{Value, json};

use super::{City, absent, cut, inventory, level, lined, ruled, with};

/// A baseline of 1,000 t for 2010 that the report for 2010 contradicts with 700 t, and 680 t in 2022.
fn contradicted(target: Value) -> Assessment {
    City::new().base(2010, 1_000.0).reports(&[(2010, 700.0), (2022, 680.0)]).target("goal", target).only()
}

fn within(target: Value) -> WithinReports {
    contradicted(target).within_reports.unwrap()
}

#[test]
fn a_contradicted_baseline_leaves_what_the_reports_say_among_themselves() {
    let judged = contradicted(cut(50.0, 2030));
    assert_eq!(judged.verdict, Verdict::NotComparable);
    let value = serde_json::to_value(judged.within_reports.unwrap()).unwrap();
    // From 700 t to 350 t by 2030: 490 t by 2022, and 20 t of 210 t are delivered.
    let expected = json!({"base_year": 2010, "base_tonnes": 700, "target_tonnes": 350, "year": 2022, "tonnes": 680,
        "expected_tonnes": 490, "gap_tonnes": 190, "pace": 0.095_238, "course": "off_track"});
    for (member, expected) in expected.as_object().unwrap() {
        assert_eq!(&value[member], expected, "{member}");
    }
}

#[test]
fn what_is_fixed_is_asked_for_as_stated_and_a_percentage_anew() {
    let asked = |target| within(target).target_tonnes.unwrap().get();
    assert_eq!(asked(cut(90.0, 2030)), 70.0);
    assert_eq!(asked(level(500.0, 2030)), 500.0);
    assert_eq!(asked(level(0.0, 2030)), 0.0);
    assert_eq!(asked(with(cut(50.0, 2030), json!({"kind": "baseline_scenario", "scenario_tonnes": 900}))), 450.0);
    // Milestones in percent are of the new base, too: 80 % of 700 t in 2022.
    let step = json!({"milestones": [{"year": 2022, "reduction_percent": 20}]});
    assert_eq!(within(with(cut(50.0, 2030), step)).expected_tonnes.unwrap().get(), 560.0);
}

#[test]
fn a_person_has_it_a_person() {
    let people = |tonnes: f64| with(inventory(tonnes), json!({"population": 100}));
    let city = City::new().baseline("base", with(people(1_000.0), json!({"year": 2010})));
    let city = city.report(2010, people(700.0)).report(2022, people(490.0));
    let target = with(cut(50.0, 2030), json!({"kind": "base_year_intensity"}));
    let within = city.target("goal", target).only().within_reports.unwrap();
    assert_eq!((within.base_tonnes_per_person.unwrap().get(), within.base_tonnes), (7.0, None));
    assert_eq!((within.expected_tonnes_per_person.unwrap().get(), within.course), (4.9, Course::OnTrack));
}

#[test]
fn the_tests_are_made_anew_against_that_report() {
    let ipcc = |tonnes: f64| with(inventory(tonnes), json!({"protocol": "ipcc"}));
    let city = || City::new().base(2010, 1_000.0).target("goal", cut(50.0, 2030));
    // The reports are of one protocol, and the baseline is of another.
    let judged = city().report(2010, ipcc(900.0)).report(2022, ipcc(630.0)).only();
    assert_eq!(judged.verdict, Verdict::NotComparable);
    assert_eq!(judged.within_reports.unwrap().course, Course::OnTrack);
    // The report of 2022 is not of that of 2010, but of the baseline.
    let judged = city().report(2010, ipcc(900.0)).reports(&[(2022, 690.0)]).only();
    assert_eq!(
        (judged.verdict, absent(&judged, "within_reports")),
        (Verdict::OnTrack, Some(AbsentReason::NotComparable))
    );
}

#[test]
fn without_a_report_of_the_base_year_at_the_level_there_is_none() {
    let city = || City::new().base(2010, 1_000.0).reports(&[(2022, 690.0)]);
    let none = city().target("goal", cut(50.0, 2030)).only();
    assert_eq!(absent(&none, "within_reports"), Some(AbsentReason::NoReportOfBaseYear));
    let own = with(inventory(1.0), json!({"totals": {"own": 900}}));
    let own = city().report(2010, own).target("goal", cut(50.0, 2030)).only();
    assert_eq!(absent(&own, "within_reports"), Some(AbsentReason::NoReportOfBaseYear));
    // A report that serves as the baseline is not another figure.
    let itself = with(cut(50.0, 2030), json!({"baseline": null, "base_year": 2010}));
    let itself = City::new().reports(&[(2010, 1_000.0), (2022, 690.0)]).target("goal", itself).only();
    assert_eq!(absent(&itself, "within_reports"), Some(AbsentReason::NoReportOfBaseYear));
}

#[test]
fn it_never_is_the_verdict() {
    let city = |of_2010: f64| {
        let city = City::new().base(2010, 1_000.0).reports(&[(2010, of_2010), (2022, 700.0)]);
        city.target("goal", cut(50.0, 2030)).only()
    };
    let judged = city(960.0);
    assert_eq!(ruled(&judged), (Verdict::OnTrack, None));
    assert_eq!(judged.within_reports.unwrap().course, Course::Behind);
}

/// What became of the lines that both know, of 1,000 t in 2010.
fn like_for_like(target: Value, base: Value, report: Value) -> LikeForLike {
    let city = City::new().baseline("base", with(lined(base), json!({"year": 2010}))).report(2022, lined(report));
    city.target("goal", target).only().like_for_like.unwrap()
}

#[test]
fn a_carrier_on_one_side_only_is_left_out_of_what_is_compared() {
    let base = json!({"I.1.1": 450, "II.1.1": 550});
    let lines = like_for_like(cut(50.0, 2030), base, json!({"I.1.1": "NE", "II.1.1": 385}));
    // 31 of the 32 lines of BASIC have a value or do not occur on both sides.
    assert_eq!((lines.line_count, lines.year.get()), (31, 2022));
    assert_eq!((lines.base_tonnes.get(), lines.tonnes.get()), (550.0, 385.0));
    assert_eq!(lines.base_share_percent.unwrap().get(), 55.0);
    assert_eq!(lines.share_percent.unwrap().get(), 100.0);
    assert_eq!(lines.change_percent.unwrap().get(), -30.0);
    // -50 % of 550 t by 2030: 165 t are called for by 2022, and delivered.
    assert_eq!((lines.pace.unwrap().get(), lines.course), (1.0, Some(Course::OnTrack)));
}

#[test]
fn it_is_of_the_latest_report_left_out_or_not() {
    let base = with(lined(json!({"I.1.1": 450, "II.1.1": 550})), json!({"year": 2010}));
    let city = City::new().baseline("base", base).target("goal", cut(50.0, 2030));
    let city = city.report(2020, lined(json!({"I.1.1": 400, "II.1.1": 400})));
    let later = lined(json!({"I.1.1": "C", "II.1.1": 300}));
    let judged = city.clone().report(2022, later).only();
    assert_eq!((judged.verdict, judged.judged.as_ref().unwrap().year.get()), (Verdict::Behind, 2020));
    assert_eq!(judged.like_for_like.unwrap().year.get(), 2022);
    // The latest has no lines.
    let without = city.clone().reports(&[(2022, 690.0)]).only();
    assert_eq!(absent(&without, "like_for_like"), Some(AbsentReason::NoLines));
    let none = City::new().base(2010, 1_000.0).report(2022, lined(json!({"I.1.1": 1}))).target("goal", cut(50.0, 2030));
    assert_eq!(absent(&none.only(), "like_for_like"), Some(AbsentReason::NoLines));
    let nothing = City::new().base(2010, 1_000.0).target("goal", cut(50.0, 2030));
    assert_eq!(absent(&nothing.only(), "like_for_like"), Some(AbsentReason::InsufficientData));
}

#[test]
fn its_pace_takes_a_share_that_can_be_asked_of_a_part() {
    let course = |target: Value| {
        let lines = like_for_like(target, json!({"I.1.1": 1_000}), json!({"I.1.1": 400}));
        (lines.pace.map(|pace| pace.get()), lines.course)
    };
    // Zero is zero of every part: 600 t are called for by 2022.
    assert_eq!(course(level(0.0, 2030)), (Some(1.0), Some(Course::OnTrack)));
    assert_eq!(course(level(100.0, 2030)), (None, None));
    let scenario = with(cut(50.0, 2030), json!({"kind": "baseline_scenario", "scenario_tonnes": 900}));
    assert_eq!(course(scenario), (None, None));
    // Once the target year is reported nothing is called for any more.
    assert_eq!(course(cut(50.0, 2022)), (None, None));
}
