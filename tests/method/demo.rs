//! What is said of the demo cities, word for word.

use std::collections::BTreeMap;

use pledgewatch::method::{assess, explain, series, yardsticks};
use pledgewatch::record::change::Draft;
use pledgewatch::record::{Action, Cut, Dossier};

use super::{recorded_at, today};

/// The demo cities, as the service would record them.
pub fn dossiers() -> Vec<Dossier> {
    let mut dossiers: Vec<Dossier> = Vec::new();
    let mut revisions = BTreeMap::new();
    for (entry, sequence) in pledgewatch::demo::entries(today()).unwrap().into_iter().zip(1..) {
        if entry.key.city.is_none() {
            continue; // a network, which no judgement depends on
        }
        let action = if entry.reason.is_none() { Action::Create } else { Action::Revise };
        let revision = revisions.entry(entry.key.clone()).and_modify(|revision| *revision += 1).or_insert(1);
        let draft = Draft {
            actor: "demo".into(),
            key: entry.key,
            action,
            revision: *revision,
            after: Some(entry.record.body()),
            reason: entry.reason,
        };
        let change = draft.enter(sequence, recorded_at(), "0");
        match dossiers.iter_mut().find(|dossier| Some(&dossier.id) == change.key.city.as_ref()) {
            Some(dossier) => dossier.apply(&change).unwrap(),
            None => dossiers.push(Dossier::begin(&change).unwrap()),
        }
    }
    dossiers
}

#[test]
fn the_sentences_and_cautions_of_the_demo_cities() {
    let mut told = String::new();
    for dossier in dossiers() {
        let view = dossier.view(&Cut::default()).unwrap();
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
    let view = dossiers[0].view(&Cut::default()).unwrap();
    let assessed = assess(&view, today());
    let held = yardsticks(&view, today(), None, &assessed);
    let rows = series(&view, &assessed.targets[0].target.id, today()).unwrap();
    let rows: Vec<_> = rows.into_iter().filter(|row| [2020, 2025].contains(&row.year.get())).collect();
    insta::assert_json_snapshot!((&assessed.targets[0], held, rows));
}

#[test]
fn the_explanation_of_los_angeles() {
    let dossiers = dossiers();
    let view = dossiers[0].view(&Cut::default()).unwrap();
    let assessed = assess(&view, today());
    let told: Vec<String> = explain(&assessed.targets[0]).into_iter().map(|told| told.formula).collect();
    insta::assert_snapshot!(told.join("\n"));
}
