//! Every row of the table of verdicts.

use pledgewatch::method::{Assessment, Pathway, Point, Reason, Unit, Verdict, judge};
use serde_json::{Value, json};

use super::{City, cut, inventory, level, with, year};

fn ruled(assessment: &Assessment) -> (Verdict, Option<Reason>) {
    (assessment.verdict, assessment.reason)
}

/// A base of 1,000 t in 2000, a target and figures.
fn from_1000(target: Value, figures: &[(i32, f64)]) -> Assessment {
    City::new().base(2000, 1_000.0).reports(figures).target("goal", target).only()
}

#[test]
fn targets_that_bind_nobody_are_not_judged() {
    let cases = [
        (json!({"standing": "proposed"}), Reason::Proposed),
        (json!({"standing": "superseded"}), Reason::Superseded),
        (json!({"standing": "withdrawn"}), Reason::Withdrawn),
        (json!({"sector": "Buildings"}), Reason::SectorTarget),
        (json!({"sector": "Buildings", "standing": "proposed"}), Reason::Proposed),
    ];
    for (changes, reason) in cases {
        let judged = from_1000(with(cut(50.0, 2030), changes), &[(2010, 700.0)]);
        assert_eq!(ruled(&judged), (Verdict::NotJudged, Some(reason)));
        assert!(judged.baseline.is_none() && judged.judged.is_none() && judged.figures.is_empty());
        assert!(judged.target.target_tonnes.is_none() && judged.cautions.is_empty());
        assert_eq!(judged.target.reduction_percent.unwrap().get().to_string(), "50");
    }
    let in_law = from_1000(with(cut(50.0, 2030), json!({"standing": "in_law"})), &[(2010, 700.0)]);
    assert_eq!(in_law.verdict, Verdict::OnTrack);
}

#[test]
fn the_course_is_judged_by_its_pace() {
    // -50 % by 2030: by 2015 a reduction of 250 t is called for.
    let cases = [
        (1_000.0, Verdict::OffTrack),
        (1_000.1, Verdict::MovingAway),
        (850.1, Verdict::OffTrack),
        (850.0, Verdict::Behind),
        (762.6, Verdict::Behind),
        (762.5, Verdict::OnTrack),
        (750.0, Verdict::OnTrack),
        (500.0, Verdict::OnTrack),
        (0.0, Verdict::OnTrack),
    ];
    for (tonnes, verdict) in cases {
        assert_eq!(ruled(&from_1000(cut(50.0, 2030), &[(2015, tonnes)])), (verdict, None), "{tonnes}");
    }
}

#[test]
fn a_pathway_that_allows_growth_is_judged_by_its_excess() {
    // 1,200 t in 2030: by 2015 1,100 t are allowed.
    for (tonnes, verdict) in [
        (900.0, Verdict::OnTrack),
        (1_100.0, Verdict::OnTrack),
        (1_100.1, Verdict::Behind),
        (1_155.0, Verdict::Behind),
        (1_155.1, Verdict::OffTrack),
    ] {
        let judged = from_1000(level(1_200.0, 2030), &[(2015, tonnes)]);
        assert_eq!(ruled(&judged), (verdict, None), "{tonnes}");
        assert!(judged.pace.is_none());
    }
}

#[test]
fn a_level_equal_to_the_baseline_allows_what_was_emitted() {
    let judged = from_1000(level(1_000.0, 2030), &[(2015, 1_000.0)]);
    assert_eq!(judged.verdict, Verdict::OnTrack);
    assert!(judged.target_progress_percent.is_none());
}

#[test]
fn within_the_pledged_level_is_on_track_even_where_the_city_planned_to_be_lower() {
    let target = with(cut(50.0, 2030), json!({"milestones": [{"year": 2010, "tonnes": 300}]}));
    assert_eq!(from_1000(target, &[(2010, 480.0)]).verdict, Verdict::OnTrack);
}

/// Figures, the verdict, and the year that decides.
type Decided = (&'static [(i32, f64)], Verdict, i32);

#[test]
fn the_first_figure_for_the_target_year_or_later_decides() {
    let cases: [Decided; 5] = [
        (&[(2010, 500.0)], Verdict::Achieved, 2010),
        (&[(2010, 500.001)], Verdict::Missed, 2010),
        (&[(2009, 400.0), (2012, 510.0)], Verdict::Missed, 2012),
        (&[(2012, 450.0), (2013, 600.0)], Verdict::Achieved, 2012),
        (&[(2012, 600.0), (2013, 450.0)], Verdict::Missed, 2012),
    ];
    for (figures, verdict, judged_year) in cases {
        let judged = from_1000(cut(50.0, 2010), figures);
        assert_eq!(ruled(&judged), (verdict, None), "{figures:?}");
        assert_eq!(judged.judged.unwrap().year.get(), judged_year);
    }
}

#[test]
fn a_city_exactly_at_its_target_has_met_it_whatever_the_last_bit_says() {
    for tenths in 1_u32..1_000 {
        let percent = f64::from(tenths) / 10.0;
        let figure = f64::from(1_000 - tenths);
        let judged = from_1000(cut(percent, 2010), &[(2010, figure)]);
        assert_eq!(judged.verdict, Verdict::Achieved, "{percent} %");
    }
}

#[test]
fn little_called_for_so_early_is_too_early_but_shown() {
    let judged = from_1000(cut(50.0, 2050), &[(2004, 1_100.0)]);
    assert_eq!(ruled(&judged), (Verdict::InsufficientData, Some(Reason::TooEarly)));
    assert!(judged.judged.is_some() && judged.pace.is_some() && judged.gap_percent.is_some());
    let absent: Vec<&str> = judged.absent.iter().map(|absent| absent.field).collect();
    assert_eq!(absent, ["trend", "disagreement"]);
    // Five years after the base year, or with 5 % called for, it is judged.
    assert_eq!(from_1000(cut(10.0, 2050), &[(2005, 1_100.0)]).verdict, Verdict::MovingAway);
    assert_eq!(from_1000(cut(50.0, 2040), &[(2004, 1_100.0)]).verdict, Verdict::MovingAway);
    // At or below the target it is never too early.
    assert_eq!(from_1000(cut(10.0, 2050), &[(2002, 850.0)]).verdict, Verdict::OnTrack);
}

#[test]
fn without_a_baseline_or_a_report_data_are_insufficient() {
    let no_report = from_1000(cut(50.0, 2030), &[]);
    assert_eq!(ruled(&no_report), (Verdict::InsufficientData, Some(Reason::NoReport)));
    assert_eq!(no_report.baseline.as_ref().unwrap().tonnes.kilograms(), 1_000_000);
    assert_eq!(no_report.pathway.len(), 2);
    let only_earlier = from_1000(cut(50.0, 2030), &[(1999, 900.0), (2000, 1_000.0)]);
    assert_eq!(only_earlier.reason, Some(Reason::NoReport));
    for target in
        [cut(50.0, 2030), level(500.0, 2030), with(cut(50.0, 2030), json!({"baseline": null, "base_year": 2001}))]
    {
        let judged = City::new().reports(&[(2010, 900.0)]).target("goal", target).only();
        assert_eq!(ruled(&judged), (Verdict::InsufficientData, Some(Reason::NoBaseline)));
        assert_eq!(judged.figures.len(), 1);
    }
}

#[test]
fn a_baseline_without_the_level_is_not_comparable() {
    let base = with(inventory(1.0), json!({"year": 2000, "totals": {"own": 1_000}}));
    let judged = City::new().baseline("base", base).reports(&[(2010, 900.0)]).target("goal", cut(50.0, 2030)).only();
    assert_eq!(ruled(&judged), (Verdict::NotComparable, Some(Reason::BaselineNoFigureAtLevel)));
    assert!(judged.baseline.is_none());
}

#[test]
fn a_report_serves_as_baseline() {
    let target = with(cut(50.0, 2030), json!({"baseline": null, "base_year": 2005}));
    let judged = City::new().reports(&[(2005, 1_000.0), (2010, 900.0)]).target("goal", target.clone()).only();
    // 100 t of (5 of 25 years, 500 t) 100 t.
    assert_eq!(judged.verdict, Verdict::OnTrack);
    assert_eq!(judged.verdict, Verdict::OnTrack);
    let baseline = judged.baseline.unwrap();
    assert_eq!((baseline.id, baseline.year), (None, year(2005)));
    let zero = City::new().reports(&[(2005, 0.0), (2010, 900.0)]).target("goal", target).only();
    assert_eq!(ruled(&zero), (Verdict::InsufficientData, Some(Reason::BaselineNotPositive)));
}

#[test]
fn a_level_that_names_no_base_is_anchored_at_the_first_report_above_zero() {
    let target = with(level(500.0, 2030), json!({"baseline": null}));
    let figures = [(2003, 0.0), (2005, 1_000.0), (2015, 800.0)];
    let judged = City::new().reports(&figures).target("goal", target.clone()).only();
    assert_eq!(judged.verdict, Verdict::OnTrack);
    assert_eq!(judged.baseline.unwrap().year, year(2005));
    let none = City::new().target("goal", target).only();
    assert_eq!(ruled(&none), (Verdict::InsufficientData, Some(Reason::NoBaseline)));
}

#[test]
fn a_level_without_any_anchor_can_only_be_achieved_or_missed() {
    let target = with(level(500.0, 2010), json!({"baseline": null}));
    for (tonnes, verdict) in [(500.0, Verdict::Achieved), (600.0, Verdict::Missed)] {
        let judged = City::new().reports(&[(2012, tonnes)]).target("goal", target.clone()).only();
        assert_eq!(ruled(&judged), (verdict, None));
        assert_eq!(judged.expected_tonnes.unwrap().get().to_string(), "500");
        assert!(judged.pace.is_none() && judged.baseline.is_none());
    }
    // What may be offset is a share of a baseline that is not known.
    let offset = with(target, json!({"max_offset_percent": 10}));
    let judged = City::new().reports(&[(2012, 400.0)]).target("goal", offset).only();
    assert_eq!(judged.reason, Some(Reason::NoBaseline));
}

#[test]
fn a_restated_baseline_may_overtake_its_target() {
    let base = with(inventory(1_000.0), json!({"year": 2012}));
    let city = City::new().reports(&[(2015, 900.0)]).baseline("base", base);
    let judged = city.target("goal", cut(50.0, 2010)).only();
    assert_eq!(ruled(&judged), (Verdict::InsufficientData, Some(Reason::BaselineNotBeforeTarget)));
}

#[test]
fn a_target_per_person_is_judged_per_person() {
    let people = |tonnes: f64, people: i64| with(inventory(tonnes), json!({"population": people}));
    let target = with(
        cut(50.0, 2020),
        json!({"kind": "base_year_intensity",
        "milestones": [{"year": 2010, "tonnes": 7.5}]}),
    );
    let base = with(people(1_000.0, 100), json!({"year": 2000}));
    let city = City::new().baseline("base", base.clone()).target("goal", target.clone());
    // 8 t a person: more tonnes than in the base year, and still a reduction.
    let judged = city.report(2010, people(1_600.0, 200)).only();
    assert_eq!((judged.verdict, judged.unit), (Verdict::Behind, Unit::TonnesPerPerson));
    assert_eq!(judged.expected_tonnes_per_person.unwrap().get().to_string(), "7.5");
    assert_eq!(judged.pace.unwrap().get().to_string(), "0.8");
    let shown = judged.judged.unwrap();
    assert_eq!(shown.tonnes_per_person.unwrap().get().to_string(), "8");
    assert_eq!(shown.population.unwrap().get(), 200);
    let without = with(base, json!({"population": null}));
    let city = City::new().baseline("base", without).report(2010, people(1_600.0, 200)).target("goal", target);
    let judged = city.only();
    assert_eq!(ruled(&judged), (Verdict::InsufficientData, Some(Reason::NoPopulation)));
}

#[test]
fn a_scenario_and_an_offset_move_the_target() {
    let scenario = with(cut(30.0, 2030), json!({"kind": "baseline_scenario", "scenario_tonnes": 2_000}));
    let judged = from_1000(scenario, &[(2015, 1_200.0)]);
    assert_eq!(judged.target.target_tonnes.unwrap().get().to_string(), "1400");
    assert_eq!(judged.verdict, Verdict::OnTrack);
    let offset = with(cut(100.0, 2010), json!({"max_offset_percent": 10}));
    let judged = from_1000(offset, &[(2010, 100.0)]);
    assert_eq!(judged.target.target_tonnes.unwrap().get().to_string(), "100");
    assert_eq!(judged.verdict, Verdict::Achieved);
}

#[test]
fn the_numbers_stand_on_their_own() {
    let point = |y, amount| Point { year: year(y), amount };
    let pathway = Pathway::new(Some(point(2000, 1_000.0)), Vec::new(), point(2030, 400.0)).unwrap();
    let judged = judge(&pathway, &[point(1995, 1.0), point(2010, 850.0)], Unit::Tonnes).unwrap();
    assert_eq!((judged.verdict, judged.year), (Verdict::Behind, year(2010)));
    assert_eq!(judged.pace, Some(0.75));
    assert_eq!(judge(&pathway, &[point(2000, 1.0)], Unit::Tonnes), None);
    assert_eq!(Pathway::new(Some(point(2030, 1.0)), Vec::new(), point(2030, 400.0)), None);
}

#[test]
fn milestones_that_a_baseline_has_overtaken_are_left_out() {
    let target = with(level(500.0, 2030), json!({"baseline": null, "milestones": [{"year": 2008, "tonnes": 1}]}));
    let judged = City::new().reports(&[(2010, 1_000.0), (2020, 750.0)]).target("goal", target).only();
    let anchors: Vec<i32> = judged.pathway.iter().map(|anchor| anchor.year.get()).collect();
    assert_eq!(anchors, [2010, 2030]);
    assert_eq!(judged.verdict, Verdict::OnTrack);
}
