//! The files of a SQLite database as the system has them: whether each is the one that was opened, and whole.

use std::path::{Path, PathBuf};

use super::StoreError;
#[cfg(unix)]
pub(super) use whole::Whole;

/// A file, by its path and by where the system has it.
#[derive(Debug, Clone)]
pub(super) struct OnDisk {
    path: PathBuf,
    place: Place,
}

impl OnDisk {
    /// The file that is at a path; none where there is none.
    pub(super) fn at(path: PathBuf) -> Option<Self> {
        let place = place_of(&path).ok()?;
        Some(OnDisk { path, place })
    }

    /// Checks that it is still there.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        match place_of(&self.path) {
            Ok(place) if place == self.place => Ok(()),
            Ok(_) => {
                let name = name(&self.path);
                Err(StoreError::Replaced(format!("the file {name} is another one than the file that was opened")))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(gone(&self.path)),
            Err(error) => Err(unanswered(&self.path, &error)),
        }
    }
}

/// A file system that does not answer for a while has lost nothing.
fn unanswered(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Unavailable { database: name(path).to_string(), cause: error.to_string() }
}

/// What is told of a file that is not there any more.
pub(super) fn gone(path: &Path) -> StoreError {
    StoreError::Replaced(format!("the file {} was moved or deleted", name(path)))
}

/// The name of a file: everyone may be told it, unlike where it lies.
pub(super) fn name(path: &Path) -> impl std::fmt::Display {
    path.file_name().unwrap_or_default().display()
}

/// Device and inode.
#[cfg(unix)]
type Place = (u64, u64);

#[cfg(unix)]
fn place_of(path: &Path) -> std::io::Result<Place> {
    use std::os::unix::fs::MetadataExt;
    let found = std::fs::metadata(path)?;
    Ok((found.dev(), found.ino()))
}

/// Elsewhere only whether there is a file can be told, and the random word.
#[cfg(not(unix))]
type Place = ();

#[cfg(not(unix))]
fn place_of(path: &Path) -> std::io::Result<Place> {
    std::fs::metadata(path).map(drop)
}

#[cfg(unix)]
mod whole {
    use std::fs::File;
    use std::io;
    use std::os::unix::fs::FileExt;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::{Arc, Mutex, PoisonError};

    use super::{OnDisk, Place, name, unanswered};
    use crate::store::StoreError;

    /// What a database file begins with.
    const MAGIC: &[u8] = b"SQLite format 3\0";
    /// What the log of SQLite begins with, but for its lowest bit.
    const LOG_MAGIC: u32 = 0x377f_0682;
    /// The head of the log, and that of each page in it.
    const LOG_HEAD: u64 = 32;
    const FRAME_HEAD: u64 = 24;
    /// The index of the log begins with two copies of its head, which are the same unless it is being written.
    const INDEX_HEAD: usize = 48;

    /// The files that were opened to be looked at, which are never closed: with that the system would drop the locks
    /// that SQLite holds on them for this process.
    static HELD: Mutex<Vec<(Place, &'static File)>> = Mutex::new(Vec::new());

    /// Files that SQLite does not notice to have been cut short beneath it, for it has their pages in memory.
    #[derive(Debug, Clone)]
    pub(in crate::store) struct Whole {
        file: WatchedFile,
        /// The length of the file that was last found right.
        seen: Arc<AtomicU64>,
        /// The log, and the index that says how much of it counts.
        log: Option<(WatchedFile, WatchedFile)>,
    }

    /// A file that can be looked into.
    #[derive(Debug, Clone)]
    struct WatchedFile(OnDisk, &'static File);

    impl Whole {
        /// The file of a database, with its log and the index of that where they are there.
        pub(in crate::store) fn of(file: &OnDisk, beside: &[OnDisk]) -> io::Result<Self> {
            let log = match beside {
                [log, index] => Some((WatchedFile::new(log)?, WatchedFile::new(index)?)),
                _ => None,
            };
            Ok(Whole { file: WatchedFile::new(file)?, seen: Arc::default(), log })
        }

        /// Checks that nothing has cut them short.
        pub(in crate::store) fn check(&self) -> Result<(), StoreError> {
            let length = self.file.checked(length_if_right(self.file.1, self.seen.load(Ordering::Relaxed)))?;
            self.seen.store(length.ok_or_else(|| self.file.cut_short())?, Ordering::Relaxed);
            let Some((log, index)) = &self.log else { return Ok(()) };
            if log.checked(has_all(log.1, index.1))? { Ok(()) } else { Err(log.cut_short()) }
        }
    }

    impl WatchedFile {
        fn new(file: &OnDisk) -> io::Result<Self> {
            let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((_, known)) = held.iter().find(|(place, _)| *place == file.place) {
                return Ok(WatchedFile(file.clone(), known));
            }
            let opened: &'static File = Box::leak(Box::new(File::open(&file.path)?));
            held.push((file.place, opened));
            Ok(WatchedFile(file.clone(), opened))
        }

        fn checked<T>(&self, looked: io::Result<T>) -> Result<T, StoreError> {
            looked.map_err(|error| unanswered(&self.0.path, &error))
        }

        fn cut_short(&self) -> StoreError {
            StoreError::Replaced(format!("the file {} was emptied or cut short", name(&self.0.path)))
        }
    }

    /// The length of a database file; none if it does not begin as one, or is shorter than when it was last `seen` and
    /// than it says itself. `VACUUM` makes it shorter, too, but writes how long it is before it does.
    fn length_if_right(file: &File, seen: u64) -> io::Result<Option<u64>> {
        let length = file.metadata()?.len();
        let Some(head) = read::<32>(file, 0)? else { return Ok(None) };
        // A page of 65,536 bytes does not go into its two bytes, and is written as 1.
        let page = match u64::from(u16::from_be_bytes([head[16], head[17]])) {
            1 => 65_536,
            page => page,
        };
        let pages = u64::from(u32::from_be_bytes([head[28], head[29], head[30], head[31]]));
        let is_cut = length < seen && length < pages * page;
        Ok(Some(length).filter(|_| head.starts_with(MAGIC) && !is_cut))
    }

    /// Whether a log has as many pages as its index says; whatever writes it writes the pages first.
    fn has_all(log: &File, index: &File) -> io::Result<bool> {
        let Some(needed) = length_of_log(index)? else { return Ok(true) };
        let is_long_enough = log.metadata()?.len() >= needed;
        let magic = read::<4>(log, 0)?.map(u32::from_be_bytes);
        let is_right = is_long_enough && magic.is_some_and(|magic| magic & !1 == LOG_MAGIC);
        // Meanwhile it may have been begun anew.
        Ok(is_right || length_of_log(index)? != Some(needed))
    }

    /// How long a log must be, by its index; none where it may be empty, or the index is just being written.
    fn length_of_log(index: &File) -> io::Result<Option<u64>> {
        let Some(heads) = read::<{ 2 * INDEX_HEAD }>(index, 0)? else { return Ok(None) };
        let (one, other) = heads.split_at(INDEX_HEAD);
        let is_made = one[12] == 1;
        let pages = u64::from(u32::from_ne_bytes([one[16], one[17], one[18], one[19]]));
        if one != other || !is_made || pages == 0 {
            return Ok(None);
        }
        let page = match u64::from(u16::from_ne_bytes([one[14], one[15]])) {
            1 => 65_536,
            page => page,
        };
        Ok(Some(LOG_HEAD + pages * (FRAME_HEAD + page)))
    }

    /// Reads so many bytes of a file; none where it has not as many.
    fn read<const BYTES: usize>(file: &File, at: u64) -> io::Result<Option<[u8; BYTES]>> {
        let mut bytes = [0; BYTES];
        match file.read_exact_at(&mut bytes, at) {
            Ok(()) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }
}
