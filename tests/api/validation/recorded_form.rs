//! What can be said in several ways is recorded in one: targets, numbers, texts and defaults.

use serde_json::{Value, json};

use crate::support::{baseline, city, faults, inventory, target};

use super::{BASELINE, REPORT, TARGET, long, service};

#[test]
fn what_a_target_says_is_recorded_in_one_form() {
    let service = service();
    let of = |members: Value| {
        let mut body = target("1990", 50.0, 2030);
        body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        body["reason"] = json!("a test");
        service.record(TARGET, &body).json()
    };
    assert_eq!(of(json!({"title": " Half by 2030 "}))["title"], "Half by 2030");
    assert_eq!(of(json!({"sector": "II"}))["sector"], "II");
    let lines = of(json!({"sector": ["II.1.2", "I.1.1", "II.1.1"]}));
    assert_eq!(lines["sector"], json!(["I.1.1", "II.1.1", "II.1.2"]));
    for standing in ["superseded", "withdrawn"] {
        for (sent, recorded) in [
            (json!("2019"), "2019"),
            (json!(2019), "2019"),
            (json!(2019.0), "2019"),
            (json!("2019-04-29"), "2019-04-29"),
            (json!("2026-11-23"), "2026-11-23"),
        ] {
            let answer = of(json!({"standing": standing, "set_on": "2019-04-29", "ended_on": sent}));
            assert_eq!(answer["ended_on"], recorded, "{standing} {sent}");
        }
    }
    let level = |value: Value| {
        let body = json!({"kind": "fixed_level", "tonnes_per_person": value, "level": "basic", "target_year": 2050,
            "standing": "adopted", "source": {"title": "A test"}, "reason": "a test"});
        service.record("/v1/cities/us-here/targets/level", &body).json()
    };
    for (sent, recorded) in [(json!(2), json!(2)), (json!(-0.5), json!(-0.5)), (json!(1.234_567_8), json!(1.234_568))] {
        let answer = level(sent);
        assert_eq!((&answer["tonnes_per_person"], answer.get("tonnes")), (&recorded, None));
    }
}

#[test]
fn numbers_are_recorded_to_the_kilogram() {
    let service = service();
    for (year, sent, recorded) in [
        (2000, "1000.0004", "1000"),
        (2001, "1000.0006", "1000.001"),
        (2002, "0.0004", "0"),
        (2003, "21049331.123", "21049331.123"),
        (2004, "1e12", "1000000000000"),
        (2005, "999999999999.999", "999999999999.999"),
        (2006, "0.1", "0.1"),
        (2007, "-0.0", "0"),
        (2008, "190.0", "190"),
    ] {
        let mut body = inventory(1.0);
        body["totals"]["basic"] = serde_json::from_str(sent).unwrap();
        let answer = service.record(&format!("/v1/cities/us-here/reports/{year}"), &body);
        assert!(answer.text.contains(&format!("\"totals\":{{\"basic\":{recorded}}}")), "{sent}: {}", answer.text);
    }
    let mut whole = baseline(1990, 1000.0);
    whole["year"] = json!(1990.0);
    whole["population"] = json!(190.0);
    whole["reason"] = json!("a test");
    let answer = service.record(BASELINE, &whole).json();
    assert_eq!((&answer["year"], &answer["population"]), (&json!(1990), &json!(190)));
    let mut pledge = target("1990", 50.0, 2030);
    pledge["target_year"] = json!(2030.0);
    pledge["milestones"] =
        json!([{"year": 2020.0, "reduction_percent": 33.333_333_3}, {"year": 2010, "tonnes": 900.0}]);
    let answer = service.record(TARGET, &pledge).json();
    assert_eq!(answer["target_year"], json!(2030));
    assert_eq!(
        answer["milestones"],
        json!([{"year": 2010, "tonnes": 900}, {"year": 2020, "reduction_percent": 33.333_333}])
    );
}

#[test]
fn texts_are_tidied_and_defaults_stated() {
    let service = service();
    let answer = service
        .record(
            "/v1/cities/ca-new",
            &json!({"name": " \u{a0}Québec ", "country": "CA", "locode": "CAQUE",
        "latitude": 46.813_88, "longitude": -71, "identifiers": {"cdp": " 31182 "}}),
        )
        .json();
    assert_eq!(answer["name"], "Québec");
    assert_eq!(answer["locode"], "CA QUE");
    assert_eq!(answer["boundary"], "community");
    assert_eq!((&answer["latitude"], &answer["longitude"]), (&json!(46.8139), &json!(-71)));
    assert_eq!(answer["identifiers"], json!({"cdp": "31182"}));
    for absent in ["region", "part_of", "website", "reason"] {
        assert!(answer.get(absent).is_none(), "{absent}");
    }
    // The longest that is allowed, counted in characters.
    let mut body = inventory(1.0);
    body["note"] = long(2000);
    body["source"] = json!({"title": long(200), "url": format!("https://{}", "a".repeat(1992)), "locator": long(2000),
        "publisher": long(200), "licence": long(200), "published": "2026-11-23"});
    assert_eq!(service.record(REPORT, &body).json()["source"], body["source"]);
    let mut other = city("Ra\u{308}ume 🌍");
    other["identifiers"] = (0..20).map(|number| (format!("n{number}"), json!("1"))).collect();
    assert_eq!(service.record("/v1/cities/us-odd", &other).json()["name"], other["name"]);
    for unseen in ["\u{200b}", "Turned \u{202e}round", "\u{feff}Marked", "Two\u{2028}lines"] {
        let answer = service.put("/v1/cities/us-unseen", &service.admin, &city(unseen));
        assert_eq!(faults(&answer), ["/name control_character"], "{unseen:?}");
    }
}
