//! Coverage: whether two inventories count the same lines.

use pledgewatch::method::{Assessment, CautionCode, Confidence, LeftOutReason, Verdict};
use serde_json::{Value, json};

use super::{City, caution, codes, cut, inventory, left_out, lined, with, years};

fn compare_at(level: &str, base: Value, report: Value) -> Assessment {
    let target = with(cut(50.0, 2030), json!({"level": level}));
    City::new().baseline("base", with(base, json!({"year": 2010}))).report(2020, report).target("goal", target).only()
}

/// Of a comparison by lines: whether it is left out (`None`), else whether there is a caution.
fn outcome(judged: &Assessment) -> Option<bool> {
    match left_out(judged).as_slice() {
        [] => Some(codes(judged).contains(&CautionCode::CoverageDiffers)),
        [(2020, LeftOutReason::CoverageDiffers)] => None,
        other => panic!("{other:?}"),
    }
}

fn basic(base: Value, report: Value) -> Option<bool> {
    outcome(&compare_at("basic", lined(base), lined(report)))
}

const FINE: Option<bool> = Some(false);
const CAUTION: Option<bool> = Some(true);
const LEFT_OUT: Option<bool> = None;

#[test]
fn above_a_twentieth_is_left_out_and_above_a_hundredth_a_caution() {
    for (uncovered, expected) in [(50.001, LEFT_OUT), (50.0, CAUTION), (10.001, CAUTION), (10.0, FINE), (0.0, FINE)] {
        let full = json!({"I.1.1": 1_000.0 - uncovered, "II.1.1": uncovered});
        let short = json!({"I.1.1": 700, "II.1.1": "NE"});
        // Either side may be the one that knows more.
        assert_eq!(basic(full.clone(), short.clone()), expected, "{uncovered} of the baseline");
        assert_eq!(basic(short, full), expected, "{uncovered} of the report");
    }
}

#[test]
fn the_larger_of_the_two_shares_decides() {
    // 4 % of the baseline, and 6 % of the report.
    let base = json!({"I.1.1": 960, "II.1.1": 40, "II.2.1": "NE"});
    let judged = |of_report: f64| {
        let report = json!({"I.1.1": 1_000.0 - of_report, "II.1.1": "NE", "II.2.1": of_report});
        compare_at("basic", lined(base.clone()), lined(report))
    };
    let left = judged(60.0);
    assert_eq!(outcome(&left), LEFT_OUT);
    let detail = left.left_out[0].detail.as_deref().unwrap();
    assert_eq!(detail, "6.0 % of the report is on line II.2.1, which the baseline does not know.");
    // They are not added up.
    let kept = judged(40.0);
    assert_eq!((outcome(&kept), kept.confidence), (CAUTION, Confidence::Low));
    let told = &caution(&kept, CautionCode::CoverageDiffers).detail;
    assert_eq!(told, "For 2020: 4.0 % of the baseline is on line II.1.1, which the report does not know.");
}

#[test]
fn what_is_not_estimated_confidential_or_absent_is_unknown_and_what_does_not_occur_is_known() {
    let base = json!({"I.1.1": 900, "II.1.1": 100});
    for (value, expected) in
        [(json!("NE"), LEFT_OUT), (json!("C"), LEFT_OUT), (json!("NO"), FINE), (json!(0), FINE), (json!(60), FINE)]
    {
        assert_eq!(basic(base.clone(), json!({"I.1.1": 700, "II.1.1": value})), expected, "{value}");
    }
    // An absent line is unknown, never 0; the total is stated.
    let stated = |lines: Value, tonnes: f64| with(lined(lines), json!({"totals": {"basic": tonnes}}));
    let absent = stated(json!({"I.1.1": 700, "II.1.1": null}), 700.0);
    assert_eq!(outcome(&compare_at("basic", lined(base.clone()), absent.clone())), LEFT_OUT);
    assert_eq!(outcome(&compare_at("basic", absent, lined(base))), LEFT_OUT);
    // A line that is 0 has nothing to be covered.
    let nothing = stated(json!({"I.1.1": 700, "II.1.1": 0}), 700.0);
    let absent = stated(json!({"I.1.1": 650, "II.1.1": null}), 650.0);
    assert_eq!(outcome(&compare_at("basic", nothing, absent)), FINE);
}

#[test]
fn included_elsewhere_is_covered_where_the_line_it_names_has_a_value() {
    let base = json!({"I.1.1": 900, "II.1.1": 100});
    let included = |value: &str, others: Value| basic(base.clone(), with(others, json!({"II.1.1": value})));
    let energy = || json!({"I.1.1": 700});
    assert_eq!(included("IE in I.1.1", energy()), FINE);
    assert_eq!(included("IE (I.1.1).", energy()), FINE);
    // Not where that line says nothing, and no line of the sector has a value.
    assert_eq!(included("IE", energy()), LEFT_OUT);
    assert_eq!(included("IE in I.2.1", energy()), LEFT_OUT, "which does not occur");
    assert_eq!(included("IE in I.2.1", json!({"I.1.1": 700, "I.2.1": "NE"})), LEFT_OUT);
    // Some line of the sector has a value.
    assert_eq!(included("IE", json!({"I.1.1": 650, "II.2.1": 50})), FINE);
    assert_eq!(included("IE", json!({"I.1.1": 650, "III.1.1": 50})), LEFT_OUT, "of another sector");
}

#[test]
fn included_elsewhere_does_not_cover_what_is_not_estimated_beside_it() {
    let base = json!({"I.1.1": 800, "I.2.1": 100, "I.3.1": 100});
    let report = json!({"I.1.1": 700, "I.2.1": "IE in I.1.1", "I.3.1": "NE"});
    assert_eq!(basic(base.clone(), report), LEFT_OUT);
    let report = json!({"I.1.1": 700, "I.2.1": "IE in I.1.1", "I.3.1": "IE in I.1.1"});
    assert_eq!(basic(base, report), FINE);
}

#[test]
fn what_was_moved_to_another_line_that_is_known_is_covered() {
    let base = json!({"I.1.1": 600, "I.1.2": 400});
    assert_eq!(basic(base, json!({"I.1.1": "NO", "I.1.2": 700})), FINE);
}

#[test]
fn only_the_lines_of_the_level_count() {
    let with_land = |land: Value| {
        let body = lined(json!({"I.1.1": 700, "V.1": land}));
        with(body, json!({"totals": {"basic": 700, "basic_plus": 900}}))
    };
    let judged = |level: &str| outcome(&compare_at(level, with_land(json!(200)), with_land(json!("NE"))));
    assert_eq!(judged("basic"), FINE);
    assert_eq!(judged("basic_plus"), LEFT_OUT);
    // Energy supplied to the grid is of scope 1, and not of the sums over scopes.
    let supply = |value: Value| {
        let body = lined(json!({"I.1.1": 700, "I.4.4": value}));
        with(body, json!({"totals": {"scope_1": 900, "scope_1_2": 900, "scope_1_2_3": 900}}))
    };
    let judged = |level: &str| outcome(&compare_at(level, supply(json!(200)), supply(json!("NE"))));
    assert_eq!([judged("scope_1"), judged("scope_1_2"), judged("scope_1_2_3")], [LEFT_OUT, FINE, FINE]);
}

#[test]
fn what_is_taken_up_counts_by_its_amount() {
    let land = |value: Value| with(lined(json!({"I.1.1": 940, "V.2": value})), json!({"totals": {"basic_plus": 880}}));
    // 60 t taken up of 1,000 t in all.
    assert_eq!(outcome(&compare_at("basic_plus", land(json!(-60)), land(json!("NE")))), LEFT_OUT);
}

/// A total by the city's own definition, with some of its lines.
fn own(tonnes: f64, lines: Value) -> Value {
    let lines = lines.as_object().unwrap().iter().map(|(reference, value)| match value {
        Value::String(key) => json!({"ref": reference, "notation": key}),
        tonnes => json!({"ref": reference, "tonnes": tonnes}),
    });
    let lines: Vec<Value> = lines.collect();
    json!({"totals": {"own": tonnes}, "lines": lines, "protocol": "gpc", "source": {"title": "Test"}})
}

#[test]
fn at_the_citys_own_level_shares_are_of_the_larger_of_figure_and_lines() {
    let judged = |figure: f64, uncovered: f64| {
        let base = own(figure, json!({"I.1.1": 100, "I.4.4": uncovered}));
        outcome(&compare_at("own", base, own(700.0, json!({"I.1.1": 90}))))
    };
    // Of 1,000 t that are stated, lines of any kind among them.
    assert_eq!([judged(1_000.0, 50.0), judged(1_000.0, 50.001)], [CAUTION, LEFT_OUT]);
    assert_eq!([judged(1_000.0, 10.0), judged(1_000.0, 10.001)], [FINE, CAUTION]);
    // Of 105 t in the lines, where the figure is less.
    assert_eq!([judged(100.0, 5.0), judged(100.0, 6.0)], [CAUTION, LEFT_OUT]);
}

#[test]
fn at_the_level_of_consumption_there_is_no_test() {
    let body =
        |value: Value| with(lined(json!({"I.1.1": 700, "II.1.1": value})), json!({"totals": {"consumption": 900}}));
    assert_eq!(outcome(&compare_at("consumption", body(json!(200)), body(json!("NE")))), FINE);
    let one_side = with(inventory(1.0), json!({"totals": {"consumption": 700}}));
    let judged = compare_at("consumption", body(json!("NE")), one_side);
    assert!(!codes(&judged).contains(&CautionCode::CoverageUnknown));
}

#[test]
fn lines_on_one_side_only_cannot_be_compared_and_what_they_do_not_know_is_told() {
    let lines = |value: Value| lined(json!({"I.1.1": 700, "II.1.1": value}));
    let unknown = |judged: &Assessment| codes(judged).contains(&CautionCode::CoverageUnknown);
    for (value, expected) in [("NE", true), ("C", true), ("IE", false), ("NO", false)] {
        let of_report = compare_at("basic", inventory(1_000.0), lines(json!(value)));
        assert_eq!((outcome(&of_report), unknown(&of_report)), (FINE, expected), "{value}");
        let of_base = compare_at("basic", lines(json!(value)), inventory(500.0));
        assert_eq!((outcome(&of_base), unknown(&of_base)), (FINE, expected), "{value}");
        if expected {
            assert_eq!(years(&of_base, CautionCode::CoverageUnknown), [2020]);
            assert_eq!((of_base.confidence, of_report.confidence), (Confidence::Low, Confidence::Low));
        }
    }
    // A line of another level says nothing.
    let other = with(lined(json!({"I.1.1": 700, "V.1": "NE"})), json!({}));
    assert!(!unknown(&compare_at("basic", inventory(1_000.0), other)));
    // Both sides have lines: what they do not know is compared.
    let both = compare_at("basic", lines(json!("NE")), lined(json!({"I.1.1": 500, "II.1.1": "NE"})));
    assert_eq!((outcome(&both), unknown(&both)), (FINE, false));
}

#[test]
fn the_caution_names_every_year_and_the_largest_share() {
    let base = with(lined(json!({"I.1.1": 940, "II.1.1": 40, "II.2.1": 20})), json!({"year": 2010}));
    let city = City::new().baseline("base", base).target("goal", cut(50.0, 2030));
    let city = city.report(2018, lined(json!({"I.1.1": 800, "II.1.1": 35, "II.2.1": "NE"})));
    let city = city.report(2019, lined(json!({"I.1.1": 780, "II.1.1": "NE", "II.2.1": 18})));
    let judged = city.report(2020, lined(json!({"I.1.1": 700, "II.1.1": 30, "II.2.1": 17}))).only();
    assert_eq!(judged.verdict, Verdict::OnTrack);
    assert_eq!(years(&judged, CautionCode::CoverageDiffers), [2018, 2019]);
    let told = &caution(&judged, CautionCode::CoverageDiffers).detail;
    assert_eq!(told, "For 2019: 4.0 % of the baseline is on line II.1.1, which the report does not know.");
}
