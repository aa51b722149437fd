//! Cases about what comes out: offsets, levels, and figures that are odd.

use serde_json::{Map, Value, json};

use super::{base, case, comes, cut, inventory, level, listed, million, of, pledge, total, with, without};

/// Years that are due: skipped, offset, uncertain, or without the people they are divided by.
pub fn outcomes() -> Vec<Value> {
    let steps = json!({"milestones": [{"year": 2015, "reduction_percent": 10}, {"year": 2020, "reduction_percent": 20},
        {"year": 2025, "reduction_percent": 35}, {"year": 2028, "tonnes": 550_000}]});
    let people = |tonnes: i64, population: i64| with(total(tonnes), json!({"population": population}));
    let each = |percent: i32, by: i32| with(cut(percent, by), json!({"kind": "base_year_intensity"}));
    let zero = with(each(100, 2025), json!({"max_offset_percent": 10}));
    let of_2010 = base(of(2010, people(1_000_000, 200_000)));
    // 0.4 t a person are left in 2025, of 0.5 t that net zero may leave.
    let retired =
        |credits: i64| json!({"2025": with(people(100_000, 250_000), json!({"credits_retired_tonnes": credits}))});
    vec![
        case(
            "milestones between skipped years",
            base(million()),
            json!({"2014": total(920_000), "2016": total(895_000), "2019": total(850_000), "2022": total(810_000)}),
            pledge(with(cut(50, 2030), steps)),
            comes(json!({"verdict": "behind", "pace": 0.730_769, "/milestones/1/decided_by": [2019, 2022],
                "milestones": {"2015": "unreported", "2020": "missed", "2025": "unreported", "2028": "ahead"}})),
        ),
        case(
            "the rest of a person is offset",
            of_2010.clone(),
            retired(100_000),
            pledge(zero.clone()),
            comes(json!({"verdict": "achieved", "/target/target_tonnes_per_person": 0.5,
                "/target/target_gross_tonnes_per_person": 0, "/judged/tonnes_per_person": 0.4,
                "/judged/credits_retired_tonnes_per_person": 0.4})),
        ),
        case(
            "the rest of a person is not quite offset",
            of_2010.clone(),
            retired(99_999),
            pledge(zero),
            comes(json!({"verdict": "missed", "reason": "residual_not_offset",
                "/judged/credits_retired_tonnes_per_person": 0.399_996})),
        ),
        case(
            "a level a person",
            of_2010.clone(),
            json!({"2024": people(620_000, 200_000)}),
            pledge(with(without(level(0, 2030), "tonnes"), json!({"tonnes_per_person": 2}))),
            comes(json!({"verdict": "behind", "pace": 0.904_762, "/target/target_tonnes_per_person": 2,
                "/expected_tonnes_per_person": 2.9})),
        ),
        case(
            "the target year without its people",
            of_2010,
            json!({"2024": people(500_000, 200_000), "2025": total(400_000)}),
            pledge(each(40, 2025)),
            comes(
                json!({"verdict": "not_comparable", "reason": "no_population", "left_out": {"2025": "no_population"}}),
            ),
        ),
        // Sixty percent count as ten: 40,000 t are within 84,000 t, and it is missed all the same.
        case(
            "a result that nobody is sure of",
            base(million()),
            json!({"2025": with(total(840_000), json!({"uncertainty_percent": 60}))}),
            pledge(cut(20, 2025)),
            comes(json!({"verdict": "missed", "cautions": ["within_uncertainty"], "confidence": "medium"})),
        ),
        case(
            "met, and not for long",
            base(million()),
            json!({"2020": total(800_000), "2022": total(790_000), "2024": total(810_000)}),
            pledge(cut(20, 2020)),
            comes(json!({"verdict": "achieved", "tonnes": 800_000, "cautions": ["rebounded", "pandemic_year",
                "within_uncertainty"]})),
        ),
    ]
}

/// Totals below zero, and levels that count the same thing twice.
pub fn levels() -> Vec<Value> {
    let plus = |tonnes: i64| inventory(json!({"totals": {"basic_plus": tonnes}}));
    let scopes = |at_home: i64, from_the_grid: i64, to_the_grid: i64| {
        let mut given = Map::new();
        for sector in ["III.1.3", "III.2.3", "III.3.3", "III.4.3", "IV.1", "IV.2", "V.1", "V.2", "V.3"] {
            given.insert(sector.to_owned(), json!("NO"));
        }
        given.extend([
            ("I.1.1".to_owned(), json!(at_home)),
            ("I.1.2".to_owned(), json!(from_the_grid)),
            ("I.4.4".to_owned(), json!(to_the_grid)),
        ]);
        listed(given.into())
    };
    vec![
        case(
            "land that takes up more than is emitted",
            base(of(2010, plus(500_000))),
            json!({"2020": plus(100_000), "2024": plus(-20_000)}),
            pledge(with(cut(110, 2040), json!({"level": "basic_plus"}))),
            comes(json!({"verdict": "on_track", "pace": 2.025_974, "target_tonnes": -50_000, "tonnes": -20_000,
                "/gap_percent": -108.219_178, "/growth_ratio": null, "/required/compound_percent_per_year": null})),
        ),
        case(
            "power that is made for the grid",
            base(of(2010, scopes(400_000, 300_000, 500_000))),
            json!({"2024": scopes(300_000, 200_000, 100_000)}),
            json!({"one": with(cut(50, 2030), json!({"level": "scope_1"})),
                "two": with(cut(50, 2030), json!({"level": "scope_1_2"}))}),
            json!({"one": {"base_tonnes": 900_000, "tonnes": 400_000, "course": "on_track"},
                "two": {"base_tonnes": 700_000, "tonnes": 500_000, "course": "behind"}}),
        ),
    ]
}

/// Figures that may be slips, and years that are none.
pub fn figures() -> Vec<Value> {
    let fiscal = json!({"period": {"start": "2024-07-01", "end": "2025-06-30"}});
    vec![
        case(
            "a fiscal year",
            base(million()),
            json!({"2024": with(total(640_000), fiscal)}),
            pledge(cut(50, 2030)),
            comes(json!({"verdict": "on_track", "tonnes": 640_000, "cautions": ["not_calendar_year"]})),
        ),
        case(
            "a fall of two fifths in two years",
            base(million()),
            json!({"2022": total(900_000), "2024": total(540_000)}),
            pledge(cut(50, 2030)),
            comes(json!({"verdict": "on_track", "confidence": "low", "cautions": ["figure_questioned"]})),
        ),
        case(
            "a stated total above the sum of its lines",
            base(million()),
            json!({"2024": with(listed(json!({"I.1.1": 630_000})), json!({"totals": {"basic": 640_000}}))}),
            pledge(cut(50, 2030)),
            comes(json!({"verdict": "on_track", "confidence": "low", "tonnes": 640_000,
                "cautions": ["stated_differs_from_sum", "figure_questioned"]})),
        ),
    ]
}
