//! A clock that jumps does not take the log with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use pledgewatch::registry::Clock;
use serde_json::{Value, json};

use crate::support::{Service, TODAY, city, inventory, printed};

fn part(service: &Service) -> Value {
    service.json("/health/ready")["parts"]["clock"].clone()
}

fn stamped(service: &Service, sequence: i64) -> String {
    let page = service.json(&format!("/v1/changes?after={}&limit=1", sequence - 1));
    page["items"][0]["recorded_at"].as_str().unwrap()[..10].to_owned()
}

#[test]
fn one_entry_ahead_takes_no_others_along() {
    let service = Service::with(&["--today", "2099-06-01"]);
    service.record("/v1/cities/here", &city("Here"));
    service.record("/v1/networks/c40", &json!({"name": "C40", "source": {"title": "A test"}}));
    service.record("/v1/cities/here/reports/2020", &inventory(1.0));
    assert_eq!(part(&service)["status"], "up");
    let service = service.restart_with(&[]);
    let ready = service.json("/health/ready");
    assert_eq!((&ready["status"], &ready["parts"]["clock"]["status"]), (&json!("degraded"), &json!("degraded")));
    assert!(ready["parts"]["clock"]["detail"].as_str().unwrap().contains("a time in the future"), "{ready}");
    assert!(service.log().contains("a time in the future"), "{}", service.log());
    let past = format!("/v1/cities/here/status?as_of={TODAY}");
    assert_eq!(service.get(&past).status, 404, "who believes the clock sees nothing yet");

    let mut restated = inventory(2.0);
    restated["reason"] = json!("Counted anew");
    service.record("/v1/cities/here/reports/2020", &restated);
    service.record("/v1/cities/here/reports/2021", &inventory(3.0));
    assert_eq!([3, 4, 5].map(|sequence| stamped(&service, sequence)), ["2099-06-01", TODAY, TODAY]);
    assert_eq!(part(&service)["status"], "up");
    // What lay ahead was recorded before what does not.
    let check = |service: &Service| {
        assert_eq!(service.json(&past)["sequence"], 5);
        let report = service.json("/v1/cities/here/reports/2020");
        assert_eq!((&report["revision"], &report["recorded_at"].as_str().unwrap()[..10]), (&json!(2), TODAY));
        assert_eq!(&service.json("/v1/cities/here")["recorded_at"].as_str().unwrap()[..10], TODAY);
        assert_eq!(&service.json("/v1/networks/c40")["recorded_at"].as_str().unwrap()[..10], TODAY);
    };
    check(&service);
    printed(&service.verify());
    let service = service.restart_with(&[]);
    check(&service);
    assert_eq!(service.json("/health/ready")["status"], "up");
}

#[test]
fn a_clock_that_leaps_is_not_believed() {
    let start: DateTime<Utc> = "2026-11-23T12:00:00Z".parse().unwrap();
    let (wall, run) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicI64::new(0)));
    let (told, uptime) = (Arc::clone(&wall), Arc::clone(&run));
    let clock = Clock::watched(
        move || start + TimeDelta::seconds(told.load(Ordering::Relaxed)),
        move || Duration::from_secs(uptime.load(Ordering::Relaxed).try_into().unwrap()),
    );
    let at = |wall_seconds: i64, run_seconds: i64| {
        wall.store(wall_seconds, Ordering::Relaxed);
        run.store(run_seconds, Ordering::Relaxed);
        ((clock.now() - start).num_seconds(), clock.warning().is_some())
    };
    const YEARS: i64 = 73 * 365 * 86_400;
    for (wall, run, believed) in [
        (10, 10, (10, false)),
        // Set a little ahead, as clocks that are kept in step are.
        (320, 20, (320, false)),
        (621, 20, (320, true)),
        (YEARS, 30, (330, true)),
        // It goes on from there, and is right again once it is set right.
        (YEARS + 3_600, 3_630, (3_930, true)),
        (3_940, 3_640, (3_940, false)),
        // Set back a little it is believed, but not by a day.
        (3_660, 3_650, (3_660, false)),
        (3_649, 3_650, (3_950, true)),
        (-86_400, 3_650, (3_950, true)),
        (-86_390, 3_660, (3_960, true)),
        (3_960, 3_660, (3_960, false)),
        (YEARS, 3_670, (3_970, true)),
    ] {
        assert_eq!(at(wall, run), believed, "{wall} s after {run} s");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_clock_of_the_database_is_asked() {
    use super::cluster::Cluster;
    use crate::support::Database;
    let Some(cluster) = Cluster::start() else { return };
    // What this database tells its clients of the time is what the function says, not the server's own.
    let url = format!("{}&options=-csearch_path%3Dpublic%2Cpg_catalog", cluster.url());
    let service = Service::by_the_clock(Database::at(url));
    let day = Utc::now().date_naive();
    service.record("/v1/cities/here", &city("Here"));
    assert_eq!(part(&service)["status"], "up");
    for (sequence, told) in [(2, "2099-06-01"), (3, "2001-01-01")] {
        service.database.execute(&format!(
            "CREATE OR REPLACE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql \
             AS $$ SELECT '{told} 12:00:00Z'::timestamptz $$"
        ));
        service.record(&format!("/v1/cities/here/reports/{}", 2000 + sequence), &inventory(1.0));
        assert_eq!(part(&service)["status"], "degraded");
        assert!(part(&service)["detail"].as_str().unwrap().contains("differ by minutes"));
        assert_eq!(stamped(&service, sequence), day.to_string());
    }
    assert!(service.log().contains("the database's clock 2099-06-01"), "{}", service.log());
    service.database.execute("DROP FUNCTION public.clock_timestamp()");
    service.record("/v1/cities/here/reports/2010", &inventory(1.0));
    assert_eq!((stamped(&service, 4), &part(&service)["status"]), (day.to_string(), &json!("up")));
    printed(&service.verify());
}
