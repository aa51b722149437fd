//! Pages together are the list, also while others write, and a cursor belongs to its list.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering, Ordering as Memory};

use serde_json::json;

use crate::api::items;
use crate::support::{Service, baseline, city, inventory, target};

use super::{ids, key, walk, walk_while_it_changes, world};

/// Tells a writer to stop once it is dropped.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Memory::Relaxed);
    }
}

#[test]
fn pages_are_whole_while_others_write() {
    let service = world();
    // Rows of this city change while the lists are walked; of all others nothing does.
    let restless = "us-restless";
    let path = format!("/v1/cities/{restless}");
    service.record(&path, &city("Restless"));
    service.record(&format!("{path}/baselines/2010"), &baseline(2010, 1000.0));
    service.record(&format!("{path}/targets/half"), &target("2010", 50.0, 2030));
    let lists = [
        "/v1/status?sort=-gap_percent",
        "/v1/status?sort=pace",
        "/v1/status",
        "/v1/cities?sort=-population",
        "/v1/cities?sort=headline.achieved_reduction_percent",
        "/v1/cities?sort=-name",
    ];
    let before: BTreeMap<&str, Vec<(String, String)>> = lists
        .iter()
        .map(|list| (*list, walk(&service, list, 500).iter().map(key).filter(|key| key.0 != restless).collect()))
        .collect();
    let (walked, written) = (AtomicBool::new(false), AtomicBool::new(false));
    std::thread::scope(|scope| {
        // Also when an assertion fails, or the writer would go on for ever.
        let _stop = Stop(&walked);
        scope.spawn(|| {
            for number in 0.. {
                if walked.load(Memory::Relaxed) {
                    break;
                }
                let new = format!("/v1/cities/{}-fresh-{number}", ["aa", "gb", "us", "zz"][number % 4]);
                service.record(&new, &city("New"));
                service.record(&format!("{new}/baselines/2010"), &baseline(2010, 1000.0));
                service.record(&format!("{new}/targets/half"), &target("2010", 50.0, 2030));
                service.record(&format!("{new}/reports/2020"), &inventory(100.0 + 37.0 * (number % 30) as f64));
                let mut changed = inventory(100.0 + 211.0 * (number % 10) as f64);
                changed["reason"] = json!(format!("Counted again, {number}"));
                service.record(&format!("{path}/reports/2020"), &changed);
                written.store(true, Memory::Relaxed);
            }
        });
        for list in lists {
            let seen = walk_while_it_changes(&service, list, 3).concat();
            let seen: Vec<_> = seen.iter().map(key).filter(|key| key.0 != restless).collect();
            let once: BTreeSet<_> = seen.iter().collect();
            assert_eq!(once.len(), seen.len(), "{list}: a row was served twice");
            let still: Vec<_> = seen.iter().filter(|key| !key.0.contains("-fresh-")).cloned().collect();
            assert_eq!(still, before[list], "{list}: a row was left out, or stands elsewhere");
        }
    });
    assert!(written.into_inner());
}

#[test]
fn pages_together_are_the_list() {
    let service = Service::with(&["--demo"]);
    for path in [
        "/v1/cities",
        "/v1/cities?sort=name",
        "/v1/cities?country=US",
        "/v1/cities/us-los-angeles/baselines",
        "/v1/cities/us-los-angeles/targets",
        "/v1/cities/us-los-angeles/reports",
    ] {
        let whole = walk(&service, path, 500);
        assert!(whole.len() > 1, "{path}");
        for limit in [1, 2, 7] {
            assert_eq!(walk(&service, path, limit), whole, "{path} by {limit}");
        }
        let total = &service.json(path)["total"];
        assert_eq!(*total, whole.len(), "{path}");
        let sorted = ids(&whole).is_sorted();
        assert!(sorted || path.contains("sort=name"), "{path}");
    }
}

#[test]
fn no_row_is_served_twice_while_others_are_added() {
    let service = Service::with(&["--demo"]);
    let before = ids(&walk(&service, "/v1/cities", 500));
    let walked = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // Before, between and behind those that are there.
            for number in 0.. {
                if walked.load(Ordering::Relaxed) {
                    break;
                }
                let prefix = ["aa", "gb", "pl", "zz"][number % 4];
                service.record(&format!("/v1/cities/{prefix}-new-{number}"), &city("New"));
            }
        });
        for limit in [1, 3] {
            let seen = ids(&walk(&service, "/v1/cities", limit));
            let once: BTreeSet<&String> = seen.iter().collect();
            assert_eq!(once.len(), seen.len(), "a city was served twice");
            assert!(before.iter().all(|id| once.contains(id)), "a city was left out");
        }
        walked.store(true, Ordering::Relaxed);
    });
    assert!(service.json("/v1/cities")["total"].as_u64().unwrap() > before.len() as u64);
}

#[test]
fn a_cursor_belongs_to_its_list() {
    let service = Service::with(&["--demo"]);
    let next = |path: &str| service.json(path)["next"].as_str().unwrap().to_owned();
    let cursor = next("/v1/cities?country=US&limit=1");
    let targets = next("/v1/cities/us-los-angeles/targets?limit=1");
    for path in [
        format!("/v1/cities?cursor={cursor}"),
        format!("/v1/cities?country=CA&cursor={cursor}"),
        format!("/v1/cities?country=US&sort=name&cursor={cursor}"),
        format!("/v1/cities.csv?country=CA&cursor={cursor}"),
        format!("/v1/cities?country=US&cursor={targets}"),
        format!("/v1/cities/ca-toronto/targets?cursor={targets}"),
        format!("/v1/cities/us-los-angeles/reports?cursor={targets}"),
    ] {
        let problem = service.get(&path).assert_problem(422, "invalid_input");
        assert_eq!(problem["errors"][0]["pointer"], "/cursor", "{path}");
    }
    for cursor in ["00", "x", ""] {
        let problem = service.get(&format!("/v1/cities?cursor={cursor}")).assert_problem(400, "invalid_query");
        assert_eq!(problem["errors"][0]["pointer"], "/cursor", "{cursor}");
    }
    // The limit may change from page to page.
    assert_eq!(service.get(&format!("/v1/cities?country=US&limit=3&cursor={cursor}")).status, 200);
}

#[test]
fn a_page_has_1_to_500_rows() {
    let service = Service::with(&["--demo"]);
    for list in ["/v1/cities", "/v1/cities.csv", "/v1/cities/us-los-angeles/reports", "/v1/changes", "/v1/changes.csv"]
    {
        for limit in ["0", "501", "-1", "ten", "1.5", "", "99999999999999999999"] {
            service.get(&format!("{list}?limit={limit}")).assert_problem(400, "invalid_query");
        }
        assert_eq!(service.get(&format!("{list}?limit=500")).status, 200);
    }
    assert_eq!(items(&service.json("/v1/cities?limit=1")).len(), 1);
    assert_eq!(items(&service.json("/v1/changes")).len(), 50);
}
