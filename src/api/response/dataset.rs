//! The rows of a whole data set, written a piece at a time as a client reads: never more than a piece is in memory.

use std::io;
use std::net::IpAddr;
use std::ops::Bound;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::web::{self, Bytes};
use chrono::NaiveDate;
use futures_util::Stream;
use futures_util::stream::try_unfold;
use serde::Serialize;

use super::columns::Columns;
use super::costly::asker;
use super::making::Turn;
use super::problem::Problem;
use super::table::Table;
use crate::answers::judgement::{self, SeriesItem};
use crate::answers::records::{self, ChangeAnswer, InventoryAnswer, TargetAnswer};
use crate::api::Service;
use crate::api::cities::{self, CityItem};
use crate::api::judgements::{self, StatusItem};
use crate::api::limits::EXPORT_PIECE_BYTES;
use crate::api::request::allowance::Share;
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
    pub fn columns(self, columns: &Columns) -> &[String] {
        match self {
            DataSet::Cities => columns.of::<CityItem>(),
            DataSet::Baselines | DataSet::Reports => columns.of::<InventoryAnswer>(),
            DataSet::Targets => columns.of::<TargetAnswer>(),
            DataSet::Status => columns.of::<StatusItem>(),
            DataSet::Series => columns.of::<SeriesItem>(),
            DataSet::Changes => columns.of::<ChangeAnswer>(),
        }
    }
}

/// Rows as bytes: those that are written and not yet sent.
#[derive(Default)]
pub struct Sheet {
    /// The columns of CSV; none for a JSON object a line.
    table: Option<Table>,
    bytes: Vec<u8>,
}

impl Sheet {
    /// One as CSV, its header written, or as a JSON object a line.
    ///
    /// # Errors
    /// Never, as it is written to memory.
    pub fn new(columns: Option<&[String]>) -> io::Result<Self> {
        let mut sheet = Sheet { table: columns.map(Table::new), bytes: Vec::new() };
        if let Some(table) = &sheet.table {
            table.header(&mut sheet.bytes)?;
        }
        Ok(sheet)
    }

    fn add<T: Serialize>(&mut self, row: &T) -> io::Result<()> {
        if let Some(table) = &mut self.table {
            return table.row(row, &mut self.bytes);
        }
        serde_json::to_writer(&mut self.bytes, row)?;
        self.bytes.push(b'\n');
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.bytes.len() >= EXPORT_PIECE_BYTES
    }

    /// What is written; none when that is nothing.
    fn take(&mut self) -> Option<Bytes> {
        let empty = Vec::with_capacity(EXPORT_PIECE_BYTES + EXPORT_PIECE_BYTES / 4);
        Some(std::mem::replace(&mut self.bytes, empty)).filter(|bytes| !bytes.is_empty()).map(Bytes::from)
    }
}

/// What an export takes of the bytes in flight: the piece that is made, the one that is sent, and what the rows are made
/// of, each of which may be longer than a piece by a row.
const EXPORT_BYTES: usize = 4 * EXPORT_PIECE_BYTES;

/// Who is sent a data set: its pieces are made in the turns of its address.
pub struct Asker {
    service: web::Data<Service>,
    address: IpAddr,
    /// What is made and what is sent are in flight.
    _share: Share,
}

impl Asker {
    /// Who sent the request.
    ///
    /// # Errors
    /// 429 or 503 when too many bytes are in flight.
    pub fn new(request: &HttpRequest, service: &web::Data<Service>) -> Result<Self, Problem> {
        let address = asker(request, service);
        let share = service.bytes.take(Some(address), EXPORT_BYTES)?;
        Ok(Asker { service: service.clone(), address, _share: share })
    }

    /// Works in a turn of its own, for as long as it takes until there is one: what was begun is not refused.
    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
        let cut = |problem: Problem| io::Error::other(problem.to_string());
        let turn = self.service.answers.making.take_in_time(self.address).await.map_err(cut)?;
        turn.run(work).await.map_err(cut)
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

    /// The next piece; none at the end.
    fn piece(&mut self) -> io::Result<Option<Bytes>> {
        let Some((begin, mut behind)) = self.next.take() else { return Ok(None) };
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
        Ok(self.sheet.take())
    }

    /// The pieces, each made when the one before is sent.
    pub fn pieces(self, asker: Asker) -> impl Stream<Item = io::Result<Bytes>> {
        try_unfold((self, asker), |(mut rows, asker)| async move {
            let (piece, rows) = asker.work(move || (rows.piece(), rows)).await?;
            Ok(piece?.map(|piece| (piece, (rows, asker))))
        })
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
        DataSet::Status => add(present.targets.iter(), behind, sheet, |target| judgements::item(&row(Some(target)))),
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
        judgement::series_items(id, &view, judged_on, target).iter().try_for_each(|year| sheet.add(year))?;
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
#[derive(Default)]
struct Written {
    sheet: Sheet,
    /// The last entry to be written, and its hash.
    last: (i64, String),
    /// The last entry that was written, and its hash.
    read: (i64, String),
}

impl LogRows {
    /// The entries up to the head of `snapshot`, of which the first are read.
    ///
    /// # Errors
    /// 503 when the database cannot be reached.
    pub async fn open(snapshot: &Snapshot, sheet: Sheet, asker: Asker) -> Result<Self, Problem> {
        let last = (snapshot.head.number, snapshot.head.hash.clone());
        let rows = Written { sheet, last, read: (0, GENESIS.to_owned()) };
        let turn = asker.service.answers.reading.take(asker.address).await?;
        let (first, rows) = asker.read(turn, rows).await?;
        Ok(LogRows { asker, rows, first })
    }

    /// The next piece; none at the end.
    async fn piece(&mut self) -> Result<Option<Bytes>, Problem> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        let turn = self.asker.service.answers.reading.take_in_time(self.asker.address).await?;
        let (piece, rows) = self.asker.read(turn, std::mem::take(&mut self.rows)).await?;
        self.rows = rows;
        Ok(piece)
    }

    /// The pieces, each made when the one before is sent; an error cuts the connection, so that nobody takes a part
    /// for the whole.
    pub fn pieces(self) -> impl Stream<Item = io::Result<Bytes>> {
        try_unfold(self, |mut rows| async move {
            let piece = rows.piece().await.map_err(|problem| io::Error::other(problem.to_string()))?;
            Ok(piece.map(|piece| (piece, rows)))
        })
    }
}

impl Asker {
    /// Writes a piece of the log in a turn.
    async fn read(&self, turn: Turn<'_>, mut rows: Written) -> Result<(Option<Bytes>, Written), Problem> {
        let service = self.service.clone();
        let work = turn.run(move || (rows.add_piece(&service), rows));
        let (added, mut rows) = self.service.registry.while_available(work).await??;
        added?;
        Ok((rows.sheet.take(), rows))
    }
}

impl Written {
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
