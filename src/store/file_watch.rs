//! The files of a SQLite database: checks that each is still the one that was opened, and that none was cut short.

use std::path::{Path, PathBuf};

use super::error::StoreError;
#[cfg(unix)]
pub(super) use truncation::TruncationCheck;

/// A file, identified by its path and by the id that the system gives it.
#[derive(Debug, Clone)]
pub(super) struct FileIdentity {
    path: PathBuf,
    id: FileId,
}

impl FileIdentity {
    /// The file at a path; none if there is none.
    pub(super) fn at(path: PathBuf) -> Option<Self> {
        let id = file_id(&path).ok()?;
        Some(FileIdentity { path, id })
    }

    /// Checks that the file is still at its path.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        match file_id(&self.path) {
            Ok(id) if id == self.id => Ok(()),
            Ok(_) => {
                let name = file_name(&self.path);
                Err(StoreError::Replaced(format!("the file {name} is not the file that was opened")))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(file_gone(&self.path)),
            Err(error) => Err(unreadable(&self.path, &error)),
        }
    }
}

/// The error for a file system that does not respond. It may recover, so this does not count as loss.
fn unreadable(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Unavailable { database: file_name(path).to_string(), cause: error.to_string() }
}

/// The error for a file that is no longer at its path.
pub(super) fn file_gone(path: &Path) -> StoreError {
    StoreError::Replaced(format!("the file {} was moved or deleted", file_name(path)))
}

/// The name of a file, without its directory, which is not public.
pub(super) fn file_name(path: &Path) -> impl std::fmt::Display {
    path.file_name().unwrap_or_default().display()
}

/// Device and inode.
#[cfg(unix)]
type FileId = (u64, u64);

#[cfg(unix)]
fn file_id(path: &Path) -> std::io::Result<FileId> {
    use std::os::unix::fs::MetadataExt;
    let found = std::fs::metadata(path)?;
    Ok((found.dev(), found.ino()))
}

/// On other systems only the existence of the file can be checked, and the random id in the database.
#[cfg(not(unix))]
type FileId = ();

#[cfg(not(unix))]
fn file_id(path: &Path) -> std::io::Result<FileId> {
    std::fs::metadata(path).map(drop)
}

#[cfg(unix)]
mod truncation {
    use std::fs::File;
    use std::io;
    use std::os::unix::fs::FileExt;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::{Arc, Mutex, PoisonError};

    use super::{FileId, FileIdentity, file_name, unreadable};
    use crate::store::error::StoreError;

    /// The first bytes of a database file.
    const MAGIC: &[u8] = b"SQLite format 3\0";
    /// The first four bytes of SQLite's log; the lowest bit varies.
    const LOG_MAGIC: u32 = 0x377f_0682;
    /// The length of the header of the log, and of the header of each page in it, in bytes.
    const LOG_HEADER: u64 = 32;
    const FRAME_HEADER: u64 = 24;
    /// The index of the log begins with two copies of its header. They are equal unless it is being written.
    const INDEX_HEADER: usize = 48;

    /// The files opened for these checks. They are never closed: if they were, the system would drop the locks that
    /// SQLite holds on them in this process.
    static KEPT_OPEN: Mutex<Vec<(FileId, &'static File)>> = Mutex::new(Vec::new());

    /// Checks whether files were cut short. SQLite itself does not notice, because it has their pages in memory.
    #[derive(Debug, Clone)]
    pub(in crate::store) struct TruncationCheck {
        file: WatchedFile,
        /// The length of the file at the last successful check.
        last_length: Arc<AtomicU64>,
        /// The log, and its index, which says how much of the log is valid.
        log: Option<(WatchedFile, WatchedFile)>,
    }

    /// A file opened for reading.
    #[derive(Debug, Clone)]
    struct WatchedFile(FileIdentity, &'static File);

    impl TruncationCheck {
        /// Checks a database file, with its log and its index if both exist.
        pub(in crate::store) fn new(file: &FileIdentity, side_files: &[FileIdentity]) -> io::Result<Self> {
            let log = match side_files {
                [log, index] => Some((WatchedFile::new(log)?, WatchedFile::new(index)?)),
                _ => None,
            };
            Ok(TruncationCheck { file: WatchedFile::new(file)?, last_length: Arc::default(), log })
        }

        /// Checks that no file was cut short.
        pub(in crate::store) fn check(&self) -> Result<(), StoreError> {
            let length = self.file.readable(valid_length(self.file.1, self.last_length.load(Ordering::Relaxed)))?;
            self.last_length.store(length.ok_or_else(|| self.file.cut_short())?, Ordering::Relaxed);
            let Some((log, index)) = &self.log else { return Ok(()) };
            if log.readable(is_log_complete(log.1, index.1))? { Ok(()) } else { Err(log.cut_short()) }
        }
    }

    impl WatchedFile {
        fn new(file: &FileIdentity) -> io::Result<Self> {
            let mut kept = KEPT_OPEN.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((_, known)) = kept.iter().find(|(id, _)| *id == file.id) {
                return Ok(WatchedFile(file.clone(), known));
            }
            let opened: &'static File = Box::leak(Box::new(File::open(&file.path)?));
            kept.push((file.id, opened));
            Ok(WatchedFile(file.clone(), opened))
        }

        fn readable<T>(&self, result: io::Result<T>) -> Result<T, StoreError> {
            result.map_err(|error| unreadable(&self.0.path, &error))
        }

        fn cut_short(&self) -> StoreError {
            StoreError::Replaced(format!("the file {} was emptied or cut short", file_name(&self.0.path)))
        }
    }

    /// The length of a valid database file. None if it has the wrong header, or if it is shorter than `last_length` and
    /// than its own header says. `VACUUM` also makes it shorter, but updates the header first.
    fn valid_length(file: &File, last_length: u64) -> io::Result<Option<u64>> {
        let length = file.metadata()?.len();
        let Some(header) = read::<32>(file, 0)? else { return Ok(None) };
        // The header has two bytes for the page size; 65,536 does not fit and is written as 1.
        let page = match u64::from(u16::from_be_bytes([header[16], header[17]])) {
            1 => 65_536,
            page => page,
        };
        let pages = u64::from(u32::from_be_bytes([header[28], header[29], header[30], header[31]]));
        let is_cut = length < last_length && length < pages * page;
        Ok(Some(length).filter(|_| header.starts_with(MAGIC) && !is_cut))
    }

    /// True if the log has as many pages as its index says. Every writer writes the pages first.
    fn is_log_complete(log: &File, index: &File) -> io::Result<bool> {
        let Some(needed) = required_log_length(index)? else { return Ok(true) };
        let is_long_enough = log.metadata()?.len() >= needed;
        let magic = read::<4>(log, 0)?.map(u32::from_be_bytes);
        let is_right = is_long_enough && magic.is_some_and(|magic| magic & !1 == LOG_MAGIC);
        // In the meantime another process may have started the log anew.
        Ok(is_right || required_log_length(index)? != Some(needed))
    }

    /// How long a log must be according to its index. None if it may be empty or the index is just being written.
    fn required_log_length(index: &File) -> io::Result<Option<u64>> {
        let Some(headers) = read::<{ 2 * INDEX_HEADER }>(index, 0)? else { return Ok(None) };
        let (one, other) = headers.split_at(INDEX_HEADER);
        let is_initialized = one[12] == 1;
        let pages = u64::from(u32::from_ne_bytes([one[16], one[17], one[18], one[19]]));
        if one != other || !is_initialized || pages == 0 {
            return Ok(None);
        }
        let page = match u64::from(u16::from_ne_bytes([one[14], one[15]])) {
            1 => 65_536,
            page => page,
        };
        Ok(Some(LOG_HEADER + pages * (FRAME_HEADER + page)))
    }

    /// Reads `BYTES` bytes of a file; none if it has fewer.
    fn read<const BYTES: usize>(file: &File, at: u64) -> io::Result<Option<[u8; BYTES]>> {
        let mut bytes = [0; BYTES];
        match file.read_exact_at(&mut bytes, at) {
            Ok(()) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }
}
