//! What caches keep: tags that change only with the answer, for how long an answer may be kept, and answers by time.

use std::collections::BTreeMap;

use serde_json::json;

use crate::support::{Answer, Service, baseline, city, eventually, inventory, send, target};

use super::changes::record_history;
use super::lists::world;

const SHARED: &str = "public, max-age=0, s-maxage=10, stale-while-revalidate=60, stale-if-error=86400";
const ALWAYS_ASKED: &str = "public, no-cache";

/// A city with everything, in a network of its own.
fn record_city(service: &Service, id: &str, country: &str, network: &str) {
    let source = json!({"title": "A test"});
    let path = format!("/v1/cities/{id}");
    service.record(&path, &json!({"name": id, "country": country}));
    service.record(&format!("{path}/baselines/2010"), &baseline(2010, 1000.0));
    service.record(&format!("{path}/targets/half"), &target("2010", 50.0, 2030));
    service.record(&format!("{path}/reports/2020"), &inventory(800.0));
    service.record(&format!("{path}/statement"), &json!({"text": "We see this otherwise."}));
    service.record(&format!("/v1/networks/{network}"), &json!({"name": network, "source": source}));
    service.record(&format!("/v1/networks/{network}/members/{id}"), &json!({"source": source}));
}

pub fn two_cities() -> Service {
    let service = Service::start();
    record_city(&service, "no-oslo", "NO", "north");
    record_city(&service, "us-los-angeles", "US", "west");
    service
}

/// What is answered about a city alone.
fn of_city(id: &str, network: &str) -> Vec<String> {
    let parts = [
        "",
        "/baselines",
        "/baselines.csv",
        "/baselines/2010",
        "/targets",
        "/targets/half",
        "/reports",
        "/reports/2020",
        "/statement",
        "/status",
        "/status?explain=true",
        "/status?through=2020",
        "/series",
        "/series.csv",
        "/changes",
        "/changes.csv",
    ];
    let member = format!("/v1/networks/{network}/members/{id}");
    parts.iter().map(|part| format!("/v1/cities/{id}{part}")).chain([member]).collect()
}

/// What is answered about more, without what is in another country and another network.
fn of_place(id: &str, country: &str, network: &str) -> Vec<String> {
    [
        format!("/v1/cities?country={country}"),
        format!("/v1/cities.csv?network={network}"),
        format!("/v1/cities?ids={id}"),
        format!("/v1/cities.geojson?country={country}"),
        format!("/v1/status?network={network}"),
        format!("/v1/status.csv?ids={id}"),
        format!("/v1/rankings?country={country}"),
        format!("/v1/rankings.csv?network={network}"),
        format!("/v1/rankings?by=annual_change&level=basic&from=2010&to=2020&country={country}"),
        format!("/v1/networks/{network}/progress"),
        format!("/v1/networks/{network}/members"),
        format!("/v1/networks/{network}"),
    ]
    .into()
}

pub fn read(service: &Service, path: &str) -> Answer {
    let answer = service.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer
}

fn tags(service: &Service, paths: &[String]) -> BTreeMap<String, String> {
    paths.iter().map(|path| (path.clone(), read(service, path).header("etag").to_owned())).collect()
}

#[test]
fn a_change_of_one_city_leaves_every_answer_without_it() {
    let service = two_cities();
    let mut elsewhere = of_city("us-los-angeles", "west");
    elsewhere.extend(of_place("us-los-angeles", "US", "west"));
    // A page that it is not on.
    let second = service.json("/v1/cities?limit=1")["next"].as_str().unwrap().to_owned();
    elsewhere.push(format!("/v1/cities?limit=1&cursor={second}"));
    elsewhere.push("/v1/changes?limit=8&after=0".to_owned());
    let mut here = of_city("no-oslo", "north");
    here.extend(of_place("no-oslo", "NO", "north"));
    here.extend(
        ["/v1/cities", "/v1/status", "/v1/summary", "/v1/changes", "/v1/export/reports.csv"].map(str::to_owned),
    );

    let (before, known) = (tags(&service, &elsewhere), tags(&service, &here));
    let reason = |mut body: serde_json::Value| {
        body["reason"] = json!("It was recalculated");
        body
    };
    service.record("/v1/cities/no-oslo", &reason(json!({"name": "Oslo", "country": "NO"})));
    service.record("/v1/cities/no-oslo/reports/2020", &reason(inventory(700.0)));
    service.record("/v1/cities/no-oslo/baselines/2010", &reason(baseline(2010, 1100.0)));
    service.record("/v1/cities/no-oslo/targets/half", &reason(target("2010", 60.0, 2030)));
    service.record("/v1/cities/no-oslo/statement", &reason(json!({"text": "Now we agree."})));
    let source = json!({"title": "Another test"});
    service.record("/v1/networks/north", &reason(json!({"name": "The North", "source": source})));
    service.record("/v1/networks/north/members/no-oslo", &reason(json!({"joined_on": "2015-01-01", "source": source})));
    let after = tags(&service, &elsewhere);
    let total: Vec<_> = before.iter().filter(|(path, tag)| after[*path] != **tag).map(|(path, _)| path).collect();
    // The page of the log says how many entries there are in all.
    assert_eq!(total, ["/v1/changes?limit=8&after=0"]);
    for (path, tag) in tags(&service, &here) {
        assert_ne!(tag, known[&path], "{path}");
    }
}

#[test]
fn records_are_asked_for_each_time_and_what_many_ask_for_is_shared() {
    let service = two_cities();
    let keep = |path: &str| read(&service, path).header("cache-control").to_owned();
    let los_angeles = "/v1/cities/us-los-angeles";
    for record in ["", "/baselines/2010", "/targets/half", "/reports/2020", "/statement"] {
        assert_eq!(keep(&format!("{los_angeles}{record}")), ALWAYS_ASKED, "{record}");
    }
    for path in ["/v1/networks/west", "/v1/networks/west/members/us-los-angeles"] {
        assert_eq!(keep(path), ALWAYS_ASKED, "{path}");
    }
    let lists = ["baselines", "targets.csv", "reports", "status", "series", "series.csv", "changes", "changes.csv"];
    for list in lists.map(|list| format!("{los_angeles}/{list}")) {
        assert_eq!(keep(&list), SHARED, "{list}");
    }
    for path in [
        "/v1/cities",
        "/v1/cities.csv",
        "/v1/cities.geojson",
        "/v1/status",
        "/v1/rankings",
        "/v1/rankings?fields=rank",
        "/v1/summary.csv",
        "/v1/networks",
        "/v1/networks/west/members.csv",
        "/v1/networks/west/progress",
        "/v1/changes",
        "/v1/export/status.ndjson",
        "/v1/export/changes.csv",
    ] {
        assert_eq!(keep(path), SHARED, "{path}");
    }
    // The past: only what is pinned by the log, the day and the method is the same for ever.
    let status = format!("{los_angeles}/status");
    for query in ["as_of=2026-11-23", "known_on=2026-11-23", "through=2020", "sequence=9", "explain=true"] {
        assert_eq!(keep(&format!("{status}?{query}")), SHARED, "{query}");
        let series = service.get(&format!("{los_angeles}/series?{query}"));
        assert!(series.status != 200 || series.header("cache-control") == SHARED, "{query}");
    }
    let link = service.json(&status)["permalink"].as_str().unwrap().to_owned();
    assert_eq!(keep(&link), "public, max-age=86400");
    assert_eq!(keep(&link.replace("/status", "/series.csv")), "public, max-age=86400");
    // What needs a key, and what refuses, is kept by no one.
    let keys = send(service.request("GET", "/v1/keys").bearer_auth(&service.admin));
    assert_eq!((keys.status.as_u16(), keys.header("cache-control")), (200, "no-store"));
    for path in ["/v1/keys", "/v1/cities/nowhere", "/v1/cities?colour=red", "/v1/export/nothing.csv"] {
        let refused = service.get(path);
        assert!(refused.status.is_client_error());
        assert_eq!(refused.header("cache-control"), "no-store", "{path}");
    }
}

/// The time that an answer says it has not changed since, once it says so.
fn modified(service: &Service, path: &str) -> String {
    let mut time = String::new();
    eventually("an answer with a time", || {
        time = read(service, path).header("last-modified").to_owned();
        !time.is_empty()
    });
    time
}

fn since(service: &Service, path: &str, time: &str) -> Answer {
    send(service.request("GET", path).header("if-modified-since", time))
}

fn later(time: &str, seconds: i64) -> String {
    let read = chrono::DateTime::parse_from_rfc2822(time).unwrap() + chrono::Duration::seconds(seconds);
    read.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[test]
fn a_client_that_knows_only_the_time_is_told_so_too() {
    let service = two_cities();
    let mut paths = of_city("us-los-angeles", "west");
    paths.extend(of_place("us-los-angeles", "US", "west"));
    paths.extend(["/v1/summary", "/v1/networks", "/v1/export/targets.csv"].map(str::to_owned));
    for path in paths.iter().filter(|path| !path.contains("/changes")) {
        let time = modified(&service, path);
        let got = read(&service, path);
        let known = since(&service, path, &time);
        assert_eq!((known.status.as_u16(), known.text.as_str()), (304, ""), "{path}");
        for name in ["etag", "last-modified", "cache-control", "vary"] {
            assert_eq!(known.header(name), got.header(name), "{path}: {name}");
        }
        // A tag, where there is one, is all that counts.
        let both = |tag: &str, time: &str| {
            send(service.request("GET", path).header("if-none-match", tag).header("if-modified-since", time))
        };
        assert_eq!(both("\"other\"", &time).status, 200, "{path}");
        assert_eq!(both(got.header("etag"), &later(&time, -9)).status, 304, "{path}");
        for other in [later(&time, -1).as_str(), "yesterday", "", "Fri, 01 Jan 2100 00:00:00 GMT"] {
            assert_eq!(since(&service, path, other).status, 200, "{path} {other:?}");
        }
    }
    // What is read from the log has no time: a body can be taken out of it without an entry.
    for path in ["/v1/changes", "/v1/cities/us-los-angeles/changes.csv", "/v1/export/changes.ndjson"] {
        assert_eq!(read(&service, path).header("last-modified"), "", "{path}");
    }
}

#[test]
fn what_has_changed_is_never_said_to_be_the_same() {
    let service = two_cities();
    let oslo = "/v1/cities/no-oslo";
    let (status, reports, report) =
        (format!("{oslo}/status"), format!("{oslo}/reports"), format!("{oslo}/reports/2020"));
    let paths = [&status, &reports, &report, "/v1/cities", "/v1/networks/north/progress", "/v1/cities.geojson"];
    let los_angeles = "/v1/cities/us-los-angeles/status";
    let settled = modified(&service, los_angeles);
    let mut held: BTreeMap<&str, String> = paths.iter().map(|path| (*path, modified(&service, path))).collect();
    let mut tonnes = 700.0;
    let mut revise = || {
        let mut body = inventory(tonnes);
        body["reason"] = json!("It was recalculated");
        tonnes -= 1.0;
        service.record(&report, &body);
    };
    // Many changes in one second, each read at once and after it has settled.
    for _ in 0..3 {
        for _ in 0..20 {
            revise();
            for (path, time) in &held {
                assert_eq!(since(&service, path, time).status, 200, "{path}");
            }
        }
        for (path, time) in &mut held {
            let now = modified(&service, path);
            assert_eq!(since(&service, path, time).status, 200, "{path}");
            assert_eq!(since(&service, path, &now).status, 304, "{path}");
            let read = |time: &str| chrono::DateTime::parse_from_rfc2822(time).unwrap();
            assert!(read(&now) > read(time), "{path}");
            *time = now;
        }
    }
    // The same again is no change.
    service.record("/v1/cities/us-los-angeles/reports/2020", &inventory(800.0));
    assert_eq!(since(&service, "/v1/cities", &held["/v1/cities"]).status, 304);
    assert_eq!(since(&service, los_angeles, &settled).status, 304, "of a city that has not changed");
    // A withdrawal, a membership, a network.
    let changed = |paths: &[&str], held: &BTreeMap<&str, String>| {
        for path in paths {
            assert_eq!(since(&service, path, &held[path]).status, 200, "{path}");
        }
    };
    assert_eq!(service.delete(&format!("{report}?reason=a+test"), &service.admin).status, 204);
    changed(&[&status, &reports, "/v1/cities", "/v1/networks/north/progress"], &held);
    assert_eq!(since(&service, &report, &held[report.as_str()]).status, 410);
    let progress = modified(&service, "/v1/networks/west/progress");
    let left = json!({"left_on": "2020-01-01", "source": {"title": "A test"}, "reason": "It left"});
    service.record("/v1/networks/west/members/us-los-angeles", &left);
    assert_eq!(since(&service, "/v1/networks/west/progress", &progress).status, 200);
    let network = modified(&service, "/v1/networks/west");
    service
        .record("/v1/networks/west", &json!({"name": "West", "source": {"title": "A test"}, "reason": "A new name"}));
    assert_eq!(since(&service, "/v1/networks/west", &network).status, 200);
    // Another day is another judgement.
    let judged = modified(&service, los_angeles);
    let service = service.restart_with(&["--today", "2026-11-24"]);
    assert_eq!(since(&service, los_angeles, &judged).status, 200);
}

#[test]
fn a_change_elsewhere_leaves_the_tag_of_a_list() {
    let service = world();
    let lists = [
        "/v1/status?country=US",
        "/v1/status.csv?country=US",
        "/v1/cities?country=US&sort=-headline.pace",
        "/v1/status?ids=fr-une,fr-deux",
    ];
    let tags = || lists.map(|list| service.get(list).header("etag").to_owned());
    let before = tags();
    service.record("/v1/cities/no-oslo-two", &json!({"name": "Oslo", "country": "NO"}));
    let mut report = inventory(777_777.0);
    report["population"] = json!(700_000);
    service.record("/v1/cities/no-oslo-two/reports/2021", &report);
    assert_eq!(tags(), before);
    service.record("/v1/cities/us-los-angeles/reports/2021", &inventory(20_000_000.0));
    let after = tags();
    assert!((0..3).all(|at| after[at] != before[at]) && after[3] == before[3], "{before:?} {after:?}");
}

#[test]
fn a_change_touches_no_other_city() {
    let service = Service::start();
    record_history(&service);
    let ends = [
        "",
        "/baselines",
        "/baselines/1990",
        "/targets",
        "/targets/half",
        "/reports",
        "/reports/2020",
        "/reports.csv",
        "/status",
        "/changes",
        "/changes.csv",
    ];
    let tags = |city: &str| ends.map(|end| service.get(&format!("/v1/cities/{city}{end}")).header("etag").to_owned());
    let (one, two) = (tags("us-one"), tags("us-two"));
    let link = service.json("/v1/cities/us-two/status")["permalink"].clone();
    service.record("/v1/cities/us-one/reports/2021", &inventory(5.0));
    service.record("/v1/cities/us-three", &city("Three"));
    assert_eq!(tags("us-two"), two);
    assert_eq!(service.json("/v1/cities/us-two/status")["permalink"], link);

    // Of the city itself only the answers changed that tell of the change.
    let changed: Vec<&str> = ends
        .into_iter()
        .zip(one.iter().zip(tags("us-one")))
        .filter(|(_, (old, new))| *old != new)
        .map(|(end, _)| end)
        .collect();
    assert_eq!(changed, ["/reports", "/reports.csv", "/status", "/changes", "/changes.csv"]);
}
