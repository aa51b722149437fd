//! Every caution, and the confidence that follows.

use pledgewatch::method::{Assessment, CautionCode, Confidence, Verdict};
use serde_json::{Value, json};

use super::{City, caution, codes, cut, day, inventory, level, lined, with, years};

/// A figure of a series that the publisher recalculates as a whole.
fn of_series(tonnes: f64) -> Value {
    with(inventory(tonnes), json!({"series": "office-2026"}))
}

/// A city without any caution: a baseline of 1,000 t for 2010 and three figures of one series, the last two years old.
fn plain() -> City {
    pledging(cut(50.0, 2030))
}

/// The same with another target.
fn pledging(target: Value) -> City {
    let city = City::new().baseline("base", with(of_series(1_000.0), json!({"year": 2010}))).target("goal", target);
    [(2022, 700.0), (2023, 670.0), (2024, 640.0)].into_iter().fold(city, |city, (y, t)| city.report(y, of_series(t)))
}

/// The same three figures with a baseline of 1,000 t for 2010, all by the GPC, none of a series, and changed.
fn changed(base: Value, report: Value) -> Assessment {
    let base = with(with(inventory(1_000.0), base), json!({"year": 2010}));
    let city = City::new().baseline("base", base).target("goal", cut(50.0, 2030));
    let report = |tonnes: f64| with(inventory(tonnes), report.clone());
    city.report(2022, report(700.0)).report(2023, report(670.0)).report(2024, report(640.0)).only()
}

fn has(assessment: &Assessment, code: CautionCode) -> bool {
    codes(assessment).contains(&code)
}

#[test]
fn no_caution_is_high_confidence_and_takes_one_declared_series() {
    let judged = plain().only();
    assert_eq!((codes(&judged), judged.confidence), (Vec::new(), Confidence::High));
    let undeclared = changed(json!({}), json!({}));
    assert_eq!(codes(&undeclared), [CautionCode::SeriesUndeclared]);
    assert_eq!(undeclared.confidence, Confidence::Medium);
}

#[test]
fn stale_after_four_years_unless_decided() {
    let judged = |on| plain().judged_on(on).targets.remove(0);
    assert_eq!(codes(&judged(day(2028, 12, 31))), []);
    let later = judged(day(2029, 1, 1));
    assert_eq!((years(&later, CautionCode::Stale), later.confidence), (vec![2024], Confidence::Medium));
    // Unreported, it is stale too; decided, its age says nothing.
    assert!(has(&judged(day(2031, 1, 1)), CautionCode::Stale));
    let decided = pledging(cut(30.0, 2022)).judged_on(day(2035, 1, 1)).targets.remove(0);
    assert_eq!((decided.verdict, codes(&decided)), (Verdict::Achieved, vec![CautionCode::WithinUncertainty]));
}

#[test]
fn early_within_five_years_unless_decided() {
    let city = |by: i32, last: i32| {
        let city = City::new().baseline("base", with(of_series(1_000.0), json!({"year": 2018})));
        let city = city.target("goal", cut(50.0, by)).report(2019, of_series(960.0));
        city.report(2022, of_series(800.0)).report(last, of_series(760.0)).only()
    };
    assert_eq!(years(&city(2030, 2022), CautionCode::Early), [2022]);
    assert!(!has(&city(2030, 2023), CautionCode::Early));
    assert!(!has(&city(2022, 2022), CautionCode::Early), "decided");
}

#[test]
fn fewer_than_three_reports_are_few() {
    let city = |figures: &[(i32, f64)]| {
        let city = City::new().base(2010, 1_000.0).target("goal", cut(50.0, 2030));
        city.reports(figures).only()
    };
    assert_eq!(years(&city(&[(2023, 700.0), (2024, 690.0)]), CautionCode::FewPoints), [2023, 2024]);
    assert!(!has(&city(&[(2022, 710.0), (2023, 700.0), (2024, 690.0)]), CautionCode::FewPoints));
    // None at all are few, too; those before the base year and those that are left out do not count.
    let none = city(&[(2009, 1_000.0)]);
    assert_eq!((years(&none, CautionCode::FewPoints), none.confidence), (vec![], Confidence::Medium));
    let other = City::new().base(2010, 1_000.0).target("goal", cut(50.0, 2030));
    let other = other.report(2024, with(inventory(1.0), json!({"protocol": "ipcc"}))).only();
    assert!(has(&other, CautionCode::FewPoints));
}

#[test]
fn filled_gaps_are_named() {
    let judged = plain().report(2019, of_series(760.0)).only();
    assert_eq!(years(&judged, CautionCode::Interpolated), [2020, 2021]);
    assert_eq!(judged.budget.unwrap().interpolated_years, 2);
}

#[test]
fn a_skipped_target_year_and_a_rebound_are_named() {
    let skipped = pledging(cut(10.0, 2021)).report(2019, of_series(880.0)).only();
    assert_eq!(years(&skipped, CautionCode::TargetYearSkipped), [2019, 2022]);
    let rebounded = pledging(cut(30.0, 2022)).report(2023, of_series(701.0)).report(2024, of_series(700.0)).only();
    assert_eq!(years(&rebounded, CautionCode::Rebounded), [2023]);
}

#[test]
fn a_result_no_further_from_the_target_than_inventories_err_is_named() {
    let within = |tonnes: f64, stated: Value| {
        let report = with(of_series(tonnes), json!({"uncertainty_percent": stated}));
        has(&pledging(cut(30.0, 2022)).report(2022, report).only(), CautionCode::WithinUncertainty)
    };
    // 3 % of the figure unless stated: 721.649 t are 21.649 t above 700 t, and 3 % of them 21.64947 t.
    assert!(within(721.649, Value::Null) && !within(721.651, Value::Null));
    assert!(within(679.612, Value::Null) && !within(679.611, Value::Null));
    assert!(within(777.0, json!(10)) && !within(778.0, json!(60)), "a tenth at most");
    assert!(!within(710.0, json!(1)));
    // Only of a result: a course has its own noise.
    assert!(!has(&plain().report(2024, of_series(500.0)).only(), CautionCode::WithinUncertainty));
}

#[test]
fn the_years_of_the_pandemic_are_named_where_they_decide() {
    let judged = |last: i32| {
        let city = City::new().baseline("base", with(of_series(1_000.0), json!({"year": 2010})));
        city.target("goal", cut(50.0, 2030)).report(last, of_series(700.0)).only()
    };
    assert_eq!(years(&judged(2020), CautionCode::PandemicYear), [2020]);
    assert_eq!(years(&judged(2021), CautionCode::PandemicYear), [2021]);
    for other in [2019, 2022] {
        assert!(!has(&judged(other), CautionCode::PandemicYear), "{other}");
    }
    assert!(!has(&plain().report(2020, of_series(720.0)).only(), CautionCode::PandemicYear), "another figure");
    let base =
        City::new().baseline("base", with(of_series(1_000.0), json!({"year": 2020}))).report(2024, of_series(900.0));
    assert_eq!(years(&base.target("goal", cut(50.0, 2030)).only(), CautionCode::PandemicYear), [2020]);
}

#[test]
fn a_protocol_that_is_not_declared_is_named() {
    let silent = json!({"protocol": null});
    let both = changed(silent.clone(), silent.clone());
    assert_eq!(years(&both, CautionCode::AccountingUndeclared), [2010, 2022, 2023, 2024]);
    assert_eq!(both.confidence, Confidence::Medium);
    assert_eq!(years(&changed(silent, json!({})), CautionCode::AccountingUndeclared), [2010]);
    assert_eq!(
        years(&changed(json!({}), json!({"protocol": "other"})), CautionCode::AccountingUndeclared),
        [2022, 2023, 2024]
    );
}

#[test]
fn gases_that_are_not_declared_on_one_side_or_differ_are_named() {
    let gases = |gases: Value| json!({"gases": gases});
    let (two, three) = (json!(["co2", "ch4"]), json!(["co2", "ch4", "n2o"]));
    for (base, report) in [(gases(two.clone()), json!({})), (json!({}), gases(three.clone()))] {
        let judged = changed(base, report);
        assert_eq!(years(&judged, CautionCode::GasesUndeclared), [2022, 2023, 2024]);
        assert_eq!(judged.confidence, Confidence::Medium);
    }
    // The side that declares covers CO2 only: the other may well cover more.
    for (base, report) in [(gases(json!(["co2"])), json!({})), (json!({}), gases(json!(["co2"])))] {
        let judged = changed(base, report);
        assert_eq!(years(&judged, CautionCode::GasesUndeclared), [2022, 2023, 2024]);
        assert_eq!(judged.confidence, Confidence::Low);
    }
    let differ = changed(gases(two.clone()), gases(three));
    assert_eq!(years(&differ, CautionCode::GasSetsDiffer), [2022, 2023, 2024]);
    assert_eq!(differ.confidence, Confidence::Medium);
    for (base, report) in [(gases(two.clone()), gases(json!(["ch4", "co2"]))), (json!({}), json!({}))] {
        assert_eq!(codes(&changed(base, report)), [CautionCode::SeriesUndeclared]);
    }
}

#[test]
fn potentials_electricity_and_weather_are_named_where_both_declare_and_differ() {
    let cases = [
        ("gwp", json!("ar2"), json!("ar5"), CautionCode::GwpDiffers, Confidence::Medium),
        ("electricity", json!("market"), json!("location"), CautionCode::ElectricityDiffers, Confidence::Low),
        ("electricity", json!("mixed"), json!("market"), CautionCode::ElectricityDiffers, Confidence::Low),
        ("weather_normalised", json!(true), json!(false), CautionCode::WeatherDiffers, Confidence::Medium),
        ("weather_normalised", json!(false), json!(true), CautionCode::WeatherDiffers, Confidence::Medium),
    ];
    for (member, one, other, code, confidence) in cases {
        let judged = changed(json!({member: one}), json!({member: other}));
        assert_eq!(codes(&judged), [CautionCode::SeriesUndeclared, code], "{member}");
        assert_eq!((years(&judged, code), judged.confidence), (vec![2022, 2023, 2024], confidence));
        for (base, report) in [
            (json!({member: one}), json!({})),
            (json!({}), json!({member: one})),
            (json!({member: one}), json!({member: one})),
        ] {
            assert_eq!(codes(&changed(base, report)), [CautionCode::SeriesUndeclared], "{member}");
        }
    }
}

#[test]
fn a_caution_names_the_figures_it_is_about() {
    // Only one of the three figures is of another kind.
    let city = City::new().base(2010, 1_000.0).target("goal", cut(50.0, 2030));
    let city =
        city.reports(&[(2022, 700.0), (2024, 640.0)]).report(2023, with(inventory(670.0), json!({"protocol": "crf"})));
    let judged = city.only();
    assert_eq!(years(&judged, CautionCode::ProtocolRelated), [2023]);
    assert_eq!(years(&judged, CautionCode::SeriesUndeclared), [2022, 2023, 2024]);
    // What came after the result is not used.
    let decided = City::new().base(2010, 1_000.0).target("goal", cut(30.0, 2022)).reports(&[(2022, 690.0)]);
    let decided = decided.report(2023, with(inventory(670.0), json!({"protocol": "crf"}))).only();
    assert!(!has(&decided, CautionCode::ProtocolRelated));
}

#[test]
fn a_population_that_leaps_makes_the_boundary_suspect() {
    /// Figures of people by year, the first the baseline's.
    fn suspect(people: &[(i32, i64)]) -> Option<Vec<i32>> {
        let body = |people: i64| with(inventory(people as f64), json!({"population": people}));
        let ((first, of_base), reports) = people.split_first().unwrap();
        let city = City::new().baseline("base", with(body(*of_base), json!({"year": first})));
        let city = city.target("goal", cut(50.0, 2030));
        let judged = reports.iter().fold(city, |city, (year, people)| city.report(*year, body(*people))).only();
        let found = has(&judged, CautionCode::BoundarySuspect);
        assert!(!found || judged.confidence == Confidence::Low);
        found.then(|| years(&judged, CautionCode::BoundarySuspect))
    }
    // More than 15 % between two figures at most three years apart, either way.
    assert_eq!(suspect(&[(2010, 1_000), (2020, 1_000), (2023, 1_151)]), Some(vec![2020, 2023]));
    assert_eq!(suspect(&[(2010, 1_000), (2020, 1_000), (2023, 849)]), Some(vec![2020, 2023]));
    assert_eq!(suspect(&[(2010, 1_000), (2020, 1_000), (2023, 1_150)]), None);
    assert_eq!(suspect(&[(2010, 1_000), (2019, 1_000), (2023, 1_200)]), None, "four years apart");
    assert_eq!(suspect(&[(2010, 1_000), (2013, 1_160), (2024, 1_200)]), Some(vec![2010, 2013]), "from the baseline");
    // More than 5 % a year, compound, from the base year to the latest: 1.05^14 is 1.9799.
    assert_eq!(suspect(&[(2010, 1_000), (2024, 1_980)]), Some(vec![2010, 2024]));
    assert_eq!(suspect(&[(2010, 1_000), (2024, 1_979)]), None);
    assert_eq!(suspect(&[(2010, 1_000), (2024, 300)]), None, "a city may shrink");
}

#[test]
fn an_undeclared_total_by_the_citys_own_definition_is_low_confidence() {
    let own = |tonnes: f64| json!({"totals": {"own": tonnes}, "protocol": "gpc", "source": {"title": "Test"}});
    let judged = |base: Value, report: Value| {
        let base = with(with(own(1_000.0), base), json!({"year": 2010}));
        let city = City::new().baseline("base", base).report(2024, with(own(600.0), report));
        city.target("goal", with(cut(50.0, 2030), json!({"level": "own"}))).only()
    };
    let undeclared = judged(json!({"protocol": null}), json!({}));
    assert_eq!(
        (years(&undeclared, CautionCode::AccountingUndeclared), undeclared.confidence),
        (vec![2010], Confidence::Low)
    );
    let gases = judged(json!({"gases": ["co2", "ch4"]}), json!({}));
    assert!(has(&gases, CautionCode::GasesUndeclared) && gases.confidence == Confidence::Low);
    assert_eq!(judged(json!({}), json!({})).confidence, Confidence::Medium);
}

#[test]
fn a_stated_total_beside_another_sum_is_low_confidence() {
    let stated = |tonnes: f64, sum: f64| {
        with(lined(json!({"I.1.1": sum})), json!({"totals": {"basic": tonnes}, "series": "office-2026"}))
    };
    assert_eq!(codes(&plain().report(2023, stated(670.0, 676.7)).only()), []);
    let differs = plain().report(2023, stated(670.0, 676.701)).only();
    assert_eq!((years(&differs, CautionCode::StatedDiffersFromSum), differs.confidence), (vec![2023], Confidence::Low));
    let told = caution(&differs, CautionCode::StatedDiffersFromSum);
    assert_eq!((told.old_tonnes.unwrap().get(), told.new_tonnes.unwrap().get()), (670.0, 676.701));
    // The stated total is used.
    let judged = plain().report(2024, stated(640.0, 700.0)).only();
    assert_eq!(judged.judged.as_ref().unwrap().tonnes.get(), 640.0);
    let base = with(stated(1_000.0, 900.0), json!({"year": 2010}));
    assert_eq!(years(&plain().baseline("base", base).only(), CautionCode::StatedDiffersFromSum), [2010]);
}

#[test]
fn another_source_more_than_a_twentieth_apart_contradicts_a_figure_that_is_used() {
    let also = |tonnes: f64, level: &str| json!({"also_stated": [{"level": level, "tonnes": tonnes, "source": {"title": "The other office"}}]});
    let of_latest = |also: Value| plain().report(2024, with(of_series(640.0), also)).only();
    for tonnes in [672.001, 607.999, 0.0] {
        let judged = of_latest(also(tonnes, "basic"));
        assert_eq!((codes(&judged), judged.confidence), (vec![CautionCode::Contradicted], Confidence::Low), "{tonnes}");
        let told = caution(&judged, CautionCode::Contradicted);
        assert_eq!((told.old_tonnes.unwrap().get(), told.new_tonnes.unwrap().get()), (640.0, tonnes));
        assert!(told.detail.contains("The other office"));
    }
    for tonnes in [672.0, 608.0] {
        assert_eq!(codes(&of_latest(also(tonnes, "basic"))), [], "{tonnes}");
    }
    // It is shown with the figure all the same.
    assert_eq!(of_latest(also(672.0, "basic")).judged.unwrap().also_stated.len(), 1);
    assert_eq!(codes(&of_latest(also(1.0, "own"))), [], "of another level");
    assert_eq!(codes(&plain().report(2023, with(of_series(670.0), also(1.0, "basic"))).only()), [], "not used");
    let base = with(with(of_series(1_000.0), also(1_100.0, "basic")), json!({"year": 2010}));
    assert_eq!(years(&plain().baseline("base", base).only(), CautionCode::Contradicted), [2010]);
}

#[test]
fn a_warning_on_a_figure_that_is_used_questions_it() {
    let questioned = |city: City| {
        let judged = city.only();
        assert_eq!(has(&judged, CautionCode::FigureQuestioned), judged.confidence == Confidence::Low);
        has(&judged, CautionCode::FigureQuestioned).then(|| years(&judged, CautionCode::FigureQuestioned))
    };
    let latest = |tonnes: f64, changes: Value| plain().report(2024, with(of_series(tonnes), changes));
    // More than 20 % from the year before.
    assert_eq!(questioned(latest(536.0, json!({}))), None);
    assert_eq!(questioned(latest(535.999, json!({}))), Some(vec![2024]));
    assert_eq!(questioned(latest(804.001, json!({}))), Some(vec![2024]));
    // Or 30 % from the nearest report two or three years before.
    let gap = |tonnes: f64, before: i32| {
        let city = City::new().baseline("base", with(of_series(1_000.0), json!({"year": 2010})));
        let city = city.target("goal", cut(50.0, 2030)).report(2019, of_series(800.0)).report(before, of_series(800.0));
        city.report(2024, of_series(tonnes))
    };
    assert_eq!([questioned(gap(560.0, 2021)), questioned(gap(559.999, 2021))], [None, Some(vec![2024])]);
    assert_eq!(questioned(gap(300.0, 2020)), None, "four years before");
    // Per person, populations, zero, sums and scopes.
    assert_eq!(questioned(latest(640.0, json!({"population": 2_133}))), None);
    assert_eq!(questioned(latest(640.0, json!({"population": 2_134}))), Some(vec![2024]), "below 0.3 t a person");
    assert_eq!(questioned(latest(640.0, json!({"population": 10}))), Some(vec![2024]), "above 60 t a person");
    assert_eq!(questioned(latest(0.0, json!({}))), Some(vec![2024]));
    let scopes = json!({"totals": {"basic": 640, "scope_1": 700, "scope_1_2": 600}});
    assert_eq!(questioned(latest(640.0, scopes)), None, "not of this level");
    let sum = with(lined(json!({"I.1.1": 700})), json!({"totals": {"basic": 640}, "series": "office-2026"}));
    assert!(has(&plain().report(2024, sum).only(), CautionCode::FigureQuestioned));
    let base = with(of_series(1_000.0), json!({"year": 2010, "population": 10}));
    assert_eq!(questioned(plain().baseline("base", base)), Some(vec![2010]));
    // A slip in another figure is no matter of the verdict.
    assert_eq!(questioned(plain().report(2022, with(of_series(700.0), json!({"population": 10})))), None);
}

#[test]
fn a_leap_of_the_population_questions_the_figure() {
    let city = |people: i64| {
        let of = |tonnes: f64, people: i64| with(of_series(tonnes), json!({"population": people}));
        plain().report(2022, of(700.0, 1_000)).report(2024, of(640.0, people)).only()
    };
    assert!(!has(&city(1_150), CautionCode::FigureQuestioned) && has(&city(1_151), CautionCode::FigureQuestioned));
    // In one series the boundary is not in question.
    assert!(!has(&city(1_151), CautionCode::BoundarySuspect));
}

#[test]
fn a_report_in_place_of_a_baseline_is_named() {
    let city = plain().report(2010, of_series(1_000.0));
    let named = city.clone().target("goal", with(cut(50.0, 2030), json!({"baseline": null, "base_year": 2010}))).only();
    assert_eq!((codes(&named), named.confidence), (vec![CautionCode::ReportUsedAsBaseline], Confidence::Medium));
    let unnamed = city.target("goal", with(level(500.0, 2030), json!({"baseline": null}))).only();
    assert!(has(&unnamed, CautionCode::AnchoredAtFirstReport));
    assert_eq!(unnamed.confidence, Confidence::Low);
}

#[test]
fn fiscal_years_are_named() {
    let fiscal = json!({"period": {"start": "2023-07-01", "end": "2024-06-30"}});
    let judged = plain().report(2023, with(of_series(670.0), fiscal)).only();
    assert_eq!((years(&judged, CautionCode::NotCalendarYear), judged.confidence), (vec![2023], Confidence::Medium));
}

#[test]
fn cautions_of_a_target_that_is_not_judged_are_about_its_end_alone() {
    let end = json!({"standing": "superseded", "ended_on": "2019-05-01"});
    let judged = pledging(with(cut(50.0, 2022), end)).only();
    assert_eq!((judged.verdict, codes(&judged)), (Verdict::NotJudged, vec![CautionCode::EndedClaimedLater]));
    assert_eq!(judged.confidence, Confidence::Medium);
    let proposed = pledging(with(cut(50.0, 2030), json!({"standing": "proposed"}))).only();
    assert_eq!((codes(&proposed), proposed.confidence), (vec![], Confidence::High));
}

#[test]
fn a_weakened_target_does_not_make_the_figures_doubtful() {
    let judged = pledging(cut(60.0, 2030)).target("goal", cut(50.0, 2030)).only();
    assert_eq!((codes(&judged), judged.confidence), (vec![CautionCode::TargetWeakened], Confidence::Medium));
}
