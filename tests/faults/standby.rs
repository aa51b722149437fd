//! A PostgreSQL server that is killed while the service writes, and a synchronous standby that takes its place.

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::cluster::Cluster;
use super::rounds;
use crate::support::{Database, Service, city, eventually, inventory, printed};

const THREADS: u32 = 8;

/// Points the name under which the service finds its database at a server's directory.
fn point(name: &Path, cluster: &Cluster) {
    let new = name.with_extension("new");
    symlink(cluster.directory.path(), &new).unwrap();
    std::fs::rename(new, name).unwrap();
}

/// Writes one report after the other, each again until it is accepted; what was accepted, by path.
fn write(service: &Service, thread: u32, accepted: &AtomicU32, stop: &AtomicBool) -> BTreeMap<String, f64> {
    let mut done = BTreeMap::new();
    let mut number = 0;
    while !stop.load(Ordering::Relaxed) {
        number += 1;
        let path = format!("/v1/cities/city-{thread}/reports/{}", 1970 + number % 56);
        let tonnes = f64::from(number);
        let mut body = inventory(tonnes);
        body["reason"] = "restated".into();
        eventually("an accepted write", || {
            let answer = service.put(&path, &service.admin, &body);
            assert!(answer.status.is_success() || answer.status == 503, "{} {}", answer.status, answer.text);
            answer.status.is_success()
        });
        done.insert(path, tonnes);
        accepted.fetch_add(1, Ordering::Relaxed);
    }
    done
}

#[test]
fn what_was_accepted_is_on_the_standby_that_takes_over() {
    let Some(mut primary) = Cluster::start() else { return };
    let place = tempfile::tempdir().unwrap();
    let name = place.path().join("primary");
    point(&name, &primary);
    let url = format!("postgres://postgres@/postgres?host={}", name.display());
    let service = Service::on(Database::at(url), &[]);
    for thread in 0..THREADS {
        service.record(&format!("/v1/cities/city-{thread}"), &city(&format!("City {thread}")));
    }
    let mut rounds = rounds("a promoted standby", 1);
    let mut total = 0;
    while let Some(moment) = rounds.next(20, 200) {
        let standby = primary.synchronous_standby();
        let (accepted, stop) = (AtomicU32::new(0), AtomicBool::new(false));
        let written: Vec<BTreeMap<String, f64>> = std::thread::scope(|scope| {
            let (service, accepted, stop) = (&service, &accepted, &stop);
            let threads: Vec<_> =
                (0..THREADS).map(|thread| scope.spawn(move || write(service, thread, accepted, stop))).collect();
            eventually("so many writes", || accepted.load(Ordering::Relaxed) >= moment);
            primary.kill();
            standby.promote();
            point(&name, &standby);
            let at_kill = accepted.load(Ordering::Relaxed);
            eventually("writes on the standby", || accepted.load(Ordering::Relaxed) > at_kill + THREADS);
            stop.store(true, Ordering::Relaxed);
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        for (path, tonnes) in written.iter().flatten() {
            assert_eq!(service.json(path)["totals"]["basic"].as_f64(), Some(*tonnes), "{path}");
        }
        printed(&service.verify());
        total += accepted.load(Ordering::Relaxed);
        primary = standby;
    }
    assert!(!service.log().contains("does not continue"), "{}", service.log());
    rounds.print(total);
}
