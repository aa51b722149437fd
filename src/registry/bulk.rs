//! Many records from the command line: no thread and no reader, so nothing is judged or rendered.

use chrono::{DateTime, Utc};

use super::arrival::{Arrival, Landed};
use super::snapshot::Snapshot;
use super::staging::Staging;
use super::writer::{Failure, catch_up, load_unread};
use super::{Clock, Refusal};
use crate::record::Dossier;
use crate::store::{self, AnyConnection, DatabaseUrl, StoreError};

/// An import under way; a service on the same database sees each batch once it is on disk.
pub struct Bulk {
    connection: AnyConnection,
    snapshot: Snapshot,
    clock: Clock,
    rehearsal: bool,
}

impl Bulk {
    /// Opens a database, brings it to this version and reads its log; a rehearsal will write nothing.
    ///
    /// # Errors
    /// Those of the database; [`StoreError::Corrupt`] for the first entry of the log that is wrong.
    pub fn open(database: &DatabaseUrl, clock: Clock, rehearsal: bool) -> Result<Self, StoreError> {
        let mut connection = database.connect()?;
        store::migrate(&mut connection)?;
        let snapshot = load_unread(&mut connection, clock().date_naive())?;
        Ok(Bulk { connection, snapshot, clock, rehearsal })
    }

    /// Takes in what has arrived, in one transaction; what is returned is on disk unless this is a rehearsal.
    ///
    /// # Errors
    /// Those of the database: then nothing of this batch was recorded.
    pub fn land(&mut self, arrivals: &[Arrival], actor: &str) -> Result<Vec<Result<Landed, Refusal>>, StoreError> {
        let now = (self.clock)();
        let take_in = |staging: &mut Staging| -> Vec<_> {
            arrivals.iter().map(|arrival| staging.land(arrival, actor, now)).collect()
        };
        let (snapshot, landed) = if self.rehearsal {
            let mut staging = Staging::new(self.snapshot.clone());
            let landed = take_in(&mut staging);
            (staging.finish_unread(), landed)
        } else {
            self.commit(take_in)?
        };
        self.snapshot = snapshot;
        Ok(landed)
    }

    fn commit<T>(&mut self, work: impl FnOnce(&mut Staging) -> T) -> Result<(Snapshot, T), StoreError> {
        let present = &self.snapshot;
        let done: Result<_, Failure> = store::transaction(&mut self.connection, |connection| {
            let head = store::log::lock(connection)?;
            let mut staging = Staging::new(present.clone());
            catch_up(connection, &mut staging, present, &head)?;
            let value = work(&mut staging);
            staging.save(connection, &head)?;
            Ok((staging.finish_unread(), value))
        });
        done.map_err(|failure| match failure {
            Failure::Store(error) => error,
            Failure::Diverged(told) => StoreError::Corrupt(told),
        })
    }

    /// All that is recorded of a city, the arrivals of a rehearsal included.
    #[must_use]
    pub fn dossier(&self, city: &str) -> Option<&Dossier> {
        self.snapshot.cities.get(city).map(|entry| &entry.dossier)
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }
}
