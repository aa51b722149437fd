//! Second opinions: required, trend, budget, growth ratio, disagreement.

use pledgewatch::method::{AbsentReason, Course, Fit, Point, Prospect};
use serde_json::json;

use super::los_angeles::los_angeles;
use super::{City, absent, cut, inventory, level, lined, with, year};

#[test]
fn a_trend_needs_five_points_over_five_years() {
    let city = City::new().base(1990, 1_000.0).target("goal", cut(50.0, 2030));
    let four = city.reports(&[(2010, 900.0), (2012, 890.0), (2014, 880.0), (2016, 870.0)]);
    assert_eq!(absent(&four.only(), "trend"), Some(AbsentReason::TooFewPoints));
    let five = four.reports(&[(2018, 860.0)]).only();
    let trend = five.trend.unwrap();
    // Five points on one line: nothing is left to be uncertain about.
    assert_eq!((trend.from.get(), trend.low.get(), trend.high.get()), (2010, 800.0, 800.0));
    assert_eq!(trend.meets_target, Prospect::Unlikely);
    let short = City::new().base(2010, 1_000.0).target("goal", cut(50.0, 2030)).reports(&[
        (2011, 900.0),
        (2012, 890.0),
        (2013, 880.0),
        (2014, 870.0),
    ]);
    // The baseline is the fifth point, four years before the last.
    assert_eq!(absent(&short.only(), "trend"), Some(AbsentReason::SpanTooShort));
    assert_eq!(short.reports(&[(2015, 860.0)]).only().trend.unwrap().points, 6);
}

#[test]
fn a_trend_is_likely_to_meet_what_its_whole_interval_is_at_or_below() {
    // Five points on one line, which comes to 800 t in 2030 without a doubt.
    let line = [(2010, 900.0), (2012, 890.0), (2014, 880.0), (2016, 870.0), (2018, 860.0)];
    let meets = |tonnes: f64| {
        let city = City::new().base(1990, 1_000.0).reports(&line).target("goal", level(tonnes, 2030));
        city.only().trend.unwrap().meets_target
    };
    assert_eq!((meets(800.0), meets(799.999)), (Prospect::Likely, Prospect::Unlikely));
}

#[test]
fn the_quantiles_are_those_of_the_tables() {
    // Student's t at 0.975 for 3 to 8 degrees of freedom; for an even number they follow from a closed form.
    let table = [
        3.182_446_305_284_263,
        2.776_445_105_198_177,
        2.570_581_835_636_314,
        2.446_911_851_144_969,
        2.364_624_251_592_784,
        2.306_004_135_204_166,
    ];
    for (n, expected) in (5..).zip(table) {
        let points: Vec<Point> = (0..n).map(|step| Point { year: year(2000 + 2 * step), amount: 1.0 }).collect();
        let quantile = Fit::of(&points).unwrap().t_quantile;
        assert!((quantile - expected).abs() < 1e-11, "{n}: {quantile}");
    }
}

#[test]
fn a_trend_looks_back_ten_years() {
    let figures: Vec<(i32, f64)> = (2001..=2020).map(|y| (y, 2_000.0 - f64::from(y - 2000))).collect();
    let trend = City::new().base(1990, 3_000.0).reports(&figures).target("goal", cut(50.0, 2030)).only().trend.unwrap();
    assert_eq!((trend.points, trend.from.get(), trend.to.get()), (10, 2011, 2020));
}

#[test]
fn a_second_opinion_may_disagree() {
    // On track at last, after years far above the pathway.
    let late = [(2001, 1_300.0), (2002, 1_300.0), (2003, 1_300.0), (2004, 1_300.0), (2010, 830.0)];
    let judged = City::new().base(2000, 1_000.0).reports(&late).target("goal", cut(50.0, 2030)).only();
    assert_eq!((judged.course, judged.disagreement), (Some(Course::OnTrack), Some(true)));
    // Behind, but falling so fast that the target is likely met.
    let fast = [(2010, 1_000.0), (2012, 960.0), (2014, 920.0), (2016, 880.0), (2018, 840.0), (2020, 800.0)];
    let judged = City::new().base(2000, 1_000.0).reports(&fast).target("goal", cut(40.0, 2040)).only();
    assert_eq!((judged.course, judged.trend.unwrap().meets_target), (Some(Course::OnTrack), Prospect::Likely));
    let judged = City::new().base(1990, 1_000.0).reports(&fast).target("goal", cut(40.0, 2040)).only();
    assert_eq!((judged.course, judged.disagreement), (Some(Course::Behind), Some(true)));
}

#[test]
fn targets_a_person_have_no_budget_and_their_own_names() {
    let people = |tonnes: f64, people: i64| with(inventory(tonnes), json!({"population": people}));
    let target = with(cut(50.0, 2030), json!({"kind": "base_year_intensity"}));
    let city = City::new().baseline("base", with(people(1_000.0, 100), json!({"year": 2000}))).target("goal", target);
    let figures = [(2010, 980.0), (2012, 960.0), (2014, 940.0), (2016, 920.0), (2018, 900.0)];
    let judged = figures.iter().fold(city, |city, (y, tonnes)| city.report(*y, people(*tonnes, 120))).only();
    assert_eq!(absent(&judged, "budget"), Some(AbsentReason::PerPerson));
    let value = serde_json::to_value(&judged).unwrap();
    assert_eq!(value["required"]["tonnes_per_person_per_year"], json!(0.208_333));
    assert_eq!(value["required"]["achieved_tonnes_per_person_per_year"], json!(0.138_889));
    assert_eq!(value["trend"]["tonnes_per_person_per_year"], json!(-0.083_333));
    assert!(value["required"].get("tonnes_per_year").is_none() && value["trend"].get("tonnes_per_year").is_none());
    assert_eq!(value["disagreement"], json!(false));
}

#[test]
fn without_a_baseline_only_the_trend_says_something() {
    let target = with(level(500.0, 2012), json!({"baseline": null}));
    let judged = City::new().reports(&[(2012, 600.0)]).target("goal", target).only();
    for field in ["required", "budget", "growth_ratio", "within_reports", "like_for_like"] {
        assert_eq!(absent(&judged, field), Some(AbsentReason::NoBaseline), "{field}");
    }
    assert_eq!(absent(&judged, "disagreement"), Some(AbsentReason::TargetYearReached));
}

#[test]
fn agreement_is_not_claimed_where_nothing_could_disagree() {
    let city = || City::new().base(2000, 1_000.0).target("goal", cut(50.0, 2030));
    // A budget of the year judged alone says what the verdict says.
    let alone = city().reports(&[(2010, 800.0)]).only();
    assert_eq!((alone.course, alone.disagreement), (Some(Course::OnTrack), None));
    assert_eq!(absent(&alone, "disagreement"), Some(AbsentReason::NoSecondOpinion));
    assert_eq!(city().reports(&[(2009, 820.0), (2010, 800.0)]).only().disagreement, Some(false));
    // A budget cannot say that a target missed so far will be met; only a trend can.
    let behind = city().reports(&[(2009, 900.0), (2010, 880.0)]).only();
    assert_eq!(
        (behind.course, absent(&behind, "disagreement")),
        (Some(Course::Behind), Some(AbsentReason::NoSecondOpinion))
    );
    // Above the baseline still, and falling fast.
    let falling = [(2010, 1_900.0), (2012, 1_710.0), (2014, 1_520.0), (2016, 1_310.0), (2018, 1_110.0)];
    let away = City::new().base(2000, 1_000.0).target("goal", cut(40.0, 2035)).reports(&falling).only();
    assert_eq!((away.course, away.disagreement), (Some(Course::MovingAway), Some(true)));
}

#[test]
fn a_target_that_is_overdue_keeps_its_second_opinions() {
    let judged = los_angeles().target("goal", cut(50.0, 2023)).only();
    assert_eq!((judged.verdict.as_str(), judged.course), ("unreported", Some(Course::Behind)));
    assert!(judged.required.is_some() && judged.trend.is_some() && judged.budget.is_some());
    // Decided, nothing is left to be required.
    let decided = los_angeles().target("goal", cut(30.0, 2020)).only();
    let required = decided.required.as_ref().unwrap();
    assert!(required.tonnes_per_year.is_none() && required.achieved_tonnes_per_year.is_some());
    assert_eq!(absent(&decided, "required.tonnes_per_year"), Some(AbsentReason::TargetYearReached));
    assert_eq!(absent(&decided, "disagreement"), Some(AbsentReason::TargetYearReached));
}

#[test]
fn what_is_not_on_track_is_contradicted_by_a_likely_trend_alone() {
    let figures = [(2010, 1_000.0), (2012, 960.0), (2014, 920.0), (2016, 880.0), (2018, 840.0), (2020, 800.0)];
    let course = |target| {
        let judged = City::new().base(1990, 1_000.0).reports(&figures).target("goal", target).only();
        (judged.course, judged.trend.unwrap().meets_target, judged.disagreement)
    };
    assert_eq!(course(cut(40.0, 2040)), (Some(Course::Behind), Prospect::Likely, Some(true)));
    assert_eq!(course(cut(70.0, 2040)), (Some(Course::OffTrack), Prospect::Unlikely, Some(false)));
}

#[test]
fn being_on_track_is_contradicted_by_an_unlikely_trend() {
    // A steep fall long ago, and next to nothing since; the budget was never exceeded.
    let flat = [(2014, 642.0), (2016, 641.5), (2018, 641.0), (2020, 640.5), (2022, 640.0)];
    let judged = City::new().base(2000, 1_000.0).reports(&flat).target("goal", cut(50.0, 2030)).only();
    assert_eq!((judged.course, judged.disagreement), (Some(Course::OnTrack), Some(true)));
    assert_eq!(judged.trend.unwrap().meets_target, Prospect::Unlikely);
    assert!(judged.budget.unwrap().over_percent.unwrap().get() < 0.0);
}

#[test]
fn being_on_track_is_contradicted_by_a_budget_more_than_a_tenth_over() {
    // 750 t are allowed in 2021 and 700 t in 2022: 1,450 t in all, of which 145 t are a tenth.
    let judged = |first: f64| {
        let city = City::new().base(2010, 1_000.0).target("goal", cut(60.0, 2030));
        city.reports(&[(2021, first), (2022, 640.0)]).only()
    };
    let allowed = judged(700.0).budget.unwrap().allowed_tonnes.get();
    let most = allowed * 1.1 - 640.0;
    for (first, expected) in [(most - 0.01, false), (most + 0.01, true)] {
        let judged = judged((first * 1_000.0).round() / 1_000.0);
        assert_eq!((judged.course, judged.disagreement), (Some(Course::OnTrack), Some(expected)), "{first}");
    }
}

#[test]
fn being_on_track_is_contradicted_by_a_worse_course_within_the_reports_or_like_for_like() {
    let city = || City::new().base(2010, 1_000.0).target("goal", cut(50.0, 2030));
    // 286 t of 300 t are delivered; from 960 t, which the report of 2010 states, only 246 t of 288 t.
    let judged = city().reports(&[(2010, 960.0), (2022, 714.0)]).only();
    assert_eq!((judged.course, judged.disagreement), (Some(Course::OnTrack), Some(true)));
    assert_eq!(judged.within_reports.unwrap().course, Course::Behind);
    let same = city().reports(&[(2010, 1_000.0), (2022, 714.0)]).only();
    assert_eq!((same.within_reports.unwrap().course, same.disagreement), (Course::OnTrack, Some(false)));
    // The same figures, and 50 t of the baseline are on a line that the report does not estimate.
    let base = with(lined(json!({"I.1.1": 950, "II.1.1": 50})), json!({"year": 2010}));
    let city = City::new().baseline("base", base).target("goal", cut(50.0, 2030));
    let judged = city.report(2022, lined(json!({"I.1.1": 714, "II.1.1": "NE"}))).only();
    assert_eq!((judged.course, judged.disagreement), (Some(Course::OnTrack), Some(true)));
    assert_eq!(judged.like_for_like.unwrap().course, Some(Course::Behind));
}
