//! Cities are ranked by their change a year over one window of years.

use serde_json::{Value, json};

use crate::support::{Service, assert_near, baseline, city, faults, inventory};

use super::{list, number, told};

/// Cities with figures for 2015 and 2020, of some of which the two cannot be compared.
fn windows() -> Service {
    let service = Service::start();
    let report = |id: &str, year: i32, body: &Value| {
        let path = format!("/v1/cities/{id}");
        if service.get(&path).status != 200 {
            service.record(&path, &city(id));
        }
        service.record(&format!("{path}/reports/{year}"), body);
    };
    for (id, from, to) in [("aa", 1000.0, 500.0), ("bb", 1000.0, 900.5), ("cc", 2000.0, 1801.0), ("dd", 1000.0, 1200.0)]
    {
        report(id, 2015, &inventory(from));
        report(id, 2020, &inventory(to));
    }
    // A year between says nothing of the window, whatever it counts.
    let mut between = inventory(950.0);
    between["protocol"] = json!("national");
    report("bb", 2017, &between);
    let with = |tonnes: f64, name: &str, value: Value| {
        let mut body = inventory(tonnes);
        body[name] = value;
        body
    };
    let pairs = [
        ("protocol", with(1000.0, "protocol", json!("ipcc")), inventory(100.0)),
        ("gases", with(1000.0, "gases", json!(["co2"])), with(100.0, "gases", json!(["co2", "ch4"]))),
        ("series", with(1000.0, "series", json!("one")), with(100.0, "series", json!("another"))),
        (
            "coverage",
            with(1000.0, "lines", json!([{"ref": "I.1.1", "tonnes": 600}, {"ref": "II.1.1", "tonnes": 400}])),
            with(100.0, "lines", json!([{"ref": "II.1.1", "tonnes": 100}])),
        ),
        ("power", with(1000.0, "electricity", json!("location")), with(100.0, "electricity", json!("market"))),
        ("zero", inventory(1000.0), inventory(0.0)),
    ];
    for (id, from, to) in &pairs {
        report(id, 2015, from);
        report(id, 2020, to);
    }
    report("first-only", 2015, &inventory(1000.0));
    report("last-only", 2020, &inventory(1000.0));
    report("other-level", 2015, &inventory(1000.0));
    report("other-level", 2020, &json!({"totals": {"own": 10}, "source": {"title": "A test"}}));
    // The figure of the earlier year may be that of a baseline, as long as there is but one.
    for (id, baselines) in [("one-base", vec![1000.0]), ("two-bases", vec![1000.0, 5000.0])] {
        report(id, 2020, &inventory(800.0));
        for (number, tonnes) in baselines.iter().enumerate() {
            service.record(&format!("/v1/cities/{id}/baselines/base-{number}"), &baseline(2015, *tonnes));
        }
    }
    service
}

#[test]
fn cities_are_ranked_by_their_change_a_year_over_one_window() {
    let service = windows();
    let path = "/v1/rankings?by=annual_change&level=basic&from=2015&to=2020";
    let ranking = service.json(path);
    let (ranked, unranked) = told(&ranking);
    assert_eq!(ranked, ["1 aa", "2 one-base", "3 bb", "3 cc", "5 dd", "6 power"]);
    assert_eq!(
        unranked,
        [
            "not_comparable coverage",
            "year_not_reported first-only",
            "not_comparable gases",
            "year_not_reported last-only",
            "year_not_reported other-level",
            "not_comparable protocol",
            "not_comparable series",
            "several_baselines two-bases",
            "not_above_zero zero",
        ]
    );
    for (entry, reason) in
        list(&ranking, "unranked").iter().filter_map(|entry| Some((entry, entry.get("left_out_reason")?)))
    {
        let expected =
            format!("{}_differ{}", entry["city"].as_str().unwrap(), if entry["city"] == "gases" { "" } else { "s" });
        assert_eq!(*reason, expected);
    }
    assert_eq!((&ranking["from"], &ranking["to"], &ranking["level"]), (&json!(2015), &json!(2020), &json!("basic")));
    for entry in list(&ranking, "items") {
        let change = &entry["change"];
        let (from, to) = (number(&change["from_figure"]["tonnes"]), number(&change["to_figure"]["tonnes"]));
        assert_near(&change["percent_per_year"], 100.0 * ((to / from).powf(1.0 / 5.0) - 1.0), 6e-7);
        assert_near(&change["change_percent"], 100.0 * (to - from) / from, 6e-7);
        assert_eq!((&change["from_figure"]["year"], &change["to_figure"]["year"]), (&json!(2015), &json!(2020)));
        let id = entry["city"].as_str().unwrap();
        let of_year = |path: &str| service.json(&format!("/v1/cities/{id}/{path}"));
        let base = if id == "one-base" { of_year("baselines/base-0") } else { of_year("reports/2015") };
        assert_eq!(
            (&change["from_figure"]["tonnes"], &change["from_figure"]["source"]),
            (&base["totals"]["basic"], &base["source"])
        );
        assert_eq!(change["to_figure"]["tonnes"], of_year("reports/2020")["totals"]["basic"]);
        assert_eq!((&entry["confidence"], entry.get("headline")), (&change["confidence"], None));
        let codes = list(change, "caution_codes");
        let is_low = id == "power";
        assert_eq!(entry["confidence"] == "low", is_low, "{entry}");
        assert_eq!(codes.contains(&json!("electricity_differs")), is_low, "{entry}");
        // 2020 says little of a course, and nothing is of a declared series.
        assert!(codes.contains(&json!("pandemic_year")) && codes.contains(&json!("series_undeclared")), "{entry}");
    }
    let (ranked, other) = told(&service.json(&format!("{path}&order=desc")));
    assert_eq!(
        (ranked, other),
        (["1 dd", "2 bb", "2 cc", "4 one-base", "5 aa", "6 power"].map(str::to_owned).to_vec(), unranked)
    );
    let table = service.get(&path.replace("rankings?", "rankings.csv?")).text;
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let column = reader.headers().unwrap().iter().position(|name| name == "change.percent_per_year").unwrap();
    let first = reader.records().next().unwrap().unwrap();
    assert_eq!(first[column], list(&ranking, "items")[0]["change"]["percent_per_year"].to_string());

    // A restatement of the earlier figure alone, and what is declared to be of one series.
    let mut restated = inventory(1200.0);
    restated["reason"] = json!("Counted again");
    service.record("/v1/cities/dd/reports/2015", &restated);
    let after = service.json(path);
    let dd = list(&after, "unranked").iter().find(|entry| entry["city"] == "dd").unwrap();
    assert_eq!((&dd["reason"], &dd["left_out_reason"]), (&json!("not_comparable"), &json!("restated_since")));
    for (year, tonnes) in [(2015, 1200.0), (2020, 1200.0)] {
        let mut of_series = inventory(tonnes);
        (of_series["series"], of_series["reason"]) = (json!("recalculated"), json!("One series"));
        service.record(&format!("/v1/cities/dd/reports/{year}"), &of_series);
    }
    let after = service.json(path);
    let dd = list(&after, "items").iter().find(|entry| entry["city"] == "dd").unwrap();
    assert_eq!((&dd["rank"], number(&dd["change"]["percent_per_year"])), (&json!(5), 0.0));
}

#[test]
fn a_window_needs_two_years_and_a_level() {
    let service = windows();
    for (query, expected) in [
        ("by=annual_change", vec!["/level missing", "/from missing", "/to missing"]),
        ("by=annual_change&from=2015&to=2020", vec!["/level missing"]),
        ("by=annual_change&level=basic&to=2020", vec!["/from missing"]),
        ("by=annual_change&level=basic&from=2020&to=2020", vec!["/to out_of_range"]),
        ("by=annual_change&level=basic&from=2020&to=2015", vec!["/to out_of_range"]),
        ("by=pace&from=2015&to=2020", vec!["/from not_allowed", "/to not_allowed"]),
        ("by=per_person&to=2020", vec!["/level missing", "/to not_allowed"]),
    ] {
        for path in ["/v1/rankings", "/v1/rankings.csv"] {
            let answer = service.get(&format!("{path}?{query}"));
            answer.assert_problem(422, "invalid_input");
            assert_eq!(faults(&answer), expected, "{query}");
        }
    }
    for query in
        ["by=annual", "by=annual_change&from=soon", "by=annual_change&level=x", "order=", "from=1969", "to=2101"]
    {
        service.get(&format!("/v1/rankings?{query}")).assert_problem(400, "invalid_query");
    }
    // A city is compared with itself alone, so its own definition will do; nobody declared it, so it is of low confidence.
    for (year, tonnes) in [(2015, 20), (2020, 10)] {
        let mut both = inventory(1000.0);
        both["totals"]["own"] = json!(tonnes);
        (both["protocol"], both["reason"]) = (json!("other"), json!("Its own total"));
        service.record(&format!("/v1/cities/aa/reports/{year}"), &both);
    }
    let own = service.json("/v1/rankings?by=annual_change&level=own&from=2015&to=2020");
    assert_eq!(told(&own).0, ["1 aa"]);
    assert_eq!(list(&own, "items")[0]["confidence"], "low");
}
