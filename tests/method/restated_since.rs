//! Reports that became known before their baseline was restated.

use pledgewatch::method::{LeftOutReason, Reason, Verdict};
use serde_json::{Value, json};

use super::{City, cut, inventory, left_out, ruled, with};

/// No year.
const NONE: [i32; 0] = [];

fn base(tonnes: f64) -> Value {
    with(inventory(tonnes), json!({"year": 2010}))
}

/// The body with the day its source was published.
fn published(body: Value, on: &str) -> Value {
    with(body, json!({"source": {"title": "Test", "published": on}}))
}

/// The years left out because the baseline was restated since, with a target of -50 % by 2030.
fn restated(city: &City) -> Vec<i32> {
    let judged = city.clone().target("goal", cut(50.0, 2030)).only();
    assert!(left_out(&judged).iter().all(|(_, reason)| *reason == LeftOutReason::RestatedSince));
    left_out(&judged).into_iter().map(|(year, _)| year).collect()
}

#[test]
fn a_report_recorded_before_the_baseline_was_restated_is_left_out() {
    let city = City::new().baseline("base", base(1_000.0)).report(2020, inventory(700.0));
    assert_eq!(restated(&city), NONE);
    let city = city.baseline("base", base(1_400.0));
    assert_eq!(restated(&city), [2020]);
    let judged = city.clone().target("goal", cut(50.0, 2030)).only();
    assert_eq!(ruled(&judged), (Verdict::NotComparable, Some(Reason::RestatedSince)));
    let detail = judged.left_out[0].detail.as_deref().unwrap();
    assert_eq!(detail, "The baseline has been restated since, from 1.00 kt CO2e to 1.40 kt CO2e; the report has not.");
    // One recorded, or restated, after it is compared.
    let city = city.report(2021, inventory(900.0));
    assert_eq!(restated(&city), [2020]);
    assert_eq!(restated(&city.report(2020, inventory(980.0))), NONE);
}

#[test]
fn a_restatement_of_up_to_a_twentieth_of_todays_figure_is_none() {
    let city = |now: f64| {
        let city = City::new().baseline("base", base(950.0)).report(2020, inventory(700.0));
        restated(&city.baseline("base", base(now)))
    };
    assert_eq!(city(1_000.0), NONE, "50 t are 5 % of 1,000 t");
    assert_eq!(city(1_000.001), [2020]);
    let lower = City::new().baseline("base", base(1_050.0)).report(2020, inventory(700.0));
    assert_eq!(restated(&lower.clone().baseline("base", base(1_000.0))), NONE);
    assert_eq!(restated(&lower.baseline("base", base(999.999))), [2020]);
}

#[test]
fn without_an_earlier_revision_it_never_applies() {
    let city = City::new().report(2020, inventory(700.0)).baseline("base", base(1_000.0));
    assert_eq!(restated(&city), NONE, "the report first, then its baseline");
    // Nor when the days of the sources say that the report is older.
    let city = City::new().report(2020, published(inventory(700.0), "2021-05-01"));
    assert_eq!(restated(&city.baseline("base", published(base(1_000.0), "2024-05-01"))), NONE);
}

#[test]
fn the_revision_in_force_when_the_report_became_known_is_compared_with_todays() {
    // Restated and taken back: the report was made beside today's figure.
    let city = City::new().baseline("base", base(1_000.0)).report(2020, inventory(700.0));
    let city = city.baseline("base", base(1_400.0)).baseline("base", base(1_000.0));
    assert_eq!(restated(&city), NONE);
    // Made beside the figure in between, it is left out.
    let city = City::new().baseline("base", base(1_000.0)).baseline("base", base(1_400.0));
    let city = city.report(2020, inventory(700.0)).baseline("base", base(1_000.0));
    assert_eq!(restated(&city), [2020]);
}

#[test]
fn touching_a_note_helps_nobody() {
    let noted = |body: Value| with(body, json!({"note": "A note"}));
    let city = City::new().baseline("base", base(1_000.0)).report(2020, inventory(700.0));
    let city = city.baseline("base", base(1_400.0));
    // Neither does it bring a report up to date, nor a baseline back.
    assert_eq!(restated(&city.clone().report(2020, noted(inventory(700.0)))), [2020]);
    assert_eq!(restated(&city.baseline("base", noted(base(1_400.0)))), [2020]);
    // A note on a baseline restates nothing.
    let city = City::new().baseline("base", base(1_000.0)).report(2020, inventory(700.0));
    assert_eq!(restated(&city.baseline("base", noted(base(1_000.0)))), NONE);
}

#[test]
fn days_of_sources_go_before_the_order_of_the_log() {
    let old = published(base(1_000.0), "2012-05-01");
    let new = published(base(1_400.0), "2022-05-01");
    let report = |on: &str| published(inventory(700.0), on);
    // Recorded at once, as a file of past years is: what was published before the restatement is left out.
    let city = |report: Value| {
        let city = City::new().baseline("base", old.clone()).baseline("base", new.clone());
        restated(&city.report(2020, report))
    };
    assert_eq!(city(report("2022-04-30")), [2020]);
    assert_eq!(city(report("2022-05-01")), NONE, "the same day is together");
    assert_eq!(city(report("2023-05-01")), NONE);
    // Without a day on one side the order of the log decides.
    assert_eq!(city(inventory(700.0)), NONE);
    let late = City::new().baseline("base", old.clone()).report(2020, inventory(700.0)).baseline("base", new.clone());
    assert_eq!(restated(&late), [2020]);
    // The order of recording says nothing where both have a day.
    let first = City::new().report(2020, report("2023-05-01")).baseline("base", old).baseline("base", new);
    assert_eq!(restated(&first), NONE);
}

#[test]
fn a_report_that_serves_as_the_base_may_be_restated_too() {
    let target = with(cut(50.0, 2030), json!({"baseline": null, "base_year": 2010}));
    let city = City::new().report(2010, inventory(1_000.0)).report(2020, inventory(700.0));
    let city = city.report(2010, inventory(1_400.0)).target("goal", target);
    assert_eq!(left_out(&city.only()), [(2020, LeftOutReason::RestatedSince)]);
}

#[test]
fn within_one_series_reports_and_baseline_are_recalculated_together() {
    let series = |body: Value| with(body, json!({"series": "office-2026"}));
    let city = City::new().baseline("base", base(1_000.0)).report(2020, series(inventory(700.0)));
    assert_eq!(restated(&city.baseline("base", series(base(1_400.0)))), NONE);
}
