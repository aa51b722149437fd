//! Cases about what can be compared: carriers that are hidden or moved, accounting, and series.

use serde_json::{Value, json};

use super::{base, case, comes, cut, level, listed, million, of, pledge, total, with, without};

/// Carriers that one side hides, or moves.
pub fn coverage() -> Vec<Value> {
    let from = listed(json!({"I.1.1": 300_000, "II.1.1": 700_000}));
    let of_sector = listed(json!({"I.1.1": 140_000, "I.1.2": 150_000, "II.1.1": 410_000}));
    vec![
        // Nothing in the sector has a value, so "included elsewhere" says nothing; 30 % of the baseline are on I.1.1.
        case(
            "a fuel included in a line that is not estimated",
            base(of(2010, from.clone())),
            json!({"2024": listed(json!({"I.1.1": "IE in I.1.2", "I.1.2": "NE", "II.1.1": 500_000}))}),
            pledge(cut(50, 2030)),
            comes(
                json!({"verdict": "not_comparable", "reason": "coverage_differs", "left_out": {"2024": "coverage_differs"},
                "like_for_like": {"lines": 30, "base_tonnes": 700_000, "tonnes": 500_000, "base_share_percent": 70,
                    "share_percent": 100, "change_percent": -28.571_429, "pace": 0.816_327, "course": "behind"}}),
            ),
        ),
        // The line it names is of another sector, and has a value.
        case(
            "a fuel included in transport",
            base(of(2010, from.clone())),
            json!({"2024": listed(json!({"I.1.1": "IE (II.1.1)", "II.1.1": 790_000}))}),
            pledge(cut(50, 2030)),
            comes(json!({"verdict": "behind", "pace": 0.6, "lacks_cautions": ["coverage_differs"], "left_out": {}})),
        ),
        // An absent line is unknown, even where the stated total is complete.
        case(
            "a stated total above lines of which one is missing",
            base(of(2010, from)),
            json!({"2024": with(listed(json!({"I.1.2": 90_000, "II.1.1": 500_000})), json!({"totals": {"basic": 640_000},
                "lines": [{"ref": "II.1.1", "tonnes": 640_000}]}))}),
            pledge(cut(50, 2030)),
            comes(json!({"verdict": "not_comparable", "reason": "coverage_differs"})),
        ),
        case(
            "a sector that the report knows and a sector that nobody does",
            base(of(
                2010,
                with(
                    total(1_000_000),
                    json!({"lines": [{"ref": "I.1.1", "tonnes": 300_000},
                {"ref": "I.1.2", "tonnes": 200_000}]}),
                ),
            )),
            json!({"2024": with(of_sector, json!({"totals": {"basic": 700_000}}))}),
            json!({"buildings": with(cut(50, 2030), json!({"sector": ["I.1.1", "I.1.2"]})),
                "waste": with(cut(50, 2030), json!({"sector": "III"}))}),
            json!({"headline": null, "buildings": {"verdict": "on_track", "base_tonnes": 500_000, "tonnes": 290_000,
                "pace": 1.2}, "waste": {"verdict": "not_judged", "reason": "sector_without_lines"}}),
        ),
    ]
}

/// Rules that differ, or are not told.
pub fn accounting() -> Vec<Value> {
    let own = |tonnes: i64| json!({"totals": {"own": tonnes}, "source": {"title": "A worked case"}});
    let undeclared = without(total(1_000_000), "protocol");
    let by_gas = |gwp: &str, co2: i64, ch4: i64| {
        with(listed(json!({"I.1.1": {"co2": co2}, "III.1.1": {"ch4": ch4}})), json!({"gwp": gwp}))
    };
    vec![
        case(
            "CO2 alone at the city's own level",
            base(of(2010, with(own(1_000_000), json!({"gases": ["co2"]})))),
            json!({"2018": own(820_000), "2021": own(730_000), "2024": own(640_000)}),
            pledge(with(cut(50, 2030), json!({"level": "own"}))),
            comes(json!({"verdict": "on_track", "pace": 1.028_571, "confidence": "low",
                "cautions": ["gases_undeclared", "accounting_undeclared"]})),
        ),
        case(
            "the protocol of the report for the base year",
            base(of(2010, undeclared.clone())),
            json!({"2010": total(1_010_000), "2024": total(640_000)}),
            pledge(cut(50, 2030)),
            comes(json!({"verdict": "on_track", "cautions": ["accounting_inferred"],
                "lacks_cautions": ["accounting_undeclared", "baseline_differs_from_report"]})),
        ),
        case(
            "a report for the base year that is not the baseline's figure",
            base(of(2010, undeclared)),
            json!({"2010": total(1_010_001), "2024": total(640_000)}),
            pledge(cut(50, 2030)),
            comes(json!({"cautions": ["accounting_undeclared", "baseline_differs_from_report"],
                "lacks_cautions": ["accounting_inferred"], "confidence": "low"})),
        ),
        // B by AR5 is 800,000 + 28 * 10,000; the report of 2016 counts by AR4 and stays out of the sums.
        case(
            "three sets of potentials",
            base(of(2005, by_gas("ar2", 800_000, 10_000))),
            json!({"2016": by_gas("ar4", 700_000, 9_000), "2020": by_gas("ar5", 650_000, 8_000),
                "2024": by_gas("ar5", 600_000, 8_000)}),
            json!({"share": cut(40, 2030), "fixed": level(600_000, 2030)}),
            json!({"share": {"verdict": "behind", "base_tonnes": 1_080_000, "tonnes": 824_000, "pace": 0.779_727,
                    "cautions": ["gwp_converted", "gwp_differs"], "/budget/from": 2020, "/figures/0/of_other_gwp": true},
                "fixed": {"verdict": "off_track", "base_tonnes": 1_010_000, "pace": 0.596_919,
                    "cautions": ["gwp_differs"], "lacks_cautions": ["gwp_converted"], "/budget/from": 2016}}),
        ),
        case(
            "one series that changes its potentials",
            base(of(2005, with(by_gas("ar2", 800_000, 10_000), json!({"series": "one-series"})))),
            json!({"2020": with(by_gas("ar5", 650_000, 8_000), json!({"series": "one-series"}))}),
            pledge(cut(40, 2030)),
            comes(json!({"base_tonnes": 1_010_000, "lacks_cautions": ["gwp_converted", "gwp_differs"]})),
        ),
        case(
            "another source",
            base(million()),
            json!({"2024": with(total(640_000), json!({"also_stated": [
                {"level": "basic", "tonnes": 672_000, "source": {"title": "Five percent more"}},
                {"level": "basic", "tonnes": 672_001, "source": {"title": "A little more than that"}},
                {"level": "own", "tonnes": 900_000, "source": {"title": "Another level"}}]}))}),
            pledge(cut(50, 2030)),
            comes(json!({"verdict": "on_track", "confidence": "low", "cautions": ["contradicted"]})),
        ),
        case(
            "corrected for the weather on one side",
            base(with(million(), json!({"weather_normalised": true}))),
            json!({"2024": with(total(640_000), json!({"weather_normalised": false}))}),
            pledge(cut(50, 2030)),
            comes(json!({"verdict": "on_track", "confidence": "medium", "cautions": ["weather_differs"]})),
        ),
    ]
}

/// Series, and cities that are not what they were.
pub fn series() -> Vec<Value> {
    let edition = |name: &str, tonnes: i64| with(total(tonnes), json!({"series": name}));
    let (old, new) = (|tonnes| edition("city-2019", tonnes), |tonnes| edition("city-2024", tonnes));
    let merged = json!({"predecessors": [{"city": "the-village", "on": "2016-01-01", "source": {"title": "A law"}}]});
    vec![
        // The first target is measured from the old edition, which ends with 2019; the second from the new one.
        case(
            "a series that changes its edition",
            base(of(2010, old(1_000_000))),
            json!({"2010": new(1_200_000), "2015": old(880_000), "2017": old(840_000), "2019": old(800_000),
                "2020": new(860_000), "2022": new(820_000), "2024": new(800_000)}),
            json!({"t1": cut(50, 2030), "t2": with(without(cut(50, 2030), "baseline"), json!({"base_year": 2010}))}),
            json!({"t1": {"verdict": "not_comparable", "reason": "series_differs", "left_out": {"2020": "series_differs",
                    "2022": "series_differs", "2024": "series_differs"}},
                "t2": {"verdict": "on_track", "pace": 0.952_381, "confidence": "medium", "base_tonnes": 1_200_000,
                    "cautions": ["report_used_as_baseline"], "lacks_cautions": ["series_undeclared"],
                    "left_out": {"2015": "series_differs", "2017": "series_differs", "2019": "series_differs"}}}),
        ),
        with(
            case(
                "a merger between two figures",
                base(million()),
                json!({"2014": total(900_000), "2020": total(600_000)}),
                pledge(cut(50, 2030)),
                comes(json!({"verdict": "not_comparable", "reason": "boundary_changed",
                    "left_out": {"2020": "boundary_changed"}})),
            ),
            json!({"city": merged}),
        ),
        with(
            case(
                "a merger that the series has taken back to its start",
                base(of(2010, old(1_000_000))),
                json!({"2022": old(690_000), "2023": old(660_000), "2024": old(640_000)}),
                pledge(cut(50, 2030)),
                comes(json!({"verdict": "on_track", "confidence": "high", "left_out": {}})),
            ),
            json!({"city": merged}),
        ),
        // 100 (1,600,000 / 800,000)^(1 / 14) - 100 = 5.07 % a year.
        case(
            "a population that doubles in fourteen years",
            base(with(million(), json!({"population": 800_000}))),
            json!({"2024": with(total(640_000), json!({"population": 1_600_000}))}),
            pledge(cut(50, 2030)),
            comes(json!({"confidence": "low", "cautions": ["boundary_suspect"]})),
        ),
    ]
}
