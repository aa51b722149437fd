//! The rows of a whole data set, written a piece at a time as a client reads: never more than a piece is in memory.

use std::io;
use std::net::IpAddr;
use std::ops::Bound;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::web::{self, Bytes};
use chrono::NaiveDate;
use futures_util::Stream;
use futures_util::future::ready;
use futures_util::stream::{self, StreamExt, TryStreamExt, try_unfold};
use serde::Serialize;

use super::columns::{Columns, Shape};
use super::costly::asker;
use super::csv::unwritten;
use super::problem::Problem;
use super::row_writer::Sheet;
use super::workers::WorkerSlot;
use crate::answers::city_status::{self, SeriesItem};
use crate::answers::records::{self, ChangeAnswer, InventoryAnswer, TargetAnswer};
use crate::api::Service;
use crate::api::cities::{self, CityItem};
use crate::api::limits::EXPORT_PIECE_BYTES;
use crate::api::request::allowance::Share;
use crate::api::status_list::{self, TargetStatus};
use crate::overview::row::Row;
use crate::record::change::GENESIS;
use crate::record::limits::PAGE_MAX;
use crate::record::vocabulary::vocabulary;
use crate::record::{AsOf, CityId, Incomplete, Year};
use crate::registry::{CityEntry, LogRange, Present, Refusal, Snapshot};

vocabulary! {
    /// What is exported.
    DataSet {
        /// Cities, each with its headline target, judged.
        Cities = "cities",
        /// The baselines of all cities.
        Baselines = "baselines",
        /// The targets of all cities.
        Targets = "targets",
        /// The reports of all cities.
        Reports = "reports",
        /// Every target of every city, judged.
        Status = "status",
        /// The course of every target of every city, year by year.
        Series = "series",
        /// The change log.
        Changes = "changes",
    }
}

impl DataSet {
    /// The columns of its rows.
    #[must_use]
    pub fn shape(self, columns: &Columns) -> &Shape {
        match self {
            DataSet::Cities => columns.shape::<CityItem>(),
            DataSet::Baselines | DataSet::Reports => columns.shape::<InventoryAnswer>(),
            DataSet::Targets => columns.shape::<TargetAnswer>(),
            DataSet::Status => columns.shape::<TargetStatus>(),
            DataSet::Series => columns.shape::<SeriesItem>(),
            DataSet::Changes => columns.shape::<ChangeAnswer>(),
        }
    }
}

/// Who is sent a data set: its pieces are made in the turns of its address.
pub struct Asker {
    service: web::Data<Service>,
    address: IpAddr,
    /// What is made and what is sent are in flight.
    _share: Share,
}

impl Asker {
    /// Who sent the request, for what takes so many of the bytes in flight.
    ///
    /// # Errors
    /// 429 or 503 when too many bytes are in flight.
    pub fn new(request: &HttpRequest, service: &web::Data<Service>, bytes: usize) -> Result<Self, Problem> {
        let address = asker(request, service);
        let share = service.bytes.take(Some(address), bytes)?;
        Ok(Asker { service: service.clone(), address, _share: share })
    }

    /// Works in a turn of its own, for as long as it takes until there is one: what was begun is not refused.
    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
        let cut = |problem: Problem| io::Error::other(problem.to_string());
        let slot = self.service.answers.workers.take_in_time(self.address).await.map_err(cut)?;
        slot.run(work).await.map_err(cut)
    }
}

/// The rows of one moment, city by city.
pub struct CityRows {
    snapshot: Arc<Snapshot>,
    what: DataSet,
    sheet: Sheet,
    /// The city where the next row is, and how many of its rows are behind; none at the end.
    next: Option<(Bound<CityId>, usize)>,
}

impl CityRows {
    /// The rows of `what` in `snapshot`.
    #[must_use]
    pub fn new(snapshot: Arc<Snapshot>, what: DataSet, sheet: Sheet) -> Self {
        CityRows { snapshot, what, sheet, next: Some((Bound::Unbounded, 0)) }
    }

    /// The next piece, which may be empty; none at the end.
    fn piece(&mut self) -> io::Result<Option<Bytes>> {
        let Some((begin, mut behind)) = self.next.take() else { return self.sheet.end() };
        let rest = (begin.as_ref(), Bound::Unbounded);
        for (id, entry) in self.snapshot.cities.range::<(Bound<&CityId>, Bound<&CityId>), CityId>(rest) {
            let Some(present) = &entry.present else { continue };
            let city = (id, &**entry, present);
            let stopped = match self.what {
                DataSet::Series => add_series(city, self.snapshot.judged_on, behind, &mut self.sheet)?,
                what => add_city(what, city, behind, &mut self.sheet)?,
            };
            if let Some(stopped) = stopped {
                self.next = Some((Bound::Included(id.clone()), stopped));
                break;
            }
            behind = 0;
        }
        self.sheet.take().map(Some)
    }

    /// The pieces, each made when the one before is sent.
    pub fn pieces(self, asker: Asker) -> impl Stream<Item = io::Result<Bytes>> {
        let pieces = try_unfold((self, asker), |(mut rows, asker)| async move {
            let (piece, rows) = asker.work(move || (rows.piece(), rows)).await?;
            Ok(piece?.map(|piece| (piece, (rows, asker))))
        });
        pieces.try_filter(|piece| ready(!piece.is_empty()))
    }
}

/// Adds the rows of a city but for the first `behind`; returns how many are behind when the piece is full before the
/// last.
fn add_city(
    what: DataSet,
    (id, entry, present): (&CityId, &CityEntry, &Present),
    behind: usize,
    sheet: &mut Sheet,
) -> io::Result<Option<usize>> {
    let dossier = &entry.dossier;
    let row = |target| Row { id, entry, present, target };
    match what {
        DataSet::Cities => add([row(present.headline())].iter(), behind, sheet, cities::item),
        DataSet::Baselines => {
            add(dossier.baselines.keys(), behind, sheet, |id| records::baseline(dossier, id.as_str()))
        }
        DataSet::Targets => add(dossier.targets.keys(), behind, sheet, |id| records::target(dossier, id.as_str())),
        DataSet::Reports => add(dossier.reports.keys(), behind, sheet, |year: &Year| records::report(dossier, *year)),
        DataSet::Status => add(present.targets.iter(), behind, sheet, |target| status_list::item(&row(Some(target)))),
        // Years are many to a target, and changes are in the log.
        DataSet::Series | DataSet::Changes => Ok(None),
    }
}

/// The same for the years of its targets, of which all of one target are added together.
fn add_series(
    (id, entry, present): (&CityId, &CityEntry, &Present),
    judged_on: NaiveDate,
    behind: usize,
    sheet: &mut Sheet,
) -> io::Result<Option<usize>> {
    let whole = |Incomplete| io::Error::other(format!("what is recorded of {id} is not whole in memory"));
    let Some(view) = entry.dossier.view(&AsOf::default()).map_err(whole)? else { return Ok(None) };
    for (place, target) in present.targets.iter().enumerate().skip(behind) {
        if sheet.is_full() {
            return Ok(Some(place));
        }
        city_status::series_items(id, &view, judged_on, target).iter().try_for_each(|year| sheet.add(year))?;
    }
    Ok(None)
}

fn add<K, T: Serialize>(
    keys: impl Iterator<Item = K>,
    behind: usize,
    sheet: &mut Sheet,
    make: impl Fn(K) -> Option<T>,
) -> io::Result<Option<usize>> {
    for (place, key) in keys.enumerate().skip(behind) {
        if sheet.is_full() {
            return Ok(Some(place));
        }
        if let Some(row) = make(key) {
            sheet.add(&row)?;
        }
    }
    Ok(None)
}

/// The entries of the log up to one moment, read and written a piece at a time.
pub struct LogRows {
    asker: Asker,
    rows: Written,
    /// The first piece, until it is sent.
    first: Option<Bytes>,
}

/// What is written of the log.
struct Written {
    sheet: Sheet,
    /// The last entry to be written, and its hash.
    last: (i64, String),
    /// The last entry that was written, and its hash.
    read: (i64, String),
    /// True once no entry is left to be written.
    is_whole: bool,
}

impl LogRows {
    /// The entries up to the head of `snapshot`, of which the first are read.
    ///
    /// # Errors
    /// 503 when the database cannot be reached.
    pub async fn open(snapshot: &Snapshot, sheet: Sheet, asker: Asker) -> Result<Self, Problem> {
        let last = (snapshot.head.number, snapshot.head.hash.clone());
        let rows = Written { sheet, last, read: (0, GENESIS.to_owned()), is_whole: false };
        let slot = asker.service.answers.log_workers.take(asker.address).await?;
        let (first, rows) = asker.read(slot, rows).await?;
        Ok(LogRows { asker, rows, first })
    }

    /// The pieces, each made when the one before is sent; an error cuts the connection, so that nobody takes a part
    /// for the whole.
    pub fn pieces(self) -> impl Stream<Item = io::Result<Bytes>> {
        let LogRows { asker, rows, first } = self;
        let rest = try_unfold((rows, asker), |(rows, asker)| async move {
            let slot = asker.service.answers.log_workers.take_in_time(asker.address).await?;
            let (piece, rows) = asker.read(slot, rows).await?;
            Ok(piece.map(|piece| (piece, (rows, asker))))
        });
        let pieces = stream::iter(first.map(Ok)).chain(rest).try_filter(|piece| ready(!piece.is_empty()));
        pieces.map_err(|problem: Problem| io::Error::other(problem.to_string()))
    }
}

impl Asker {
    /// Writes a piece of the log in a turn; it may be empty, and is none at the end.
    async fn read(&self, slot: WorkerSlot<'_>, mut rows: Written) -> Result<(Option<Bytes>, Written), Problem> {
        let service = self.service.clone();
        let work = slot.run(move || (rows.piece(&service), rows));
        let (piece, rows) = self.service.registry.while_available(work).await??;
        Ok((piece?, rows))
    }
}

impl Written {
    /// The next piece, which may be empty; none at the end.
    fn piece(&mut self, service: &Service) -> Result<Option<Bytes>, Problem> {
        if self.is_whole {
            return self.sheet.end().map_err(|error| unwritten(&error));
        }
        self.add_piece(service)?;
        self.is_whole = self.read.0 >= self.last.0;
        self.sheet.take().map(Some).map_err(|error| unwritten(&error))
    }

    /// Reads entries and writes them, until there is a piece of them or no more.
    fn add_piece(&mut self, service: &Service) -> Result<(), Problem> {
        while self.read.0 < self.last.0 && !self.sheet.is_full() {
            let most = i64::try_from(PAGE_MAX).unwrap_or(i64::MAX).min(self.last.0 - self.read.0);
            let range = LogRange { after: self.read.0, city: None, limit: Some(most) };
            let page = service.registry.history()?.read(&range, EXPORT_PIECE_BYTES)?;
            if page.is_empty() {
                log::error!("the log has no entry {}, which an export began with; it is cut", self.read.0 + 1);
                return Err(Refusal::Unavailable.into());
            }
            page.iter().try_for_each(|entry| self.add(entry))?;
        }
        Ok(())
    }

    fn add(&mut self, entry: &ChangeAnswer) -> Result<(), Problem> {
        // Another log may have come in its place: then what was sent is no part of it.
        let follows = (entry.sequence, &entry.previous_hash) == (self.read.0 + 1, &self.read.1);
        self.read = (entry.sequence, entry.hash.clone());
        if !follows || (self.read.0 >= self.last.0 && self.read != self.last) {
            log::error!("entry {} is not of the log that an export began with; it is cut", entry.sequence);
            return Err(Refusal::Unavailable.into());
        }
        self.sheet.add(entry).map_err(|error| {
            log::error!("entry {} cannot be written: {error}", entry.sequence);
            Refusal::Internal.into()
        })
    }
}
