//! Which reports are compared, and why others are left out.

use pledgewatch::method::{Assessment, CautionCode, LeftOutReason, Reason, Verdict};
use serde_json::{Value, json};

use super::{City, caution, codes, cut, inventory, left_out, with};

fn judged(base: Value, report: Value) -> Assessment {
    let base = with(with(inventory(1_000.0), base), json!({"year": 2000}));
    let report = with(inventory(800.0), report);
    City::new().baseline("base", base).report(2010, report).target("goal", cut(50.0, 2030)).only()
}

#[test]
fn every_reason_to_leave_a_report_out() {
    let cases = [
        (json!({}), json!({"totals": {"own": 800}}), LeftOutReason::NoFigureAtLevel),
        (json!({}), json!({"protocol": "crf"}), LeftOutReason::ProtocolDiffers),
        (json!({"gases": ["co2"]}), json!({"gases": ["co2", "ch4"]}), LeftOutReason::GasesDiffer),
        (json!({"gases": ["co2", "ch4"]}), json!({"gases": ["co2"]}), LeftOutReason::GasesDiffer),
    ];
    for (base, report, reason) in cases {
        let judged = judged(base, report);
        assert_eq!((judged.verdict, judged.reason), (Verdict::NotComparable, Some(Reason::NoComparableReport)));
        assert_eq!(left_out(&judged), [(2010, reason)]);
        assert!(judged.left_out[0].detail.is_some());
        assert!(judged.figures.is_empty());
    }
    let target = with(cut(50.0, 2030), json!({"kind": "base_year_intensity"}));
    let base = with(inventory(1_000.0), json!({"year": 2000, "population": 100}));
    let city = City::new().baseline("base", base).reports(&[(2010, 800.0)]).target("goal", target);
    assert_eq!(left_out(&city.only()), [(2010, LeftOutReason::NoPopulation)]);
}

#[test]
fn what_is_not_declared_or_covers_more_than_co2_either_way_is_compared() {
    for (base, report) in [
        (json!({"gases": ["co2"]}), json!({})),
        (json!({}), json!({"gases": ["co2"]})),
        (json!({"gases": ["co2", "ch4"]}), json!({"gases": ["co2", "ch4", "n2o"]})),
        (json!({"protocol": null}), json!({"protocol": "crf"})),
    ] {
        assert_eq!(judged(base, report).figures.len(), 1);
    }
}

#[test]
fn one_report_left_out_does_not_stop_the_others() {
    let city = City::new().base(2000, 1_000.0).target("goal", cut(50.0, 2030)).reports(&[(2005, 900.0), (2010, 850.0)]);
    let judged = city.report(2012, with(inventory(1.0), json!({"protocol": "national"}))).only();
    assert_eq!(judged.judged.as_ref().unwrap().year.get(), 2010);
    assert_eq!(left_out(&judged), [(2012, LeftOutReason::ProtocolDiffers)]);
    assert_eq!(judged.figures.iter().map(|f| f.year.get()).collect::<Vec<_>>(), [2005, 2010]);
}

#[test]
fn a_silent_baseline_takes_the_accounting_of_the_same_figure() {
    let silent = with(inventory(1_000.0), json!({"year": 2000, "protocol": null}));
    let city = |tonnes: f64, report: Value| {
        let report = with(inventory(tonnes), report);
        let city = City::new().baseline("base", silent.clone()).report(2000, report).target("goal", cut(50.0, 2030));
        city.reports(&[(2010, 800.0)]).only()
    };
    let same = city(1_010.0, json!({}));
    assert!(codes(&same).contains(&CautionCode::AccountingInferred));
    assert!(!codes(&same).contains(&CautionCode::AccountingUndeclared));
    // What the report declares then decides what can be compared.
    let other = city(1_000.0, json!({"protocol": "crf"}));
    assert_eq!(left_out(&other), [(2010, LeftOutReason::ProtocolDiffers)]);
    for apart in [1_010.1, 989.9] {
        let judged = city(apart, json!({}));
        assert_eq!(caution(&judged, CautionCode::AccountingUndeclared).years.len(), 1);
        assert!(codes(&judged).contains(&CautionCode::BaselineDiffersFromReport));
    }
    let undeclared = city(1_000.0, json!({"protocol": null}));
    assert!(codes(&undeclared).contains(&CautionCode::AccountingUndeclared));
}

#[test]
fn inference_takes_gases_and_potentials_only_where_there_are_none() {
    let city = |base: Value, year_report: Value, report: Value| {
        let base = with(with(inventory(1_000.0), base), json!({"year": 2000, "protocol": null}));
        let city = City::new().baseline("base", base).report(2000, with(inventory(1_000.0), year_report));
        city.report(2010, with(inventory(800.0), report)).target("goal", cut(50.0, 2030)).only()
    };
    let gases = city(json!({}), json!({"gases": ["co2"]}), json!({"gases": ["co2", "ch4"]}));
    assert_eq!(left_out(&gases), [(2010, LeftOutReason::GasesDiffer)]);
    let potentials = city(json!({}), json!({"gwp": "ar2"}), json!({"gwp": "ar5"}));
    assert!(codes(&potentials).contains(&CautionCode::GwpDiffers));
    let own = city(json!({"gwp": "ar5"}), json!({"gwp": "ar2"}), json!({"gwp": "ar5"}));
    assert!(!codes(&own).contains(&CautionCode::GwpDiffers));
    let contradicted = city(json!({"gases": ["co2"]}), json!({"gases": ["co2", "ch4"]}), json!({}));
    assert!(!codes(&contradicted).contains(&CautionCode::AccountingInferred));
}
