//! The limits of the API: of what is asked for, and of answers.

use std::time::Duration;

/// Most cities that one reporter's key is bound to.
pub const KEY_CITIES: usize = 500;
/// How long the old secret of a key works beside the new one unless stated, in hours.
pub const KEY_OVERLAP_HOURS: i64 = 24;
/// How long it may at the most, in hours.
pub const KEY_OVERLAP_HOURS_MAX: i64 = 720;
/// A body of JSON of up to so many bytes is read at once; a larger one, whose faults may take ten milliseconds to list,
/// on a thread of its own.
pub const READ_AT_ONCE_BYTES: usize = 4 * 1024;
/// How long the body of a request may take to arrive.
pub const BODY_WAIT: Duration = Duration::from_secs(30);
/// Items of a page unless asked otherwise.
pub const PAGE_DEFAULT: usize = 50;
/// Most ids of one `ids` filter.
pub const IDS_MAX: usize = 500;
/// An export is made in pieces of about so many bytes; a row is never divided.
pub const EXPORT_PIECE_BYTES: usize = 64 * 1024;
/// A group of rows of Parquet is written when its rows are about so many bytes as JSON: larger groups are smaller files,
/// and more memory for each who downloads one.
pub const PARQUET_GROUP_BYTES: usize = 2 * 1024 * 1024;
/// A shared cache answers lists, judgements and exports itself for so long, in seconds. However many ask, the service
/// is asked six times a minute; cities report once a year, so nobody is misled by what is ten seconds old.
pub const SHARED_SECONDS: u32 = 10;
/// For so long after that it may still answer at once with what it has, while it asks for what is new, in seconds:
/// no reader waits for a cache that looks again.
pub const STALE_WHILE_ASKING_SECONDS: u32 = 60;
/// For so long it may answer with what it has while the service cannot be reached, in seconds: yesterday's answer is
/// dated, and better than none.
pub const STALE_IF_ERROR_SECONDS: u32 = 86_400;
/// What a listener whose stream has ended is told to wait before it comes back.
pub const STREAM_RETRY: Duration = Duration::from_secs(3);
/// Longest `Idempotency-Key`, in characters.
pub const IDEMPOTENCY_KEY_CHARACTERS: usize = 200;
/// What a client refused with 503 is told to wait, in seconds.
pub const RETRY_AFTER_SECONDS: u64 = 5;
/// Tries to record a file whose reports others change meanwhile.
pub const IMPORT_TRIES: usize = 5;
/// Most faults of a refused file that are listed as those of any input.
pub const IMPORT_ERRORS: usize = 100;
/// Files that are imported at once, over all keys: each may take a processor and some 100 MiB.
pub const IMPORTS_AT_ONCE: usize = 2;
/// Files that wait to be imported before more are refused with 503.
pub const IMPORTS_WAITING: usize = 16;
/// How long a file waits to be imported before it is refused with 503.
pub const IMPORT_TURN_WAIT: Duration = Duration::from_secs(15);
/// Most members of one object of an import that is JSON.
pub const JSON_MEMBERS: usize = 1_000;
/// Most fields of a form, files among them.
pub const FORM_FIELDS: usize = 16;
/// Most cities that are listed to choose from.
pub const LISTED_CITIES: usize = 1_000;
/// Connections of one client address: an office of many people comes from one.
pub const CONNECTIONS_PER_ADDRESS: usize = 256;
/// One client address may have one part in so many of the bytes in flight, and answers that may be asked for again
/// are kept up to as much.
pub const BYTES_IN_FLIGHT_PARTS: usize = 4;
/// A large answer is sent in pieces of so many bytes: a client that does not read costs one piece, not the answer.
pub const PIECE_BYTES: usize = 16 * 1024;
/// Answers larger than this are compressed off the threads that serve, in bytes.
pub const COMPRESS_APART_FROM_BYTES: usize = 64 * 1024;
/// Answers that wait to be made, of all clients.
pub const MAKING_WAITING: usize = 1_024;
/// Answers that wait to be made, of one client address: as many as it has connections.
pub const MAKING_WAITING_PER_ADDRESS: usize = CONNECTIONS_PER_ADDRESS;
/// How long an answer waits to be made before 503.
pub const MAKING_WAIT: Duration = Duration::from_secs(10);
/// How much lower the priority of threads that make answers is than that of those that serve.
pub const MAKING_NICENESS: i32 = 10;
/// Bytes of the fields of a form that are read before a key was seen in them.
pub const UNKEYED_FORM_BYTES: usize = 8 * 1024;
/// How long a form may take until its key has come.
pub const UNKEYED_FORM_WAIT: Duration = Duration::from_secs(10);
/// Bytes of a form beside what its fields hold: their names and what stands between them.
pub const FORM_FRAME_BYTES: usize = 64 * 1024;
