//! The change log, live: everyone who listens gets every change once and in order, whatever happens to them.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::support::{
    Database, Event, Listener, PATIENCE, Service, city, eventually, inventory, large_report, printed, run, send, signal,
};

const PATH: &str = "/v1/changes/stream";

/// The ids of events and their data as JSON.
fn items(events: &[Event]) -> Vec<Value> {
    let read = |(id, data): &Event| {
        let item: Value = serde_json::from_str(data).unwrap();
        assert_eq!(item["sequence"], *id);
        item
    };
    events.iter().map(read).collect()
}

fn listen(service: &Service, query: &str) -> Listener {
    Listener::open(service.request("GET", &format!("{PATH}{query}")))
}

fn resume(service: &Service, query: &str, seen: i64) -> Listener {
    Listener::open(service.request("GET", &format!("{PATH}{query}")).header("last-event-id", seen.to_string()))
}

#[test]
fn every_listener_gets_every_change_once_and_in_order() {
    const LISTENERS: usize = 200;
    const WRITERS: i32 = 4;
    const CHANGES: i64 = 500;
    // One place more than listeners: who is cut off may be back before the service has seen that it had gone.
    let service = Service::with(&["--streams-per-address", &(LISTENERS + 1).to_string()]);
    let listeners: Vec<Listener> = (0..LISTENERS).map(|_| listen(&service, "")).collect();
    let heard: Vec<Vec<Event>> = std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let service = &service;
            scope.spawn(move || {
                service.record(&format!("/v1/cities/city-{writer}"), &city("Here"));
                for year in 1..CHANGES as i32 / WRITERS {
                    // There are not as many years as writes, so some are restated.
                    let mut body = inventory(f64::from(year));
                    body["reason"] = json!("a test");
                    service.record(&format!("/v1/cities/city-{writer}/reports/{}", 1970 + year % 50), &body);
                }
            });
        }
        let mut threads = Vec::new();
        for (number, mut listener) in listeners.into_iter().enumerate() {
            let service = &service;
            threads.push(scope.spawn(move || {
                if number > 0 {
                    return listener.until(CHANGES);
                }
                // One is cut off on the way, and comes back.
                let mut events = listener.until(CHANGES * 2 / 5);
                let seen = listener.seen;
                drop(listener);
                events.extend(resume(service, "", seen).until(CHANGES));
                events
            }));
        }
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let entries = service.entries();
    assert_eq!(entries.len() as i64, CHANGES);
    assert_eq!(items(&heard[0]), entries, "the one that was cut off");
    for events in &heard {
        assert!(*events == heard[0], "{:?}", events.iter().map(|(id, _)| id).collect::<Vec<_>>());
    }
}

#[test]
fn events_are_the_items_of_the_log() {
    let service = Service::start();
    service.record("/v1/cities/here", &city("Here"));
    service.record("/v1/cities/there", &city("There"));
    let mut news = listen(&service, "");
    assert_eq!(news.seen, 2, "from now on, and a client that is cut off before the first event knows where it was");
    let mut body = inventory(5.0);
    for path in ["/v1/cities/here/reports/2020", "/v1/cities/there/reports/2020"] {
        service.record(path, &body);
    }
    body = inventory(6.0);
    body["reason"] = json!("It was \"a slip\": id 5 → 6, d'ó\\");
    service.record("/v1/cities/here/reports/2020", &body);
    service.record("/v1/networks/c40", &json!({"name": "C40 Cities", "source": {"title": "A test"}}));
    assert_eq!(service.delete("/v1/cities/there?reason=a+test", &service.admin).status, 204);
    let entries = service.entries();
    let head = entries.len() as i64;
    assert!(entries[4]["before"].is_object());
    assert_eq!(items(&news.until(head)), entries[2..]);
    assert_eq!(items(&listen(&service, "?after=0").until(head)), entries);
    assert_eq!(items(&listen(&service, "?after=3").until(head)), entries[3..]);
    assert_eq!(items(&resume(&service, "", 4).until(head)), entries[4..]);
    assert_eq!(items(&resume(&service, "?after=1", 4).until(head)), entries[4..], "the header goes first");
    // Of one city, also of one that was withdrawn; what comes later too.
    let of = |city: &str| entries.iter().filter(|entry| entry["city"] == city).cloned().collect::<Vec<_>>();
    let last = |of: &[Value]| of.last().unwrap()["sequence"].as_i64().unwrap();
    for city in ["here", "there"] {
        let expected = of(city);
        assert!(expected.len() > 1 && expected.len() < entries.len());
        let mut listener = listen(&service, &format!("?after=0&city={city}"));
        assert_eq!(items(&listener.until(last(&expected))), expected, "{city}");
    }
    let mut here = listen(&service, &format!("?city=here&after={head}"));
    service.record("/v1/cities/elsewhere", &city("Elsewhere"));
    service.record("/v1/cities/here/reports/2021", &inventory(1.0));
    let event = here.next().unwrap();
    assert_eq!((event.0, &items(&[event])[0]["id"]), (head + 2, &json!("2021")));
}

#[test]
fn what_an_event_tells_can_be_read() {
    let service = Service::start();
    let node = service.second_node();
    let mut listener = Listener::open(node.request("GET", PATH));
    for number in 0..20 {
        service.record(&format!("/v1/cities/city-{number}"), &city("Here"));
        let id = items(&[listener.next().unwrap()])[0]["id"].as_str().unwrap().to_owned();
        assert_eq!(node.get(&format!("/v1/cities/{id}")).status, 200);
    }
}

#[test]
fn changes_made_elsewhere_come_through() {
    let service = Service::start();
    service.record("/v1/cities/here", &city("Here"));
    let node = service.second_node();
    let mut listener = listen(&service, "");
    let body = inventory(5.0);
    let written = send(node.request("PUT", "/v1/cities/here/reports/2020").bearer_auth(&service.admin).json(&body));
    assert_eq!(written.status, 201, "{}", written.text);
    assert_eq!(listener.next().unwrap().0, 2);
    // Many at once, by the command line.
    let mut file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
    writeln!(file, "city,year,total_basic,protocol,source_title").unwrap();
    for year in 1980..2020 {
        writeln!(file, "here,{year},{year},gpc,A test").unwrap();
    }
    let file = file.into_temp_path();
    printed(&run(&["import", "table", "--database", &service.database.url, file.to_str().unwrap()]));
    let mut events = listener.until(42);
    // And in one transaction, by the service.
    let reports =
        (2021..=2024).map(|year| json!({"year": year, "totals": {"basic": 1}, "source": {"title": "A test"}}));
    let import = json!({"reports": reports.collect::<Vec<_>>()});
    let done = service.post("/v1/cities/here/reports:import", &service.admin, &import);
    assert_eq!(done.status, 200, "{}", done.text);
    events.extend(listener.until(46));
    assert_eq!(items(&events), service.entries()[2..]);
}

#[test]
fn a_listener_may_go_over_to_a_node_that_is_behind() {
    const CHANGES: i64 = 10;
    let service = Service::start();
    let node = service.second_node();
    let mut listeners = Vec::new();
    for number in 1..=CHANGES {
        service.record(&format!("/v1/cities/city-{number}"), &city("Here"));
        // The node may not know yet what the listener has seen already.
        let listener = Listener::open(node.request("GET", PATH).header("last-event-id", number.to_string()));
        assert_eq!(listener.seen, number);
        listeners.push(listener);
    }
    service.record("/v1/cities/last", &city("Last"));
    for (listener, seen) in listeners.iter_mut().zip(1..) {
        let ids: Vec<i64> = listener.until(CHANGES + 1).iter().map(|(id, _)| *id).collect();
        assert_eq!(ids, (seen + 1..=CHANGES + 1).collect::<Vec<_>>());
    }
}

#[test]
fn a_number_beyond_the_log_is_taken_for_its_last() {
    let service = Service::start();
    service.record("/v1/cities/here", &city("Here"));
    let mut listeners = [resume(&service, "", 9_007_199_254_740_991), listen(&service, "?after=2")];
    service.record("/v1/cities/there", &city("There"));
    for listener in &mut listeners {
        assert_eq!(listener.next().unwrap().0, 2);
    }
}

#[test]
fn a_slow_listener_is_sent_away_and_gets_the_rest_later() {
    const CHANGES: i64 = 80;
    let service = Service::with(&["--news-bytes", "300000"]);
    service.record("/v1/cities/here", &city("Here"));
    let mut slow = TcpStream::connect(service.url.trim_start_matches("http://")).unwrap();
    slow.set_read_timeout(Some(PATIENCE)).unwrap();
    // An answer to HTTP/1.0 is not cut into chunks, and ends with the connection.
    write!(slow, "GET {PATH} HTTP/1.0\r\n\r\n").unwrap();
    let mut slow = BufReader::new(slow);
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        assert!(slow.read_line(&mut line).unwrap() > 0, "the head of the answer ends");
    }
    let mut slow = Listener::reading(slow);
    // Some 10 MB, while what the system keeps for a client that does not read is 3.
    for number in 2..=CHANGES {
        service.record("/v1/cities/here/reports/2020", &large_report(number as i32));
    }
    let mut ids = Vec::new();
    while let Some((id, _)) = slow.next() {
        ids.push(id);
    }
    let seen = slow.seen;
    assert!((2..CHANGES).contains(&seen), "it was sent away after {seen}");
    ids.extend(resume(&service, "", seen).until(CHANGES).iter().map(|(id, _)| id));
    assert_eq!(ids, (2..=CHANGES).collect::<Vec<_>>());
}

#[test]
fn headers_keep_it_from_being_kept() {
    let service = Service::with(&["--streams", "1"]);
    // An answer to HEAD ends, and takes no place for longer.
    for _ in 0..3 {
        let answer = send(service.request("HEAD", PATH).header("accept-encoding", "gzip, br"));
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""));
        assert_eq!(answer.header("content-type"), "text/event-stream");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-accel-buffering"), "no");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        for absent in ["etag", "content-encoding", "content-length"] {
            assert!(!answer.headers.contains_key(absent), "{absent}");
        }
    }
    let request = service.request("GET", PATH).header("accept-encoding", "gzip, br").header("if-none-match", "*");
    let response = request.send().unwrap();
    assert_eq!(response.status(), 200);
    assert!(!response.headers().contains_key("content-encoding") && !response.headers().contains_key("etag"));
    assert_eq!(Listener::reading(response).seen, 0);
}

#[test]
fn no_more_listen_than_may_and_places_are_given_back() {
    // No comment is written to who has gone.
    let service = Service::with(&["--streams", "2", "--heartbeat", "3600"]);
    let [one, mut other] = [listen(&service, ""), listen(&service, "")];
    for method in ["GET", "HEAD"] {
        let refused = send(service.request(method, PATH));
        assert_eq!(refused.status, 503);
        assert!(refused.header("retry-after").parse::<u32>().unwrap() > 0);
    }
    service.get(PATH).assert_problem(503, "busy");
    drop(one);
    let mut third = None;
    eventually("a free place", || {
        let response = service.request("GET", PATH).send().unwrap();
        third = (response.status() == 200).then(|| Listener::reading(response));
        third.is_some()
    });
    service.record("/v1/cities/last", &city("Last"));
    for listener in [&mut other, third.as_mut().unwrap()] {
        listener.until(1);
    }
}

#[test]
fn all_who_come_back_at_once_are_served_and_keep_no_one_from_the_log() {
    let service = Service::start();
    let last = 120;
    for number in 1..=last {
        service.record(&format!("/v1/cities/city-{number}"), &city("Here"));
    }
    std::thread::scope(|scope| {
        let all = (1..=last).collect::<Vec<i64>>();
        let back: Vec<_> = (0..100).map(|_| scope.spawn(|| listen(&service, "?after=0").until(last))).collect();
        for _ in 0..20 {
            assert_eq!(service.get("/v1/changes?limit=1").status, 200);
        }
        for listener in back {
            let seen: Vec<i64> = listener.join().unwrap().iter().map(|(id, _)| *id).collect();
            assert_eq!(seen, all);
        }
    });
}

#[test]
fn a_silent_stream_is_kept_alive() {
    let service = Service::with(&["--heartbeat", "1"]);
    service.record("/v1/cities/here", &city("Here"));
    let mut listener = listen(&service, "?city=here");
    // What is of no interest to it does not put the comment off.
    std::thread::scope(|scope| {
        let heard = scope.spawn(move || {
            let mut line = String::new();
            while listener.lines.read_line(&mut line).unwrap() > 0 && line != ":\n" {
                line.clear();
            }
            line
        });
        let mut written = 0;
        eventually("a comment", || {
            written += 1;
            service.record(&format!("/v1/cities/city-{written}"), &city("There"));
            heard.is_finished()
        });
        assert_eq!(heard.join().unwrap(), ":\n");
    });
}

#[test]
fn a_stop_ends_every_stream_in_order() {
    let mut service = Service::start();
    service.record("/v1/cities/here", &city("Here"));
    let mut listeners: Vec<Listener> = (0..20).map(|_| listen(&service, "?after=0")).collect();
    assert!(listeners.iter_mut().all(|listener| listener.until(1).len() == 1));
    signal(service.process(), "TERM");
    for listener in &mut listeners {
        // Were it cut off, after the time that the server waits for what is under way, this would fail.
        assert_eq!(listener.next(), None);
    }
    assert!(service.wait().success());
    // A database that was used like this can be used again.
    let database = std::mem::replace(&mut service.database, Database::at(String::new()));
    let service = Service::on(database, &[]);
    assert_eq!(listen(&service, "").seen, 1);
}
