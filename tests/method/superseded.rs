//! What is no longer kept whole changes no judgement, of whatever moment.

use std::cell::Cell;

use chrono::{Days, NaiveDate};
use pledgewatch::answers::city_status;
use pledgewatch::record::change::{Change, Draft};
use pledgewatch::record::{Action, AsOf, Dossier, Kind, Ledger, RecordKey};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{day, today, with};

/// A state of one of the records: which, its figure, how its source is dated, whether it is withdrawn.
#[derive(Debug, Clone)]
struct Step {
    record: usize,
    figure: u32,
    published: Option<u64>,
    withdraws: bool,
    /// Days since the entry before.
    pause: u64,
}

const RECORDS: [(Kind, &str); 6] = [
    (Kind::City, "test-city"),
    (Kind::Baseline, "1990"),
    (Kind::Target, "goal"),
    (Kind::Report, "2010"),
    (Kind::Report, "2015"),
    (Kind::Statement, "statement"),
];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let published = prop_oneof![Just(None), (0..10_u64).prop_map(Some)];
    let withdraws = prop_oneof![12 => Just(false), 1 => Just(true)];
    let step = (1..RECORDS.len(), 0..3_u32, published, withdraws, 0..2_u64)
        .prop_map(|(record, figure, published, withdraws, pause)| Step { record, figure, published, withdraws, pause });
    proptest::collection::vec(step, 60..110)
}

/// A text of 8,000 bytes that no other state has.
fn text(sequence: i64) -> String {
    format!("{sequence:06}{}", "𝄞".repeat(1_990))
}

fn body(step: &Step, sequence: i64) -> Value {
    let figure = f64::from(1_000 + 40 * step.figure);
    let mut source = json!({"title": "A source", "locator": text(sequence)});
    if let Some(days) = step.published {
        source["published"] = json!((day(2026, 1, 1) + Days::new(20 * days)).to_string());
    }
    let explained = |line: &str| json!({"ref": line, "notation": "NE", "explanation": text(sequence)});
    let lines =
        json!([{"ref": "I.1.1", "tonnes": figure / 2.0}, explained("I.2.1"), explained("I.3.1"), explained("II.1.1")]);
    let inventory = json!({"totals": {"basic": figure}, "lines": lines, "source": source, "note": text(sequence)});
    match RECORDS[step.record].0 {
        Kind::City => json!({"name": "Exampleton", "country": "US"}),
        Kind::Baseline => with(inventory, json!({"year": 1990})),
        Kind::Target => json!({"kind": "base_year", "level": "basic", "baseline": "1990", "target_year": 2030,
            "reduction_percent": 30 + 10 * step.figure, "source": source, "note": text(sequence),
            "standing": if step.figure == 2 { "superseded" } else { "adopted" }}),
        Kind::Statement => json!({"text": text(sequence)}),
        _ => inventory,
    }
}

/// The entries that the steps make.
fn entries(steps: &[Step]) -> Vec<Change> {
    let first = Step { record: 0, figure: 0, published: None, withdraws: false, pause: 0 };
    let mut revisions = [(0, false); RECORDS.len()];
    let mut recorded_on = day(2026, 8, 1);
    let mut entries = Vec::new();
    for step in std::iter::once(&first).chain(steps) {
        let (revision, is_live) = &mut revisions[step.record];
        let withdraws = step.withdraws && *is_live;
        *revision += 1;
        recorded_on = recorded_on + Days::new(step.pause);
        let sequence = i64::try_from(entries.len() + 1).unwrap();
        let (kind, id) = RECORDS[step.record];
        let action = match (withdraws, *is_live) {
            (true, _) => Action::Withdraw,
            (false, true) => Action::Revise,
            (false, false) => Action::Create,
        };
        *is_live = !withdraws;
        let draft = Draft {
            actor: "test".into(),
            subject: RecordKey::read(kind, "test-city", id).unwrap().into(),
            action,
            revision: *revision,
            after: (!withdraws).then(|| body(step, sequence)),
            reason: Some(format!("Reason of {sequence}")),
        };
        entries.push(draft.into_entry(sequence, recorded_on.and_hms_opt(12, 0, 0).unwrap().and_utc(), "0"));
    }
    entries
}

/// The city that the entries make; all its states are kept whole if `keeps_all`.
fn made(log: &[Change], keeps_all: bool) -> Dossier {
    let mut ledger = Ledger::new(keeps_all);
    for change in log {
        ledger.apply(change).unwrap();
    }
    ledger.cities.remove("test-city").unwrap()
}

/// The dossier with all that it lacks for `cut`, read from the log.
fn restored(dossier: &Dossier, cut: &AsOf, log: &[Change]) -> Dossier {
    let mut restored = dossier.clone();
    for sequence in dossier.missing_entries(cut) {
        restored.restore(&log[usize::try_from(sequence - 1).unwrap()]).unwrap();
    }
    assert!(restored.missing_entries(cut).is_empty());
    restored
}

fn status(dossier: &Dossier, cut: &AsOf, on: NaiveDate) -> Value {
    serde_json::to_value(city_status::status(dossier, cut, on, None, true).unwrap()).unwrap()
}

fn cuts(last: i64) -> Vec<AsOf> {
    let sequences = (1..=last).step_by(7).map(|sequence| AsOf { sequence: Some(sequence), ..AsOf::default() });
    let days = (0..16).map(|step| day(2026, 1, 1) + Days::new(19 * step));
    let days = days.flat_map(|day| {
        let known = AsOf { known_on: Some(day), ..AsOf::default() };
        let recorded = AsOf { as_of: Some(day), ..AsOf::default() };
        [known, recorded, AsOf { sequence: Some(last / 2), ..known }]
    });
    sequences.chain(days).collect()
}

#[test]
fn what_is_not_kept_whole_changes_no_judgement() {
    let restorations = Cell::new(0);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(12)
    });
    let outcome = runner.run(&steps(), |steps| {
        let log = entries(&steps);
        let (whole, recent) = (made(&log, true), made(&log, false));
        // The present is not walked through state by state, and comes to the same.
        let last = AsOf { sequence: Some(whole.entries), ..AsOf::default() };
        let present = status(&whole, &last, today());
        prop_assert_eq!(&present, &status(&whole, &AsOf::default(), today()));
        prop_assert_eq!(&present, &status(&recent, &AsOf::default(), today()));
        for cut in cuts(whole.entries) {
            prop_assert_eq!(whole.missing_entries(&cut), Vec::<i64>::new());
            let missing = recent.missing_entries(&cut).len();
            restorations.set(restorations.get() + missing);
            prop_assert_eq!(city_status::status(&recent, &cut, today(), None, false).is_err(), missing > 0);
            let recent = restored(&recent, &cut, &log);
            prop_assert_eq!(status(&whole, &cut, today()), status(&recent, &cut, today()), "{:?}", cut);
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    assert!(restorations.get() > 100, "{} restored", restorations.get());
}
