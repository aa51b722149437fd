//! Cases about time: what was restated, and figures that are early, late or missing.

use serde_json::{Value, json};

use super::{base, case, comes, cut, level, million, of, pledge, step, total, with, without};

/// Baselines that were changed under the reports, and base years that are reported anew.
pub fn restated() -> Vec<Value> {
    let dated = |body: Value, day: &str| with(body, json!({"source": {"title": "A worked case", "published": day}}));
    let raised = |day: &str| with(dated(of(2010, total(1_400_000)), day), json!({"reason": "recalculated"}));
    let reports = json!({"2020": total(950_000), "2022": total(920_000)});
    let both = json!({"2020": "restated_since", "2022": "restated_since"});
    let noted = |tonnes: i64, note: &str| with(total(tonnes), json!({"note": note, "reason": note}));
    vec![
        with(
            case(
                "a note is added to a report after its baseline was raised",
                base(million()),
                reports.clone(),
                pledge(cut(50, 2030)),
                comes(json!({"verdict": "off_track", "left_out": {}})),
            ),
            json!({"then": [
                step("baselines/b1", with(million(), json!({"note": "seen again", "reason": "a note"})),
                    json!({"verdict": "off_track", "left_out": {}, "lacks_cautions": ["baseline_restated"]})),
                step("baselines/b1", with(of(2010, total(1_400_000)), json!({"reason": "recalculated"})),
                    json!({"verdict": "not_comparable", "reason": "restated_since", "left_out": both})),
                step("reports/2022", noted(920_000, "still true"),
                    json!({"verdict": "not_comparable", "reason": "restated_since", "left_out": both})),
                step("reports/2022", noted(1_290_000, "recalculated too"),
                    json!({"verdict": "off_track", "pace": 0.261_905, "left_out": {"2020": "restated_since"},
                        "cautions": ["baseline_restated"]})),
            ]}),
        ),
        // By the days of their sources the raised baseline is older than the report of 2022, of one day with it, or
        // younger, whenever they were recorded.
        with(
            case(
                "a restatement by the days of its sources",
                base(dated(million(), "2015-01-01")),
                json!({"2022": dated(total(920_000), "2023-05-01")}),
                pledge(cut(50, 2030)),
                comes(json!({"left_out": {}, "base_tonnes": 1_000_000})),
            ),
            json!({"then": [
                step("baselines/b1", raised("2022-06-01"), json!({"left_out": {}, "base_tonnes": 1_400_000})),
                step("baselines/b1", raised("2023-05-01"), json!({"left_out": {}})),
                step("baselines/b1", raised("2023-05-02"), json!({"left_out": {}})),
            ]}),
        ),
        with(
            case(
                "a restatement that is younger than the report",
                base(dated(million(), "2015-01-01")),
                json!({"2022": dated(total(920_000), "2023-05-01")}),
                pledge(cut(50, 2030)),
                comes(json!({"left_out": {}})),
            ),
            json!({"then": [step("baselines/b1", raised("2023-05-02"), json!({"left_out": {"2022": "restated_since"}}))]}),
        ),
        case(
            "the base year reported five percent lower",
            base(million()),
            json!({"2010": total(950_000), "2024": total(640_000)}),
            pledge(cut(50, 2030)),
            comes(json!({"verdict": "on_track", "confidence": "low", "cautions": ["baseline_differs_from_report"],
                "within_reports": {"base_tonnes": 950_000, "course": "behind"}, "/disagreement": true})),
        ),
        // From 949,000 t the pathway allows 616,850 t in 2024: 309,000 t of 332,150 t are delivered.
        case(
            "the base year reported 5.1 percent lower",
            base(million()),
            json!({"2010": total(949_000), "2024": total(640_000)}),
            pledge(cut(50, 2030)),
            comes(json!({"verdict": "not_comparable", "reason": "baseline_contradicted",
                "lacks_cautions": ["baseline_differs_from_report"],
                "within_reports": {"base_tonnes": 949_000, "target_tonnes": 474_500, "expected_tonnes": 616_850,
                    "gap_tonnes": 23_150, "pace": 0.930_303, "course": "behind"}})),
        ),
        // Left out itself by its protocol, the report for the base year says nothing of the baseline.
        case(
            "the base year reported by another protocol",
            base(million()),
            json!({"2010": with(total(500_000), json!({"protocol": "national"})), "2024": total(640_000)}),
            pledge(cut(50, 2030)),
            comes(json!({"verdict": "on_track"})),
        ),
    ]
}

/// Pledges that are put off, given up, or hidden behind others.
pub fn in_time() -> Vec<Value> {
    let ended = |body: Value, on: &str, by: &str| {
        with(body, json!({"standing": "superseded", "ended_on": on, "superseded_by": by}))
    };
    let reports = json!({"2019": total(910_000), "2020": total(900_000)});
    let of_2005 = base(of(2005, total(1_000_000)));
    vec![
        // Zero by 2020 became zero by 2030 and then zero by 2050, whose pathway allows 750,000 t and 500,000 t.
        case(
            "a pledge of zero that is put off twice",
            base(million()),
            json!({"2019": total(900_000), "2022": total(800_000), "2024": total(760_000)}),
            json!({"was-2020": ended(level(0, 2020), "2015-01-01", "then-2030"),
                "then-2030": ended(level(0, 2030), "2022-01-01", "now-2050"),
                "now-2050": with(level(0, 2050), json!({"set_on": "2022-01-01"}))}),
            json!({"headline": "now-2050",
                "was-2020": {"verdict": "not_judged", "reason": "superseded"},
                "then-2030": {"verdict": "not_judged", "reason": "superseded"},
                "now-2050": {"verdict": "behind", "pace": 0.685_714, "cautions": ["target_weakened"],
                    "weakened": {"was-2020": 0, "then-2030": 0}}}),
        ),
        with(
            case(
                "a miss that is said to have been given up in time",
                of_2005.clone(),
                reports.clone(),
                pledge(cut(30, 2020)),
                json!({"headline": "t1", "t1": {"verdict": "missed", "lacks_cautions": ["ended_claimed_later"]}}),
            ),
            json!({"then": [
                {"put": "targets/t1", "body": with(cut(30, 2020), json!({"standing": "withdrawn", "ended_on": "2018-03-01",
                    "reason": "It had been given up"})), "expect": {"headline": null, "t1": {"verdict": "not_judged",
                    "reason": "withdrawn", "cautions": ["ended_claimed_later"]}}},
                {"put": "targets/t1", "body": with(cut(30, 2020), json!({"standing": "withdrawn",
                    "reason": "Without a day it ends when it is told"})), "expect": {"headline": null,
                    "t1": {"verdict": "missed", "lacks_cautions": ["ended_claimed_later"]}}},
            ]}),
        ),
        case(
            "an old figure, and a newer one by another protocol",
            base(million()),
            json!({"2018": total(800_000), "2023": with(total(600_000), json!({"protocol": "national"}))}),
            pledge(cut(50, 2030)),
            comes(
                json!({"verdict": "not_comparable", "reason": "protocol_differs", "left_out": {"2023": "protocol_differs"},
                "course": null}),
            ),
        ),
        case(
            "a figure six years old, and a newer one by another protocol",
            base(million()),
            json!({"2020": total(740_000), "2023": with(total(600_000), json!({"protocol": "national"}))}),
            pledge(cut(50, 2030)),
            comes(json!({"verdict": "on_track", "pace": 1.04, "left_out": {"2023": "protocol_differs"},
                "cautions": ["stale", "few_points", "pandemic_year"]})),
        ),
        case(
            "a level that names nothing to be measured from",
            json!({}),
            json!({"2008": with(total(1_200_000), json!({"protocol": "national"})), "2010": total(1_000_000),
                "2024": total(700_000)}),
            json!({"t1": without(level(400_000, 2035), "baseline"), "t2": without(level(800_000, 2005), "baseline"),
                "t3": without(level(1_000_000, 2010), "baseline")}),
            json!({"headline": "t1",
                "t1": {"verdict": "behind", "base_tonnes": 1_000_000, "pace": 0.892_857, "confidence": "low",
                    "cautions": ["anchored_at_first_report"], "left_out": {}},
                "t2": {"verdict": "unreported", "overdue_years": 20, "course": null},
                "t3": {"verdict": "achieved", "course": null, "base_tonnes": null, "cautions": ["within_uncertainty"]}}),
        ),
    ]
}
