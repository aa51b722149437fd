//! Many records from the command line: no thread and no reader, so nothing is judged or rendered.

use super::arrival::{Arrival, ArrivalOutcome};
use super::confirmed::Confirmed;
use super::follow::{caught_up, load_unread};
use super::snapshot::Snapshot;
use super::staging::Staging;
use super::writer::Failure;
use super::{Clock, Refusal};
use crate::record::{City, CityId, Dossier};
use crate::registry::limits::TRANSACTION_TRIES;
use crate::store::confirmations::Confirmation;
use crate::store::{self, AnyConnection, DatabaseUrl, Identity, StoreError};

/// An import under way; a service on the same database sees each batch once it is on disk.
pub struct Bulk {
    database: DatabaseUrl,
    /// None in a rehearsal, which writes nothing.
    connection: Option<(Identity, AnyConnection)>,
    snapshot: Snapshot,
    confirmed: Confirmed,
    clock: Clock,
}

impl Bulk {
    /// Opens a database, brings it to this version and reads its log.
    ///
    /// A rehearsal writes nothing, now or later: a database that is not there counts as an empty one.
    ///
    /// # Errors
    /// Those of the database; [`StoreError::Corrupt`] for the first entry of the log that is wrong, and in a rehearsal
    /// [`StoreError::Older`] for a database that would have to be brought to this version.
    pub fn open(database: &DatabaseUrl, clock: Clock, rehearsal: bool) -> Result<Self, StoreError> {
        let today = clock.now().date_naive();
        if rehearsal {
            let (mut snapshot, mut confirmed) = (Snapshot::empty_for_all(today), Confirmed::default());
            if database.is_there() {
                let mut connection = database.connect_to_read()?;
                if store::is_made(&mut connection)? {
                    snapshot = load_unread(&mut connection, today)?;
                    confirmed = Confirmed::load(&mut connection)?;
                }
            }
            return Ok(Bulk { database: database.clone(), connection: None, snapshot, confirmed, clock });
        }
        let mut connection = database.connect()?;
        store::migrate(&mut connection)?;
        if let Some(fork) = store::forks::open(&mut connection)? {
            return Err(StoreError::Forked(Box::new(fork)));
        }
        let snapshot = load_unread(&mut connection, today)?;
        let confirmed = Confirmed::load(&mut connection)?;
        let connection = Some((Identity::of(database, &mut connection)?, connection));
        Ok(Bulk { database: database.clone(), connection, snapshot, confirmed, clock })
    }

    /// Takes in what has arrived, in one transaction; what is returned is on disk unless this is a rehearsal. A
    /// transaction that PostgreSQL broke off, as it does when the import was stopped within it, is begun again.
    ///
    /// # Errors
    /// Those of the database: then nothing of this batch was recorded.
    pub fn import(
        &mut self,
        arrivals: &[Arrival],
        actor: &str,
    ) -> Result<Vec<Result<ArrivalOutcome, Refusal>>, StoreError> {
        let mut tries = TRANSACTION_TRIES;
        loop {
            tries -= 1;
            match self.try_import(arrivals, actor) {
                Err(error) if tries > 0 && error.is_broken_off() && self.is_on_server() => {
                    log::warn!("the database broke off a transaction, which is begun again: {error}");
                    if let Some((identity, connection)) = &mut self.connection {
                        *connection = identity.connect(&self.database)?;
                        // Whatever of it was committed is in the log, and on disk.
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
            Some((_, connection)) => self.clock.time_to_enter(connection, self.snapshot.recorded_at)?,
            None => self.clock.now(),
        };
        let confirmed = &mut self.confirmed;
        let mut take_in = |staging: &mut Staging| {
            confirmed.forget_new();
            let import = |arrival: &Arrival| staging.apply_arrival(arrival, confirmed, actor, now);
            let outcomes: Vec<_> = arrivals.iter().map(import).collect();
            (outcomes, confirmed.found().to_vec())
        };
        let (snapshot, outcomes) = if let Some((identity, connection)) = &mut self.connection {
            identity.check(connection)?;
            let committed = commit(connection, &self.snapshot, take_in)?;
            identity.check_files()?;
            committed
        } else {
            let mut staging = Staging::new(self.snapshot.clone());
            let (outcomes, _) = take_in(&mut staging);
            (staging.finish_unread(), outcomes)
        };
        self.confirmed.keep_new();
        self.snapshot = snapshot;
        Ok(outcomes)
    }

    /// The cities that are there, the arrivals of a rehearsal included.
    pub fn cities(&self) -> impl Iterator<Item = (&CityId, &City)> {
        self.snapshot.cities.iter().filter_map(|(id, entry)| Some((id, &**entry.dossier.city.live()?.0)))
    }

    /// All that is recorded of a city, the arrivals of a rehearsal included.
    #[must_use]
    pub fn dossier(&self, city: &str) -> Option<&Dossier> {
        self.snapshot.cities.get(city).map(|entry| &entry.dossier)
    }
}

/// Does the work on the present state, and what others have written since, and saves what came of it, with the
/// confirmations that the work found.
///
/// The work is done before the revision row is locked, which everyone who writes waits for; it is done again with the
/// lock if others have written meanwhile.
fn commit<T>(
    connection: &mut AnyConnection,
    present: &Snapshot,
    mut work: impl FnMut(&mut Staging) -> (T, Vec<Confirmation>),
) -> Result<(Snapshot, T), StoreError> {
    let head = store::log::head(connection)?;
    let mut staging = caught_up(connection, present, &head, &|| ()).map_err(store_error)?;
    let mut done = work(&mut staging);
    let committed: Result<_, Failure> = store::transaction(connection, |connection| {
        let locked = store::log::lock(connection)?;
        if locked != head {
            staging = caught_up(connection, present, &locked, &|| ())?;
            done = work(&mut staging);
        }
        let (value, confirmations) = done;
        staging.save(connection, &locked)?;
        store::confirmations::add(connection, &confirmations)?;
        Ok((staging.finish_unread(), value))
    });
    committed.map_err(store_error)
}

fn store_error(failure: Failure) -> StoreError {
    match failure {
        Failure::Store(error) => error,
        Failure::Diverged(message) | Failure::KeysDiverged(message) => StoreError::Corrupt(message),
    }
}
