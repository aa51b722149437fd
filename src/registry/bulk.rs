//! Many records from the command line: no thread and no reader, so nothing is judged or rendered.

use super::arrival::{Arrival, Landed};
use super::confirmed::Confirmed;
use super::snapshot::Snapshot;
use super::staging::Staging;
use super::writer::{Failure, catch_up, load_unread};
use super::{Clock, Refusal};
use crate::record::{City, CityId, Dossier};
use crate::store::confirmations::Confirmation;
use crate::store::{self, AnyConnection, DatabaseUrl, StoreError};

/// An import under way; a service on the same database sees each batch once it is on disk.
pub struct Bulk {
    /// None in a rehearsal, which writes nothing.
    connection: Option<AnyConnection>,
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
        let today = clock().date_naive();
        if rehearsal {
            let (mut snapshot, mut confirmed) = (Snapshot::empty(today), Confirmed::default());
            if database.is_there() {
                let mut connection = database.connect_to_read()?;
                if store::is_made(&mut connection)? {
                    snapshot = load_unread(&mut connection, today)?;
                    confirmed = Confirmed::load(&mut connection)?;
                }
            }
            return Ok(Bulk { connection: None, snapshot, confirmed, clock });
        }
        let mut connection = database.connect()?;
        store::migrate(&mut connection)?;
        let snapshot = load_unread(&mut connection, today)?;
        let confirmed = Confirmed::load(&mut connection)?;
        Ok(Bulk { connection: Some(connection), snapshot, confirmed, clock })
    }

    /// Takes in what has arrived, in one transaction; what is returned is on disk unless this is a rehearsal.
    ///
    /// # Errors
    /// Those of the database: then nothing of this batch was recorded.
    pub fn land(&mut self, arrivals: &[Arrival], actor: &str) -> Result<Vec<Result<Landed, Refusal>>, StoreError> {
        let now = (self.clock)();
        let confirmed = &mut self.confirmed;
        let mut take_in = |staging: &mut Staging| -> (Vec<_>, Vec<Confirmation>) {
            let land = |arrival: &Arrival| staging.land(arrival, confirmed, actor, now);
            let landed = arrivals.iter().map(land).collect();
            (landed, confirmed.take_new())
        };
        let (snapshot, landed) = if let Some(connection) = &mut self.connection {
            commit(connection, &self.snapshot, take_in)?
        } else {
            let mut staging = Staging::new(self.snapshot.clone());
            let (landed, _) = take_in(&mut staging);
            (staging.finish_unread(), landed)
        };
        self.snapshot = snapshot;
        Ok(landed)
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
fn commit<T>(
    connection: &mut AnyConnection,
    present: &Snapshot,
    work: impl FnOnce(&mut Staging) -> (T, Vec<Confirmation>),
) -> Result<(Snapshot, T), StoreError> {
    let done: Result<_, Failure> = store::transaction(connection, |connection| {
        let head = store::log::lock(connection)?;
        let mut staging = Staging::new(present.clone());
        catch_up(connection, &mut staging, present, &head, &|| ())?;
        let (value, confirmations) = work(&mut staging);
        staging.save(connection, &head)?;
        store::confirmations::add(connection, &confirmations)?;
        Ok((staging.finish_unread(), value))
    });
    done.map_err(|failure| match failure {
        Failure::Store(error) => error,
        Failure::Diverged(told) => StoreError::Corrupt(told),
    })
}
