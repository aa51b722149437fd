//! Milestones judged each by itself, and pathways that leave it all to the end.

use pledgewatch::method::{Assessment, CautionCode, MilestoneVerdict, Verdict};
use serde_json::{Value, json};

use super::{City, codes, cut, day, inventory, level, with};

use MilestoneVerdict::{Achieved, Ahead, Missed, Unreported};

/// -60 % by 2030 from 1,000 t in 2010, with milestones.
fn judged(milestones: Value, figures: &[(i32, f64)]) -> Assessment {
    let target = with(cut(60.0, 2030), json!({"milestones": milestones}));
    City::new().base(2010, 1_000.0).reports(figures).target("goal", target).only()
}

fn verdicts(assessment: &Assessment) -> Vec<(i32, MilestoneVerdict)> {
    assessment.milestones.iter().map(|milestone| (milestone.year.get(), milestone.verdict)).collect()
}

#[test]
fn each_milestone_is_judged_by_its_own_year_and_tonnes() {
    let steps = json!([
        {"year": 2015, "reduction_percent": 10}, {"year": 2020, "tonnes": 800}, {"year": 2022, "tonnes": 700},
        {"year": 2027, "tonnes": 500}
    ]);
    let judged = judged(steps, &[(2015, 900.0), (2020, 800.001), (2024, 640.0)]);
    // None for 2022, and those for 2020 and 2024 lie on either side of it.
    assert_eq!(verdicts(&judged), [(2015, Achieved), (2020, Missed), (2022, Unreported), (2027, Ahead)]);
    let tonnes: Vec<f64> = judged.milestones.iter().map(|milestone| milestone.tonnes.unwrap().get()).collect();
    assert_eq!(tonnes, [900.0, 800.0, 700.0, 500.0]);
    let decided: Vec<Vec<i32>> =
        judged.milestones.iter().map(|it| it.decided_by.iter().map(|year| year.get()).collect()).collect();
    assert_eq!(decided, [vec![2015], vec![2020], vec![], vec![]]);
}

#[test]
fn a_skipped_milestone_is_decided_by_both_sides() {
    let steps = json!([{"year": 2020, "tonnes": 800}]);
    let result = |figures: &[(i32, f64)]| judged(steps.clone(), figures).milestones[0].verdict;
    assert_eq!(result(&[(2017, 800.0), (2023, 790.0)]), Achieved);
    assert_eq!(result(&[(2017, 850.0), (2023, 810.0)]), Missed);
    assert_eq!(result(&[(2017, 850.0), (2023, 790.0)]), Unreported);
    assert_eq!(result(&[(2016, 790.0), (2023, 790.0)]), Unreported, "four years before");
    assert_eq!(result(&[(2019, 790.0)]), Unreported);
    let told = judged(steps, &[(2019, 790.0), (2021, 780.0)]);
    assert_eq!(told.milestones[0].decided_by.iter().map(|year| year.get()).collect::<Vec<_>>(), [2019, 2021]);
}

#[test]
fn a_milestone_is_ahead_until_its_year_has_ended() {
    let target = with(cut(60.0, 2030), json!({"milestones": [{"year": 2020, "tonnes": 800}]}));
    let city = City::new().base(2010, 1_000.0).target("goal", target).reports(&[(2015, 900.0)]);
    assert_eq!(verdicts(&city.judged_on(day(2020, 12, 31)).targets[0]), [(2020, Ahead)]);
    assert_eq!(verdicts(&city.judged_on(day(2021, 1, 1)).targets[0]), [(2020, Unreported)]);
}

#[test]
fn a_missed_milestone_leaves_the_verdict_alone_and_nothing_of_it_is_offset() {
    let judged = judged(json!([{"year": 2020, "tonnes": 600}]), &[(2020, 700.0), (2024, 520.0)]);
    assert_eq!((judged.verdict, verdicts(&judged)), (Verdict::OnTrack, vec![(2020, Missed)]));
    let target =
        with(level(0.0, 2030), json!({"max_offset_percent": 10, "milestones": [{"year": 2020, "tonnes": 50}]}));
    let credits = with(inventory(60.0), json!({"credits_retired_tonnes": 60}));
    let city = City::new().base(2010, 1_000.0).report(2020, credits).target("goal", target);
    assert_eq!(verdicts(&city.only()), [(2020, Missed)]);
}

#[test]
fn milestones_are_judged_unless_nothing_can_be_compared() {
    let steps = json!([{"year": 2015, "tonnes": 900}]);
    assert_eq!(verdicts(&judged(steps.clone(), &[])), [(2015, Unreported)], "without any report");
    let target = with(cut(60.0, 2030), json!({"milestones": steps}));
    let city = City::new().base(2010, 1_000.0).target("goal", target.clone());
    let other = city.clone().report(2015, with(inventory(800.0), json!({"protocol": "ipcc"}))).only();
    assert_eq!((other.verdict, other.milestones.len()), (Verdict::NotComparable, 0));
    let contradicted = city.reports(&[(2010, 1_100.0), (2015, 800.0)]).only();
    assert_eq!((contradicted.verdict, contradicted.milestones.len()), (Verdict::NotComparable, 0));
    let proposed = with(target, json!({"standing": "proposed"}));
    let city = City::new().base(2010, 1_000.0).reports(&[(2015, 800.0)]).target("goal", proposed);
    assert!(city.only().milestones.is_empty());
}

#[test]
fn milestones_of_a_scenario_are_in_tonnes() {
    let scenario = json!({"kind": "baseline_scenario", "scenario_tonnes": 2_000,
                          "milestones": [{"year": 2020, "tonnes": 1_150}]});
    let city = City::new().base(2010, 1_000.0).reports(&[(2020, 1_150.0)]);
    let judged = city.target("goal", with(cut(30.0, 2030), scenario)).only();
    assert_eq!((verdicts(&judged), judged.gap.expected_tonnes.unwrap().get()), (vec![(2020, Achieved)], 1_150.0));
}

#[test]
fn a_pathway_more_than_a_tenth_above_the_straight_line_is_backloaded() {
    // From 1,000 t in 2020 to 0 in 2022 the straight line allows 1,500 t in all; 150 t more are a tenth.
    let target = |tonnes: f64| with(level(0.0, 2022), json!({"milestones": [{"year": 2021, "tonnes": tonnes}]}));
    let backloaded = |target: Value| {
        let judged = City::new().base(2020, 1_000.0).reports(&[(2021, 640.0)]).target("goal", target).only();
        codes(&judged).contains(&CautionCode::Backloaded)
    };
    assert!(!backloaded(target(650.0)));
    assert!(backloaded(target(650.001)));
    assert!(!backloaded(target(100.0)));
    assert!(!backloaded(level(0.0, 2022)));
    // To 500 t below nothing the straight line allows 750 t in all.
    let below = |tonnes: f64| with(target(tonnes), json!({"tonnes": -500}));
    assert!(!backloaded(below(325.0)) && backloaded(below(325.001)));
}
