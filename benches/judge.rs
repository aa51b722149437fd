//! How long it takes to judge a city with everything: verdicts, second opinions, yardsticks, series, explanations.

use std::hint::black_box;

use chrono::{NaiveDate, TimeZone, Utc};
use criterion::{Criterion, criterion_group, criterion_main};
use pledgewatch::method::{assess, explain, explain_yardsticks, series, yardsticks};
use pledgewatch::record::change::Draft;
use pledgewatch::record::{Action, Dossier, Kind, Ledger, RecordKey, Slug};
use serde_json::{Value, json};

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).expect("a day")
}

/// A city with a baseline, 3 targets and 30 reports.
fn city(number: u32) -> Dossier {
    let id = Slug::new(&format!("city-{number}")).expect("a slug");
    let inventory = |tonnes: f64| json!({"totals": {"basic": tonnes}, "protocol": "gpc", "source": {"title": "Bench"}});
    let mut entries: Vec<(Kind, String, Value)> =
        vec![(Kind::City, id.to_string(), json!({"name": format!("City {number}"), "country": "US"}))];
    let base = 1e6 + f64::from(number);
    let mut baseline = inventory(base);
    baseline["year"] = json!(1990);
    entries.push((Kind::Baseline, "1990".to_owned(), baseline));
    for (percent, year) in [(50, 2030), (80, 2040), (100, 2050)] {
        let body = json!({"kind": "base_year", "level": "basic", "baseline": "1990", "reduction_percent": percent,
            "target_year": year, "standing": "adopted", "source": {"title": "Bench"}});
        entries.push((Kind::Target, format!("{year}-goal"), body));
    }
    for year in 1995..2025 {
        let wave = f64::from((year * 7 + 3) % 11) * 2_000.0;
        entries.push((Kind::Report, year.to_string(), inventory(base - f64::from(year - 1990) * 9_000.0 + wave)));
    }
    let recorded_at = Utc.with_ymd_and_hms(2026, 11, 1, 12, 0, 0).single().expect("a moment");
    let changes = entries.into_iter().zip(1..).map(|((kind, record, body), sequence)| {
        let subject = RecordKey::read(kind, id.as_str(), &record).expect("a key").into();
        let draft = Draft {
            actor: "bench".into(),
            subject,
            action: Action::Create,
            revision: 1,
            after: Some(body),
            reason: None,
        };
        draft.into_entry(sequence, recorded_at, "0")
    });
    let mut ledger = Ledger::default();
    for change in changes {
        ledger.apply(&change).expect("a valid record");
    }
    ledger.cities.remove(&id).expect("a dossier")
}

/// The verdicts alone, with second opinions and cautions.
fn verdicts(dossier: &Dossier) -> usize {
    let view = dossier.present().expect("a city");
    black_box(assess(&view, day())).targets.len()
}

/// Everything that can be asked of a city.
fn everything(dossier: &Dossier) -> usize {
    let view = dossier.present().expect("a city");
    let assessed = assess(&view, day());
    let held = yardsticks(&view, day(), None, &assessed);
    let rows: usize =
        view.targets.keys().filter_map(|id| series(&view, id, day())).map(|rows| black_box(rows).len()).sum();
    let told: usize = assessed.targets.iter().map(|target| black_box(explain(target)).len()).sum();
    rows + told + black_box(explain_yardsticks(&held, &assessed.targets)).len()
}

fn judge(criterion: &mut Criterion) {
    let one = city(0);
    criterion.bench_function("one city, verdicts and opinions", |bench| bench.iter(|| verdicts(black_box(&one))));
    criterion.bench_function("one city, everything", |bench| bench.iter(|| everything(black_box(&one))));
    let cities: Vec<Dossier> = (0..10_000).map(city).collect();
    let mut group = criterion.benchmark_group("10,000 cities");
    group.sample_size(10);
    group.bench_function("verdicts and opinions", |bench| bench.iter(|| cities.iter().map(verdicts).sum::<usize>()));
    group.bench_function("everything", |bench| bench.iter(|| cities.iter().map(everything).sum::<usize>()));
    group.finish();
}

criterion_group!(benches, judge);
criterion_main!(benches);
