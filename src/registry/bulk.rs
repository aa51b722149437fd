//! Imports many records from the command line. No client reads meanwhile, so nothing is judged or rendered.

use super::clock::Clock;
use super::confirmed::Confirmed;
use super::failure::Failure;
use super::follow::{catch_up, load_unjudged};
use super::import_matching::{Arrival, ArrivalOutcome};
use super::refusal::Refusal;
use super::snapshot::Snapshot;
use super::staging::Staging;
use crate::record::{City, CityId, Dossier};
use crate::registry::limits::TRANSACTION_TRIES;
use crate::store::confirmations::Confirmation;
use crate::store::{self, AnyConnection, DatabaseUrl, Identity, StoreError};

/// An import in progress. A service on the same database sees each batch once it is on disk.
pub struct Bulk {
    database: DatabaseUrl,
    /// None in a rehearsal, which writes nothing.
    connection: Option<(Identity, AnyConnection)>,
    snapshot: Snapshot,
    confirmed: Confirmed,
    clock: Clock,
}

impl Bulk {
    /// Opens a database, migrates it to the current schema and reads its log.
    ///
    /// A rehearsal writes nothing, now or later. It treats a missing database as an empty one.
    ///
    /// # Errors
    /// Database errors; [`StoreError::Corrupt`] for the first wrong entry of the log. In a rehearsal also
    /// [`StoreError::Older`] for a database that would have to be migrated.
    pub fn open(database: &DatabaseUrl, clock: Clock, is_rehearsal: bool) -> Result<Self, StoreError> {
        let today = clock.now().date_naive();
        if is_rehearsal {
            let (mut snapshot, mut confirmed) = (Snapshot::empty_keeping_all(today), Confirmed::default());
            if database.exists() {
                let mut connection = database.connect_to_read()?;
                if store::is_initialized(&mut connection)? {
                    snapshot = load_unjudged(&mut connection, today)?;
                    confirmed = Confirmed::load(&mut connection)?;
                }
            }
            return Ok(Bulk { database: database.clone(), connection: None, snapshot, confirmed, clock });
        }
        let mut connection = database.connect()?;
        store::migrate(&mut connection)?;
        if let Some(fork) = store::forks::open(&mut connection)? {
            return Err(StoreError::Forked { kept: fork.kept, seen: fork.seen });
        }
        let snapshot = load_unjudged(&mut connection, today)?;
        let confirmed = Confirmed::load(&mut connection)?;
        let connection = Some((Identity::of(database, &mut connection)?, connection));
        Ok(Bulk { database: database.clone(), connection, snapshot, confirmed, clock })
    }

    /// Imports arrivals in one transaction. What it returns is on disk, except in a rehearsal. If PostgreSQL aborts the
    /// transaction, for instance because this process was paused, it is tried again.
    ///
    /// # Errors
    /// Database errors. Then nothing of this batch was recorded.
    pub fn import(
        &mut self,
        arrivals: &[Arrival],
        actor: &str,
    ) -> Result<Vec<Result<ArrivalOutcome, Refusal>>, StoreError> {
        let mut tries = TRANSACTION_TRIES;
        loop {
            tries -= 1;
            match self.try_import(arrivals, actor) {
                Err(error) if tries > 0 && error.is_aborted() && self.is_on_server() => {
                    log::warn!("the database aborted a transaction, which is tried again: {error}");
                    if let Some((identity, connection)) = &mut self.connection {
                        *connection = identity.connect(&self.database)?;
                        // Whatever was committed is in the log and on disk.
                        self.confirmed = Confirmed::load(connection)?;
                    }
                }
                outcomes => return outcomes,
            }
        }
    }

    fn is_on_server(&self) -> bool {
        matches!(self.connection, Some((_, AnyConnection::Postgres(_))))
    }

    fn try_import(
        &mut self,
        arrivals: &[Arrival],
        actor: &str,
    ) -> Result<Vec<Result<ArrivalOutcome, Refusal>>, StoreError> {
        let now = match &mut self.connection {
            Some((_, connection)) => self.clock.entry_time(connection, self.snapshot.recorded_at)?,
            None => self.clock.now(),
        };
        let confirmed = &mut self.confirmed;
        let mut import_all = |staging: &mut Staging| {
            confirmed.discard_unsaved();
            let import = |arrival: &Arrival| staging.apply_arrival(arrival, confirmed, actor, now);
            let outcomes: Vec<_> = arrivals.iter().map(import).collect();
            (outcomes, confirmed.unsaved().to_vec())
        };
        let (snapshot, outcomes) = if let Some((identity, connection)) = &mut self.connection {
            identity.check(connection)?;
            let committed = commit(connection, &self.snapshot, import_all)?;
            identity.check_files()?;
            committed
        } else {
            let mut staging = Staging::new(self.snapshot.clone());
            let (outcomes, _) = import_all(&mut staging);
            (staging.finish_unjudged(), outcomes)
        };
        self.confirmed.mark_saved();
        self.snapshot = snapshot;
        Ok(outcomes)
    }

    /// The cities that are not withdrawn, including those of a rehearsal.
    pub fn cities(&self) -> impl Iterator<Item = (&CityId, &City)> {
        self.snapshot.cities.iter().filter_map(|(id, entry)| Some((id, &**entry.dossier.city.live()?.0)))
    }

    /// Everything recorded about a city, including the imports of a rehearsal.
    #[must_use]
    pub fn dossier(&self, city: &str) -> Option<&Dossier> {
        self.snapshot.cities.get(city).map(|entry| &entry.dossier)
    }
}

/// Does `work` on the current state, including what others have written since, and saves the result with the
/// confirmations that it found.
///
/// `work` runs before the revision row is locked, since every writer waits for that lock. If others have written in the
/// meantime, it runs again under the lock.
fn commit<T>(
    connection: &mut AnyConnection,
    present: &Snapshot,
    mut work: impl FnMut(&mut Staging) -> (T, Vec<Confirmation>),
) -> Result<(Snapshot, T), StoreError> {
    let head = store::log::head(connection)?;
    let mut staging = catch_up(connection, present, &head, &|| ()).map_err(store_error)?;
    let mut done = work(&mut staging);
    let committed: Result<_, Failure> = store::transaction(connection, |connection| {
        let locked = store::log::lock(connection)?;
        if locked != head {
            staging = catch_up(connection, present, &locked, &|| ())?;
            done = work(&mut staging);
        }
        let (value, confirmations) = done;
        staging.save(connection, &locked)?;
        store::confirmations::add(connection, &confirmations)?;
        Ok((staging.finish_unjudged(), value))
    });
    committed.map_err(store_error)
}

fn store_error(failure: Failure) -> StoreError {
    match failure {
        Failure::Store(error) => error,
        Failure::Diverged(message) | Failure::KeysDiverged(message) => StoreError::Corrupt(message),
    }
}
