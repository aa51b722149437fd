//! The rows of a whole data set, written a piece at a time as a client reads: never more than a piece is in memory.

use std::io;
use std::net::IpAddr;
use std::ops::Bound;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::web::{self, Bytes};
use futures_util::Stream;
use futures_util::stream::try_unfold;
use serde::Serialize;

use super::columns::Columns;
use super::costly::asker;
use super::problem::Problem;
use super::table::Table;
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
use crate::record::{CityId, Year};
use crate::registry::{CityEntry, Excerpt, Present, Refusal, Snapshot};

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

/// Who is sent a data set: its pieces are made in the turns of its address.
pub struct Asker {
    service: web::Data<Service>,
    address: IpAddr,
    /// The piece that is made and the one that is sent are in flight.
    _share: Share,
}

impl Asker {
    /// Who sent the request.
    ///
    /// # Errors
    /// 429 or 503 when too many bytes are in flight.
    pub fn new(request: &HttpRequest, service: &web::Data<Service>) -> Result<Self, Problem> {
        let address = asker(request, service);
        let share = service.bytes.take(Some(address), 2 * EXPORT_PIECE_BYTES)?;
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
            if let Some(stopped) = add_city(self.what, (id, entry, present), behind, &mut self.sheet)? {
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
        // They are in the log, not with the cities.
        DataSet::Changes => Ok(None),
    }
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

/// The entries of the log up to one moment, read a page at a time.
pub struct LogRows {
    asker: Asker,
    sheet: Sheet,
    /// The last entry to be written, and its hash.
    last: (i64, String),
    /// The last entry that was read, and its hash.
    read: (i64, String),
    waiting: std::vec::IntoIter<ChangeAnswer>,
}

impl LogRows {
    /// The entries up to the head of `snapshot`, of which the first page is read.
    ///
    /// # Errors
    /// 503 when the database cannot be reached.
    pub async fn open(snapshot: &Snapshot, sheet: Sheet, asker: Asker) -> Result<Self, Problem> {
        let last = (snapshot.head.number, snapshot.head.hash.clone());
        let read = (0, GENESIS.to_owned());
        let mut rows = LogRows { asker, sheet, last, read, waiting: Vec::new().into_iter() };
        rows.read_page().await?;
        Ok(rows)
    }

    fn is_read(&self) -> bool {
        self.read.0 >= self.last.0
    }

    async fn read_page(&mut self) -> Result<(), Refusal> {
        if self.is_read() {
            return Ok(());
        }
        let after = self.read.0;
        let most = i64::try_from(PAGE_MAX).unwrap_or(i64::MAX).min(self.last.0 - after);
        let page = self.asker.service.registry.changes(Excerpt { after, city: None, limit: Some(most) }).await?;
        for entry in &page {
            // Another log may have come in its place: then what was sent is no part of it.
            let follows = (entry.sequence, &entry.previous_hash) == (self.read.0 + 1, &self.read.1);
            self.read = (entry.sequence, entry.hash.clone());
            if !follows || (self.is_read() && self.read != self.last) {
                log::error!("entry {} is not of the log that an export began with; it is cut", entry.sequence);
                return Err(Refusal::Unavailable);
            }
        }
        if page.is_empty() {
            log::error!("the log has no entry {}, which an export began with; it is cut", after + 1);
            return Err(Refusal::Unavailable);
        }
        self.waiting = page.into_iter();
        Ok(())
    }

    /// The next piece; none at the end.
    async fn piece(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            self.write().await?;
            if self.sheet.is_full() || self.is_read() {
                return Ok(self.sheet.take());
            }
            self.read_page().await.map_err(|refusal| io::Error::other(format!("{refusal:?}")))?;
        }
    }

    /// Writes what was read, up to a piece.
    async fn write(&mut self) -> io::Result<()> {
        let (mut sheet, mut waiting) = (std::mem::take(&mut self.sheet), std::mem::take(&mut self.waiting));
        let work = move || {
            let mut written = Ok(());
            while written.is_ok()
                && !sheet.is_full()
                && let Some(entry) = waiting.next()
            {
                written = sheet.add(&entry);
            }
            (written, sheet, waiting)
        };
        let written;
        (written, self.sheet, self.waiting) = self.asker.work(work).await?;
        written
    }

    /// The pieces, each made when the one before is sent; an error cuts the connection, so that nobody takes a part
    /// for the whole.
    pub fn pieces(self) -> impl Stream<Item = io::Result<Bytes>> {
        try_unfold(self, |mut rows| async move { Ok(rows.piece().await?.map(|piece| (piece, rows))) })
    }
}
