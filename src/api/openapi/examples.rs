//! The examples of the specification: request bodies as one would send them, and the answers that the
//! service itself makes of them.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use crate::answers::city_status;
use crate::answers::records::{self, ChangeAnswer};
use crate::api::changes::ChangeList;
use crate::api::rankings::{self, RankingQuery};
use crate::api::request::filters::ListQuery;
use crate::api::response::list::List;
use crate::api::stream::event;
use crate::api::{cities, geojson, status_list, stream};
use crate::overview::comparison::{Compared, choose, compare};
use crate::overview::progress::progress;
use crate::overview::row::Row;
use crate::overview::summary::Summary;
use crate::record::change::{Actor, Draft, GENESIS};
use crate::record::head::{LogEnd, Signer};
use crate::record::{
    Action, AsOf, Change, Dossier, Kind, Ledger, Level, Network, RecordKey, Recorded, Slug, Statement, Year,
};
use crate::registry::{CityEntry, NetworkEntry, Snapshot};

/// The city of the examples.
pub const CITY: &str = "us-los-angeles";
const BASELINE: &str = "1990";
const TARGET: &str = "2025-half";
const REPORT: &str = "2020";
const NETWORK: &str = "c40";
const KEY: &str = "01939f2c-7a10-7cc3-9d4e-2f7a1f0c9b11";

/// What a parameter of a path may be: the demo has each of them.
pub fn of_path(name: &str) -> Option<Value> {
    match name {
        "city" => Some(json!(CITY)),
        "baseline" => Some(json!(BASELINE)),
        "target" => Some(json!(TARGET)),
        "year" => Some(json!(2020)),
        "network" => Some(json!(NETWORK)),
        "what" => Some(json!("cities")),
        _ => None,
    }
}

/// The body of a city, as the demo has it.
pub fn city() -> Value {
    json!({"name": "Los Angeles", "country": "US", "region": "California", "locode": "US LAX",
        "identifiers": {"cdp": "10894", "c40": "Los Angeles"}, "latitude": 34.0522, "longitude": -118.244})
}

/// Where the demo has the baseline and the target from.
fn cdp(locator: &str) -> Value {
    json!({"title": "2021 Cities Emissions Reduction Targets",
        "url": "https://data.cdp.net/Mitigation-Actions/2021-Cities-Emissions-Reduction-Targets/vevx-e5s3",
        "publisher": "CDP", "published": "2021-10-04", "licence": "CDP open data portal licence", "locator": locator})
}

/// The body of a baseline, as the demo has it.
pub fn baseline() -> Value {
    let locator =
        "account 10894, Base year emissions (absolute) target, base year 1990, target year 2025: base year emissions";
    json!({"year": 1990, "totals": {"basic": 33_248_711}, "protocol": "gpc", "source": cdp(locator),
        "note": "The row says that the target covers BASIC emissions only. The rows for 2025 and 2035 give the same \
            figure."})
}

/// The body of a target, as the demo has it.
pub fn target() -> Value {
    json!({"kind": "base_year", "title": "Reduce emissions 50 % below 1990 levels by 2025", "level": "basic",
        "baseline": "1990", "reduction_percent": 50, "target_year": 2025, "standing": "adopted", "set_on": "2019-12-31",
        "source": cdp("account 10894, Base year emissions (absolute) target, base year 1990, target year 2025"),
        "note": "The file gives 2019, the year of L.A.'s Green New Deal, as the year it was set; the last day of it \
            stands here. The row says that the target covers BASIC emissions only."})
}

/// The totals of the years before that of the report, from the same publication.
const EARLIER: &[(&str, i64)] = &[
    ("2013", 27_910_034),
    ("2014", 30_966_322),
    ("2015", 30_492_114),
    ("2016", 27_201_138),
    ("2017", 27_321_130),
    ("2018", 25_306_043),
    ("2019", 22_941_658),
];

/// The body of the report of a year.
fn report_of(year: &str, tonnes: i64) -> Value {
    json!({"totals": {"basic": tonnes}, "protocol": "gpc", "source": {
        "title": "C40 GHG dashboard data", "url": "http://www.c40.org/other/gpc-dashboard", "publisher": "C40 Cities",
        "published": "2023-05-30", "licence": "C40 terms",
        "locator": format!("row Los Angeles_{year}, columns BASIC, BASIC+")}})
}

/// The body of a report, as the demo has it.
pub fn report() -> Value {
    let mut report = report_of(REPORT, 21_049_331);
    report["totals"]["basic_plus"] = json!(39_966_338);
    report["population"] = json!(3_898_474);
    report
}

/// The reports of several years.
pub fn reports() -> Value {
    let mut report = report();
    report["year"] = json!(2020);
    json!({"reports": [report]})
}

/// The same as a CSV file.
pub fn reports_csv() -> Value {
    json!(
        "year,total_basic,total_basic_plus,population,protocol,source_title,source_url,source_publisher,\
        source_published,source_licence,source_locator\r\n\
        2020,21049331,39966338,3898474,gpc,C40 GHG dashboard data,http://www.c40.org/other/gpc-dashboard,C40 Cities,\
        2023-05-30,C40 terms,\"row Los Angeles_2020, columns BASIC, BASIC+\"\r\n"
    )
}

/// What became of a file of reports.
pub fn import_answer() -> Value {
    let change =
        json!({"level": "basic", "old_tonnes": 22_000_000, "new_tonnes": 22_941_658, "change_percent": 4.280_264});
    let total = json!({"pointer": "/totals/basic", "old": 22_000_000, "new": 22_941_658, "change_percent": 4.280_264});
    json!({"city": CITY, "dry_run": false, "done": true, "created": 1, "revised": 1, "unchanged": 0, "refused": 0,
        "sequence": 814, "rows": [{"sheet": "Reports", "row": 3, "year": 2019, "outcome": "revised",
                "changes": [change], "member_changes": [total], "line_changes": {"added": 0, "removed": 0, "changed": 2}},
            {"sheet": "Reports", "row": 4, "year": 2020, "outcome": "created"}]})
}

/// The body of a statement.
pub fn statement() -> Value {
    json!({"text": "The figures of 2021 and 2022 are being audited and will be published in spring.", "target": TARGET})
}

/// The body of a network, as the demo has it.
pub fn network() -> Value {
    json!({"name": "C40 Cities", "website": "https://www.c40.org/", "source": {
        "title": "C40 Cities Climate Leadership Group", "url": "https://www.c40.org/", "publisher": "C40 Cities"}})
}

/// The body of a membership, as the demo has it.
pub fn member() -> Value {
    json!({"source": {"title": "2017 - Cities Community Wide Emissions",
        "url": "https://data.cdp.net/Emissions/2017-Cities-Community-Wide-Emissions/kyi6-dk5h",
        "publisher": "CDP", "published": "2017-12-31", "licence": "CDP open data portal licence",
        "locator": "account 10894, column C40; reporting year 2017, whose last day stands for the day of publication"}})
}

/// The body of a new key.
pub fn key() -> Value {
    json!({"label": "City of Los Angeles, climate office", "role": "reporter", "cities": [CITY], "expires_on": "2027-12-31"})
}

/// A key as listed.
pub fn key_answer() -> Value {
    json!({"id": KEY, "label": "City of Los Angeles, climate office",
        "role": "reporter", "cities": [CITY], "created_at": "2026-11-23T09:00:00Z", "expires_on": "2027-12-31"})
}

/// A new key with its secret.
pub fn new_key_answer() -> Value {
    let mut answer = key_answer();
    answer["secret"] = json!("pwk_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg");
    answer
}

/// How a key's secret is replaced.
pub fn rotation() -> Value {
    json!({"overlap_hours": 24})
}

/// A key with its new secret.
pub fn rotated_key_answer() -> Value {
    let mut answer = new_key_answer();
    answer["old_secret_until"] = json!("2026-11-24T09:00:00Z");
    answer
}

/// What the service makes of the bodies above.
pub struct Example {
    dossier: Dossier,
    network: Recorded<Network>,
    changes: Vec<Change>,
    day: NaiveDate,
}

impl Example {
    /// Records the bodies, one after the other.
    ///
    /// # Errors
    /// A sentence, when one of them is not valid any more.
    pub fn new() -> Result<Self, String> {
        let at: DateTime<Utc> = DateTime::from_timestamp(1_795_424_400, 0).ok_or("no such time")?;
        let records = [
            (Kind::City, CITY, city()),
            (Kind::Baseline, BASELINE, baseline()),
            (Kind::Target, TARGET, target()),
            (Kind::Report, REPORT, report()),
            (Kind::Statement, Statement::ID, statement()),
            (Kind::Network, NETWORK, network()),
            (Kind::Member, NETWORK, member()),
        ];
        let earlier = EARLIER.iter().map(|(year, tonnes)| (Kind::Report, *year, report_of(year, *tonnes)));
        let (mut changes, mut ledger): (Vec<Change>, _) = (Vec::new(), Ledger::default());
        for (kind, record, body) in records.into_iter().chain(earlier) {
            let city = if kind == Kind::Network { "" } else { CITY };
            let key = RecordKey::read(kind, city, record).map_err(|fault| fault.detail)?;
            let draft = Draft {
                actor: Actor { label: "City of Los Angeles, climate office".to_owned(), key: Some(KEY.to_owned()) },
                subject: key.into(),
                action: Action::Create,
                revision: 1,
                after: Some(body),
                reason: None,
            };
            let (number, hash) = changes.last().map_or((0, GENESIS), |last| (last.sequence, last.hash.as_str()));
            let change = draft.into_entry(number + 1, at, hash);
            ledger.apply(&change)?;
            changes.push(change);
        }
        let dossier = ledger.cities.remove(CITY).ok_or("no records")?;
        let network = ledger.networks.remove(NETWORK).ok_or("no network")?;
        Ok(Example { dossier, network, changes, day: at.date_naive() })
    }

    /// The answer of a record.
    pub fn record(&self, kind: Kind) -> Value {
        let dossier = &self.dossier;
        match kind {
            Kind::City => value(&records::city(dossier, &[])),
            Kind::Baseline => value(&records::baseline(dossier, BASELINE)),
            Kind::Target => value(&records::target(dossier, TARGET)),
            Kind::Report => value(&Year::new(2020).and_then(|year| records::report(dossier, year))),
            Kind::Statement => value(&records::statement(dossier)),
            Kind::Network => value(&Slug::new(NETWORK).and_then(|id| records::network(&id, &self.network))),
            Kind::Member => value(&records::member(dossier, NETWORK)),
            Kind::Redaction => Value::Null,
        }
    }

    /// The judgement.
    pub fn status(&self) -> Value {
        value(&city_status::status(&self.dossier, &AsOf::default(), self.day, None, false).ok().flatten())
    }

    /// The course of the target.
    pub fn series(&self) -> Value {
        value(&city_status::series(&self.dossier, &AsOf::default(), self.day, None).ok().flatten())
    }

    /// The city as it is served, in a network with it alone.
    fn snapshot(&self) -> Snapshot {
        let mut snapshot = Snapshot::empty(self.day);
        let entry = CityEntry::new(self.dossier.clone(), Vec::new(), self.day, Arc::default());
        snapshot.cities.insert(self.dossier.id.clone(), Arc::new(entry));
        if let Some(id) = Slug::new(NETWORK) {
            let network = NetworkEntry::new(id.clone(), self.network.clone(), Arc::default());
            snapshot.networks.insert(id, Arc::new(network));
        }
        snapshot
    }

    /// What `make` makes of the city's row with its target.
    fn of_row<T: Serialize>(&self, make: impl Fn(&Row<'_>) -> Option<T>) -> Value {
        let snapshot = self.snapshot();
        let row = snapshot.present().next();
        value(&row.and_then(|(id, entry, present)| make(&Row { id, entry, present, target: present.headline() })))
    }

    /// A city in a list, with its headline.
    pub fn city_item(&self) -> Value {
        self.of_row(cities::item)
    }

    /// The city on the map.
    pub fn city_features(&self) -> Value {
        value(&geojson::collection(&self.snapshot(), &ListQuery::default()).ok())
    }

    /// A target in the list of all.
    pub fn status_item(&self) -> Value {
        self.of_row(status_list::item)
    }

    /// A ranking.
    pub fn ranking(&self) -> Value {
        let query = RankingQuery::by_change(Level::Basic, [2015, 2020]);
        value(&rankings::ranking(&self.snapshot(), &query).ok())
    }

    /// The city beside itself: the world of the examples has no other.
    pub fn comparison(&self) -> Value {
        let snapshot = self.snapshot();
        let cities: Vec<Compared<'_>> =
            snapshot.present().map(|(id, entry, present)| (id, entry.as_ref(), present)).collect();
        let chosen = choose(&cities, Some(Level::Basic), None, snapshot.judged_on);
        value(&chosen.map(|(level, year)| compare(&cities, level, year, snapshot.judged_on)))
    }

    /// A row of the summary.
    pub fn summary_item(&self) -> Value {
        let snapshot = self.snapshot();
        let summary = Summary::of(&snapshot, None);
        value(&summary.keys().next().and_then(|key| summary.row(key)))
    }

    /// The progress of the network.
    pub fn progress(&self) -> Value {
        let network = Slug::new(NETWORK);
        value(&network.map(|id| progress(&self.snapshot(), &id, "C40 Cities", Level::Basic, None)))
    }

    /// What a stream of changes begins with when one entry is missed.
    pub fn events(&self) -> String {
        let answer = |change: &Change| ChangeAnswer::new(change.clone(), None).ok();
        let event = self.changes.first().and_then(answer).map(|answer| event(&answer)).unwrap_or_default();
        format!("{}{}", stream::opening(0), String::from_utf8_lossy(&event))
    }

    /// The head of the log, signed.
    pub fn signed_head(&self) -> Value {
        let last = self.changes.last();
        value(&last.map(|last| {
            let end = LogEnd { sequence: last.sequence, hash: last.hash.clone() };
            signer().sign(end, last.recorded_at, last.recorded_at)
        }))
    }

    /// A page of the change log.
    pub fn changes(&self) -> Value {
        let items = self.changes.iter().filter_map(|change| ChangeAnswer::new(change.clone(), None).ok());
        let items: Vec<ChangeAnswer> = items.take(7).collect();
        let next = items.last().map(|last| last.sequence.to_string());
        let total = i64::try_from(self.changes.len()).unwrap_or_default();
        value(&ChangeList { items, next, total })
    }
}

/// The key that signs the head of the log.
pub fn log_key() -> Value {
    value(signer().public())
}

/// A signer whose private key everyone knows.
fn signer() -> Signer {
    Signer::new(&[7; 32], DateTime::UNIX_EPOCH)
}

/// A page with one item.
pub fn list_of(item: Value) -> Value {
    value(&List { items: vec![item], next: None, total: 1 })
}

/// Plain data as JSON.
fn value<T: Serialize>(data: &T) -> Value {
    serde_json::to_value(data).unwrap_or_default()
}
