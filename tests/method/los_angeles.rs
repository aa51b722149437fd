//! Los Angeles, worked by hand: CDP 2021 targets, C40 GHG dashboard data of 30 May 2023.

use pledgewatch::method::{Assessment, CautionCode, Confidence, Course, LeftOutReason, Prospect, Reason, Verdict};
use serde_json::{Value, json};

use super::{City, assert_near, codes, cut, day, inventory, left_out, level, of, ruled, with};

const REPORTS: [(i32, f64); 8] = [
    (2013, 27_910_034.0),
    (2014, 30_966_322.0),
    (2015, 30_492_114.0),
    (2016, 27_201_138.0),
    (2017, 27_321_130.0),
    (2018, 25_306_043.0),
    (2019, 22_941_658.0),
    (2020, 21_049_331.0),
];

/// The inventories of 2013 to 2020 with a baseline for 1990.
fn measured_from(base: Value) -> City {
    City::named("Los Angeles").baseline("base", with(base, json!({"year": 1990}))).reports(&REPORTS)
}

pub fn los_angeles() -> City {
    measured_from(inventory(33_248_711.0))
}

fn set_in_2019(target: Value) -> Value {
    with(target, json!({"set_on": "2019-04-29"}))
}

/// Zero by 2050 with the other two targets as milestones.
fn by_way_of_both() -> Value {
    let steps = json!([{"year": 2035, "reduction_percent": 73}, {"year": 2025, "reduction_percent": 50}]);
    with(level(0.0, 2050), json!({"milestones": steps}))
}

/// The year of the figure; expected tonnes, gap in percent, pace; course.
fn check(judged: &Assessment, year: i32, [expected, gap, pace]: [f64; 3], course: Course) {
    assert_eq!(judged.judged.as_ref().unwrap().year.get(), year);
    assert_near("expected", judged.gap.expected_tonnes.map(|n| n.get()), expected, 0.1);
    assert_near("gap", judged.gap.gap_percent.map(|n| n.get()), gap, 0.01);
    assert_near("pace", judged.pace.map(|n| n.get()), pace, 0.0001);
    assert_eq!(judged.course, Some(course));
}

#[test]
fn the_targets_of_2019_come_out_as_worked() {
    let assessed = los_angeles()
        .target("half", set_in_2019(cut(50.0, 2025)))
        .target("most", set_in_2019(cut(73.0, 2035)))
        .target("zero", set_in_2019(level(0.0, 2050)))
        .assess();
    let judged = |id: &str| of(&assessed, id);
    check(&judged("half"), 2020, [18_999_263.4, 10.79, 0.8561], Course::Behind);
    assert_eq!((ruled(&judged("half")), judged("half").overdue_years), ((Verdict::Unreported, None), Some(0)));
    check(&judged("most"), 2020, [17_067_671.6, 23.33, 0.7539], Course::Behind);
    assert_eq!(ruled(&judged("most")), (Verdict::Behind, None));
    check(&judged("zero"), 2020, [16_624_355.5, 26.62, 0.7338], Course::Behind);
    assert_eq!(ruled(&judged("zero")), (Verdict::Behind, None));
    assert_eq!(assessed.headline.unwrap().as_str(), "zero");
}

#[test]
fn zero_by_way_of_both_others_comes_out_as_worked() {
    let judged = los_angeles().target("goal", by_way_of_both()).only();
    check(&judged, 2020, [18_999_263.4, 10.79, 0.8561], Course::Behind);
    assert_eq!(ruled(&judged), (Verdict::Behind, None));
    let steps: Vec<(i32, &str)> = judged.milestones.iter().map(|it| (it.year.get(), it.verdict.as_str())).collect();
    assert_eq!(steps, [(2025, "unreported"), (2035, "ahead")]);
}

#[test]
fn what_was_known_of_2016_is_off_track() {
    let city = los_angeles().target("goal", level(0.0, 2050));
    let known = city.through_judged_on(2016, day(2017, 12, 31)).targets.remove(0);
    check(&known, 2016, [18_840_936.2, 44.37, 0.4197], Course::OffTrack);
    assert_eq!(ruled(&known), (Verdict::OffTrack, None));
    // The fall that was told is that of one year.
    let [before, after] = [30_492_114.0, 27_201_138.0_f64];
    assert_near("2016", Some(100.0 * (before - after) / before), 10.8, 0.1);
}

#[test]
fn half_by_2025_has_the_second_opinions_as_worked() {
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
    assert_eq!((budget.from.get(), budget.to.get(), budget.interpolated_years), (2013, 2020, 0));
    assert_near("emitted", Some(budget.emitted_tonnes.get()), 213_187_770.0, 0.001);
    assert_near("allowed", Some(budget.allowed_tonnes.get()), 165_293_591.829, 0.001);
    assert_near("over", budget.over_percent.map(|n| n.get()), 28.975_218, 1e-6);
    assert_near("growth ratio", judged.growth_ratio.map(|n| n.get()), 0.771_198, 1e-6);
    assert_eq!(judged.disagreement, Some(false));
}

#[test]
fn half_by_2025_is_told_the_year_first() {
    let judged = los_angeles().target("goal", cut(50.0, 2025)).only();
    assert_eq!(
        judged.sentence,
        "No figure for 2025 is recorded. In 2020 Los Angeles was behind: it emitted 21.0 Mt CO2e, 10.8 % above its \
         pathway to halving 1990 emissions by 2025."
    );
    assert_eq!(codes(&judged), [CautionCode::Stale, CautionCode::PandemicYear, CautionCode::SeriesUndeclared]);
    assert_eq!(judged.confidence, Confidence::Medium);
    assert_eq!(judged.target.target_tonnes.unwrap().get(), 16_624_355.5);
}

#[test]
fn from_2027_on_nothing_is_said_without_a_newer_figure() {
    let city = los_angeles()
        .target("half", cut(50.0, 2025))
        .target("most", cut(73.0, 2035))
        .target("zero", level(0.0, 2050))
        .target("both", by_way_of_both());
    let said = |on| city.judged_on(on).targets.into_iter().map(|target| target.verdict).collect::<Vec<_>>();
    let (behind, outdated, unreported) = (Verdict::Behind, Verdict::Outdated, Verdict::Unreported);
    assert_eq!(said(day(2026, 12, 31)), [behind, unreported, behind, behind]);
    assert_eq!(said(day(2027, 1, 1)), [outdated, unreported, outdated, outdated]);
}

#[test]
fn the_older_plan_with_another_accounting_is_not_comparable() {
    // 54.1 Mt would make the figure of 2020 look like -61 %.
    let by_another_protocol = with(inventory(54_100_000.0), json!({"protocol": "national"}));
    let by_its_own_definition = with(inventory(0.0), json!({"totals": {"own": 54_100_000}}));
    for (base, level, reason) in [
        (by_another_protocol, "basic", LeftOutReason::ProtocolDiffers),
        (by_its_own_definition, "own", LeftOutReason::NoFigureAtLevel),
    ] {
        let target = with(cut(35.0, 2030), json!({"level": level}));
        let judged = measured_from(base).target("goal", target).only();
        assert_eq!(ruled(&judged), (Verdict::NotComparable, Some(Reason::from(reason))));
        assert_eq!(left_out(&judged), REPORTS.map(|(year, _)| (year, reason)));
        assert!(judged.pace.is_none());
    }
}

#[test]
fn a_baseline_that_the_inventory_of_its_year_contradicts_is_not_comparable() {
    let city = measured_from(inventory(54_100_000.0)).report(1990, inventory(33_248_711.0));
    let judged = city.target("goal", cut(35.0, 2030)).only();
    assert_eq!(ruled(&judged), (Verdict::NotComparable, Some(Reason::BaselineContradicted)));
    // The same pledge, measured within the inventories.
    let within = judged.within_reports.unwrap();
    assert_eq!((within.base_tonnes.unwrap().get(), within.course), (33_248_711.0, Course::OnTrack));
}
