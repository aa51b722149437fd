//! The target in tonnes: every kind, what may be offset, sectors and anchors.

use pledgewatch::method::{AbsentReason, Assessment, CautionCode, Confidence, Reason, Unit, Verdict};
use serde_json::{Value, json};

use super::{City, absent, codes, cut, inventory, level, lined, ruled, with, year};

/// A base of 1,000 t in 2010, a target and figures.
fn from_1000(target: Value, figures: &[(i32, f64)]) -> Assessment {
    City::new().base(2010, 1_000.0).reports(figures).target("goal", target).only()
}

fn people(tonnes: f64, people: i64) -> Value {
    with(inventory(tonnes), json!({"population": people}))
}

fn asked(judged: &Assessment) -> f64 {
    judged.target.target_tonnes.unwrap().get()
}

/// A pledge of zero in 2020 of which a share of the baseline is to be offset.
fn zero_but(percent: f64) -> Value {
    with(level(0.0, 2020), json!({"max_offset_percent": percent}))
}

#[test]
fn each_kind_has_its_tonnes() {
    let scenario = with(cut(30.0, 2030), json!({"kind": "baseline_scenario", "scenario_tonnes": 2_000}));
    for (target, tonnes) in [
        (cut(33.3, 2030), 667.0),
        (cut(100.0, 2030), 0.0),
        (cut(110.0, 2030), -100.0),
        (level(0.0, 2030), 0.0),
        (level(-50.5, 2030), -50.5),
        (level(1_500.0, 2030), 1_500.0),
        (scenario.clone(), 1_400.0),
    ] {
        assert_eq!(asked(&from_1000(target.clone(), &[(2020, 700.0)])), tonnes, "{target}");
    }
    assert_eq!(from_1000(scenario, &[(2020, 1_200.0)]).verdict, Verdict::OnTrack);
}

#[test]
fn below_zero_is_asked_for_and_may_be_reached() {
    let own = |tonnes: f64| json!({"totals": {"own": tonnes}, "protocol": "gpc", "source": {"title": "Test"}});
    let city = |by: i32, tonnes: f64| {
        let base = with(own(1_000.0), json!({"year": 2010}));
        let target = with(level(-100.0, by), json!({"level": "own"}));
        City::new().baseline("base", base).report(2020, own(tonnes)).target("goal", target).only()
    };
    assert_eq!(city(2020, -100.0).verdict, Verdict::Achieved);
    assert_eq!(city(2020, -99.999).verdict, Verdict::Missed);
    assert_eq!(city(2020, 0.0).verdict, Verdict::Missed);
    // Half way 450 t are allowed; what needs a logarithm or a percentage of nothing is left out.
    let judged = city(2030, -20.0);
    assert_eq!((judged.verdict, judged.gap.expected_tonnes.unwrap().get()), (Verdict::OnTrack, 450.0));
    assert_eq!(absent(&judged, "growth_ratio"), Some(AbsentReason::NotAboveZero));
    assert_eq!(absent(&judged, "required.compound_percent_per_year"), Some(AbsentReason::NotAboveZero));
    assert_eq!(judged.gap.target_progress_percent.unwrap().get(), 92.727_273);
    let reached = city(2020, -120.0);
    assert_eq!(absent(&reached, "gap_percent"), Some(AbsentReason::PathwayAtZero));
    assert!(!reached.sentence.contains('%'), "{}", reached.sentence);
}

#[test]
fn of_net_zero_a_tenth_may_be_left_to_be_offset_and_no_more() {
    for (percent, tonnes) in [(0.0, 0.0), (4.0, 40.0), (10.0, 100.0), (11.0, 100.0), (100.0, 100.0)] {
        let judged = from_1000(zero_but(percent), &[(2020, 700.0)]);
        assert_eq!(asked(&judged), tonnes, "{percent} %");
        assert_eq!(codes(&judged).contains(&CautionCode::OffsetHeavy), percent > 10.0, "{percent} %");
        let gross = judged.target.target_gross_tonnes.map(|gross| gross.get());
        assert_eq!(gross, (percent > 0.0).then_some(0.0), "told apart where something is left");
    }
}

#[test]
fn an_offset_never_softens_a_partial_reduction() {
    let offset = |target: Value| with(target, json!({"max_offset_percent": 10}));
    for (target, tonnes) in [
        (cut(50.0, 2030), 500.0),
        (cut(90.0, 2030), 100.0),
        // Net zero leaves at most a tenth over: of 95 % another 5 %.
        (cut(95.0, 2030), 100.0),
        (cut(105.0, 2030), 50.0),
        (level(120.0, 2030), 120.0),
    ] {
        assert_eq!(asked(&from_1000(offset(target.clone()), &[(2020, 700.0)])), tonnes, "{target}");
    }
}

#[test]
fn what_is_left_must_be_covered_by_credits_retired_for_that_year() {
    let result = |tonnes: f64, credits: Value| {
        let report = with(inventory(tonnes), json!({"credits_retired_tonnes": credits}));
        let city = City::new().base(2010, 1_000.0).report(2020, report).target("goal", zero_but(10.0));
        ruled(&city.only())
    };
    let open = (Verdict::Missed, Some(Reason::ResidualNotOffset));
    assert_eq!(result(100.0, json!(100)), (Verdict::Achieved, None));
    assert_eq!(result(100.0, json!(99.999)), open);
    assert_eq!(result(100.0, Value::Null), open);
    assert_eq!(result(0.0, Value::Null), (Verdict::Achieved, None));
    // Credits never lower a figure: above T it is missed whatever was retired.
    assert_eq!(result(100.001, json!(1_000)), (Verdict::Missed, None));
    let partial = with(inventory(510.0), json!({"credits_retired_tonnes": 500}));
    let city = City::new().base(2010, 1_000.0).report(2020, partial).target("goal", cut(50.0, 2020));
    assert_eq!(ruled(&city.only()), (Verdict::Missed, None));
}

#[test]
fn a_skipped_year_is_achieved_only_if_what_is_left_is_covered_on_both_sides() {
    let result = |before: i32, after: i32| {
        let report = |credits: i32| with(inventory(50.0), json!({"credits_retired_tonnes": credits}));
        let city = City::new().base(2010, 1_000.0).target("goal", zero_but(10.0));
        city.report(2019, report(before)).report(2021, report(after)).only().verdict
    };
    assert_eq!(result(50, 50), Verdict::Achieved);
    assert_eq!(result(50, 49), Verdict::Unreported);
    assert_eq!(result(0, 50), Verdict::Unreported);
}

#[test]
fn a_level_without_a_baseline_has_no_share_to_offset() {
    let target = with(zero_but(10.0), json!({"baseline": null}));
    let judged = City::new().reports(&[(2020, 40.0)]).target("goal", target).only();
    assert_eq!(ruled(&judged), (Verdict::Missed, None));
    assert_eq!(asked(&judged), 0.0);
}

#[test]
fn a_target_per_person_is_judged_per_person() {
    let target =
        with(cut(50.0, 2030), json!({"kind": "base_year_intensity", "milestones": [{"year": 2020, "tonnes": 7.5}]}));
    let base = with(people(1_000.0, 100), json!({"year": 2010}));
    let city = City::new().baseline("base", base.clone()).target("goal", target.clone());
    // 8 t a person: more tonnes than in the base year, and still a reduction.
    let judged = city.report(2020, people(1_600.0, 200)).only();
    assert_eq!((judged.verdict, judged.unit), (Verdict::Behind, Unit::TonnesPerPerson));
    assert_eq!(judged.gap.expected_tonnes_per_person.unwrap().get(), 7.5);
    assert_eq!(judged.pace.unwrap().get(), 0.8);
    assert_eq!(judged.milestones[0].tonnes_per_person.unwrap().get(), 7.5);
    let shown = judged.judged.unwrap();
    assert_eq!(shown.tonnes_per_person.unwrap().get(), 8.0);
    assert_eq!(shown.population.unwrap().get(), 200);
    let without = with(base, json!({"population": null}));
    let city = City::new().baseline("base", without).report(2020, people(1_600.0, 200)).target("goal", target);
    assert_eq!(ruled(&city.only()), (Verdict::InsufficientData, Some(Reason::NoPopulation)));
}

#[test]
fn a_level_per_person_is_judged_per_person_with_its_share_of_the_credits() {
    let target = |tonnes: f64, by: i32| {
        with(level(0.0, by), json!({"tonnes": null, "tonnes_per_person": tonnes, "max_offset_percent": 10}))
    };
    let base = with(people(1_000.0, 100), json!({"year": 2010}));
    let city = |target: Value, report: Value| {
        City::new().baseline("base", base.clone()).report(2020, report).target("goal", target).only()
    };
    // From 10 t in 2010 to 2 t in 2030: 6 t in 2020.
    let judged = city(target(2.0, 2030), people(1_200.0, 200));
    assert_eq!((judged.verdict, judged.unit), (Verdict::OnTrack, Unit::TonnesPerPerson));
    assert_eq!(judged.gap.expected_tonnes_per_person.unwrap().get(), 6.0);
    assert_eq!(judged.target.tonnes_per_person.unwrap().get(), 2.0);
    assert_eq!(absent(&judged, "budget"), Some(AbsentReason::PerPerson));
    // 1 t a person may be left of net zero, and 200 people have 180 t of credits: 0.9 t each.
    let covered = |tonnes: f64| {
        let report = with(people(tonnes, 200), json!({"credits_retired_tonnes": 180}));
        ruled(&city(target(0.0, 2020), report))
    };
    assert_eq!(covered(180.0), (Verdict::Achieved, None));
    assert_eq!(covered(190.0), (Verdict::Missed, Some(Reason::ResidualNotOffset)));
    assert_eq!(covered(201.0), (Verdict::Missed, None));
}

#[test]
fn a_target_for_a_sector_is_judged_over_its_lines() {
    let base = with(lined(json!({"I.1.1": 700, "II.1.1": 250, "II.2.1": 50})), json!({"year": 2010}));
    let report = lined(json!({"I.1.1": 900, "II.1.1": 150, "II.2.1": 20}));
    let city = |sector: Value| {
        let target = with(cut(50.0, 2030), json!({"sector": sector}));
        City::new().baseline("base", base.clone()).report(2020, report.clone()).target("goal", target).only()
    };
    // Transport fell from 300 t to 170 t; 225 t were allowed.
    let judged = city(json!("II"));
    assert_eq!((judged.verdict, judged.gap.expected_tonnes.unwrap().get()), (Verdict::OnTrack, 225.0));
    assert_eq!(judged.baseline.unwrap().tonnes.get(), 300.0);
    assert_eq!(judged.judged.unwrap().tonnes.get(), 170.0);
    // Other lines say nothing of it, also as to what is covered.
    let lines = city(json!(["II.2.1"]));
    assert_eq!((lines.verdict, lines.judged.unwrap().tonnes.get()), (Verdict::OnTrack, 20.0));
    assert_eq!(city(json!("I")).verdict, Verdict::MovingAway);
}

#[test]
fn a_sector_without_all_its_lines_on_both_sides_is_not_judged() {
    let base = with(lined(json!({"I.1.1": 700, "II.1.1": 300})), json!({"year": 2010}));
    let full = lined(json!({"I.1.1": 600, "II.1.1": 200}));
    let short = with(lined(json!({"I.1.1": 600, "II.1.1": 200, "II.2.1": null})), json!({"totals": {"basic": 800}}));
    let transport = with(cut(50.0, 2030), json!({"sector": "II"}));
    let city = |base: &Value, report: &Value| {
        City::new().baseline("base", with(base.clone(), json!({"year": 2010}))).report(2020, report.clone())
    };
    let ruling = |city: City| ruled(&city.target("goal", transport.clone()).only());
    let without = (Verdict::NotJudged, Some(Reason::SectorWithoutLines));
    assert_eq!(ruling(city(&base, &short)), without, "the report lacks a line");
    assert_eq!(ruling(city(&short, &full)), without, "the baseline lacks one");
    assert_eq!(ruling(city(&base, &inventory(800.0))), without, "the report has none");
    // Lines of other sectors may be missing, and an older report that has them all is judged.
    let energy = with(cut(5.0, 2030), json!({"sector": "I"}));
    assert_eq!(city(&base, &short).target("goal", energy).only().verdict, Verdict::OnTrack);
    let older = city(&base, &full).report(2022, short.clone()).target("goal", transport.clone()).only();
    assert_eq!((older.verdict, older.judged.unwrap().year), (Verdict::OnTrack, year(2020)));
    // `NE` is there, and is judged by what it leaves uncovered.
    let unknown = lined(json!({"I.1.1": 600, "II.1.1": "NE", "II.2.1": 10}));
    assert_eq!(ruling(city(&base, &unknown)), (Verdict::NotComparable, Some(Reason::CoverageDiffers)));
    assert_eq!(ruling(City::new().baseline("base", base)), (Verdict::InsufficientData, Some(Reason::NoReport)));
}

#[test]
fn a_level_that_names_no_base_is_anchored_at_the_first_report_comparable_with_the_latest() {
    let target = with(level(500.0, 2030), json!({"baseline": null}));
    let figures = [(2003, 0.0), (2005, 1_000.0), (2015, 800.0), (2022, 640.0)];
    let judged = City::new().reports(&figures).target("goal", target.clone()).only();
    assert_eq!(judged.verdict, Verdict::OnTrack);
    assert_eq!(judged.baseline.as_ref().unwrap().year, year(2005), "nothing can be measured from zero");
    assert!(codes(&judged).contains(&CautionCode::AnchoredAtFirstReport));
    assert_eq!(judged.confidence, Confidence::Low);
    // The first report of all follows another protocol than the latest.
    let older = with(inventory(2_000.0), json!({"protocol": "national"}));
    let judged = City::new().report(2001, older).reports(&figures).target("goal", target.clone()).only();
    assert_eq!(judged.baseline.unwrap().year, year(2005));
    assert_eq!(judged.figures.iter().map(|figure| figure.year.get()).collect::<Vec<_>>(), [2015, 2022]);
    // None is comparable with the latest: there is nothing to be measured from.
    let latest = with(inventory(600.0), json!({"protocol": "national"}));
    let judged = City::new().reports(&figures).report(2023, latest).target("goal", target.clone()).only();
    assert_eq!(ruled(&judged), (Verdict::InsufficientData, Some(Reason::NoBaseline)));
    assert!(judged.course.is_none() && judged.baseline.is_none());
    let none = City::new().target("goal", target).only();
    assert_eq!(ruled(&none), (Verdict::InsufficientData, Some(Reason::NoBaseline)));
}

#[test]
fn the_anchor_lies_before_the_target_year() {
    let target = with(level(500.0, 2015), json!({"baseline": null}));
    let judged = City::new().reports(&[(2016, 900.0), (2020, 400.0)]).target("goal", target.clone()).only();
    assert_eq!((ruled(&judged), judged.course), ((Verdict::Unreported, None), None));
    assert!(judged.baseline.is_none());
    let judged = City::new().reports(&[(2014, 900.0), (2015, 400.0)]).target("goal", target).only();
    assert_eq!((judged.verdict, judged.baseline.unwrap().year), (Verdict::Achieved, year(2014)));
}

#[test]
fn a_level_without_any_anchor_can_only_be_achieved_missed_or_unreported() {
    let target = with(level(500.0, 2020), json!({"baseline": null}));
    for (tonnes, verdict) in [(500.0, Verdict::Achieved), (500.001, Verdict::Missed)] {
        let judged = City::new().reports(&[(2020, tonnes)]).target("goal", target.clone()).only();
        assert_eq!(ruled(&judged), (verdict, None));
        assert_eq!(judged.gap.expected_tonnes.unwrap().get(), 500.0);
        assert!(judged.pace.is_none() && judged.baseline.is_none() && judged.course.is_none());
    }
    let unreported = City::new().target("goal", target.clone()).only();
    assert_eq!((ruled(&unreported), unreported.overdue_years), ((Verdict::Unreported, None), Some(5)));
    let later = City::new().reports(&[(2022, 400.0)]).target("goal", target).only();
    assert_eq!(ruled(&later), (Verdict::Unreported, None));
}

#[test]
fn the_first_report_and_milestones_before_it() {
    let target = with(level(500.0, 2030), json!({"baseline": null, "milestones": [{"year": 2008, "tonnes": 1}]}));
    let judged = City::new().reports(&[(2010, 1_000.0), (2020, 750.0)]).target("goal", target).only();
    let anchors: Vec<i32> = judged.pathway.iter().map(|anchor| anchor.year.get()).collect();
    assert_eq!((anchors, judged.verdict), (vec![2010, 2030], Verdict::OnTrack));
    assert!(judged.milestones.is_empty());
}
