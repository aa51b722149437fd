//! The demo cities: how current they are, and what is said of them, word for word.

use std::collections::BTreeMap;

use chrono::Datelike;
use pledgewatch::method::{Verdict, assess, explain, series, yardsticks};
use pledgewatch::record::change::Draft;
use pledgewatch::record::{Action, AsOf, CityId, Dossier, Kind, Ledger};

use super::{assert_near, day, recorded_at, today};

/// The demo cities, as the service would record them.
pub fn dossiers() -> Vec<Dossier> {
    let (mut ledger, mut cities) = (Ledger::default(), Vec::new());
    let mut revisions = BTreeMap::new();
    for (entry, sequence) in pledgewatch::demo::records(today()).unwrap().into_iter().zip(1..) {
        let action = if entry.reason.is_none() { Action::Create } else { Action::Revise };
        let revision = revisions.entry(entry.key.clone()).and_modify(|revision| *revision += 1).or_insert(1);
        let draft = Draft {
            actor: "demo".into(),
            subject: entry.key.into(),
            action,
            revision: *revision,
            after: Some(entry.record.body()),
            reason: entry.reason,
        };
        let change = draft.into_entry(sequence, recorded_at(), "0");
        ledger.apply(&change).unwrap();
        cities.extend(change.subject.city().filter(|_| change.subject.kind() == Kind::City).cloned());
    }
    let mut dossier = |city: &CityId| ledger.cities.remove(city);
    cities.iter().filter_map(&mut dossier).collect()
}

#[test]
fn many_demo_cities_have_a_verdict_on_a_recent_figure() {
    use Verdict::{Achieved, Behind, Missed, MovingAway, OffTrack, OnTrack};
    let cities = dossiers();
    let current = cities.iter().filter(|city| {
        let view = city.present().unwrap();
        let newest = view.reports.keys().max().unwrap();
        let judged = assess(&view, today()).targets;
        newest.get() >= today().year() - 6
            && judged
                .iter()
                .any(|target| [OnTrack, Behind, OffTrack, MovingAway, Achieved, Missed].contains(&target.verdict))
    });
    assert!(current.count() >= 15);
    assert_eq!(cities.len(), 32);
    assert_eq!(cities[0].id.to_string(), "us-los-angeles");
}

#[test]
fn the_demo_says_where_each_figure_is_from_and_when_each_pledge_was_made() {
    for entry in pledgewatch::demo::records(today()).unwrap() {
        let body = entry.record.body();
        if entry.key.kind() == Kind::City {
            continue;
        }
        let others = body["also_stated"].as_array().into_iter().flatten();
        for source in others.map(|other| &other["source"]).chain([&body["source"]]) {
            assert!(source["url"].is_string() && source["publisher"].is_string(), "{:?}", entry.key);
        }
        if entry.key.kind() == Kind::Target {
            assert!(body["set_on"].is_string() && body["title"].is_string(), "{:?}", entry.key);
            assert_eq!(body["standing"] == "superseded", body["ended_on"].is_string(), "{:?}", entry.key);
        }
    }
}

#[test]
fn los_angeles_had_pledged_no_zero_in_2017() {
    let then = day(2017, 12, 31);
    let cities = dossiers();
    let view = cities[0].view(&AsOf { known_on: Some(then), ..AsOf::default() }).unwrap().unwrap();
    let judged = assess(&view, then).targets;
    let told: Vec<_> = judged.iter().map(|judged| (judged.target.id.to_string(), judged.verdict)).collect();
    let plan = ["2025-plan-2015", "2035-plan-2015", "2050-plan-2015"];
    assert_eq!(told, plan.map(|id| (id.to_owned(), Verdict::Behind)));
    // The way from 36.2 Mt in 1990 to -45 % in 2025, and 29,024,807 t in 2013.
    assert_near("expected", judged[0].gap.expected_tonnes.map(|n| n.get()), 25_495_142.857, 0.001);
    assert_near("pace", judged[0].pace.map(|n| n.get()), 0.670_275, 0.000_001);
}

#[test]
fn the_sentences_and_cautions_of_the_demo_cities() {
    let mut told = String::new();
    for dossier in dossiers() {
        let view = dossier.present().unwrap();
        let assessed = assess(&view, today());
        told.push_str(&format!("# {}\n", dossier.id));
        for target in &assessed.targets {
            told.push_str(&format!("\n{}: {}, {}\n", target.target.id, target.verdict, target.confidence));
            told.push_str(&format!("  {}\n", target.sentence));
            for caution in &target.cautions {
                told.push_str(&format!("  - {}: {}\n", caution.code, caution.detail));
            }
        }
        let held = yardsticks(&view, today(), None, &assessed);
        told.push_str(&format!("\nipcc_1_5c: {}\nipcc_2c: {}\n", held.ipcc_1_5c.sentence, held.ipcc_2c.sentence));
        told.push_str(&format!("race_to_zero: {}\n", held.race_to_zero.sentence));
        told.push_str(&format!("carbon_law: {}\n\n", held.carbon_law.sentence));
    }
    insta::assert_snapshot!(told);
}

#[test]
fn the_answer_of_los_angeles() {
    let dossiers = dossiers();
    let view = dossiers[0].present().unwrap();
    let assessed = assess(&view, today());
    let held = yardsticks(&view, today(), None, &assessed);
    let rows = series(&view, &assessed.targets[0].target.id, today()).unwrap();
    let rows: Vec<_> = rows.into_iter().filter(|row| [2020, 2025].contains(&row.year.get())).collect();
    insta::assert_json_snapshot!((&assessed.targets[0], held, rows));
}

#[test]
fn the_explanation_of_los_angeles() {
    let dossiers = dossiers();
    let view = dossiers[0].present().unwrap();
    let assessed = assess(&view, today());
    let told: Vec<String> = explain(&assessed.targets[0]).into_iter().map(|told| told.formula).collect();
    insta::assert_snapshot!(told.join("\n"));
}
