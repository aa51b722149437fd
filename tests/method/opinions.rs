//! Second opinions: required, trend, budget, growth ratio, disagreement.

use pledgewatch::method::{AbsentReason, Assessment, Fit, Point, Prospect, Verdict};
use serde_json::json;

use super::{City, assert_near, cut, inventory, level, with, year};

fn reason(assessment: &Assessment, field: &str) -> Option<AbsentReason> {
    assessment.absent.iter().find(|absent| absent.field == field).map(|absent| absent.reason)
}

fn los_angeles() -> City {
    City::named("Los Angeles").base(1990, 33_248_711.0).reports(&[
        (2013, 27_910_034.0),
        (2014, 30_966_322.0),
        (2015, 30_492_114.0),
        (2016, 27_201_138.0),
        (2017, 27_321_130.0),
        (2018, 25_306_043.0),
        (2019, 22_941_658.0),
        (2020, 21_049_331.0),
    ])
}

#[test]
fn los_angeles_comes_out_as_worked() {
    let judged = los_angeles().target("goal", cut(50.0, 2025)).only();
    let required = judged.required.unwrap();
    assert_near("required", required.tonnes_per_year.map(|n| n.get()), 884_995.1, 0.001);
    assert_near("rate", required.compound_percent_per_year.map(|n| n.get()), -4.610_339, 1e-6);
    assert_near("achieved", required.achieved_tonnes_per_year.map(|n| n.get()), 406_646.0, 0.001);
    let trend = judged.trend.unwrap();
    assert_eq!((trend.points, trend.meets_target), (8, Prospect::Uncertain));
    assert_near("slope", trend.tonnes_per_year.map(|n| n.get()), -1_233_172.167, 0.001);
    assert_near("trend", Some(trend.at_target_year.get()), 16_166_507.833, 0.001);
    assert_eq!((trend.low.get(), trend.high.get()), (8_862_458.244, 23_470_557.422));
    assert_near("Theil-Sen", trend.theil_sen_tonnes_per_year.map(|n| n.get()), -1_561_721.875, 0.001);
    let budget = judged.budget.unwrap();
    assert_near("emitted", Some(budget.emitted_tonnes.get()), 213_187_770.0, 0.001);
    assert_near("allowed", Some(budget.allowed_tonnes.get()), 165_293_591.829, 0.001);
    assert_near("over", budget.over_percent.map(|n| n.get()), 28.975_218, 1e-6);
    assert_near("growth ratio", judged.growth_ratio.map(|n| n.get()), 0.771_198, 1e-6);
    assert_eq!(judged.disagreement, Some(false));
}

#[test]
fn a_trend_needs_five_points_over_five_years() {
    let city = City::new().base(1990, 1_000.0).target("goal", cut(50.0, 2030));
    let four = city.reports(&[(2010, 900.0), (2012, 890.0), (2014, 880.0), (2016, 870.0)]);
    assert_eq!(reason(&four.only(), "trend"), Some(AbsentReason::TooFewPoints));
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
    assert_eq!(reason(&short.only(), "trend"), Some(AbsentReason::SpanTooShort));
    assert_eq!(short.reports(&[(2015, 860.0)]).only().trend.unwrap().points, 6);
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
    assert_eq!((judged.verdict, judged.disagreement), (Verdict::OnTrack, Some(true)));
    // Behind, but falling so fast that the target is likely met.
    let fast = [(2010, 1_000.0), (2012, 960.0), (2014, 920.0), (2016, 880.0), (2018, 840.0), (2020, 800.0)];
    let judged = City::new().base(2000, 1_000.0).reports(&fast).target("goal", cut(40.0, 2040)).only();
    assert_eq!((judged.verdict, judged.trend.unwrap().meets_target), (Verdict::OnTrack, Prospect::Likely));
    let judged = City::new().base(1990, 1_000.0).reports(&fast).target("goal", cut(40.0, 2040)).only();
    assert_eq!((judged.verdict, judged.disagreement), (Verdict::Behind, Some(true)));
}

#[test]
fn targets_a_person_have_no_budget_and_their_own_names() {
    let people = |tonnes: f64, people: i64| with(inventory(tonnes), json!({"population": people}));
    let target = with(cut(50.0, 2030), json!({"kind": "base_year_intensity"}));
    let city = City::new().baseline("base", with(people(1_000.0, 100), json!({"year": 2000}))).target("goal", target);
    let figures = [(2010, 980.0), (2012, 960.0), (2014, 940.0), (2016, 920.0), (2018, 900.0)];
    let judged = figures.iter().fold(city, |city, (y, tonnes)| city.report(*y, people(*tonnes, 120))).only();
    assert_eq!(reason(&judged, "budget"), Some(AbsentReason::PerPerson));
    let value = serde_json::to_value(&judged).unwrap();
    assert_eq!(value["required"]["tonnes_per_person_per_year"], json!(0.208_333));
    assert_eq!(value["required"]["achieved_tonnes_per_person_per_year"], json!(0.138_889));
    assert_eq!(value["trend"]["tonnes_per_person_per_year"], json!(-0.083_333));
    assert!(value["required"].get("tonnes_per_year").is_none() && value["trend"].get("tonnes_per_year").is_none());
    assert_eq!(value["disagreement"], json!(false));
}

#[test]
fn without_a_baseline_only_the_trend_says_something() {
    let target = with(level(500.0, 2010), json!({"baseline": null}));
    let judged = City::new().reports(&[(2012, 600.0)]).target("goal", target).only();
    for field in ["required", "budget", "growth_ratio"] {
        assert_eq!(reason(&judged, field), Some(AbsentReason::NoBaseline), "{field}");
    }
    assert_eq!(reason(&judged, "disagreement"), Some(AbsentReason::TargetYearReached));
}

#[test]
fn agreement_is_not_claimed_where_nothing_could_disagree() {
    let city = || City::new().base(2000, 1_000.0).target("goal", cut(50.0, 2030));
    // A budget of the year judged alone says what the verdict says.
    let alone = city().reports(&[(2010, 800.0)]).only();
    assert_eq!((alone.verdict, alone.disagreement), (Verdict::OnTrack, None));
    assert_eq!(reason(&alone, "disagreement"), Some(AbsentReason::NoSecondOpinion));
    assert_eq!(city().reports(&[(2009, 820.0), (2010, 800.0)]).only().disagreement, Some(false));
    // A budget cannot say that a target missed so far will be met; only a trend can.
    let behind = city().reports(&[(2009, 900.0), (2010, 880.0)]).only();
    assert_eq!(
        (behind.verdict, reason(&behind, "disagreement")),
        (Verdict::Behind, Some(AbsentReason::NoSecondOpinion))
    );
    // Above the baseline still, and falling fast.
    let falling = [(2010, 1_900.0), (2012, 1_710.0), (2014, 1_520.0), (2016, 1_310.0), (2018, 1_110.0)];
    let away = City::new().base(2000, 1_000.0).target("goal", cut(40.0, 2035)).reports(&falling).only();
    assert_eq!((away.verdict, away.disagreement), (Verdict::MovingAway, Some(true)));
}
