//! What a city may say of itself, of what it is part of, and at which address more is told.

use serde_json::{Value, json};

use crate::support::{Service, city, faults, inventory, printed, target};

use super::{CITY, TARGET, long, refuse, service};

#[test]
fn cities_are_checked() {
    let service = service();
    service.record("/v1/cities/us-there", &city("There"));
    let body = json!({"name": "New", "country": "US", "region": "West", "locode": "US NEW", "identifiers": {"cdp": "1"},
        "latitude": 1.5, "longitude": -2, "boundary": "community", "part_of": "us-there", "website": "https://new.example",
        "predecessors": [{"city": "us-there", "on": "2007-01-01", "source": {"title": "A test"}}]});
    let from = |ids: &[&str]| -> Value {
        ids.iter().map(|id| json!({"city": id, "on": "2007-01-01", "source": {"title": "A test"}})).collect()
    };
    let many: Vec<String> = (0..51).map(|number| format!("us-{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    refuse(
        &service,
        "/v1/cities/us-new",
        &body,
        &[
            ("", json!([]), &[" wrong_type"]),
            ("", json!(null), &[" wrong_type"]),
            ("", json!("New"), &[" wrong_type"]),
            ("", json!({}), &["/name missing", "/country missing"]),
            ("/mayor", json!("Ann"), &["/mayor unknown_field"]),
            ("/id", json!("us-new"), &["/id unknown_field"]),
            ("/name", json!(null), &["/name wrong_type"]),
            ("/name", json!(7), &["/name wrong_type"]),
            ("/name", json!(""), &["/name blank"]),
            ("/name", json!(" \u{a0}\u{3000}"), &["/name blank"]),
            ("/name", long(201), &["/name too_long"]),
            ("/name", json!("New\u{0}"), &["/name control_character"]),
            ("/name", json!("New\n"), &["/name control_character"]),
            ("/name", json!("Ne\u{7f}w"), &["/name control_character"]),
            ("/name", json!("Ne\u{85}w"), &["/name control_character"]),
            ("/country", json!("XX"), &["/country unknown_country"]),
            ("/country", json!("us"), &["/country unknown_country"]),
            ("/country", json!("USA"), &["/country unknown_country"]),
            ("/country", json!(null), &["/country unknown_country"]),
            ("/country", json!("CA"), &["/locode country_differs"]),
            ("/region", long(201), &["/region too_long"]),
            ("/region", json!(null), &["/region wrong_type"]),
            ("/locode", json!("US"), &["/locode invalid_locode"]),
            ("/locode", json!("us new"), &["/locode invalid_locode"]),
            ("/locode", json!("US  NEW"), &["/locode invalid_locode"]),
            ("/locode", json!("US N01"), &["/locode invalid_locode"]),
            ("/locode", json!("US NÉW"), &["/locode invalid_locode"]),
            ("/locode", json!(null), &["/locode invalid_locode"]),
            ("/locode", json!("CA NEW"), &["/locode country_differs"]),
            ("/identifiers", json!([]), &["/identifiers wrong_type"]),
            ("/identifiers", json!({"cdp": 1}), &["/identifiers/cdp wrong_type"]),
            ("/identifiers", json!({"cdp": null}), &["/identifiers/cdp wrong_type"]),
            ("/identifiers", json!({"cdp": ""}), &["/identifiers/cdp blank"]),
            ("/identifiers", json!({"cdp": "1".repeat(65)}), &["/identifiers/cdp too_long"]),
            ("/identifiers", json!({"": "1"}), &["/identifiers/ invalid_register"]),
            ("/identifiers", json!({"C/D~P": "1"}), &["/identifiers/C~1D~0P invalid_register"]),
            ("/identifiers", (0..21).map(|n| (format!("n{n}"), json!("1"))).collect(), &["/identifiers too_many"]),
            ("/latitude", json!(90.0001), &["/latitude out_of_range"]),
            ("/latitude", json!("1.5"), &["/latitude wrong_type"]),
            ("/longitude", json!(-180.0001), &["/longitude out_of_range"]),
            ("/boundary", json!("Community"), &["/boundary not_allowed"]),
            ("/boundary", json!(null), &["/boundary not_allowed"]),
            ("/part_of", json!("us-new"), &["/part_of own_part"]),
            ("/part_of", json!("nowhere"), &["/part_of unknown_city"]),
            ("/part_of", json!("No-Id"), &["/part_of invalid_id"]),
            ("/website", json!("javascript:alert(1)"), &["/website invalid_url"]),
            ("/website", json!("ftp://new.example"), &["/website invalid_url"]),
            ("/website", json!("https://"), &["/website invalid_url"]),
            ("/website", json!("https:///new"), &["/website invalid_url"]),
            ("/website", json!("https://me:secret@new.example"), &["/website credentials"]),
            ("/website", json!("https://www.c40.org@new.example/"), &["/website credentials"]),
            ("/website", json!("https://new.example/\" onclick=\"x"), &["/website invalid_url"]),
            ("/website", json!(format!("https://{}", "a".repeat(1993))), &["/website too_long"]),
            ("/predecessors", json!({}), &["/predecessors wrong_type"]),
            ("/predecessors", json!(["us-there"]), &["/predecessors/0 wrong_type"]),
            (
                "/predecessors",
                json!([{}]),
                &["/predecessors/0/city missing", "/predecessors/0/on missing", "/predecessors/0/source missing"],
            ),
            ("/predecessors", from(&many), &["/predecessors too_many"]),
            ("/predecessors", from(&["us-there", "us-here", "us-there"]), &["/predecessors/2/city duplicate"]),
            (
                "/predecessors",
                from(&["us-new", "us-here", "nowhere"]),
                &["/predecessors/0/city own_predecessor", "/predecessors/2/city unknown_city"],
            ),
            ("/predecessors/0/city", json!("No-Id"), &["/predecessors/0/city invalid_id"]),
            ("/predecessors/0/on", json!("2026-11-24"), &["/predecessors/0/on in_future"]),
            ("/predecessors/0/on", json!("2007"), &["/predecessors/0/on invalid_day"]),
            ("/predecessors/0/source", json!({}), &["/predecessors/0/source/title missing"]),
            ("/predecessors/0/share", json!(1), &["/predecessors/0/share unknown_field"]),
            ("/reason", json!(""), &["/reason blank"]),
            ("/reason", json!(null), &["/reason wrong_type"]),
            ("/reason", long(2001), &["/reason too_long"]),
            ("/reason", json!("a\rtest"), &["/reason control_character"]),
        ],
    );
    let alone = |field: &str| json!({"name": "New", "country": "US", field: 1, "reason": "a test"});
    for field in ["latitude", "longitude"] {
        let answer = service.put("/v1/cities/us-new", &service.admin, &alone(field));
        assert_eq!(faults(&answer), [" incomplete_position"]);
    }
    for id in ["X", "x", "Us-New", "us_new", "us.new", &"x".repeat(65), "caf%C3%A9", "%00x", "us%20new"] {
        let answer = service.put(&format!("/v1/cities/{id}"), &service.admin, &city("New"));
        assert_eq!(faults(&answer), [" invalid_id"], "{id}");
    }
}

/// A ring of cities or targets that name each other has no first and no last.
#[test]
fn nothing_is_part_of_itself() {
    let service = service();
    let part_of = |whole: &str| json!({"name": "Somewhere", "country": "US", "part_of": whole, "reason": "a test"});
    service.record("/v1/cities/us-part", &part_of("us-here"));
    service.record("/v1/cities/us-part-of-part", &part_of("us-part"));
    let from = |earlier: &str| {
        json!({"name": "Somewhere", "country": "US", "reason": "a test",
            "predecessors": [{"city": earlier, "on": "2007-01-01", "source": {"title": "A test"}}]})
    };
    service.record("/v1/cities/us-later", &from("us-here"));
    service.record("/v1/cities/us-latest", &from("us-later"));
    for earlier in ["us-here", "us-later", "us-latest"] {
        let answer = service.put(CITY, &service.admin, &from(earlier));
        assert_eq!(faults(&answer), ["/predecessors/0/city own_predecessor"], "{earlier}");
    }
    for whole in ["us-here", "us-part", "us-part-of-part"] {
        assert_eq!(faults(&service.put(CITY, &service.admin, &part_of(whole))), ["/part_of own_part"], "{whole}");
    }
    let superseded_by = |successor: Option<&str>| {
        let mut body = target("1990", 50.0, 2030);
        body["standing"] = json!("superseded");
        body["reason"] = json!("a test");
        body.as_object_mut().unwrap().extend(successor.map(|id| ("superseded_by".to_owned(), json!(id))));
        body
    };
    service.record(TARGET, &superseded_by(None));
    service.record("/v1/cities/us-here/targets/one", &superseded_by(Some("2030-half")));
    service.record("/v1/cities/us-here/targets/two", &superseded_by(Some("one")));
    for successor in ["2030-half", "one", "two"] {
        let answer = service.put(TARGET, &service.admin, &superseded_by(Some(successor)));
        assert_eq!(faults(&answer), ["/superseded_by own_successor"], "{successor}");
    }
}

/// An at sign has its place in a path or a query.
#[test]
fn addresses_may_have_an_at_sign_behind_the_host() {
    let service = service();
    for (year, url) in
        [(2011, "https://a.example/@city"), (2012, "https://a.example?by=me@a.example"), (2013, "https://a.example#@")]
    {
        let mut report = inventory(1.0);
        report["source"]["url"] = json!(url);
        service.record(&format!("{CITY}/reports/{year}"), &report);
    }
}

/// What an earlier version took is read as it was recorded.
#[test]
fn addresses_with_credentials_that_are_recorded_are_still_served() {
    let database = crate::store::old_database::old_database();
    let url = "https://city.example/inventory.pdf";
    // The hashes of the chain are made anew, as that version would have made them.
    let with_password = url.replace("city.example", "me:pw@city.example");
    crate::store::old_database::rewrite(&database, url, &with_password);
    let service = Service::on(database, &[]);
    assert_eq!(service.json("/v1/cities/here/reports/2020")["source"]["url"], with_password);
    printed(&service.verify());
}
