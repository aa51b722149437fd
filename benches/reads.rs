//! How fast lists, rankings and whole data sets are read: 10,000 cities with 3 targets each, as ratios to a bare
//! handler that returns the same bytes.
//!
//! The load comes from the same machine, over connections that are kept. Each address is asked of the service and of
//! the bare server in turn, and the ratio is the median of the pairs. `PLEDGEWATCH_BENCH_CITIES` takes another number
//! of cities: four times as many should make no list more than about four times as slow.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use actix_web::web::Bytes;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use chrono::Utc;
use pledgewatch::api::stream::event;
use pledgewatch::import::limits::IMPORT_BATCH;
use pledgewatch::record::any_record::AnyRecord;
use pledgewatch::record::{CarriedOver, CityRecord, Kind, RecordKey, Slug};
use pledgewatch::registry::bulk::Bulk;
use pledgewatch::registry::import_matching::{Arrival, ArrivalCity};
use pledgewatch::registry::{Clock, Condition, Operation, Registry, Streaming, WriteRequest};
use pledgewatch::server::limits::{BYTES_IN_FLIGHT, CONNECTIONS};
use pledgewatch::server::{self, Limits, Settings};
use pledgewatch::store::DatabaseUrl;
use serde_json::{Value, json};

/// What is read; whole data sets are told in megabytes, the rest in answers.
const ADDRESSES: &[&str] = &[
    "/v1/cities/xx-city-7/status",
    "/v1/status?limit=50&country=FR&verdict=behind",
    "/v1/status?limit=50&country=FR&verdict=behind&sort=-gap_percent",
    "/v1/rankings?by=pace&country=SE",
    "/v1/rankings?by=achieved_reduction",
    "/v1/networks/all/progress",
    "/v1/summary",
    "/v1/cities.geojson",
    "/v1/export/status.csv",
    "/v1/export/status.ndjson",
    "/v1/export/reports.csv",
];
/// Nobody listens here.
const NOBODY_LISTENS: Streaming = Streaming { render: event, bytes: 0, listeners: 0 };
const CLIENTS: usize = 4;
const PAIRS: usize = 5;
const ROUND: Duration = Duration::from_secs(1);

/// The records of a city, after the city itself.
fn records(number: usize) -> Vec<(Kind, String, Value)> {
    #[allow(clippy::cast_precision_loss, reason = "numbers of cities are far below 2^52")]
    let base = 1e6 + number as f64;
    let source = json!({"title": "Bench", "publisher": "Nobody", "licence": "CC0"});
    let inventory =
        |tonnes: f64| json!({"totals": {"basic": tonnes}, "population": 200_000, "protocol": "gpc", "source": source});
    let mut baseline = inventory(base);
    baseline["year"] = json!(2000);
    let mut records = vec![
        (Kind::Member, "all".to_owned(), json!({"source": {"title": "Bench"}})),
        (Kind::Baseline, "2000".to_owned(), baseline),
    ];
    // A third of what is called for by 2030, half of it, and so on up to more than all of it.
    let pace = [0.3, 0.5, 0.7, 0.9, 1.1][number % 5];
    for year in (2010..2024).step_by(2) {
        let share = f64::from(year - 2000) / 30.0 * 0.5 * pace;
        records.push((Kind::Report, year.to_string(), inventory((base * (1.0 - share)).round())));
    }
    for (percent, year) in [(50, 2030), (80, 2040), (100, 2050)] {
        let target = json!({"kind": "base_year", "level": "basic", "baseline": "2000", "reduction_percent": percent,
            "target_year": year, "standing": "adopted", "source": {"title": "Bench"}});
        records.push((Kind::Target, format!("{year}-goal"), target));
    }
    records
}

fn arrival(number: usize) -> Arrival {
    let id = format!("xx-city-{number}");
    let city = Slug::new(&id).expect("a slug");
    let country = ["FR", "SE", "US", "DE"][number / 5 % 4];
    let place = json!({"name": format!("City {number}"), "country": country,
        "latitude": 40.0, "longitude": 2.0});
    let all = std::iter::once((Kind::City, id, place)).chain(records(number));
    let records = all.map(|(kind, id, body)| {
        let key = CityRecord::read(kind, &id).expect("an id");
        let record = AnyRecord::parse_city_record(&key, body, Utc::now().date_naive()).expect("a valid record");
        (key, record)
    });
    let (city, records) = (ArrivalCity::Id(city.clone()), records.collect());
    Arrival { city, records, place: "set-up".into(), reason: None, kept: CarriedOver::default() }
}

/// Records the cities and the network they are all members of.
fn fill(database: &DatabaseUrl, clock: &Clock, cities: usize) {
    let key = RecordKey::Network(Slug::new("all").expect("a slug"));
    let body = json!({"name": "All", "source": {"title": "Bench"}});
    let record = AnyRecord::parse(&key, body, Utc::now().date_naive()).expect("a network");
    let operation = Operation::Put { record, reason: None };
    let request = WriteRequest { actor: "bench".into(), key, operation, condition: Condition::None, mark: None };
    let registry = Registry::open(database, clock.clone(), NOBODY_LISTENS, None).expect("a database");
    actix_web::rt::System::new().block_on(registry.write(request)).expect("the network");
    drop(registry);
    let mut bulk = Bulk::open(database, clock.clone(), false).expect("a database");
    for chunk in (0..cities).collect::<Vec<_>>().chunks(IMPORT_BATCH) {
        let landed = bulk.import(&chunk.iter().map(|number| arrival(*number)).collect::<Vec<_>>(), "bench");
        let landed = landed.expect("the database");
        assert!(landed.iter().all(|landed| landed.as_ref().is_ok_and(|it| it.records.iter().all(Result::is_ok))));
    }
}

/// Runs a server in a thread of its own until the process ends.
fn serve<S: Future<Output = std::io::Result<()>>>(
    build: impl FnOnce() -> (S, SocketAddr) + Send + 'static,
) -> SocketAddr {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let (server, address) = build();
            tell.send(address).expect("the main thread waits");
            server.await
        })
    });
    told.recv().expect("the server says where it listens")
}

/// The answers of the bare server, by their addresses.
type Answers = BTreeMap<&'static str, Bytes>;

/// A server that answers every address with bytes it has at hand.
fn bare(answers: Answers) -> SocketAddr {
    serve(move || {
        let answers = web::Data::new(answers);
        let server = HttpServer::new(move || {
            App::new().app_data(answers.clone()).default_service(web::to(
                |request: HttpRequest, answers: web::Data<Answers>| async move {
                    let path = request.uri().path_and_query().map(|path| path.as_str()).unwrap_or_default();
                    match answers.get(path) {
                        Some(bytes) => HttpResponse::Ok().content_type("application/json").body(bytes.clone()),
                        None => HttpResponse::NotFound().finish(),
                    }
                },
            ))
        });
        let server = server.bind(("127.0.0.1", 0)).expect("a port");
        let address = server.addrs()[0];
        (server.run(), address)
    })
}

/// A connection that is kept.
struct Connection(BufReader<TcpStream>);

impl Connection {
    fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the server");
        stream.set_nodelay(true).expect("a socket");
        Connection(BufReader::with_capacity(1 << 16, stream))
    }

    /// Asks for an address; the status and the body.
    fn get(&mut self, path: &str) -> (u16, Vec<u8>) {
        write!(self.0.get_mut(), "GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n").expect("a request");
        let status = self.line().split(' ').nth(1).and_then(|word| word.parse().ok()).expect("a status");
        let mut length = None;
        loop {
            let line = self.line().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().ok();
            }
        }
        let mut body = Vec::new();
        match length {
            Some(length) => self.read(length, &mut body),
            None => self.chunks(&mut body),
        }
        (status, body)
    }

    fn chunks(&mut self, body: &mut Vec<u8>) {
        loop {
            let size = usize::from_str_radix(&self.line(), 16).expect("the size of a chunk");
            self.read(size, body);
            self.line();
            if size == 0 {
                return;
            }
        }
    }

    fn read(&mut self, length: usize, body: &mut Vec<u8>) {
        let begin = body.len();
        body.resize(begin + length, 0);
        self.0.read_exact(&mut body[begin..]).expect("the body");
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }
}

/// How fast an address is answered, a second.
struct Rate {
    answers: f64,
    megabytes: f64,
}

/// Asks for an address over and over.
#[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
fn load(address: SocketAddr, path: &str) -> Rate {
    let begun = Instant::now();
    let counts: Vec<(usize, usize)> = std::thread::scope(|scope| {
        let ask = || {
            let (mut connection, mut answers, mut bytes) = (Connection::open(address), 0, 0);
            while begun.elapsed() < ROUND {
                let (status, body) = connection.get(path);
                assert_eq!(status, 200, "{path}");
                answers += 1;
                bytes += body.len();
            }
            (answers, bytes)
        };
        let threads: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|thread| thread.join().expect("a client")).collect()
    });
    let seconds = begun.elapsed().as_secs_f64();
    let (answers, bytes) = counts.iter().fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
    Rate { answers: answers as f64 / seconds, megabytes: bytes as f64 / 1e6 / seconds }
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

#[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
fn main() {
    let cities = std::env::var("PLEDGEWATCH_BENCH_CITIES").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000);
    let directory = tempfile::tempdir().expect("a directory");
    let url = format!("sqlite:{}", directory.path().join("reads.db").display());
    let database = DatabaseUrl::parse(&url).expect("a database");
    let clock = Clock::system();
    fill(&database, &clock, cities);
    let begun = Instant::now();
    let registry = Registry::open(&database, clock, NOBODY_LISTENS, None).expect("a database");
    println!("{cities} cities with 3 targets each, loaded and judged in {:.1} s", begun.elapsed().as_secs_f64());
    let settings = Settings {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        operators: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
        writes_per_minute: 0,
        write_bytes_per_minute: 0,
        reads_per_minute: 0,
        trusted_proxies: Vec::new(),
        workers: None,
        contact: None,
        public_url: None,
        heartbeat: Duration::from_secs(15),
        bounds: Limits {
            connections: CONNECTIONS,
            connections_per_address: CONNECTIONS,
            streams: 0,
            streams_per_address: 0,
            bytes_in_flight: BYTES_IN_FLIGHT,
        },
    };
    let service = serve(move || {
        let running = server::build(registry, &settings).expect("a port");
        let address = running.address;
        (running.run(), address)
    });
    let answer = |path: &&'static str| {
        let (status, body) = Connection::open(service).get(path);
        assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&body));
        (*path, Bytes::from(body))
    };
    let answers: Answers = ADDRESSES.iter().map(answer).collect();
    let bare = bare(answers.clone());
    for path in ADDRESSES {
        let size = answers[path].len();
        let pairs: Vec<_> = (0..PAIRS).map(|_| (load(service, path), load(bare, path))).collect();
        let of = |figure: fn(&(Rate, Rate)) -> f64| median(pairs.iter().map(figure).collect());
        println!(
            "{path} ({:.1} KB): {:.0} answers/s, {:.1} MB/s; bare {:.0} answers/s, {:.1} MB/s; ratio {:.3}",
            size as f64 / 1e3,
            of(|(ours, _)| ours.answers),
            of(|(ours, _)| ours.megabytes),
            of(|(_, bare)| bare.answers),
            of(|(_, bare)| bare.megabytes),
            of(|(ours, bare)| ours.answers / bare.answers),
        );
    }
}
