//! Every caution, and the confidence that follows.

use pledgewatch::method::{Assessment, CautionCode, Confidence};
use pledgewatch::record::gpc::GpcRef;
use pledgewatch::record::{Level, Year};
use serde_json::{Value, json};

use super::{City, caution, codes, cut, day, inventory, level, with};

/// A city without any caution: three figures by one accounting, judged soon after the last.
fn plain() -> City {
    pledging(cut(50.0, 2030))
}

/// The same with another target.
fn pledging(target: Value) -> City {
    City::new().base(2000, 1_000.0).target("goal", target).reports(&[(2018, 700.0), (2019, 690.0), (2020, 680.0)])
}

fn judged(city: &City) -> Assessment {
    city.judged_on(day(2024, 1, 1)).targets.remove(0)
}

fn years(assessment: &Assessment, code: CautionCode) -> Vec<i32> {
    caution(assessment, code).years.iter().copied().map(Year::get).collect()
}

#[test]
fn no_caution_is_high_confidence() {
    let judged = judged(&plain());
    assert_eq!((codes(&judged), judged.confidence), (Vec::new(), Confidence::High));
}

#[test]
fn stale_after_four_years() {
    assert!(judged(&plain()).cautions.is_empty());
    let later = plain().judged_on(day(2025, 1, 1)).targets.remove(0);
    assert_eq!(years(&later, CautionCode::Stale), [2020]);
    assert_eq!(later.confidence, Confidence::Medium);
}

#[test]
fn a_target_year_without_a_figure_is_named() {
    let city = pledging(cut(50.0, 2021));
    assert!(codes(&city.judged_on(day(2021, 12, 31)).targets[0]).is_empty());
    assert_eq!(years(&judged(&city), CautionCode::TargetYearUnreported), [2021]);
    assert_eq!(codes(&judged(&city.reports(&[(2022, 600.0)]))), [CautionCode::Interpolated]);
}

#[test]
fn early_and_few_points() {
    let city = City::new().base(2016, 1_000.0).target("goal", cut(50.0, 2030)).reports(&[(2019, 990.0), (2020, 900.0)]);
    assert_eq!(codes(&judged(&city)), [CautionCode::Early, CautionCode::FewPoints]);
    assert_eq!(years(&judged(&city), CautionCode::FewPoints), [2019, 2020]);
    assert_eq!(codes(&judged(&city.reports(&[(2021, 900.0)]))), []);
}

#[test]
fn a_rebound_after_success_is_named() {
    let city = pledging(cut(31.0, 2018));
    assert_eq!(codes(&judged(&city)), []);
    let city = pledging(cut(30.0, 2018)).reports(&[(2019, 701.0), (2020, 700.0), (2021, 800.0)]);
    assert_eq!(years(&judged(&city), CautionCode::Rebounded), [2019, 2021]);
}

#[test]
fn accounting_that_differs_or_is_not_declared() {
    let base = with(inventory(1_000.0), json!({"year": 2000, "gwp": "ar2"}));
    let city = plain().baseline("base", base).report(2019, with(inventory(690.0), json!({"gwp": "ar5"})));
    assert_eq!(years(&judged(&city), CautionCode::GwpDiffers), [2019]);
    let city = plain().report(2019, with(inventory(690.0), json!({"protocol": null})));
    let undeclared = judged(&city);
    assert_eq!(years(&undeclared, CautionCode::AccountingUndeclared), [2019]);
    assert_eq!(undeclared.confidence, Confidence::Medium);
    let base = with(inventory(1_000.0), json!({"year": 2000, "protocol": null}));
    assert_eq!(years(&judged(&plain().baseline("base", base)), CautionCode::AccountingUndeclared), [2000]);
}

#[test]
fn undeclared_accounting_of_an_own_total_is_low_confidence() {
    let own = |tonnes: f64| json!({"totals": {"own": tonnes}, "source": {"title": "Test"}});
    let city = City::new().baseline("base", with(own(1_000.0), json!({"year": 2000}))).report(2020, own(600.0));
    let judged = judged(&city.target("goal", with(cut(50.0, 2030), json!({"level": "own"}))));
    assert_eq!(years(&judged, CautionCode::AccountingUndeclared), [2000, 2020]);
    assert_eq!(judged.confidence, Confidence::Low);
}

/// Every line of `basic` at 10 t but for those of the sectors in `without`.
fn lines(without: &[&str]) -> Value {
    GpcRef::all()
        .filter(|line| line.counts_at(Level::Basic))
        .map(|line| {
            let out = without.contains(&line.sector());
            if out {
                json!({"ref": line.as_str(), "notation": "NE"})
            } else {
                json!({"ref": line.as_str(), "tonnes": 10})
            }
        })
        .collect()
}

#[test]
fn a_stated_total_beside_another_sum_is_low_confidence() {
    // 32 lines of 10 t make 320 t.
    let stated = |tonnes: f64| with(inventory(tonnes), json!({"lines": lines(&[])}));
    assert_eq!(codes(&judged(&plain().report(2019, stated(322.0)))), []);
    let differs = judged(&plain().report(2019, stated(324.0)));
    assert_eq!(years(&differs, CautionCode::StatedDiffersFromSum), [2019]);
    assert_eq!(differs.confidence, Confidence::Low);
    let base = with(stated(1_000.0), json!({"year": 2000}));
    assert_eq!(years(&judged(&plain().baseline("base", base)), CautionCode::StatedDiffersFromSum), [2000]);
}

#[test]
fn sectors_that_one_side_leaves_out_are_low_confidence() {
    let base = with(inventory(320.0), json!({"year": 2000, "totals": null, "lines": lines(&[])}));
    let city = plain()
        .baseline("base", base)
        .report(2019, with(inventory(1.0), json!({"totals": null, "lines": lines(&["III"])})));
    let city = city.report(2018, with(inventory(1.0), json!({"totals": null, "lines": lines(&[])})));
    let judged = judged(&city);
    assert_eq!(years(&judged, CautionCode::CoverageDiffers), [2019]);
    assert_eq!(judged.confidence, Confidence::Low);
}

#[test]
fn declared_sectors_that_differ_are_low_confidence() {
    let counting = |sectors: Value| with(inventory(690.0), json!({"sectors": sectors}));
    let base = with(counting(json!(["transport", "waste"])), json!({"year": 2000, "totals": {"basic": 1_000}}));
    let city = |sectors: Value| plain().baseline("base", base.clone()).report(2019, counting(sectors));
    assert_eq!(codes(&judged(&city(json!(["waste", "transport"])))), [], "the order says nothing");
    let differs = judged(&city(json!(["industry", "transport", "waste"])));
    assert_eq!(years(&differs, CautionCode::CoverageDiffers), [2019]);
    assert_eq!(differs.confidence, Confidence::Low);
}

#[test]
fn a_report_in_place_of_a_baseline_is_named() {
    let city = City::new().reports(&[(2000, 1_000.0), (2018, 700.0), (2019, 690.0), (2020, 680.0)]);
    let named = city.target("goal", with(cut(50.0, 2030), json!({"baseline": null, "base_year": 2000})));
    assert_eq!(codes(&judged(&named)), [CautionCode::ReportUsedAsBaseline]);
    assert_eq!(judged(&named).confidence, Confidence::Medium);
    let unnamed = named.target("goal", with(level(500.0, 2030), json!({"baseline": null})));
    assert_eq!(codes(&judged(&unnamed)), [CautionCode::AnchoredAtFirstReport]);
    assert_eq!(judged(&unnamed).confidence, Confidence::Low);
}

#[test]
fn a_baseline_beside_another_report_of_its_year_is_low_confidence() {
    assert_eq!(codes(&judged(&plain().report(2000, inventory(990.0)))), []);
    let differs = judged(&plain().report(2000, inventory(989.0)));
    assert_eq!(years(&differs, CautionCode::BaselineDiffersFromReport), [2000]);
    assert_eq!(differs.confidence, Confidence::Low);
}

#[test]
fn fiscal_years_are_named() {
    let fiscal = json!({"period": {"start": "2019-07-01", "end": "2020-06-30"}});
    let judged = judged(&plain().report(2019, with(inventory(690.0), fiscal)));
    assert_eq!(years(&judged, CautionCode::NotCalendarYear), [2019]);
    assert_eq!(judged.confidence, Confidence::Medium);
}
