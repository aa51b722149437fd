//! Every row of the table of courses, at its edges.

use pledgewatch::method::{Course, Pathway, Point, Unit, YearNumbers};
use serde_json::{Value, json};

use super::{City, cut, inventory, level, with, year};

use Course::{Behind, MovingAway, OffTrack, OnTrack, TooEarly, WithinNoise};

/// The course to `target` from a base of 1,000 t in 2000, by one figure.
fn course(target: &Value, y: i32, tonnes: f64) -> Course {
    let city = City::new().base(2000, 1_000.0).target("goal", target.clone());
    city.reports(&[(y, tonnes)]).only().course.unwrap()
}

fn check(target: &Value, y: i32, cases: &[(f64, Course)]) {
    for (tonnes, expected) in cases {
        assert_eq!(course(target, y, *tonnes), *expected, "{target} with {tonnes} t in {y}");
    }
}

#[test]
fn where_a_reduction_is_called_for_its_pace_decides() {
    // -50 % by 2030: by 2015 a reduction of 250 t is called for.
    let cases = [
        (1_000.001, MovingAway),
        (1_000.0, OffTrack),
        (850.001, OffTrack),
        (850.0, Behind),
        (762.501, Behind),
        (762.5, OnTrack),
        (500.001, OnTrack),
        (0.0, OnTrack),
    ];
    check(&cut(50.0, 2030), 2015, &cases);
}

#[test]
fn the_cut_offs_hold_for_every_decimal_fraction() {
    // A reduction of `share` kilograms for each 0.1 % pledged, of 500 called for by 2015: exactly 0.95 and 0.60 of it.
    for tenths in 60..=1_000_i32 {
        let target = cut(f64::from(tenths) / 10.0, 2030);
        let after = |share: i32, more: i32| f64::from(1_000_000 - share * tenths + more) / 1_000.0;
        check(&target, 2015, &[(after(475, 0), OnTrack), (after(475, 1), Behind)]);
        check(&target, 2015, &[(after(300, 0), Behind), (after(300, 1), OffTrack)]);
    }
}

#[test]
fn a_pace_is_given_a_relative_slack_of_a_billionth() {
    let point = |y, amount| Point { year: year(y), amount };
    // 10^9 t are called for by 2015: a billionth of that is a tonne.
    let pathway = Pathway::new(Some(point(2000, 4e9)), Vec::new(), point(2030, 2e9)).unwrap();
    let course = |actual: f64| {
        let numbers = YearNumbers::of(&pathway, point(2015, actual), Unit::Tonnes);
        numbers.course(&pathway, 0.03, Unit::Tonnes).unwrap()
    };
    assert_eq!(course(4e9 - 0.95e9 + 0.5), OnTrack);
    assert_eq!(course(4e9 - 0.95e9 + 2.0), Behind);
    assert_eq!(course(4e9 - 0.60e9 + 0.5), Behind);
    assert_eq!(course(4e9 - 0.60e9 + 1.0), OffTrack);
}

#[test]
fn within_the_pledged_level_it_is_on_track_even_where_the_city_planned_to_be_lower() {
    let target = with(cut(50.0, 2030), json!({"milestones": [{"year": 2010, "tonnes": 300}]}));
    check(&target, 2010, &[(500.0, OnTrack), (500.001, Behind)]);
    // Not where the target lets emissions rise: its level is no achievement yet.
    check(&level(1_200.0, 2030), 2010, &[(1_200.0, OffTrack)]);
}

#[test]
fn little_called_for_so_soon_is_too_early_unless_the_figure_is_far_away() {
    // -50 % by 2050: by 2004 a reduction of 40 t is called for.
    let cases = [(860.0, OnTrack), (860.001, TooEarly), (1_059.999, TooEarly), (1_060.0, MovingAway)];
    check(&cut(50.0, 2050), 2004, &cases);
    // At or below the target it is never too early.
    check(&cut(10.0, 2050), 2002, &[(900.0, OnTrack), (900.001, TooEarly)]);
    // 50 t called for are 5 % of the baseline.
    check(&cut(50.0, 2040), 2004, &[(1_001.0, MovingAway)]);
    check(&cut(49.999, 2040), 2004, &[(1_001.0, TooEarly)]);
    // After five years it is not early.
    check(&cut(40.0, 2050), 2005, &[(1_001.0, MovingAway)]);
    check(&cut(40.0, 2050), 2004, &[(1_001.0, TooEarly)]);
    // Where nothing is called for yet, or growth allowed, another row applies.
    let flat = with(cut(50.0, 2050), json!({"milestones": [{"year": 2004, "tonnes": 1_000}]}));
    check(&flat, 2003, &[(1_000.0, WithinNoise), (1_031.0, MovingAway)]);
    check(&level(1_500.0, 2050), 2004, &[(1_040.0, OnTrack), (1_041.0, Behind)]);
}

#[test]
fn keeping_to_a_pathway_that_asks_for_next_to_nothing_says_nothing() {
    // -10 % by 2050: by 2010 a reduction of 20 t is called for, which inventories cannot tell from none.
    let cases = [
        (970.0, OnTrack),
        (970.001, WithinNoise),
        (980.0, WithinNoise),
        (1_030.0, WithinNoise),
        (1_030.001, MovingAway),
    ];
    check(&cut(10.0, 2050), 2010, &cases);
    // A milestone above the baseline on the way to a reduction: growth of 20 t is allowed.
    let first_up = with(cut(50.0, 2050), json!({"milestones": [{"year": 2010, "tonnes": 1_020}]}));
    check(&first_up, 2010, &[(970.0, OnTrack), (1_020.0, WithinNoise), (1_030.0, WithinNoise), (1_030.001, OffTrack)]);
    // With 30 t called for, 3 % of the baseline, the pace decides.
    check(&cut(10.0, 2030), 2009, &[(1_000.001, MovingAway), (1_000.0, OffTrack), (971.5, OnTrack)]);
}

#[test]
fn a_level_at_or_above_the_baseline_is_kept_by_not_exceeding_the_pathway() {
    check(&level(1_000.0, 2030), 2015, &[(1_000.0, OnTrack), (1_000.001, WithinNoise), (1_030.001, MovingAway)]);
    // 1,040 t by 2040: 20 t more are allowed by 2020.
    check(&level(1_040.0, 2040), 2020, &[(1_020.0, OnTrack), (1_020.001, WithinNoise), (1_030.001, OffTrack)]);
}

#[test]
fn a_pathway_that_allows_growth_is_judged_by_its_excess() {
    // 1,200 t by 2030: by 2015 1,100 t are allowed.
    let cases = [(1_100.0, OnTrack), (1_100.001, Behind), (1_155.0, Behind), (1_155.001, OffTrack)];
    check(&level(1_200.0, 2030), 2015, &cases);
    // 30 t more allowed are 3 % of the baseline: exactly on the edge the excess counts.
    check(
        &level(1_060.0, 2030),
        2015,
        &[(1_030.0, OnTrack), (1_030.001, Behind), (1_081.5, Behind), (1_081.501, OffTrack)],
    );
}

#[test]
fn the_larger_uncertainty_of_both_counts_up_to_a_tenth() {
    let noise = |of_base: Value, of_report: Value, tonnes: f64| {
        let base = with(inventory(1_000.0), json!({"year": 2000, "uncertainty_percent": of_base}));
        let report = with(inventory(tonnes), json!({"uncertainty_percent": of_report}));
        let target = with(cut(50.0, 2050), json!({"milestones": [{"year": 2010, "tonnes": 1_000}]}));
        City::new().baseline("base", base).report(2010, report).target("goal", target).only().course.unwrap()
    };
    let none = Value::Null;
    for (of_base, of_report, percent) in [
        (none.clone(), none.clone(), 3.0),
        (json!(5), none.clone(), 5.0),
        (none.clone(), json!(5), 5.0),
        (json!(4), json!(7), 7.0),
        (json!(1), none, 1.0),
        (json!(10), json!(2), 10.0),
        (json!(60), json!(2), 10.0),
    ] {
        let most = 1_000.0 + 10.0 * percent;
        assert_eq!(noise(of_base.clone(), of_report.clone(), most), WithinNoise, "{percent} %");
        assert_eq!(noise(of_base.clone(), of_report.clone(), most + 0.001), MovingAway, "{percent} %");
        let least = 1_000.0 - 10.0 * percent;
        assert_eq!(noise(of_base.clone(), of_report.clone(), least + 0.001), WithinNoise, "{percent} %");
        assert_eq!(noise(of_base, of_report, least), OnTrack, "{percent} %");
    }
}

#[test]
fn a_person_is_judged_by_the_same_table() {
    let people = |tonnes: f64, people: i64| with(inventory(tonnes), json!({"population": people}));
    let city = City::new().baseline("base", with(people(1_000.0, 100), json!({"year": 2000})));
    let city = city.target("goal", with(cut(50.0, 2030), json!({"kind": "base_year_intensity"})));
    // 7.5 t a person are allowed in 2015; 0.95 of the reduction of 2.5 t leave 7.625 t.
    for (tonnes, expected) in [(1_525.0, OnTrack), (1_525.001, Behind), (1_700.0, Behind), (1_700.001, OffTrack)] {
        assert_eq!(city.clone().report(2015, people(tonnes, 200)).only().course, Some(expected), "{tonnes}");
    }
}

#[test]
fn without_a_comparable_year_between_there_is_no_course() {
    let city = || City::new().base(2000, 1_000.0).target("goal", cut(50.0, 2030));
    assert_eq!(city().only().course, None);
    assert_eq!(city().reports(&[(1999, 1_100.0), (2000, 1_000.0)]).only().course, None);
    let decided =
        City::new().base(2000, 1_000.0).target("goal", cut(50.0, 2010)).reports(&[(2009, 600.0), (2010, 490.0)]);
    assert_eq!(decided.only().course, None, "nor one once it is decided");
}

#[test]
fn the_numbers_stand_on_their_own() {
    let point = |y, amount| Point { year: year(y), amount };
    let pathway = Pathway::new(Some(point(2000, 1_000.0)), Vec::new(), point(2030, 400.0)).unwrap();
    let numbers = YearNumbers::of(&pathway, point(2010, 850.0), Unit::Tonnes);
    assert_eq!((numbers.expected, numbers.gap, numbers.pace), (800.0, 50.0, Some(0.75)));
    assert_eq!((numbers.delivered, numbers.called_for), (Some(150.0), Some(200.0)));
    assert_eq!((numbers.gap_percent, numbers.achieved_reduction_percent), (Some(6.25), Some(15.0)));
    assert_eq!(
        (numbers.target_progress_percent, numbers.course(&pathway, 0.03, Unit::Tonnes)),
        (Some(25.0), Some(Behind))
    );
    assert_eq!(Pathway::new(Some(point(2030, 1.0)), Vec::new(), point(2030, 400.0)), None);
    let alone = Pathway::new(None, Vec::new(), point(2030, 400.0)).unwrap();
    let numbers = YearNumbers::of(&alone, point(2031, 300.0), Unit::Tonnes);
    assert_eq!((numbers.expected, numbers.pace, numbers.course(&alone, 0.03, Unit::Tonnes)), (400.0, None, None));
}
