//! What holds of every judgement, whatever the figures.

use chrono::Datelike;
use pledgewatch::method::{
    Assessment, Assessments, Course, Fit, Line, Pathway, Point, Unit, Verdict, YearNumbers, explain,
    explain_yardsticks, least_absolute_deviations, theil_sen,
};
use pledgewatch::record::Kind;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{City, cut, inventory, level, lined, today, with, year};

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
    let with_people = |tonnes: f64| if population { people(tonnes) } else { inventory(tonnes) };
    let base = with(with_people(base), json!({"year": 2000}));
    let city = City::new().baseline("base", base).target("goal", target.clone());
    figures.iter().fold(city, |city, (y, tonnes)| city.report(*y, with_people(*tonnes)))
}

/// A printed judgement as a reader takes it apart.
struct Reader<'p> {
    printed: &'p Value,
}

impl Reader<'_> {
    fn number(&self, name: &str) -> f64 {
        let suffix = if self.printed["unit"] == "t_co2e" { "" } else { "_per_person" };
        self.printed[format!("{name}_tonnes{suffix}")].as_f64().unwrap()
    }

    fn amount(value: &Value) -> f64 {
        value["tonnes_per_person"].as_f64().or(value["tonnes"].as_f64()).unwrap()
    }

    fn year(value: &Value) -> i64 {
        value.as_i64().unwrap()
    }

    /// What may be emitted in the target year, and what is asked for before anything is offset.
    fn asked(&self) -> (f64, f64) {
        let target = Self::amount(self.printed["pathway"].as_array().unwrap().last().unwrap());
        let gross = &self.printed;
        let gross = gross["target_gross_tonnes"].as_f64().or(gross["target_gross_tonnes_per_person"].as_f64());
        (target, gross.unwrap_or(target))
    }

    /// How the target came out, if the figures tell; no credits are retired here.
    fn outcome(&self) -> Option<&'static str> {
        let ((target, gross), due) = (self.asked(), Self::year(&self.printed["target_year"]));
        let figures: Vec<(i64, f64)> = self.printed["figures"]
            .as_array()
            .unwrap()
            .iter()
            .map(|figure| (Self::year(&figure["year"]), Self::amount(figure)))
            .collect();
        let told = |met: bool| if met { "achieved" } else { "missed" };
        if let Some((_, tonnes)) = figures.iter().find(|(year, _)| *year == due) {
            return Some(told(*tonnes <= gross));
        }
        let near = || figures.iter().filter(|(year, _)| (year - due).abs() <= 3);
        let before = near().filter(|(year, _)| *year < due).max_by_key(|(year, _)| *year)?.1;
        let after = near().filter(|(year, _)| *year > due).min_by_key(|(year, _)| *year)?.1;
        match (before.max(after) <= gross, before.min(after) > target) {
            (true, _) => Some(told(true)),
            (_, true) => Some(told(false)),
            _ => None,
        }
    }

    fn course(&self) -> &'static str {
        let (actual, base) =
            (Self::amount(&self.printed["judged_figure"]), Self::amount(&self.printed["baseline_figure"]));
        let ((target, _), expected, called_for) = (self.asked(), self.number("expected"), self.number("called_for"));
        let years =
            Self::year(&self.printed["judged_figure"]["year"]) - Self::year(&self.printed["baseline_figure"]["year"]);
        if target < base && actual <= target {
            return "on_track";
        }
        if years < 5 && called_for > 0.0 && called_for < 0.05 * base && (actual - expected).abs() < 0.1 * base {
            return "too_early";
        }
        if called_for.abs() < 0.03 * base {
            return match actual {
                _ if actual <= 0.97 * base || (target >= base && actual <= expected) => "on_track",
                _ if actual <= 1.03 * base => "within_noise",
                _ if expected > base => "off_track",
                _ => "moving_away",
            };
        }
        if called_for > 0.0 {
            let pace = (base - actual) / called_for;
            return match pace {
                _ if actual > base => "moving_away",
                _ if pace >= 0.95 => "on_track",
                _ if pace >= 0.6 => "behind",
                _ => "off_track",
            };
        }
        match actual {
            _ if actual <= expected => "on_track",
            _ if actual <= 1.05 * expected => "behind",
            _ => "off_track",
        }
    }

    /// The verdict as a reader finds it, from printed numbers alone, and the course if there is one.
    fn ruling(&self) -> (&'static str, Option<&'static str>) {
        if let Some(decided) = self.outcome() {
            return (decided, None);
        }
        let course = self.course();
        let (this_year, latest) = (i64::from(today().year()), Self::year(&self.printed["judged_figure"]["year"]));
        let verdict = match course {
            _ if this_year > Self::year(&self.printed["target_year"]) => "unreported",
            _ if this_year - latest > 6 => "outdated",
            "too_early" | "within_noise" => "insufficient_data",
            course => course,
        };
        (verdict, Some(course))
    }
}

/// What one side says of a line: an amount, that it does not occur, or nothing that is known.
fn line() -> impl Strategy<Value = Value> {
    let known = || (0..1_000_i32).prop_map(|tonnes| json!(tonnes));
    prop_oneof![known(), known(), known(), Just(json!("NO")), Just(json!("NE")), Just(json!("C")), Just(Value::Null)]
}

/// An inventory of a thousand people.
fn people(tonnes: f64) -> Value {
    with(inventory(tonnes), json!({"population": 1_000}))
}

fn is_green(assessment: &Assessment) -> bool {
    matches!(assessment.verdict, Verdict::OnTrack | Verdict::Achieved)
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
        let numbers = YearNumbers::of(&pathway, point(y, pathway.at(year(y))), Unit::Tonnes);
        prop_assert!((numbers.pace.unwrap() - 1.0).abs() < 1e-12);
        prop_assert_eq!(numbers.gap, 0.0);
        let kilograms = |tonnes| Unit::Tonnes.round(tonnes);
        let much = kilograms(numbers.called_for.unwrap()) >= kilograms(0.03 * base);
        let course = numbers.course(&pathway, 0.03, Unit::Tonnes);
        prop_assert_eq!(course, Some(if much { Course::OnTrack } else { Course::WithinNoise }));
    }

    #[test]
    fn scaling_every_figure_scales_tonnes_and_leaves_ratios(
        base in 1_000..1_000_000_u32, share in 0..100_u32, actual in 0..2_000_000_u32, y in 2005..2050_i32,
    ) {
        let judged = |factor: f64| {
            let base = factor * f64::from(base);
            let target = point(2050, base * f64::from(share) / 100.0);
            let pathway = Pathway::new(Some(point(2000, base)), Vec::new(), target).unwrap();
            YearNumbers::of(&pathway, point(y, factor * f64::from(actual)), Unit::Tonnes)
        };
        let (one, many) = (judged(1.0), judged(1_024.0));
        prop_assert_eq!(one.expected * 1_024.0, many.expected);
        prop_assert_eq!(one.delivered.map(|d| d * 1_024.0), many.delivered);
        prop_assert_eq!(one.pace, many.pace);
        prop_assert_eq!(one.gap_percent, many.gap_percent);
        prop_assert_eq!(one.target_progress_percent, many.target_progress_percent);
    }

    #[test]
    fn scaling_every_tonne_changes_no_verdict(base in 1_000..1_000_000_i32, target in targets(), figures in figures()) {
        let of = |factor: f64| {
            let mut target = target.clone();
            for member in ["/tonnes", "/scenario_tonnes", "/milestones/0/tonnes"] {
                if let Some(tonnes) = target.pointer_mut(member) {
                    *tonnes = json!(factor * tonnes.as_f64().unwrap());
                }
            }
            let figures: Vec<(i32, f64)> = figures.iter().map(|(y, tonnes)| (*y, factor * tonnes)).collect();
            city(factor * f64::from(base), &target, &figures, true).only()
        };
        let (one, many) = (of(1.0), of(1_024.0));
        prop_assert_eq!((one.verdict, one.course, one.reason), (many.verdict, many.course, many.reason));
        prop_assert_eq!(one.pace.map(|pace| pace.get()), many.pace.map(|pace| pace.get()));
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
        base in 10_000.0..5e6_f64, target in targets(), figures in figures(),
    ) {
        let judged = city(base, &target, &figures, true).only();
        if judged.judged.is_some() {
            let printed = serde_json::to_value(&judged).unwrap();
            let ruling = (judged.verdict.as_str(), judged.course.map(Course::as_str));
            prop_assert_eq!(ruling, Reader { printed: &printed }.ruling(), "{}", printed);
        }
    }

    #[test]
    fn the_order_of_recording_says_nothing(
        figures in figures(), targets in (targets(), targets()), order in Just(()).prop_perturb(|(), rng| rng),
    ) {
        let records = || {
            let mut records = vec![
                (Kind::Baseline, "base".to_owned(), with(people(1e6), json!({"year": 2000}))),
                (Kind::Target, "one".to_owned(), targets.0.clone()),
                (Kind::Target, "other".to_owned(), targets.1.clone()),
            ];
            records.extend(figures.iter().map(|(y, tonnes)| (Kind::Report, y.to_string(), people(*tonnes))));
            records
        };
        let record = |records: Vec<(Kind, String, Value)>| {
            let put = |city: City, (kind, id, body): (Kind, String, Value)| city.revise(kind, &id, body, None);
            records.into_iter().fold(City::new(), put).assess()
        };
        let (mut shuffled, mut rng) = (records(), order);
        for place in (1..shuffled.len()).rev() {
            shuffled.swap(place, rng.random_range(0..=place));
        }
        prop_assert_eq!(record(records()), record(shuffled));
    }

    #[test]
    fn an_easier_target_beside_it_betters_no_headline(
        actual in 1..2_000_i32, y in 2018..2026_i32, hard in (1..=100_u32, 2027..2060_i32), share in 0.01..1.0_f64,
        by in 2027..2060_i32,
    ) {
        let (percent, due) = (f64::from(hard.0), hard.1);
        let city = City::new().base(2010, 1_000.0).reports(&[(y.min(2025), f64::from(actual))]).target("hard", cut(percent, due));
        let before = city.assess();
        // On the way to it no year is asked for more, nor in the end.
        let steepness = percent / f64::from(due - 2010) * f64::from(by - 2010);
        let easier = (share * steepness.min(percent) * 100.0).floor() / 100.0;
        prop_assume!(easier >= 0.01);
        let after = city.target("easy", cut(easier, by)).assess();
        let of = |assessed: &Assessments| {
            let id = assessed.headline.clone().unwrap();
            super::of(assessed, id.as_str()).verdict
        };
        prop_assert_eq!(of(&before), of(&after));
    }

    #[test]
    fn a_report_that_is_left_out_turns_nothing_green(
        base in 100.0..1e6_f64, target in targets(), figures in figures(), y in 1995..2026_i32, tonnes in 0.0..1e6_f64,
    ) {
        let figures: Vec<(i32, f64)> = figures.into_iter().filter(|(of, _)| *of != y).collect();
        let city = city(base, &target, &figures, true);
        let before = city.only();
        let after = city.report(y, with(people(tonnes), json!({"protocol": "ipcc"}))).only();
        let left_out = after.left_out.iter().any(|left| left.year == year(y));
        prop_assert!(!left_out || is_green(&before) || !is_green(&after), "{:?} {:?}", before.verdict, after.verdict);
    }

    #[test]
    fn a_green_verdict_rests_on_a_recent_figure_or_is_decided(target in targets(), figures in figures()) {
        let judged = city(1e6, &target, &figures, true).only();
        if judged.verdict == Verdict::OnTrack {
            prop_assert!(today().year() - judged.judged.unwrap().year.get() <= 6);
        } else if judged.verdict == Verdict::Achieved {
            let due = judged.target.target_year;
            let ended = judged.figures.iter().any(|figure| figure.year >= due);
            prop_assert!(ended && judged.course.is_none());
        }
    }

    #[test]
    fn what_is_missing_on_one_side_is_never_on_track(sides in proptest::collection::vec((line(), line()), 1..6)) {
        let references = ["I.1.1", "I.2.1", "II.1.1", "II.4.1", "III.1.1", "III.4.2"];
        let body = |side: fn(&(Value, Value)) -> &Value| {
            let lines = references.iter().zip(&sides).map(|(name, pair)| ((*name).to_owned(), side(pair).clone()));
            with(lined(Value::Object(lines.collect())), json!({"totals": {"basic": 1_000}}))
        };
        // No `IE` is among them, so a line is covered just when it is known.
        let share = |pairs: &[(&Value, &Value)]| {
            let amount = |value: &Value| value.as_f64().unwrap_or(0.0);
            let all: f64 = pairs.iter().map(|(ours, _)| amount(ours)).sum();
            let unknown = |value: &Value| value.is_null() || value == "NE" || value == "C";
            let uncovered: f64 = pairs.iter().filter(|(_, theirs)| unknown(theirs)).map(|(ours, _)| amount(ours)).sum();
            if all > 0.0 { 100.0 * uncovered / all } else { 0.0 }
        };
        let ours: Vec<(&Value, &Value)> = sides.iter().map(|(one, other)| (one, other)).collect();
        let theirs: Vec<(&Value, &Value)> = sides.iter().map(|(one, other)| (other, one)).collect();
        let base = with(body(|pair| &pair.0), json!({"year": 2010}));
        let report = with(body(|pair| &pair.1), json!({"totals": {"basic": 500}}));
        let judged = City::new().baseline("base", base).report(2022, report).target("goal", cut(50.0, 2030)).only();
        let apart = share(&ours).max(share(&theirs));
        let expected = if apart > 5.0 { Verdict::NotComparable } else { Verdict::OnTrack };
        prop_assert_eq!(judged.verdict, expected, "{} %", apart);
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
        City::new().base(2010, 1_000.0).target("goal", level(1_200.0, 2030)).reports(&[(2020, 1_155.0)]).only();
    let printed = serde_json::to_value(&judged).unwrap();
    assert_eq!(Reader { printed: &printed }.ruling(), ("behind", Some("behind")));
}
