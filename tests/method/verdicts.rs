//! Every row of the table of verdicts.

use pledgewatch::method::{Assessment, CautionCode, Course, Reason, Verdict};
use serde_json::{Value, json};

use super::{City, absent, codes, cut, day, inventory, left_out, level, of, ruled, with, year};

/// A base of 1,000 t in 2010, a target and figures.
fn city(target: Value, figures: &[(i32, f64)]) -> City {
    City::new().base(2010, 1_000.0).reports(figures).target("goal", target)
}

fn from_1000(target: Value, figures: &[(i32, f64)]) -> Assessment {
    city(target, figures).only()
}

#[test]
fn targets_that_bind_nobody_are_not_judged() {
    let cases = [
        (json!({"standing": "proposed"}), Reason::Proposed),
        (json!({"standing": "superseded", "ended_on": "2024-05-01"}), Reason::Superseded),
        (json!({"standing": "withdrawn", "ended_on": 2024}), Reason::Withdrawn),
        (json!({"standing": "withdrawn"}), Reason::Withdrawn),
        (json!({"sector": "II"}), Reason::SectorWithoutLines),
        (json!({"sector": ["I.1.1", "II.1.1"]}), Reason::SectorWithoutLines),
        (json!({"sector": "II", "standing": "proposed"}), Reason::Proposed),
    ];
    for (changes, reason) in cases {
        let judged = from_1000(with(cut(50.0, 2030), changes), &[(2020, 700.0)]);
        assert_eq!(ruled(&judged), (Verdict::NotJudged, Some(reason)));
        assert!(judged.baseline.is_none() && judged.judged.is_none() && judged.figures.is_empty());
        assert!(judged.target.target_tonnes.is_none() && judged.cautions.is_empty() && judged.course.is_none());
        assert_eq!(judged.target.reduction_percent.unwrap().get().to_string(), "50");
    }
    let in_law = from_1000(with(cut(50.0, 2030), json!({"standing": "in_law"})), &[(2020, 700.0)]);
    assert_eq!(in_law.verdict, Verdict::OnTrack);
}

#[test]
fn a_fresh_figure_is_judged_by_its_course() {
    // -50 % by 2030: by 2020 a reduction of 250 t is called for.
    let cases = [
        (1_000.001, Verdict::MovingAway),
        (1_000.0, Verdict::OffTrack),
        (850.0, Verdict::Behind),
        (762.5, Verdict::OnTrack),
        (500.0, Verdict::OnTrack),
    ];
    for (tonnes, verdict) in cases {
        let judged = from_1000(cut(50.0, 2030), &[(2020, tonnes)]);
        assert_eq!(ruled(&judged), (verdict, None), "{tonnes}");
        assert_eq!(judged.course.unwrap().as_str(), verdict.as_str());
    }
}

#[test]
fn so_little_called_for_that_nothing_can_be_said_is_insufficient_but_shown() {
    let noise = from_1000(cut(5.0, 2050), &[(2020, 1_001.0)]);
    assert_eq!(ruled(&noise), (Verdict::InsufficientData, Some(Reason::WithinNoise)));
    assert_eq!(noise.course, Some(Course::WithinNoise));
    let early = City::new().base(2020, 1_000.0).target("goal", cut(50.0, 2060)).reports(&[(2023, 990.0)]).only();
    assert_eq!(ruled(&early), (Verdict::InsufficientData, Some(Reason::TooEarly)));
    assert_eq!(early.course, Some(Course::TooEarly));
    assert!(early.judged.is_some() && early.pace.is_some() && early.gap.gap_percent.is_some());
    let missing: Vec<&str> = early.absent.iter().map(|absent| absent.field).collect();
    assert_eq!(missing, ["trend", "within_reports", "like_for_like", "disagreement"]);
}

#[test]
fn a_figure_for_the_target_year_decides_to_the_kilogram() {
    let cases: [(&[(i32, f64)], Verdict); 4] = [
        (&[(2020, 500.0)], Verdict::Achieved),
        (&[(2020, 500.001)], Verdict::Missed),
        // Figures of other years say nothing beside it.
        (&[(2019, 600.0), (2020, 499.0), (2021, 700.0)], Verdict::Achieved),
        (&[(2019, 400.0), (2020, 501.0), (2021, 400.0)], Verdict::Missed),
    ];
    for (figures, verdict) in cases {
        let judged = from_1000(cut(50.0, 2020), figures);
        assert_eq!(ruled(&judged), (verdict, None), "{figures:?}");
        assert_eq!(judged.judged.unwrap().year, year(2020));
        assert_eq!((judged.course, judged.overdue_years), (None, None));
    }
}

#[test]
fn a_city_exactly_at_its_target_has_met_it_whatever_the_last_bit_says() {
    for tenths in 1_u32..1_000 {
        let percent = f64::from(tenths) / 10.0;
        let figure = f64::from(1_000 - tenths);
        let judged = from_1000(cut(percent, 2020), &[(2020, figure)]);
        assert_eq!(judged.verdict, Verdict::Achieved, "{percent} %");
    }
}

#[test]
fn a_target_year_without_a_figure_is_decided_by_those_within_three_years_on_either_side() {
    let decided = |figures: &[(i32, f64)]| {
        let judged = from_1000(cut(50.0, 2020), figures);
        assert_eq!(judged.verdict.is_decided(), codes(&judged).contains(&CautionCode::TargetYearSkipped));
        (judged.verdict, judged.judged.map(|figure| figure.year.get()))
    };
    let (achieved, missed, open) = (Verdict::Achieved, Verdict::Missed, Verdict::Unreported);
    assert_eq!(decided(&[(2017, 500.0), (2023, 500.0)]), (achieved, Some(2023)));
    assert_eq!(decided(&[(2017, 500.001), (2023, 500.001)]), (missed, Some(2023)));
    // One at or below and one above: nobody knows.
    assert_eq!(decided(&[(2019, 500.001), (2021, 500.0)]), (open, Some(2019)));
    assert_eq!(decided(&[(2019, 500.0), (2021, 500.001)]), (open, Some(2019)));
    // One side alone, or four years away, tells nothing.
    assert_eq!(decided(&[(2019, 450.0)]), (open, Some(2019)));
    assert_eq!(decided(&[(2021, 450.0)]), (open, None));
    assert_eq!(decided(&[(2016, 450.0), (2021, 450.0)]), (open, Some(2016)));
    assert_eq!(decided(&[(2019, 450.0), (2024, 450.0)]), (open, Some(2019)));
    // Of several the nearest on each side count.
    let many = [(2017, 450.0), (2018, 600.0), (2022, 610.0), (2023, 450.0)];
    assert_eq!(decided(&many), (missed, Some(2022)));
}

#[test]
fn a_skipped_year_is_decided_by_figures_after_the_base_year_only() {
    let judged = |figures: &[(i32, f64)]| {
        City::new().base(2019, 400.0).reports(figures).target("goal", level(300.0, 2020)).only().verdict
    };
    // The base year itself, and what lies before it, is no figure before the target year.
    assert_eq!(judged(&[(2018, 500.0), (2021, 390.0)]), Verdict::Unreported);
    let judged = City::new().base(2018, 400.0).reports(&[(2019, 390.0), (2021, 390.0)]);
    assert_eq!(judged.target("goal", level(300.0, 2020)).only().verdict, Verdict::Missed);
}

#[test]
fn once_the_target_year_has_ended_nothing_else_is_said_without_its_figure() {
    let due = |on| city(cut(50.0, 2020), &[(2015, 740.0)]).judged_on(on).targets.remove(0);
    let before = due(day(2020, 12, 31));
    assert_eq!((before.verdict, before.overdue_years), (Verdict::OnTrack, None));
    for (on, overdue) in [(day(2021, 1, 1), 0), (day(2021, 12, 31), 0), (day(2022, 1, 1), 1), (day(2031, 1, 1), 10)] {
        let judged = due(on);
        assert_eq!(ruled(&judged), (Verdict::Unreported, None), "{on}");
        assert_eq!((judged.course, judged.overdue_years), (Some(Course::OnTrack), Some(overdue)), "{on}");
        // The figures stand under the course.
        assert_eq!(judged.judged.unwrap().year, year(2015));
        assert!(judged.pace.is_some() && judged.required.is_some());
    }
    // Also when nothing was ever reported.
    let nothing = city(cut(50.0, 2020), &[]).judged_on(day(2026, 1, 1)).targets.remove(0);
    assert_eq!((nothing.verdict, nothing.overdue_years, nothing.course), (Verdict::Unreported, Some(5), None));
    assert!(nothing.judged.is_none());
    // A course that says nothing is no verdict either.
    let noise = from_1000(cut(5.0, 2024), &[(2015, 1_001.0)]);
    assert_eq!((ruled(&noise), noise.course), ((Verdict::Unreported, None), Some(Course::WithinNoise)));
}

#[test]
fn a_figure_of_more_than_six_years_ago_says_nothing_of_today() {
    let judged = |on| city(cut(50.0, 2030), &[(2020, 700.0)]).judged_on(on).targets.remove(0);
    assert_eq!(judged(day(2026, 12, 31)).verdict, Verdict::OnTrack, "six years");
    let old = judged(day(2027, 1, 1));
    assert_eq!((ruled(&old), old.course), ((Verdict::Outdated, None), Some(Course::OnTrack)));
    assert!(old.judged.is_some() && old.pace.is_some() && old.overdue_years.is_none());
    // Once its year has ended it is unreported, however old the figure.
    assert_eq!(judged(day(2031, 1, 1)).verdict, Verdict::Unreported);
    let noise = city(cut(5.0, 2050), &[(2015, 1_001.0)]).only();
    assert_eq!((ruled(&noise), noise.course), ((Verdict::Outdated, None), Some(Course::WithinNoise)));
}

#[test]
fn without_a_baseline_or_a_report_data_are_insufficient() {
    let no_report = from_1000(cut(50.0, 2030), &[]);
    assert_eq!(ruled(&no_report), (Verdict::InsufficientData, Some(Reason::NoReport)));
    assert_eq!(no_report.baseline.as_ref().unwrap().tonnes.kilograms(), 1_000_000);
    assert_eq!(no_report.pathway.len(), 2);
    let only_earlier = from_1000(cut(50.0, 2030), &[(2009, 900.0), (2010, 1_000.0)]);
    assert_eq!(only_earlier.reason, Some(Reason::NoReport));
    for target in
        [cut(50.0, 2030), level(500.0, 2030), with(cut(50.0, 2030), json!({"baseline": null, "base_year": 2001}))]
    {
        let judged = City::new().reports(&[(2020, 900.0)]).target("goal", target).only();
        assert_eq!(ruled(&judged), (Verdict::InsufficientData, Some(Reason::NoBaseline)));
        assert_eq!(judged.figures.len(), 1);
    }
    // Also once its year has ended: without a baseline it cannot be said what was to be reported.
    let due = City::new().reports(&[(2020, 900.0)]).target("goal", cut(50.0, 2020)).only();
    assert_eq!(ruled(&due), (Verdict::InsufficientData, Some(Reason::NoBaseline)));
}

#[test]
fn a_baseline_without_the_level_is_not_comparable() {
    let base = with(inventory(1.0), json!({"year": 2010, "totals": {"own": 1_000}}));
    let city = City::new().baseline("base", base).target("goal", cut(50.0, 2030));
    assert_eq!(city.only().reason, Some(Reason::NoReport), "nothing is there to be compared yet");
    let judged = city.reports(&[(2020, 900.0)]).only();
    assert_eq!(ruled(&judged), (Verdict::NotComparable, Some(Reason::BaselineNoFigureAtLevel)));
    assert!(judged.baseline.is_none());
}

/// A report by another protocol than the baselines here.
fn other(tonnes: f64) -> Value {
    with(inventory(tonnes), json!({"protocol": "ipcc"}))
}

#[test]
fn where_all_reports_are_left_out_the_reason_of_the_latest_is_told() {
    let own = json!({"totals": {"own": 800}, "source": {"title": "Test"}});
    let city = city(cut(50.0, 2030), &[]).report(2019, other(800.0)).report(2020, own);
    assert_eq!(ruled(&city.only()), (Verdict::NotComparable, Some(Reason::NoFigureAtLevel)));
    let city = city.report(2021, other(800.0));
    let judged = city.only();
    assert_eq!(ruled(&judged), (Verdict::NotComparable, Some(Reason::ProtocolDiffers)));
    assert_eq!(left_out(&judged).len(), 3);
    assert!(judged.baseline.is_some() && judged.judged.is_none() && judged.course.is_none());
    assert!(judged.milestones.is_empty());
    // A report before the base year is no report after it.
    let earlier = City::new().base(2010, 1_000.0).target("goal", cut(50.0, 2030)).report(2009, other(800.0));
    assert_eq!(ruled(&earlier.only()), (Verdict::InsufficientData, Some(Reason::NoReport)));
}

#[test]
fn a_left_out_report_for_the_target_year_forbids_to_say_that_none_is_recorded() {
    let judged = city(cut(50.0, 2020), &[(2019, 600.0)]).report(2020, other(480.0)).only();
    assert_eq!(ruled(&judged), (Verdict::NotComparable, Some(Reason::ProtocolDiffers)));
    // Those on either side do not decide it either.
    let beside = city(cut(50.0, 2020), &[(2019, 400.0), (2021, 400.0)]).report(2020, other(480.0)).only();
    assert_eq!(ruled(&beside), (Verdict::NotComparable, Some(Reason::ProtocolDiffers)));
}

#[test]
fn a_left_out_later_report_forbids_to_call_the_figures_old() {
    let judged = |target: &Value, latest: i32, later: i32| {
        city(target.clone(), &[(latest, 700.0)]).report(later, other(690.0)).only()
    };
    let hidden = (Verdict::NotComparable, Some(Reason::ProtocolDiffers));
    assert_eq!(ruled(&judged(&cut(50.0, 2030), 2019, 2022)), hidden, "seven years old");
    assert_eq!(ruled(&judged(&cut(50.0, 2030), 2020, 2022)), (Verdict::OnTrack, None), "six years old");
    assert_eq!(ruled(&judged(&cut(50.0, 2030), 2019, 2018)), (Verdict::Outdated, None), "an earlier one hides nothing");
    assert_eq!(ruled(&judged(&cut(50.0, 2023), 2019, 2022)), hidden, "nor is it unreported");
    assert_eq!(ruled(&judged(&cut(50.0, 2023), 2020, 2022)), (Verdict::Unreported, None));
    // What is decided stays so.
    assert_eq!(ruled(&judged(&cut(50.0, 2019), 2019, 2022)), (Verdict::Missed, None));
}

#[test]
fn a_report_serves_as_baseline() {
    let target = with(cut(50.0, 2030), json!({"baseline": null, "base_year": 2010}));
    let judged = City::new().reports(&[(2010, 1_000.0), (2022, 680.0)]).target("goal", target.clone()).only();
    assert_eq!(judged.verdict, Verdict::OnTrack);
    let baseline = judged.baseline.unwrap();
    assert_eq!((baseline.id, baseline.year), (None, year(2010)));
    let zero = City::new().reports(&[(2010, 0.0), (2022, 900.0)]).target("goal", target).only();
    assert_eq!(ruled(&zero), (Verdict::InsufficientData, Some(Reason::BaselineNotPositive)));
}

#[test]
fn a_restated_baseline_may_overtake_its_target() {
    let base = with(inventory(1_000.0), json!({"year": 2012}));
    let city = City::new().reports(&[(2015, 900.0)]).baseline("base", base);
    let judged = city.target("goal", cut(50.0, 2010)).only();
    assert_eq!(ruled(&judged), (Verdict::InsufficientData, Some(Reason::BaselineNotBeforeTarget)));
}

#[test]
fn a_year_that_had_not_ended_on_the_day_does_not_exist() {
    let city = city(cut(50.0, 2030), &[(2018, 850.0), (2022, 690.0)]);
    let judged = city.judged_on(day(2022, 12, 31)).targets.remove(0);
    assert_eq!((judged.verdict, judged.judged.unwrap().year), (Verdict::Behind, year(2018)));
    assert_eq!(judged.figures.len(), 1);
    let judged = city.judged_on(day(2023, 1, 1)).targets.remove(0);
    assert_eq!((judged.verdict, judged.judged.unwrap().year), (Verdict::OnTrack, year(2022)));
    // Nor does a baseline, or a report that is to serve as one.
    let before = city.judged_on(day(2010, 6, 1)).targets.remove(0);
    assert_eq!(ruled(&before), (Verdict::InsufficientData, Some(Reason::NoBaseline)));
    // A fiscal year has ended when its last day has.
    let fiscal = json!({"period": {"start": "2022-07-01", "end": "2023-06-30"}});
    let city = city.report(2022, with(inventory(690.0), fiscal));
    assert_eq!(city.judged_on(day(2023, 6, 30)).targets[0].figures.len(), 1);
    assert_eq!(city.judged_on(day(2023, 7, 1)).targets[0].figures.len(), 2);
}

#[test]
fn after_success_a_later_figure_above_the_target_is_a_rebound_not_a_miss() {
    let judged = from_1000(cut(50.0, 2020), &[(2020, 490.0), (2021, 500.0), (2022, 501.0)]);
    assert_eq!(judged.verdict, Verdict::Achieved);
    assert_eq!(super::years(&judged, CautionCode::Rebounded), [2022]);
    let missed = from_1000(cut(50.0, 2020), &[(2020, 510.0), (2021, 520.0)]);
    assert!(!codes(&missed).contains(&CautionCode::Rebounded));
}

#[test]
fn what_is_absent_without_numbers_says_why() {
    use pledgewatch::method::AbsentReason::{InsufficientData, NotComparable, NotJudged};
    let none = from_1000(cut(50.0, 2030), &[]);
    assert_eq!(
        (absent(&none, "judged_figure"), absent(&none, "pace")),
        (Some(InsufficientData), Some(InsufficientData))
    );
    let other = city(cut(50.0, 2030), &[]).report(2020, other(1.0)).only();
    assert_eq!((absent(&other, "judged_figure"), absent(&other, "trend")), (Some(NotComparable), Some(NotComparable)));
    let proposed = from_1000(with(cut(50.0, 2030), json!({"standing": "proposed"})), &[(2020, 700.0)]);
    assert_eq!((absent(&proposed, "baseline_figure"), absent(&proposed, "trend")), (Some(NotJudged), Some(NotJudged)));
    let several = city(cut(50.0, 2030), &[(2020, 700.0)]).target("later", cut(80.0, 2040)).assess();
    assert_eq!(of(&several, "later").verdict, Verdict::OnTrack);
}
