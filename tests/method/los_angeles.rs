//! Los Angeles, worked by hand: CDP 2021 targets, C40 GHG dashboard data of 30 May 2023.

use pledgewatch::method::{Assessment, CautionCode, Confidence, Reason, Verdict};
use serde_json::json;

use super::{City, assert_near, codes, cut, inventory, level, with};

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

fn los_angeles() -> City {
    City::named("Los Angeles").base(1990, 33_248_711.0).reports(&REPORTS)
}

/// Expected tonnes, gap in percent, pace.
fn check(judged: &Assessment, year: i32, verdict: Verdict, [expected, gap, pace]: [f64; 3]) {
    assert_eq!(judged.verdict, verdict);
    assert_eq!(judged.judged.as_ref().unwrap().year.get(), year);
    assert_near("expected", judged.expected_tonnes.map(|n| n.get()), expected, 0.1);
    assert_near("gap", judged.gap_percent.map(|n| n.get()), gap, 0.01);
    assert_near("pace", judged.pace.map(|n| n.get()), pace, 0.0001);
}

#[test]
fn half_by_2025_is_behind() {
    let judged = los_angeles().target("goal", cut(50.0, 2025)).only();
    check(&judged, 2020, Verdict::Behind, [18_999_263.4, 10.79, 0.8561]);
    assert_eq!(
        judged.sentence,
        "In 2020 Los Angeles emitted 21.0 Mt CO2e, 10.8 % above its pathway to halving 1990 emissions by 2025."
    );
    assert_eq!(codes(&judged), [CautionCode::Stale, CautionCode::TargetYearUnreported]);
    assert_eq!(judged.confidence, Confidence::Medium);
    assert_eq!(judged.target.target_tonnes.unwrap().get().to_string(), "16624355.5");
}

#[test]
fn the_other_targets_come_out_as_worked() {
    let cases = [
        (cut(73.0, 2035), [17_067_671.6, 23.33, 0.7539]),
        (level(0.0, 2050), [16_624_355.5, 26.62, 0.7338]),
        (
            with(
                level(0.0, 2050),
                json!({"milestones": [{"year": 2035, "reduction_percent": 73}, {"year": 2025, "reduction_percent": 50}]}),
            ),
            [18_999_263.4, 10.79, 0.8561],
        ),
    ];
    for (target, numbers) in cases {
        check(&los_angeles().target("goal", target).only(), 2020, Verdict::Behind, numbers);
    }
}

#[test]
fn what_was_known_of_2016_is_off_track() {
    let known = los_angeles().target("goal", level(0.0, 2050)).through(2016);
    check(&known.targets[0], 2016, Verdict::OffTrack, [18_840_936.2, 44.37, 0.4197]);
}

#[test]
fn the_older_plan_with_another_accounting_is_not_comparable() {
    let older = with(inventory(54_100_000.0), json!({"year": 1990, "protocol": "other"}));
    let judged = los_angeles().baseline("base", older).target("goal", cut(35.0, 2030)).only();
    assert_eq!((judged.verdict, judged.reason), (Verdict::NotComparable, Some(Reason::NoComparableReport)));
    assert_eq!(judged.left_out.len(), 8);
    assert!(judged.pace.is_none());
}
