//! What holds of every judgement, whatever the figures.

use pledgewatch::method::{
    Assessment, Fit, Line, Pathway, Point, Unit, Verdict, explain, explain_yardsticks, judge,
    least_absolute_deviations, theil_sen,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{City, cut, inventory, level, with, year};

fn point(y: i32, amount: f64) -> Point {
    Point { year: year(y), amount }
}

/// A base in 2000, milestones at some of the years between, a target in 2050.
fn pathways() -> impl Strategy<Value = Pathway> {
    let milestones = proptest::collection::btree_map(2001..2050_i32, 0.0..1e7_f64, 0..6);
    (1.0..1e7_f64, milestones, 0.0..1e7_f64).prop_map(|(base, milestones, target)| {
        let milestones = milestones.into_iter().map(|(y, amount)| point(y, amount)).collect();
        Pathway::new(Some(point(2000, base)), milestones, point(2050, target)).unwrap()
    })
}

/// Yearly figures in whole kilograms.
fn figures() -> impl Strategy<Value = Vec<(i32, f64)>> {
    let tonnes = prop_oneof![Just(0.0), (0..10_000_000_000_i64).prop_map(kg_to_tonnes)];
    proptest::collection::btree_map(1995..2025_i32, tonnes, 0..8).prop_map(|map| map.into_iter().collect())
}

#[allow(clippy::cast_precision_loss, reason = "below 2^53")]
fn kg_to_tonnes(kilograms: i64) -> f64 {
    kilograms as f64 / 1_000.0
}

/// Targets of every kind, measured from every kind of base.
fn targets() -> impl Strategy<Value = Value> {
    let bases = prop_oneof![
        Just(json!({})),
        Just(json!({"baseline": null, "base_year": 2000})),
        Just(json!({"baseline": "missing"})),
    ];
    let kinds = prop_oneof![
        Just(json!({})),
        Just(json!({"kind": "base_year_intensity"})),
        (1..5_000_000_i32).prop_map(|s| json!({"kind": "baseline_scenario", "scenario_tonnes": s})),
        (0..5_000_000_i32).prop_map(|t| json!({"kind": "fixed_level", "tonnes": t, "reduction_percent": null})),
        (0..5_000_000_i32)
            .prop_map(|t| json!({"kind": "fixed_level", "tonnes": t, "reduction_percent": null, "baseline": null})),
    ];
    (1..=1_000_u32, 2005..2060_i32, bases, kinds, 0..50_u32).prop_map(|(tenths, by, base, kind, offset)| {
        let target = with(cut(f64::from(tenths) / 10.0, by), base);
        let target = with(target, json!({"max_offset_percent": offset}));
        let milestones = json!({"milestones": [{"year": 2003, "tonnes": 1_000}]});
        with(with(target, milestones), kind)
    })
}

fn city(base: f64, target: &Value, figures: &[(i32, f64)], population: bool) -> City {
    let with_people = |tonnes: f64| {
        if population { with(inventory(tonnes), json!({"population": 1_000})) } else { inventory(tonnes) }
    };
    let base = with(with_people(base), json!({"year": 2000}));
    let city = City::new().baseline("base", base).target("goal", target.clone());
    figures.iter().fold(city, |city, (y, tonnes)| city.report(*y, with_people(*tonnes)))
}

/// The verdict as a reader finds it, from printed numbers alone.
fn by_hand(printed: &Value) -> &'static str {
    let number = |name: &str| {
        let suffix = if printed["unit"] == "t_co2e" { "" } else { "_per_person" };
        printed[format!("{name}_tonnes{suffix}")].as_f64().unwrap()
    };
    let figure = |value: &Value| value["tonnes_per_person"].as_f64().or(value["tonnes"].as_f64()).unwrap();
    let points = printed["pathway"].as_array().unwrap();
    let (actual, judged) = (figure(&printed["judged"]), &printed["judged"]["year"]);
    let (target, due) = (figure(points.last().unwrap()), &printed["target"]["target_year"]);
    if judged.as_i64() >= due.as_i64() {
        return if actual <= target { "achieved" } else { "missed" };
    }
    let base = figure(&printed["baseline"]);
    if target < base && actual <= target {
        return "on_track";
    }
    let (called_for, expected) = (number("called_for"), number("expected"));
    if called_for > 0.0 {
        let years = judged.as_i64().unwrap() - printed["baseline"]["year"].as_i64().unwrap();
        let pace = printed["pace"].as_f64().unwrap();
        return match pace {
            _ if years < 5 && called_for < 0.05 * base => "insufficient_data",
            pace if pace >= 0.95 => "on_track",
            pace if pace >= 0.6 => "behind",
            pace if pace >= 0.0 => "off_track",
            _ => "moving_away",
        };
    }
    match actual {
        actual if actual <= expected => "on_track",
        actual if actual <= 1.05 * expected => "behind",
        _ => "off_track",
    }
}

fn has_numbers(assessment: &Assessment) -> bool {
    assessment.judged.is_some()
}

proptest! {
    #[test]
    fn a_pathway_passes_through_its_anchors_and_is_monotone_between(pathway in pathways()) {
        let anchors: Vec<Point> = pathway.anchors().collect();
        for anchor in &anchors {
            prop_assert_eq!(pathway.at(anchor.year), anchor.amount);
        }
        for pair in anchors.windows(2) {
            let values: Vec<f64> = (pair[0].year.get()..=pair[1].year.get()).map(|y| pathway.at(year(y))).collect();
            let slack = 1e-9 * pair[0].amount.max(pair[1].amount);
            let rising = pair[1].amount >= pair[0].amount;
            for step in values.windows(2) {
                let rise = step[1] - step[0];
                let kept = if rising { rise >= -slack } else { rise <= slack };
                prop_assert!(kept, "{:?}", values);
            }
        }
        prop_assert_eq!(pathway.at(year(2080)), pathway.target().amount);
    }

    #[test]
    fn a_city_exactly_on_the_line_has_pace_1(base in 10.0..1e7_f64, percent in 1..=100_u32, y in 2005..2050_i32) {
        let target = base * f64::from(100 - percent) / 100.0;
        let pathway = Pathway::new(Some(point(2000, base)), Vec::new(), point(2050, target)).unwrap();
        let judged = judge(&pathway, &[point(y, pathway.at(year(y)))], Unit::Tonnes).unwrap();
        prop_assert!((judged.pace.unwrap() - 1.0).abs() < 1e-12);
        prop_assert_eq!(judged.verdict, Verdict::OnTrack);
        prop_assert_eq!(judged.gap, 0.0);
    }

    #[test]
    fn scaling_every_figure_scales_tonnes_and_leaves_ratios(
        base in 1_000..1_000_000_u32, share in 0..100_u32, actual in 0..2_000_000_u32, y in 2005..2050_i32,
    ) {
        let judged = |factor: f64| {
            let base = factor * f64::from(base);
            let target = point(2050, base * f64::from(share) / 100.0);
            let pathway = Pathway::new(Some(point(2000, base)), Vec::new(), target).unwrap();
            judge(&pathway, &[point(y, factor * f64::from(actual))], Unit::Tonnes).unwrap()
        };
        let (one, many) = (judged(1.0), judged(1_024.0));
        prop_assert_eq!(one.expected * 1_024.0, many.expected);
        prop_assert_eq!(one.delivered.map(|d| d * 1_024.0), many.delivered);
        prop_assert_eq!(one.pace, many.pace);
        prop_assert_eq!(one.gap_percent, many.gap_percent);
        prop_assert_eq!(one.target_progress_percent, many.target_progress_percent);
    }

    #[test]
    fn a_later_report_never_changes_what_was_known_before(
        base in 1.0..1e6_f64, target in targets(), figures in figures(), later in 0.0..1e6_f64,
    ) {
        let before = city(base, &target, &figures, true);
        let known = before.through(2024);
        let after = before.report(2025, with(inventory(later), json!({"population": 1_000})));
        prop_assert_eq!(after.through(2024), known);
    }

    #[test]
    fn a_reader_comes_to_the_same_verdict_from_what_is_printed(
        base in 100.0..1e6_f64, target in targets(), figures in figures(),
    ) {
        let judged = city(base, &target, &figures, true).only();
        if has_numbers(&judged) {
            let printed = serde_json::to_value(&judged).unwrap();
            prop_assert_eq!(judged.verdict.as_str(), by_hand(&printed), "{}", printed);
        }
    }

    #[test]
    fn no_valid_input_makes_a_number_that_is_none(
        base in prop_oneof![Just(0.001), 0.001..1e12_f64], target in targets(), figures in figures(),
        population in any::<bool>(),
    ) {
        let city = city(base, &target, &figures, population);
        let judged = city.only();
        let text = serde_json::to_string(&judged).unwrap();
        // serde_json writes NaN and infinity as null.
        prop_assert!(!text.contains("null"), "{}", text);
        prop_assert!(!text.contains(":-0,") && !text.contains(":-0.0,"), "{}", text);
        prop_assert!(!judged.sentence.contains("NaN") && !judged.sentence.contains("inf"));
        let (rows, held) = (city.series(), city.yardsticks(None));
        let others = [serde_json::to_string(&rows).unwrap(), serde_json::to_string(&held).unwrap()];
        let told = [explain(&judged), explain_yardsticks(&held, &[judged])].concat();
        for text in others.iter().chain(told.iter().map(|told| &told.formula)) {
            let broken = ["null", "NaN", "inf", ":-0,"].iter().any(|word| text.contains(word));
            prop_assert!(!broken, "{}", text);
        }
    }

    #[test]
    fn no_line_through_two_points_deviates_less(amounts in proptest::collection::btree_map(2015..2050_i32, -1e6..1e6_f64, 2..15)) {
        let points: Vec<Point> = amounts.into_iter().map(|(y, amount)| point(y, amount)).collect();
        let best = least_absolute_deviations(&points).unwrap().deviation(&points);
        for (index, one) in points.iter().enumerate() {
            for other in &points[index + 1..] {
                let sum = Line::through(*one, *other).deviation(&points);
                prop_assert!(best <= sum + 1e-9 * sum.abs().max(1.0), "{} > {}", best, sum);
            }
        }
    }

    #[test]
    fn no_line_at_all_deviates_less(
        amounts in proptest::collection::btree_map(2015..2030_i32, 0.0..1e3_f64, 2..10),
        start in 0.0..1e3_f64, slope in -100.0..100.0_f64,
    ) {
        let points: Vec<Point> = amounts.into_iter().map(|(y, amount)| point(y, amount)).collect();
        let any = Line { from: point(2015, start), to: point(2016, start + slope), slope };
        let best = least_absolute_deviations(&points).unwrap();
        prop_assert!(best.deviation(&points) <= any.deviation(&points) + 1e-6);
    }

    #[test]
    fn a_trend_lies_within_its_interval_and_scales(
        amounts in proptest::collection::btree_map(2005..2021_i32, 0.0..1e9_f64, 5..12), y in 2000..2100_i32,
    ) {
        let points: Vec<Point> = amounts.iter().map(|(y, amount)| point(*y, *amount)).collect();
        let many: Vec<Point> = amounts.iter().map(|(y, amount)| point(*y, 1_024.0 * amount)).collect();
        if let (Ok(fit), Ok(scaled)) = (Fit::of(&points), Fit::of(&many)) {
            prop_assert!(fit.margin(year(y)) >= 0.0);
            let near = |one: f64, other: f64| (one - other).abs() <= 1e-9 * one.abs().max(other.abs()).max(1e-3);
            prop_assert!(near(1_024.0 * fit.at(year(y)), scaled.at(year(y))));
            prop_assert!(near(1_024.0 * fit.margin(year(y)), scaled.margin(year(y))));
            prop_assert!(near(1_024.0 * theil_sen(&points).unwrap(), theil_sen(&many).unwrap()));
        }
    }

    #[test]
    fn printed_intervals_hold_the_printed_trend_in_every_row(figures in figures(), target in targets()) {
        for row in city(1e6, &target, &figures, true).series() {
            let rows = [
                row.trend_low_tonnes.map(|n| n.get()), row.trend_tonnes.map(|n| n.get()),
                row.trend_high_tonnes.map(|n| n.get()),
            ];
            prop_assert!(rows.is_sorted(), "{:?}", rows);
        }
    }

    #[test]
    fn what_explains_a_number_ends_with_the_number(base in 100.0..1e6_f64, target in targets(), figures in figures()) {
        let judged = city(base, &target, &figures, true).only();
        let answer = serde_json::to_value(&judged).unwrap();
        super::explain::check(&explain(&judged), &answer);
    }
}

#[test]
fn the_reader_by_hand_knows_the_rows_of_growth() {
    let judged =
        City::new().base(2000, 1_000.0).target("goal", level(1_200.0, 2030)).reports(&[(2015, 1_155.0)]).only();
    assert_eq!(by_hand(&serde_json::to_value(&judged).unwrap()), "behind");
}
