//! The judgement of a city over HTTP: the worked case, the past, permalinks, and what is not judged.

use serde_json::{Value, json};

use crate::support::{Service, TODAY, assert_near, assessment, baseline, city, inventory, target};

const CITY: &str = "/v1/cities/us-somewhere";
const STATUS: &str = "/v1/cities/us-somewhere/status";
/// A day before today.
const EARLIER: &str = "2026-03-01";

/// A city that is to halve 1,000 t of 1990 by 2030, with one report: 750 t in 2010, exactly on its pathway.
fn record_city(service: &Service) {
    service.record(CITY, &city("Somewhere"));
    service.record(&format!("{CITY}/baselines/1990"), &baseline(1990, 1000.0));
    service.record(&format!("{CITY}/targets/half"), &target("1990", 50.0, 2030));
    service.record(&format!("{CITY}/reports/2010"), &inventory(750.0));
}

/// Restates the report of 2010 to 900 t: with 100 t of 250 t called for the city is off track.
fn restate(service: &Service) {
    let mut body = inventory(900.0);
    body["reason"] = json!("Counted again");
    service.record(&format!("{CITY}/reports/2010"), &body);
}

fn verdict(service: &Service, query: &str) -> Value {
    assessment(&service.json(&format!("{STATUS}{query}")), "half")["verdict"].clone()
}

/// How things stood in the latest year, however long ago that was.
fn course(service: &Service, query: &str) -> Value {
    assessment(&service.json(&format!("{STATUS}{query}")), "half")["course"].clone()
}

/// The years and revisions of the figures a judgement was made from.
fn figures(service: &Service, query: &str) -> Vec<(i64, i64)> {
    let status = service.json(&format!("{STATUS}{query}"));
    let figures = assessment(&status, "half")["figures"].as_array().unwrap().clone();
    figures.iter().map(|f| (f["year"].as_i64().unwrap(), f["revision"].as_i64().unwrap())).collect()
}

/// Checks a row of the worked case: year judged, expected, gap in percent, pace, course and verdict.
fn assert_row(assessment: &Value, year: i32, expected: f64, gap: f64, pace: f64, [course, verdict]: [&str; 2]) {
    assert_eq!(assessment["judged_figure"]["year"], year);
    assert_near(&assessment["expected_tonnes"], expected, 0.0005);
    assert_near(&assessment["gap_percent"], gap, 0.005);
    assert_near(&assessment["pace"], pace, 0.00005);
    assert_eq!((&assessment["course"], &assessment["verdict"]), (&json!(course), &json!(verdict)));
}

#[test]
fn los_angeles_is_judged_as_worked_out_by_hand() {
    let service = Service::with(&["--demo"]);
    let place = "/v1/cities/us-los-angeles";
    let mut steps = json!({"kind": "fixed_level", "level": "basic", "baseline": "1990", "tonnes": 0, "target_year": 2050,
        "standing": "adopted", "source": {"title": "A test"},
        "milestones": [{"year": 2025, "reduction_percent": 50}, {"year": 2035, "reduction_percent": 73}]});
    service.record(&format!("{place}/targets/2050-steps"), &steps);
    steps["milestones"] = json!([{"year": 2025, "tonnes": 16_624_355.5}, {"year": 2035, "tonnes": 8_977_151.97}]);
    service.record(&format!("{place}/targets/2050-tonnes"), &steps);
    service.record(&format!("{place}/targets/other-accounting"), &target("1990-greenla", 35.0, 2030));

    let status = service.json(&format!("{place}/status"));
    let behind = ["behind", "behind"];
    assert_row(assessment(&status, "2025-half"), 2020, 18_999_263.429, 10.79, 0.856_130, ["behind", "unreported"]);
    assert_row(assessment(&status, "2035-73"), 2020, 17_067_671.647, 23.33, 0.7539, behind);
    assert_row(assessment(&status, "2050-zero"), 2020, 16_624_355.5, 26.62, 0.7338, behind);
    assert_row(assessment(&status, "2050-steps"), 2020, 18_999_263.429, 10.79, 0.8561, behind);
    assert_row(assessment(&status, "2050-tonnes"), 2020, 18_999_263.429, 10.79, 0.8561, behind);
    let then = service.json(&format!("{place}/status?through=2016&judged_on=2017-12-31"));
    assert_row(assessment(&then, "2050-zero"), 2016, 18_840_936.233, 44.37, 0.4197, ["off_track", "off_track"]);

    let half = assessment(&status, "2025-half");
    assert_eq!(half["overdue_years"], 0);
    assert_near(&half["pace"], 0.856_130, 5e-7);
    assert_eq!(half["gap_percent"], 10.790_248);
    assert_eq!(
        half["sentence"],
        "No figure for 2025 is recorded. In 2020 Los Angeles was behind: it emitted 21.0 Mt CO2e, 10.8 % above its \
         pathway to halving 1990 emissions by 2025."
    );

    // What the press printed of 2016 is one year against the year before.
    let tonnes = |year: i32| {
        let mut figures = half["figures"].as_array().unwrap().iter();
        figures.find(|figure| figure["year"] == year).unwrap()["tonnes"].as_f64().unwrap()
    };
    assert_eq!(format!("{:.1}", 100.0 * (1.0 - tonnes(2016) / tonnes(2015))), "10.8");

    let other = assessment(&status, "other-accounting");
    assert_eq!(other["verdict"], "not_comparable");
    assert_eq!(other["reason"], "baseline_no_figure_at_level");
    assert!(other["judged_figure"].is_null() && other["pace"].is_null(), "{other}");
}

#[test]
fn the_pledges_of_a_day_are_those_in_force_on_it() {
    let service = Service::with(&["--demo"]);
    let of = |day: &str| {
        let status = service.json(&format!("/v1/cities/us-los-angeles/status?known_on={day}"));
        assert_eq!(status["judged_on"], day);
        let targets = status["targets"].as_array().unwrap().iter();
        targets.map(|judged| judged["target"].as_str().unwrap().to_owned()).collect::<Vec<String>>()
    };
    assert_eq!(of("2017-12-31"), ["2025-plan-2015", "2035-plan-2015", "2050-plan-2015"]);
    let today = of(TODAY);
    assert_eq!(today, ["2025-half", "2035-73", "2050-zero"]);
}

#[test]
fn the_past_is_judged_as_it_was_recorded() {
    let service = Service::with(&["--today", EARLIER]);
    record_city(&service);
    assert_eq!(course(&service, ""), "on_track");
    let service = service.restart_with(&["--today", "2026-05-01"]);
    restate(&service);
    assert_eq!(course(&service, ""), "off_track");
    assert_eq!(course(&service, "?as_of=2026-03-01"), "on_track");
    assert_eq!(course(&service, "?as_of=2026-04-30"), "on_track");
    assert_eq!(course(&service, "?as_of=2026-05-01"), "off_track");
    // The day of judgement is another question.
    assert_eq!(service.json(&format!("{STATUS}?as_of=2026-03-01"))["judged_on"], "2026-05-01");

    service.get(&format!("{STATUS}?as_of=2026-02-28")).assert_problem(404, "not_found");
    let future = service.get(&format!("{STATUS}?as_of=2026-05-02")).assert_problem(422, "invalid_input");
    assert_eq!(future["errors"][0]["pointer"], "/as_of");
    assert_eq!(future["errors"][0]["code"], "in_future");
    service.get(&format!("{STATUS}?as_of=2026-02-30")).assert_problem(400, "invalid_query");
    service.get("/v1/cities/us-nowhere/status?as_of=2026-03-01").assert_problem(404, "not_found");
}

#[test]
fn a_figure_is_known_from_when_its_source_was_published() {
    let service = Service::with(&["--today", EARLIER]);
    let dated = |mut body: Value, day: &str| {
        body["source"]["published"] = json!(day);
        body
    };
    service.record(CITY, &city("Somewhere"));
    service.record(&format!("{CITY}/baselines/1990"), &dated(baseline(1990, 1000.0), "1999-01-01"));
    service.record(&format!("{CITY}/targets/half"), &dated(target("1990", 50.0, 2030), "2005-01-01"));
    service.record(&format!("{CITY}/reports/2010"), &dated(inventory(750.0), "2012-06-01"));
    service.record(&format!("{CITY}/reports/2015"), &inventory(700.0));

    let service = service.restart_with(&[]);
    let before_the_pledge = service.json(&format!("{STATUS}?known_on=2004-12-31"));
    assert_eq!(before_the_pledge["targets"], json!([]));
    assert_eq!(verdict(&service, "?known_on=2012-05-31"), "insufficient_data");
    assert_eq!(figures(&service, "?known_on=2012-05-31"), []);
    assert_eq!(figures(&service, "?known_on=2012-06-01"), [(2010, 1)]);
    // It is judged on that day: what has long been outdated was news then.
    assert_eq!(verdict(&service, "?known_on=2012-06-01"), "on_track");
    assert_eq!(service.json(&format!("{STATUS}?known_on=2012-06-01"))["judged_on"], "2012-06-01");
    assert_eq!(verdict(&service, &format!("?known_on=2012-06-01&judged_on={TODAY}")), "outdated");
    assert_eq!(verdict(&service, ""), "outdated");
    // The undated one counts from when it was recorded.
    assert_eq!(figures(&service, "?known_on=2026-02-28"), [(2010, 1)]);
    assert_eq!(figures(&service, &format!("?known_on={EARLIER}")), [(2010, 1), (2015, 1)]);
    let future = service.get(&format!("{STATUS}?known_on=2026-11-24")).assert_problem(422, "invalid_input");
    assert_eq!(future["errors"][0]["pointer"], "/known_on");
}

#[test]
fn what_is_asked_of_the_past_can_be_combined() {
    let service = Service::with(&["--today", EARLIER]);
    record_city(&service);
    service.record(&format!("{CITY}/reports/2015"), &inventory(700.0));
    let before = service.json(STATUS)["sequence"].as_i64().unwrap();
    let service = service.restart_with(&[]);
    restate(&service);
    service.record(&format!("{CITY}/reports/2020"), &inventory(600.0));
    let last = service.json(STATUS)["sequence"].as_i64().unwrap();

    let old = [(2010, 1), (2015, 1)];
    let new = [(2010, 2), (2015, 1), (2020, 1)];
    assert_eq!(figures(&service, ""), new);
    assert_eq!(figures(&service, &format!("?sequence={last}")), new);
    assert_eq!(figures(&service, &format!("?sequence={before}")), old);
    assert_eq!(figures(&service, &format!("?as_of={EARLIER}")), old);
    assert_eq!(figures(&service, &format!("?sequence={last}&as_of={EARLIER}")), old);
    assert_eq!(figures(&service, &format!("?sequence={before}&as_of={TODAY}")), old);
    assert_eq!(figures(&service, &format!("?as_of={EARLIER}&through=2010")), [(2010, 1)]);
    assert_eq!(figures(&service, "?through=2015"), new[..2]);
    assert_eq!(figures(&service, &format!("?known_on={EARLIER}")), old);
    assert_eq!(figures(&service, &format!("?known_on={EARLIER}&through=2010&sequence={last}")), [(2010, 1)]);
    assert_eq!(figures(&service, &format!("?known_on={TODAY}&as_of={TODAY}&method=2&judged_on={EARLIER}")), new);

    // The permalink of each answer leads to the same answer.
    for query in ["", "?through=2015", "?known_on=2026-03-01", "?as_of=2026-03-01&through=2010"] {
        let status = service.json(&format!("{STATUS}{query}"));
        assert_eq!(service.json(status["permalink"].as_str().unwrap()), status, "{query}");
    }
}

#[test]
fn a_permalink_gives_the_same_bytes_for_ever() {
    let service = Service::with(&["--today", EARLIER]);
    record_city(&service);
    let link = service.json(STATUS)["permalink"].as_str().unwrap().to_owned();
    let cited = service.get(&link);
    assert_eq!(cited.header("cache-control"), "public, max-age=86400");

    let unchanged = |service: &Service| {
        let again = service.get(&link);
        assert_eq!(again.text, cited.text);
        assert_eq!(again.header("etag"), cited.header("etag"));
    };
    restate(&service);
    unchanged(&service);
    service.record("/v1/cities/us-elsewhere", &city("Elsewhere"));
    service.record(CITY, &json!({"name": "Somewhere Else", "country": "US", "reason": "It was renamed"}));
    service.record(&format!("{CITY}/reports/2020"), &inventory(500.0));
    unchanged(&service);
    let mut service = service.restart_with(&[]);
    unchanged(&service);
    service.kill_and_restart();
    unchanged(&service);
    assert_eq!(service.json(STATUS)["name"], "Somewhere Else");
}

#[test]
fn what_cannot_be_asked_is_refused_by_name() {
    let service = Service::start();
    record_city(&service);
    let refused = |query: &str, status: u16, code: &str| {
        let answer = service.get(&format!("{STATUS}?{query}"));
        let problem = answer.assert_problem(status, if status == 400 { "invalid_query" } else { "invalid_input" });
        assert_eq!(problem["errors"][0]["code"], code, "{query}: {problem}");
        problem["errors"][0]["detail"].as_str().unwrap().to_owned()
    };
    for (method, status) in [("1", 422), ("3", 422), ("two", 400)] {
        let known = refused(&format!("method={method}"), status, "unknown_method");
        assert!(known.contains("known is 2"), "{known}");
    }
    // The link of an answer of the first method leads nowhere, rather than to other numbers.
    service.get(&format!("{STATUS}?sequence=4&judged_on=2026-11-23&method=1")).assert_problem(422, "invalid_input");
    refused("sequence=0", 400, "out_of_range");
    refused("sequence=-1", 400, "out_of_range");
    let last = refused("sequence=5", 422, "out_of_range");
    assert!(last.contains("between 1 and 4"), "{last}");
    assert_eq!(service.get(&format!("{STATUS}?sequence=4")).status, 200);
    refused("through=1969", 400, "out_of_range");
    refused("through=2101", 400, "out_of_range");
    refused("judged_on=2026-11-24", 422, "in_future");
    refused("judged_on=today", 400, "invalid_day");

    let all =
        service.get(&format!("{STATUS}?method=9&sequence=9&as_of=2027-01-01")).assert_problem(422, "invalid_input");
    assert_eq!(all["errors"].as_array().unwrap().len(), 3, "{all}");
    for query in ["sequence=four", "through=20.5", "through=2016&through=2017"] {
        service.get(&format!("{STATUS}?{query}")).assert_problem(400, "invalid_query");
    }
    let unknown = service.get(&format!("{STATUS}?until=2016")).assert_problem(400, "invalid_query");
    assert!(unknown["detail"].as_str().unwrap().contains("until"), "{unknown}");
}

#[test]
fn the_day_of_judgement_changes_what_may_be_said() {
    let service = Service::start();
    let of_series = |mut body: Value| {
        body["series"] = json!("one-series");
        body
    };
    service.record(CITY, &city("Somewhere"));
    service.record(&format!("{CITY}/baselines/1990"), &of_series(baseline(1990, 1000.0)));
    service.record(&format!("{CITY}/targets/half"), &target("1990", 50.0, 2030));
    for year in 2010..=2019 {
        service.record(&format!("{CITY}/reports/{year}"), &of_series(inventory(600.0)));
    }
    let judged = |day: &str| {
        let mut status = service.json(&format!("{STATUS}?judged_on={day}"));
        assert_eq!(status["judged_on"], day);
        let judged = status["targets"][0].as_object_mut().unwrap();
        let codes: Vec<Value> = judged["cautions"].as_array().unwrap().iter().map(|c| c["code"].clone()).collect();
        let said = (judged["verdict"].clone(), judged["confidence"].clone(), codes);
        // The share that the headline is chosen by is that of five years on.
        for name in ["verdict", "confidence", "cautions", "sentence", "soon"] {
            judged.remove(name).unwrap();
        }
        (said, status["targets"][0].clone())
    };
    let said = |verdict: &str, confidence: &str, codes: &[&str]| {
        (json!(verdict), json!(confidence), codes.iter().map(|code| json!(code)).collect::<Vec<Value>>())
    };
    let (fresh, numbers) = judged("2023-12-31");
    assert_eq!(fresh, said("on_track", "high", &[]));
    for (day, expected) in [
        ("2024-01-01", said("on_track", "medium", &["stale"])),
        ("2025-12-31", said("on_track", "medium", &["stale"])),
        ("2026-01-01", said("outdated", "medium", &["stale"])),
    ] {
        let (told, others) = judged(day);
        assert_eq!((told, others), (expected, numbers.clone()), "{day}");
    }
}

#[test]
fn a_report_of_a_year_that_had_not_ended_does_not_exist() {
    let service = Service::start();
    service.record(CITY, &city("Somewhere"));
    service.record(&format!("{CITY}/baselines/1990"), &baseline(1990, 1000.0));
    service.record(&format!("{CITY}/targets/half"), &target("1990", 50.0, 2030));
    for year in 2015..=2019 {
        service.record(&format!("{CITY}/reports/{year}"), &inventory(f64::from(2600 - year)));
    }
    for (day, last) in [("2019-12-31", 2018), ("2020-01-01", 2019)] {
        let status = service.json(&format!("{STATUS}?judged_on={day}"));
        let last_of = |list: &Value| list.as_array().unwrap().last().unwrap()["year"].clone();
        assert_eq!(last_of(&assessment(&status, "half")["figures"]), last, "{day}");
        assert_eq!(last_of(&status["yardsticks"]["carbon_law"]["yearly_tonnes"]), last, "{day}");
    }
}

#[test]
fn a_withdrawn_city_keeps_its_past() {
    let service = Service::with(&["--today", EARLIER]);
    record_city(&service);
    let link = service.json(STATUS)["permalink"].as_str().unwrap().to_owned();
    let cited = service.get(&link).text;
    let service = service.restart_with(&[]);
    assert_eq!(service.delete(&format!("{CITY}?reason=By+mistake"), &service.admin).status, 204);

    service.get(STATUS).assert_problem(410, "gone");
    service.get(&format!("{STATUS}?as_of={TODAY}")).assert_problem(410, "gone");
    service.get(&format!("{STATUS}?through=2015")).assert_problem(410, "gone");
    service.get(&format!("{STATUS}?as_of=2026-02-28")).assert_problem(404, "not_found");
    assert_eq!(service.get(&link).text, cited);
    assert_eq!(course(&service, &format!("?as_of={EARLIER}")), "on_track");
    // What belongs to the city went with it, each with an entry of its own.
    assert_eq!(service.json(&format!("{CITY}/changes"))["total"], 8);

    service.record(CITY, &json!({"name": "Somewhere", "country": "US", "reason": "It was right after all"}));
    assert_eq!(service.json(STATUS)["targets"], json!([]));
    assert_eq!(service.get(&link).text, cited);
}

#[test]
fn a_statement_stands_beside_the_verdicts_from_the_day_it_was_made() {
    let service = Service::with(&["--today", EARLIER]);
    record_city(&service);
    let before = service.json(STATUS);
    assert!(before.get("statement").is_none(), "{before}");
    service.record(&format!("{CITY}/statement"), &json!({"text": "We shall.", "target": "half"}));
    let service = service.restart_with(&[]);
    service.record(&format!("{CITY}/statement"), &json!({"text": "We have.", "reason": "News"}));

    let text = |query: &str| service.json(&format!("{STATUS}{query}"))["statement"]["text"].clone();
    let earlier = service.json(&format!("{STATUS}?as_of={EARLIER}"));
    let expected = json!({"text": "We shall.", "target": "half", "recorded_by": "the tests", "revision": 1});
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&earlier["statement"][name], value, "{earlier}");
    }
    assert!(earlier["statement"]["recorded_at"].as_str().unwrap().starts_with(EARLIER));
    for query in ["", "?explain=true", "?through=2010", "?level=basic", "?sequence=6"] {
        assert_eq!(text(query), "We have.", "{query}");
    }
    // It counts from when it was recorded, whatever the figures count from.
    for query in [format!("?known_on={EARLIER}"), "?sequence=5".to_owned()] {
        assert_eq!(text(&query), "We shall.", "{query}");
    }
    for query in ["?known_on=2026-02-28", "?sequence=4"] {
        assert_eq!(text(query), Value::Null, "{query}");
    }
    let (now, then) = (service.json(STATUS), service.json(&format!("{STATUS}?sequence=4")));
    assert_eq!(now["targets"], then["targets"], "no verdict changes by it");
    assert_ne!(now["permalink"], then["permalink"]);

    service.delete(&format!("{CITY}/statement?reason=Said+in+haste"), &service.admin);
    assert!(service.json(STATUS).get("statement").is_none());
    assert_eq!(text("?sequence=6"), "We have.");
}

#[test]
fn pledges_that_bind_nobody_are_shown_but_not_judged() {
    let service = Service::start();
    record_city(&service);
    for standing in ["proposed", "superseded", "withdrawn"] {
        let mut body = target("1990", 60.0, 2027);
        body["standing"] = json!(standing);
        service.record(&format!("{CITY}/targets/{standing}"), &body);
    }
    let mut sector = target("1990", 60.0, 2027);
    sector["sector"] = json!("II");
    service.record(&format!("{CITY}/targets/sector"), &sector);

    let status = service.json(STATUS);
    for (id, reason) in [
        ("proposed", "proposed"),
        ("superseded", "superseded"),
        ("withdrawn", "withdrawn"),
        ("sector", "sector_without_lines"),
    ] {
        let shown = assessment(&status, id);
        assert_eq!(shown["verdict"], "not_judged");
        assert_eq!(shown["reason"], reason);
        assert_eq!(shown["figures"], json!([]));
        assert!(shown["sentence"].as_str().unwrap().contains("is not judged"), "{shown}");
        assert!(shown["absent"].as_array().unwrap().iter().all(|absent| absent["reason"] == "not_judged"));
    }
    assert_eq!(assessment(&status, "half")["course"], "on_track");
    // They do not speak for the city, though their year is nearer.
    assert_eq!(status["headline_target"], "half");
    service.record(&format!("{CITY}/targets/half"), &{
        let mut body = target("1990", 50.0, 2030);
        body["standing"] = json!("withdrawn");
        body["reason"] = json!("The council gave it up");
        body
    });
    assert!(service.json(STATUS).get("headline_target").is_none());
}

#[test]
fn what_was_withdrawn_was_never_known() {
    let service = Service::start();
    service.record(CITY, &city("Somewhere"));
    let published = |mut body: Value, day: &str| {
        body["source"]["published"] = json!(day);
        body
    };
    service.record(&format!("{CITY}/baselines/1990"), &published(baseline(1990, 1000.0), "2000-01-01"));
    service.record(&format!("{CITY}/targets/half"), &published(target("1990", 50.0, 2030), "2009-01-01"));
    service.record(&format!("{CITY}/reports/2010"), &published(inventory(750.0), "2012-01-01"));
    let mut dated = published(inventory(1.0), "2019-01-01");
    service.record(&format!("{CITY}/reports/2018"), &dated);
    service.delete(&format!("{CITY}/reports/2018?reason=Another+city"), &service.admin);
    assert_eq!(figures(&service, "?known_on=2026-11-23"), [(2010, 1)]);
    assert_eq!(figures(&service, "?known_on=2020-01-01"), [(2010, 1)]);
    dated["totals"]["basic"] = json!(700);
    dated["reason"] = json!("Recorded again");
    service.record(&format!("{CITY}/reports/2018"), &dated);
    assert_eq!(figures(&service, "?known_on=2020-01-01"), [(2010, 1), (2018, 3)]);
}
