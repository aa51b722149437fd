//! A target in time: what ended, when, and what was known of it.

use pledgewatch::method::{CautionCode, Reason, Verdict};
use serde_json::{Value, json};

use super::{City, codes, cut, day, inventory, level, of, ruled, today, with};

/// A base of 1,000 t in 2005, figures that miss -30 % by 2020, and that target, changed.
fn missed(changes: Value) -> City {
    let city = City::new().base(2005, 1_000.0).reports(&[(2019, 910.0), (2020, 900.0), (2024, 600.0)]);
    city.target("goal", with(cut(30.0, 2020), changes))
}

const SUPERSEDED: (Verdict, Option<Reason>) = (Verdict::NotJudged, Some(Reason::Superseded));
const MISSED: (Verdict, Option<Reason>) = (Verdict::Missed, None);

#[test]
fn a_miss_does_not_vanish_by_decree() {
    let ended = |on: Value| ruled(&missed(json!({"standing": "superseded", "ended_on": on})).only());
    assert_eq!(ended(json!("2021-01-01")), MISSED);
    assert_eq!(ended(json!(2021)), MISSED);
    assert_eq!(ended(json!("2020-12-31")), SUPERSEDED, "within its year");
    assert_eq!(ended(json!(2020)), SUPERSEDED, "a year counts as its last day");
    assert_eq!(ended(json!("2018-03-01")), SUPERSEDED);
    let withdrawn = missed(json!({"standing": "withdrawn", "ended_on": "2022-03-01"}));
    assert_eq!(ruled(&withdrawn.only()), MISSED);
    let given_up = missed(json!({"standing": "withdrawn", "ended_on": "2019-03-01"}));
    assert_eq!(ruled(&given_up.only()), (Verdict::NotJudged, Some(Reason::Withdrawn)));
}

#[test]
fn without_the_day_our_log_tells_when_it_ended() {
    let turned = |recorded: chrono::NaiveDate| {
        let city = City::new().on(day(2015, 6, 1)).target("goal", cut(30.0, 2020));
        let city = city.on(recorded).target("goal", with(cut(30.0, 2020), json!({"standing": "superseded"})));
        city.on(today()).base(2005, 1_000.0).reports(&[(2020, 900.0)])
    };
    assert_eq!(ruled(&turned(day(2021, 1, 1)).only()), MISSED);
    assert_eq!(ruled(&turned(day(2020, 12, 31)).only()), SUPERSEDED);
    // Touched again later, it had ended all the same.
    let noted = with(cut(30.0, 2020), json!({"standing": "superseded", "note": "A note"}));
    assert_eq!(ruled(&turned(day(2020, 12, 31)).on(today()).target("goal", noted).only()), SUPERSEDED);
}

#[test]
fn before_it_ended_it_was_judged_as_adopted() {
    let city = missed(json!({"standing": "superseded", "ended_on": "2018-03-01"})).reports(&[(2015, 790.0)]);
    let judged = |on| city.judged_on(on);
    let before = judged(day(2018, 2, 28));
    assert_eq!(before.targets[0].verdict, Verdict::OnTrack);
    assert_eq!(before.headline.as_ref().unwrap().as_str(), "goal");
    let after = judged(day(2018, 3, 1));
    assert_eq!((ruled(&after.targets[0]), after.headline), (SUPERSEDED, None));
}

#[test]
fn an_end_first_claimed_after_the_target_year_is_told() {
    let end = json!({"standing": "superseded", "ended_on": "2019-05-01"});
    let claimed = |on| {
        let city = City::new().on(day(2015, 6, 1)).base(2005, 1_000.0).target("goal", cut(30.0, 2020));
        city.on(on).target("goal", with(cut(30.0, 2020), end.clone()))
    };
    let late = claimed(day(2021, 1, 1));
    let judged = late.only();
    assert_eq!((ruled(&judged), codes(&judged)), (SUPERSEDED, vec![CautionCode::EndedClaimedLater]));
    assert_eq!(judged.cautions[0].changed_on, Some(day(2021, 1, 1)));
    assert!(codes(&claimed(day(2020, 12, 31)).only()).is_empty());
    // What the log had held in time is not undone by another entry, and the first claim counts.
    let noted = with(cut(30.0, 2020), with(end.clone(), json!({"note": "A note"})));
    assert!(codes(&claimed(day(2019, 6, 1)).on(today()).target("goal", noted.clone()).only()).is_empty());
    assert_eq!(late.on(today()).target("goal", noted).only().cautions[0].changed_on, Some(day(2021, 1, 1)));
    // An end after the target year needs no claim.
    let after = missed(json!({"standing": "superseded", "ended_on": "2022-03-01"})).only();
    assert!(!codes(&after).contains(&CautionCode::EndedClaimedLater));
}

/// The plans of Los Angeles: that of 2015, and what replaced it in 2019.
fn plans() -> City {
    let plan = |percent: f64, by: i32| {
        let end = json!({"standing": "superseded", "set_on": "2015-04-08", "ended_on": "2019-04-29"});
        with(cut(percent, by), end)
    };
    let set = |target: Value| with(target, json!({"set_on": "2019-04-29"}));
    let published =
        |tonnes: f64, on: &str| with(inventory(tonnes), json!({"source": {"title": "Test", "published": on}}));
    City::new()
        .baseline("base", with(published(1_000.0, "2015-04-08"), json!({"year": 1990})))
        .target("plan-2025", plan(45.0, 2025))
        .target("plan-2035", plan(60.0, 2035))
        .target("plan-2050", plan(80.0, 2050))
        .target("zero-2050", set(level(0.0, 2050)))
        .report(2013, published(800.0, "2016-05-01"))
        .report(2016, published(820.0, "2017-12-31"))
        .report(2017, published(600.0, "2018-06-01"))
}

fn ids(assessed: &pledgewatch::method::Assessments) -> Vec<&str> {
    assessed.targets.iter().map(|target| target.target.id.as_str()).collect()
}

#[test]
fn the_pledges_in_force_on_a_day_are_those_set_and_not_ended_by_then() {
    let known = plans().known_on(day(2017, 12, 31));
    assert_eq!(ids(&known), ["plan-2025", "plan-2035", "plan-2050"]);
    // Judged on that day by what had been published: 820 t for 2016, not 600 t for 2017.
    let plan = of(&known, "plan-2025");
    assert_eq!((plan.verdict, plan.judged.as_ref().unwrap().year.get()), (Verdict::OffTrack, 2016));
    assert!(!codes(&plan).contains(&CautionCode::EndedClaimedLater), "nobody knew of an end");
    // -60 % by 2035 and -80 % by 2050 lie on one line, which asks for most by 2022; the nearer year is shown.
    assert_eq!(known.headline.unwrap().as_str(), "plan-2035");
    assert!(ids(&plans().known_on(day(2015, 4, 7))).is_empty());
    assert_eq!(ids(&plans().known_on(day(2019, 4, 28))).len(), 3);
    assert_eq!(ids(&plans().known_on(day(2019, 4, 29))), ["zero-2050"]);
    // Today all are shown, and those that ended are not judged.
    let now = plans().assess();
    assert_eq!(now.targets.len(), 4);
    let ended = of(&now, "plan-2025");
    assert_eq!((ruled(&ended), codes(&ended)), (SUPERSEDED, vec![CautionCode::EndedClaimedLater]));
    assert_eq!(now.headline.unwrap().as_str(), "zero-2050");
}

#[test]
fn a_pledge_without_its_day_counts_from_that_of_its_source() {
    let told = |source: Value| with(cut(50.0, 2030), json!({"source": source}));
    let city = City::new()
        .base(2010, 1_000.0)
        .target("dated", told(json!({"title": "Test", "published": "2018-05-01"})))
        .target("undated", told(json!({"title": "Test"})));
    assert_eq!(ids(&city.known_on(day(2018, 4, 30))), [] as [&str; 0]);
    assert_eq!(ids(&city.known_on(day(2018, 5, 1))), ["dated"]);
    // Without either from the day it was recorded.
    assert_eq!(ids(&city.known_on(today())), ["dated", "undated"]);
}

#[test]
fn what_was_known_on_a_day_may_be_judged_on_a_later_one() {
    // The end of 2019 was not known in 2017, so the plan stands as adopted whenever it is judged.
    let judged = plans().known_on_judged_on(day(2017, 12, 31), day(2018, 12, 31));
    assert_eq!(of(&judged, "plan-2025").verdict, Verdict::OffTrack);
    let judged = plans().known_on_judged_on(day(2017, 12, 31), day(2020, 6, 1));
    assert_eq!(of(&judged, "plan-2025").verdict, Verdict::OffTrack);
    assert_eq!(judged.headline.unwrap().as_str(), "plan-2035");
}
