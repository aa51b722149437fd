//! Cities with long names and sources, so that few of them make a large answer.

use chrono::Utc;
use pledgewatch::record::any_record::AnyRecord;
use pledgewatch::record::{CarriedOver, CityRecord, Slug, Year};
use pledgewatch::registry::Clock;
use pledgewatch::registry::bulk::Bulk;
use pledgewatch::registry::import_matching::{Arrival, ArrivalCity};
use pledgewatch::store::DatabaseUrl;
use serde_json::{Value, json};

use crate::support::{Database, Service};

/// How many there are.
pub const CITIES: usize = 700;

/// A service that has them.
pub fn service(arguments: &[&str]) -> Service {
    let database = Database::new();
    let clock = Clock::system();
    let mut bulk = Bulk::open(&DatabaseUrl::parse(&database.url).unwrap(), clock, false).unwrap();
    let arrivals: Vec<Arrival> = (0..CITIES).map(arrival).collect();
    let outcomes = bulk.import(&arrivals, "the tests").unwrap();
    assert!(outcomes.iter().all(|city| city.as_ref().is_ok_and(|it| it.records.iter().all(Result::is_ok))));
    drop(bulk);
    Service::on(database, arguments)
}

fn arrival(number: usize) -> Arrival {
    let city = Slug::new(&format!("xx-{number}")).unwrap();
    let long = |word: &str| format!("{word} {number} {}", "long ".repeat(35)).trim_end().to_owned();
    let source = json!({"title": long("source"), "licence": long("licence")});
    let inventory = json!({"totals": {"basic": 900}, "protocol": "gpc", "source": source});
    let mut baseline = inventory.clone();
    baseline["year"] = json!(2000);
    baseline["totals"]["basic"] = json!(1000);
    let target = json!({"kind": "base_year", "level": "basic", "baseline": "2000", "reduction_percent": 50,
        "target_year": 2030, "standing": "adopted", "title": long("target"), "source": source});
    let place =
        json!({"name": long("City"), "country": "FR", "region": long("region"), "latitude": 40, "longitude": 2});
    let records = [
        (CityRecord::City, place),
        (CityRecord::Baseline(Slug::new("2000").unwrap()), baseline),
        (CityRecord::Target(Slug::new("half").unwrap()), target),
        (CityRecord::Report(Year::new(2020).unwrap()), inventory),
    ];
    let parsed = |(key, body): (CityRecord, Value)| {
        let record = AnyRecord::parse_city_record(&key, body, Utc::now().date_naive()).unwrap();
        (key, record)
    };
    let records = records.map(parsed).into();
    Arrival { city: ArrivalCity::Id(city), records, place: "set-up".into(), reason: None, kept: CarriedOver::default() }
}
