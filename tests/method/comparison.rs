//! Which reports are compared, and why others are left out.

use pledgewatch::method::{Assessment, CautionCode, Confidence, LeftOutReason, Reason, Verdict};
use serde_json::{Value, json};

use super::{City, caution, codes, cut, day, inventory, left_out, level, lined, ruled, with, years};

/// A baseline of 1,000 t for 2010 and a report of 700 t for 2020, each changed.
fn judged(base: Value, report: Value) -> Assessment {
    let base = with(with(inventory(1_000.0), base), json!({"year": 2010}));
    let report = with(inventory(700.0), report);
    City::new().baseline("base", base).report(2020, report).target("goal", cut(50.0, 2030)).only()
}

/// Whether the report is compared, or why it is not.
fn compared(base: Value, report: Value) -> Result<(), LeftOutReason> {
    let judged = judged(base, report);
    match left_out(&judged).first() {
        None => {
            assert_eq!((judged.verdict, judged.figures.len()), (Verdict::OnTrack, 1));
            Ok(())
        }
        Some((_, reason)) => {
            assert_eq!(ruled(&judged), (Verdict::NotComparable, Some(Reason::from(*reason))));
            assert!(judged.left_out[0].detail.is_some() && judged.figures.is_empty());
            Err(*reason)
        }
    }
}

#[test]
fn protocols_are_compared_within_a_family() {
    let pair = |base: Value, report: Value| compared(json!({"protocol": base}), json!({"protocol": report}));
    let none = Value::Null;
    for (base, report) in [
        (json!("gpc"), json!("gpc")),
        (json!("national"), json!("national")),
        (json!("gpc"), json!("crf")),
        (json!("crf"), json!("gpc")),
        // `other` declares nothing, as if there were none.
        (json!("other"), json!("gpc")),
        (json!("ipcc"), json!("other")),
        (json!("other"), json!("other")),
        (none.clone(), json!("crf")),
        (json!("ipcc"), none),
    ] {
        assert_eq!(pair(base.clone(), report.clone()), Ok(()), "{base} {report}");
    }
    for (base, report) in [("gpc", "ipcc"), ("ipcc", "crf"), ("national", "gpc"), ("national", "ipcc")] {
        assert_eq!(pair(json!(base), json!(report)), Err(LeftOutReason::ProtocolDiffers), "{base} {report}");
    }
    let related = judged(json!({"protocol": "gpc"}), json!({"protocol": "crf"}));
    assert_eq!(years(&related, CautionCode::ProtocolRelated), [2020]);
    assert_eq!(related.confidence, Confidence::Medium);
    assert!(!codes(&judged(json!({}), json!({}))).contains(&CautionCode::ProtocolRelated));
}

#[test]
fn gases_are_compared_unless_one_side_covers_co2_only_and_the_other_more() {
    let pair = |base: Value, report: Value| compared(json!({"gases": base}), json!({"gases": report}));
    let (none, one, two, three) = (Value::Null, json!(["co2"]), json!(["co2", "ch4"]), json!(["co2", "ch4", "n2o"]));
    for (base, report) in [(&one, &one), (&two, &three), (&three, &two), (&none, &one), (&one, &none), (&none, &none)] {
        assert_eq!(pair(base.clone(), report.clone()), Ok(()), "{base} {report}");
    }
    for (base, report) in [(&one, &two), (&three, &one)] {
        assert_eq!(pair(base.clone(), report.clone()), Err(LeftOutReason::GasesDiffer), "{base} {report}");
    }
}

#[test]
fn a_figure_at_another_level_is_none() {
    assert_eq!(compared(json!({}), json!({"totals": {"own": 700}})), Err(LeftOutReason::NoFigureAtLevel));
    // Lines make a figure only when each of the level has a value or a notation key, and one has a value.
    let lines = |changes: Value| with(lined(changes), json!({"totals": null}));
    let sum = judged(json!({}), lines(json!({"I.1.1": 400, "II.1.1": 300})));
    assert_eq!(sum.figures[0].tonnes.get(), 700.0);
    let short = json!({"I.1.1": 400, "II.1.1": 300, "III.4.2": null});
    let report =
        |lines: Value| City::new().base(2010, 1_000.0).report(2020, lines).target("goal", cut(50.0, 2030)).only();
    assert_eq!(left_out(&report(lines(short))), [(2020, LeftOutReason::NoFigureAtLevel)]);
    assert_eq!(left_out(&report(lines(json!({"I.1.1": "NE"})))), [(2020, LeftOutReason::NoFigureAtLevel)]);
    assert_eq!(report(lines(json!({"I.1.1": 700, "II.1.1": "NE"}))).figures.len(), 1);
}

#[test]
fn a_target_per_person_needs_the_people() {
    let target = with(cut(50.0, 2030), json!({"kind": "base_year_intensity"}));
    let base = with(inventory(1_000.0), json!({"year": 2010, "population": 100}));
    let city = City::new().baseline("base", base).reports(&[(2020, 700.0)]).target("goal", target);
    let judged = city.only();
    assert_eq!(left_out(&judged), [(2020, LeftOutReason::NoPopulation)]);
    assert_eq!(ruled(&judged), (Verdict::NotComparable, Some(Reason::NoPopulation)));
}

#[test]
fn one_report_left_out_does_not_stop_the_others() {
    let city = City::new().base(2010, 1_000.0).target("goal", cut(50.0, 2030)).reports(&[(2015, 900.0), (2020, 850.0)]);
    let judged = city.report(2022, with(inventory(1.0), json!({"protocol": "national"}))).only();
    assert_eq!((judged.verdict, judged.judged.as_ref().unwrap().year.get()), (Verdict::Behind, 2020));
    assert_eq!(left_out(&judged), [(2022, LeftOutReason::ProtocolDiffers)]);
    assert_eq!(judged.figures.iter().map(|f| f.year.get()).collect::<Vec<_>>(), [2015, 2020]);
}

#[test]
fn one_series_is_one_accounting() {
    let series = |body: Value| with(body, json!({"series": "office-2026"}));
    // Whatever each says of itself.
    let base = json!({"protocol": "national", "gases": ["co2"], "gwp": "ar2", "electricity": "market",
                      "weather_normalised": true, "population": 100});
    let report = json!({"protocol": "gpc", "gases": ["co2", "ch4"], "gwp": "ar5", "electricity": "location",
                        "weather_normalised": false, "population": 1_000});
    let one = judged(series(base.clone()), series(report.clone()));
    assert_eq!(one.verdict, Verdict::OnTrack);
    let kept = [CautionCode::FewPoints, CautionCode::Stale, CautionCode::PandemicYear, CautionCode::FigureQuestioned];
    assert!(codes(&one).iter().all(|code| kept.contains(code)), "{:?}", codes(&one));
    // Two are two, whatever they share.
    let other = json!({"series": "office-2020"});
    assert_eq!(compared(series(json!({})), other.clone()), Err(LeftOutReason::SeriesDiffers));
    // One side alone says nothing: the tests decide, and this is told.
    for (base, report) in [(other.clone(), json!({})), (json!({}), other.clone()), (json!({}), json!({}))] {
        let judged = judged(base, report);
        assert_eq!(judged.verdict, Verdict::OnTrack);
        assert_eq!(years(&judged, CautionCode::SeriesUndeclared), [2020]);
    }
    assert_eq!(compared(other, json!({"protocol": "ipcc"})), Err(LeftOutReason::ProtocolDiffers));
}

#[test]
fn a_series_still_needs_a_figure_the_people_and_the_same_lines() {
    let series = |body: Value| with(body, json!({"series": "office-2026"}));
    assert_eq!(
        compared(series(json!({})), series(json!({"totals": {"own": 700}}))),
        Err(LeftOutReason::NoFigureAtLevel)
    );
    let base = with(series(lined(json!({"I.1.1": 900, "II.1.1": 100}))), json!({"year": 2010}));
    let report = series(lined(json!({"I.1.1": 700, "II.1.1": "NE"})));
    let city = City::new().baseline("base", base).report(2020, report).target("goal", cut(50.0, 2030));
    assert_eq!(left_out(&city.only()), [(2020, LeftOutReason::CoverageDiffers)]);
}

#[test]
fn the_report_of_the_base_year_may_contradict_the_baseline() {
    let beside = |tonnes: f64, report: Value, base: Value| {
        let base = with(with(inventory(1_000.0), base), json!({"year": 2010}));
        let city = City::new().baseline("base", base).report(2010, with(inventory(tonnes), report));
        city.reports(&[(2020, 700.0)]).target("goal", cut(50.0, 2030)).only()
    };
    let plain = |tonnes: f64| beside(tonnes, json!({}), json!({}));
    for tonnes in [1_050.001, 949.999, 0.0] {
        let judged = plain(tonnes);
        assert_eq!(ruled(&judged), (Verdict::NotComparable, Some(Reason::BaselineContradicted)), "{tonnes}");
        assert!(judged.judged.is_none() && judged.figures.len() == 1 && judged.baseline.is_some());
    }
    for tonnes in [1_050.0, 950.0, 1_010.001, 989.999] {
        let judged = plain(tonnes);
        assert_eq!(judged.verdict, Verdict::OnTrack);
        let told = caution(&judged, CautionCode::BaselineDiffersFromReport);
        assert_eq!((told.old_tonnes.unwrap().get(), told.new_tonnes.unwrap().get()), (1_000.0, tonnes));
        assert_eq!(judged.confidence, Confidence::Low);
    }
    for tonnes in [1_010.0, 990.0] {
        assert!(!codes(&plain(tonnes)).contains(&CautionCode::BaselineDiffersFromReport), "{tonnes}");
    }
    // A report that is of another accounting, or has no figure at the level, contradicts nothing.
    for report in [json!({"protocol": "ipcc"}), json!({"totals": {"own": 2_000}}), json!({"gases": ["co2"]})] {
        assert_eq!(beside(1_300.0, report, json!({"gases": ["co2", "ch4"]})).verdict, Verdict::OnTrack);
    }
    // Nor does one that was known before the baseline was restated.
    let city = City::new().base(2010, 700.0).reports(&[(2010, 700.0)]).base(2010, 1_000.0).reports(&[(2020, 700.0)]);
    assert_eq!(city.target("goal", cut(50.0, 2030)).only().verdict, Verdict::OnTrack);
    // Within one series both figures are of one accounting.
    let series = json!({"series": "office-2026"});
    let base = with(inventory(1_000.0), json!({"year": 2010, "series": "office-2026"}));
    let city = City::new().baseline("base", base).report(2010, with(inventory(1_300.0), series.clone()));
    let judged = city.report(2020, with(inventory(700.0), series)).target("goal", cut(50.0, 2030)).only();
    assert_eq!(judged.verdict, Verdict::OnTrack);
    assert!(!codes(&judged).contains(&CautionCode::BaselineDiffersFromReport));
}

#[test]
fn a_report_that_is_itself_the_base_contradicts_nothing() {
    let target = with(cut(50.0, 2030), json!({"baseline": null, "base_year": 2010}));
    let judged = City::new().reports(&[(2010, 1_000.0), (2020, 700.0)]).target("goal", target).only();
    assert_eq!(judged.verdict, Verdict::OnTrack);
    assert!(!codes(&judged).contains(&CautionCode::BaselineDiffersFromReport));
}

#[test]
fn a_silent_baseline_takes_the_accounting_of_the_same_figure() {
    let silent = with(inventory(1_000.0), json!({"year": 2010, "protocol": null}));
    let city = |tonnes: f64, report: Value| {
        let report = with(inventory(tonnes), report);
        let city = City::new().baseline("base", silent.clone()).report(2010, report).target("goal", cut(50.0, 2030));
        city.reports(&[(2020, 700.0)]).only()
    };
    let same = city(1_010.0, json!({}));
    assert!(codes(&same).contains(&CautionCode::AccountingInferred));
    assert!(!codes(&same).contains(&CautionCode::AccountingUndeclared));
    // What the report declares then decides what can be compared.
    let other = city(1_000.0, json!({"protocol": "ipcc"}));
    assert_eq!(left_out(&other), [(2020, LeftOutReason::ProtocolDiffers)]);
    for apart in [1_010.001, 989.999] {
        let judged = city(apart, json!({}));
        assert_eq!(years(&judged, CautionCode::AccountingUndeclared), [2010]);
        assert!(codes(&judged).contains(&CautionCode::BaselineDiffersFromReport));
    }
    for silent in [json!({"protocol": null}), json!({"protocol": "other"})] {
        assert!(codes(&city(1_000.0, silent)).contains(&CautionCode::AccountingUndeclared));
    }
}

#[test]
fn what_is_inferred_are_gases_potentials_and_electricity_but_never_the_series() {
    let city = |base: Value, year_report: Value, report: Value| {
        let base = with(with(inventory(1_000.0), base), json!({"year": 2010, "protocol": null}));
        let city = City::new().baseline("base", base).report(2010, with(inventory(1_000.0), year_report));
        city.report(2020, with(inventory(700.0), report)).target("goal", cut(50.0, 2030)).only()
    };
    let gases = city(json!({}), json!({"gases": ["co2"]}), json!({"gases": ["co2", "ch4"]}));
    assert_eq!(left_out(&gases), [(2020, LeftOutReason::GasesDiffer)]);
    let potentials = city(json!({}), json!({"gwp": "ar2"}), json!({"gwp": "ar5"}));
    assert!(codes(&potentials).contains(&CautionCode::GwpDiffers));
    let electricity = city(json!({}), json!({"electricity": "market"}), json!({"electricity": "location"}));
    assert!(codes(&electricity).contains(&CautionCode::ElectricityDiffers));
    let series = city(json!({}), json!({"series": "office-2020"}), json!({"series": "office-2026"}));
    assert_eq!(series.verdict, Verdict::OnTrack);
    assert!(codes(&series).contains(&CautionCode::SeriesUndeclared));
    // What the baseline declares itself stands.
    let own = city(json!({"gwp": "ar5"}), json!({"gwp": "ar2"}), json!({"gwp": "ar5"}));
    assert!(!codes(&own).contains(&CautionCode::GwpDiffers));
    let contradicted = city(json!({"gases": ["co2"]}), json!({"gases": ["co2", "ch4"]}), json!({}));
    assert!(!codes(&contradicted).contains(&CautionCode::AccountingInferred));
}

#[test]
fn no_figure_is_compared_across_the_day_a_city_was_merged() {
    let city = |on: &str, series: Value| {
        let base = with(inventory(1_000.0), json!({"year": 2010, "series": series}));
        let report = |tonnes: f64| with(inventory(tonnes), json!({"series": series}));
        let city = City::new().made_from("old-town", on).baseline("base", base);
        city.report(2015, report(860.0)).report(2020, report(740.0)).target("goal", cut(50.0, 2030)).only()
    };
    let changed = LeftOutReason::BoundaryChanged;
    let merged = city("2013-01-01", Value::Null);
    assert_eq!(ruled(&merged), (Verdict::NotComparable, Some(Reason::BoundaryChanged)));
    assert_eq!(left_out(&merged), [(2015, changed), (2020, changed)]);
    assert!(merged.left_out[0].detail.as_ref().unwrap().contains("old-town"));
    assert_eq!(left_out(&city("2018-01-01", Value::Null)), [(2020, changed)]);
    // The year after the baseline's, or before it: both lie on one side.
    assert_eq!(left_out(&city("2011-01-01", Value::Null)).len(), 2);
    assert!(left_out(&city("2010-01-01", Value::Null)).is_empty());
    assert!(left_out(&city("2021-01-01", Value::Null)).is_empty());
    // An office that recalculates its series counts the same area in all years.
    assert!(left_out(&city("2013-01-01", json!("office-2026"))).is_empty());
}

/// A baseline stated gas by gas by AR2: 800 t of CO2 and 10 t of methane, which are 210 t by AR2 and 280 t by AR5.
fn by_gas(gwp: &str, co2: f64, ch4: f64) -> Value {
    with(lined(json!({"I.1.1": {"co2": co2}, "III.1.1": {"ch4": ch4}})), json!({"gwp": gwp}))
}

fn gassy(base: Value, target: Value, reports: &[(i32, Value)]) -> Assessment {
    let city = City::new().baseline("base", with(base, json!({"year": 2010}))).target("goal", target);
    reports.iter().fold(city, |city, (year, body)| city.report(*year, body.clone())).only()
}

#[test]
fn a_baseline_stated_by_gas_is_computed_anew_by_the_set_of_the_report() {
    let base = || by_gas("ar2", 800.0, 10.0);
    let judged = gassy(base(), cut(50.0, 2030), &[(2020, by_gas("ar5", 600.0, 8.0))]);
    // 600 t and 8 t of methane at 28: 824 t, against 1,080 t of which 270 t are called for.
    assert_eq!(judged.baseline.as_ref().unwrap().tonnes.get(), 1_080.0);
    assert_eq!(judged.pace.unwrap().get(), 0.948_148);
    let told = caution(&judged, CautionCode::GwpConverted);
    assert_eq!((told.old_tonnes.unwrap().get(), told.new_tonnes.unwrap().get()), (1_010.0, 1_080.0));
    assert!(!codes(&judged).contains(&CautionCode::GwpDiffers));
    assert_eq!(judged.target.target_tonnes.unwrap().get(), 540.0);
    // By the same set nothing is computed anew.
    let same = gassy(base(), cut(50.0, 2030), &[(2020, by_gas("ar2", 600.0, 8.0))]);
    assert!(!codes(&same).contains(&CautionCode::GwpConverted) && !codes(&same).contains(&CautionCode::GwpDiffers));
}

#[test]
fn what_is_not_stated_by_gas_on_both_sides_is_compared_as_it_is() {
    let mixed =
        |gwp: &str, tonnes: f64| with(lined(json!({"I.1.1": tonnes, "III.1.1": {"ch4": 10}})), json!({"gwp": gwp}));
    let total = |gwp: &str| with(inventory(700.0), json!({"gwp": gwp}));
    let gas = || by_gas("ar2", 800.0, 10.0);
    for (base, report) in
        [(gas(), mixed("ar5", 420.0)), (mixed("ar2", 800.0), by_gas("ar5", 420.0, 10.0)), (gas(), total("ar5"))]
    {
        let judged = gassy(base, cut(50.0, 2030), &[(2020, report)]);
        assert_eq!(judged.baseline.as_ref().unwrap().tonnes.get(), 1_010.0);
        assert_eq!(years(&judged, CautionCode::GwpDiffers), [2020]);
        assert!(!codes(&judged).contains(&CautionCode::GwpConverted));
        assert_eq!(judged.confidence, Confidence::Medium);
    }
    // One side declares none: nothing differs.
    let silent = gassy(gas(), cut(50.0, 2030), &[(2020, inventory(700.0))]);
    assert!(!codes(&silent).contains(&CautionCode::GwpDiffers));
}

#[test]
fn tonnes_that_are_fixed_keep_the_baseline_as_it_is() {
    let scenario = with(cut(50.0, 2030), json!({"kind": "baseline_scenario", "scenario_tonnes": 1_010}));
    for target in [level(505.0, 2030), scenario] {
        let judged = gassy(by_gas("ar2", 800.0, 10.0), target, &[(2020, by_gas("ar5", 600.0, 8.0))]);
        assert_eq!(judged.baseline.as_ref().unwrap().tonnes.get(), 1_010.0);
        assert_eq!(years(&judged, CautionCode::GwpDiffers), [2020]);
        assert!(!codes(&judged).contains(&CautionCode::GwpConverted));
    }
}

#[test]
fn within_one_series_the_potentials_are_no_question() {
    let series = |body: Value| with(body, json!({"series": "office-2026"}));
    let base = series(by_gas("ar2", 800.0, 10.0));
    let judged = gassy(base, cut(50.0, 2030), &[(2020, series(by_gas("ar5", 600.0, 8.0)))]);
    assert_eq!(judged.baseline.as_ref().unwrap().tonnes.get(), 1_010.0);
    assert!(!codes(&judged).contains(&CautionCode::GwpConverted) && !codes(&judged).contains(&CautionCode::GwpDiffers));
}

#[test]
fn reports_by_another_set_than_the_one_judged_stay_out_of_trend_and_budget() {
    let report = |gwp: &str, co2: f64| by_gas(gwp, co2, 8.0);
    let reports = [
        (2012, report("ar4", 780.0)),
        (2013, report("ar5", 760.0)),
        (2014, report("ar5", 740.0)),
        (2015, report("ar5", 720.0)),
        (2016, report("ar5", 700.0)),
        (2017, report("ar5", 680.0)),
        (2018, report("ar5", 660.0)),
    ];
    let judged = gassy(by_gas("ar2", 800.0, 10.0), cut(50.0, 2030), &reports);
    assert_eq!(
        judged.figures.iter().filter(|figure| figure.of_other_gwp).map(|f| f.year.get()).collect::<Vec<_>>(),
        [2012]
    );
    assert_eq!(years(&judged, CautionCode::GwpDiffers), [2012]);
    let budget = judged.budget.unwrap();
    assert_eq!((budget.from.get(), budget.to.get(), budget.interpolated_years), (2013, 2018, 0));
    // The baseline of 2010 by AR5 and the six reports by it.
    assert_eq!(judged.trend.unwrap().points, 7);
    // Where nothing was computed anew, all are added up, with the caution.
    let fixed = gassy(by_gas("ar2", 800.0, 10.0), level(505.0, 2030), &reports);
    assert_eq!(fixed.budget.unwrap().from.get(), 2012);
}

#[test]
fn the_baseline_is_computed_anew_before_every_other_test() {
    // By AR2 the baseline is 1,010 t, by AR5 1,080 t: what the inventory of the base year says by AR5.
    let reports = [(2010, by_gas("ar5", 800.0, 10.0)), (2020, by_gas("ar5", 600.0, 8.0))];
    let judged = gassy(by_gas("ar2", 800.0, 10.0), cut(50.0, 2030), &reports);
    assert_eq!(judged.verdict, Verdict::Behind);
    assert!(!codes(&judged).contains(&CautionCode::BaselineDiffersFromReport));
}

#[test]
fn a_report_counts_as_known_on_the_day_of_judgement_only_once_its_year_has_ended() {
    let city = City::new().base(2010, 1_000.0).target("goal", cut(50.0, 2030));
    let city = city.reports(&[(2020, 700.0)]).report(2021, with(inventory(1.0), json!({"protocol": "ipcc"})));
    assert_eq!(left_out(&city.judged_on(day(2021, 12, 31)).targets[0]), []);
    assert_eq!(left_out(&city.judged_on(day(2022, 1, 1)).targets[0]).len(), 1);
}
