//! Every limit of the service, in one place.

use std::time::Duration;

/// First year a figure or target may name.
pub const FIRST_YEAR: i32 = 1970;
/// Last year a figure or target may name.
pub const LAST_YEAR: i32 = 2100;
/// Longest name, label or title, in characters.
pub const NAME_CHARACTERS: usize = 200;
/// Longest free text, in characters.
pub const TEXT_CHARACTERS: usize = 2_000;
/// Shortest identifier in a path, in characters.
pub const SLUG_MIN: usize = 2;
/// Longest identifier in a path, in characters.
pub const SLUG_MAX: usize = 64;
/// Largest total, in tonnes of CO2e: some twenty times what the whole world emits in a year.
pub const TONNES_MAX: i64 = 1_000_000_000_000;
/// Largest reduction that a target may ask for, in percent: above 100 what is left is below zero.
pub const REDUCTION_PERCENT_MAX: f64 = 200.0;
/// Largest level a person that a target may name, in tonnes of CO2 equivalent, above zero or below.
pub const PER_PERSON_MAX: f64 = 1_000.0;
/// Most totals of other sources that are kept beside one inventory.
pub const ALSO_STATED: usize = 8;
/// Most cities that one city was merged or split off from.
pub const PREDECESSORS: usize = 50;
/// Largest population.
pub const POPULATION_MAX: i64 = 1_000_000_000;
/// Most GPC lines of one inventory.
pub const LINES: usize = 512;
/// Most milestones of one target.
pub const MILESTONES: usize = 32;
/// Most identifiers of one city.
pub const IDENTIFIERS: usize = 20;
/// Shortest period of an inventory, in days.
pub const PERIOD_DAYS_MIN: i64 = 360;
/// Longest period of an inventory, in days.
pub const PERIOD_DAYS_MAX: i64 = 370;
/// Most steps that are followed from a record to the one it names, and on.
pub const CHAIN: usize = 100;
/// Superseded states of one record are kept whole, the latest of them first, while their bodies have at most so many
/// bytes; of those before them only what judgements read.
pub const SUPERSEDED_BYTES: usize = 128 * 1024;
/// Most records that a refusal names as being in the way.
pub const USERS_NAMED: usize = 20;
/// Most cities that one reporter's key is bound to.
pub const KEY_CITIES: usize = 500;
/// How long the old secret of a key works beside the new one unless stated, in hours.
pub const KEY_OVERLAP_HOURS: i64 = 24;
/// How long it may at the most, in hours.
pub const KEY_OVERLAP_HOURS_MAX: i64 = 720;

/// Largest file of figures, in bytes.
pub const SHEET_BYTES: usize = 5 * 1024 * 1024;
/// Most rows of figures that are sent at once, without headers and remarks, over all sheets and files.
pub const SHEET_ROWS: usize = 5_000;
/// Most faults of one row that are told.
pub const SHEET_ROW_FAULTS: usize = 25;
/// Most faults that are told of the rows of a file, or of its headers.
pub const SHEET_FAULTS: usize = 1_000;
/// Most other rows, columns or sheets that a fault names.
pub const SHEET_OTHERS_NAMED: usize = 5;
/// Most columns of a sheet.
pub const SHEET_COLUMNS: usize = 256;
/// Largest row of a CSV file, in bytes.
pub const SHEET_ROW_BYTES: usize = 256 * 1024;
/// Largest content of a workbook once unpacked, in bytes: several times what as many rows as are read take.
pub const WORKBOOK_BYTES: u64 = 16 * 1024 * 1024;
/// Longest stretch of a part of a workbook without a tag, in bytes: a cell holds 32,767 characters at most.
pub const WORKBOOK_STRETCH_BYTES: usize = 1024 * 1024;
/// Most parts of a workbook's package.
pub const WORKBOOK_PARTS: usize = 2_000;
/// Most elements of the parts of a workbook, over all of them.
pub const WORKBOOK_ELEMENTS: usize = 4_000_000;
/// Most sheets of a workbook.
pub const WORKBOOK_SHEETS: usize = 100;
/// Most cells of the sheets of a workbook that are read, formatted ones without a value among them.
pub const WORKBOOK_CELLS: usize = 300_000;
/// Most text of the cells of a workbook that are read, in bytes.
pub const WORKBOOK_TEXT_BYTES: usize = 8 * 1024 * 1024;
/// Most texts that the cells of a workbook share.
pub const WORKBOOK_STRINGS: usize = 100_000;
/// Most formats of the cells of a workbook.
pub const WORKBOOK_FORMATS: usize = 4_000;
/// Most elements of the part of a workbook that has its formats.
pub const WORKBOOK_STYLE_ELEMENTS: usize = 200_000;
/// Longest element of the part of a workbook that has its formats, and longest path of a sheet, in bytes.
pub const WORKBOOK_ELEMENT_BYTES: usize = 2 * 1024;
/// Longest number format that is looked into, in characters: spreadsheets take no longer ones.
pub const NUMBER_FORMAT_CHARACTERS: usize = 255;
/// A cell's text is cut after so many characters in a message.
pub const SHEET_QUOTED_CHARACTERS: usize = 100;

/// Largest number of an entry of the log that a request may name: the last that JSON numbers hold exactly.
pub const LAST_SEQUENCE: i64 = 9_007_199_254_740_991;
/// Largest body of a request, in bytes.
pub const BODY_BYTES: usize = 64 * 1024;
/// A body of JSON of up to so many bytes is read at once; a larger one, whose faults may take ten milliseconds to list,
/// on a thread of its own.
pub const READ_AT_ONCE_BYTES: usize = 4 * 1024;
/// How long the body of a request may take to arrive.
pub const BODY_WAIT: Duration = Duration::from_secs(30);
/// Items of a page unless asked otherwise.
pub const PAGE_DEFAULT: usize = 50;
/// Most items of a page.
pub const PAGE_MAX: usize = 500;
/// Most overdue cities that a row of the summary lists.
pub const OVERDUE_LISTED: usize = 100;
/// Most ids of one `ids` filter.
pub const IDS_MAX: usize = 500;
/// Writes a minute of one key unless configured otherwise.
pub const WRITES_PER_MINUTE: u32 = 600;
/// Bytes of bodies a minute of one key unless configured otherwise: some 300 records of the largest size, or four of the
/// largest files of figures.
pub const WRITE_BYTES_PER_MINUTE: u32 = 20_000_000;
/// Look-ups a second of keys that are not known in memory, over all clients.
pub const KEY_LOOKUPS_PER_SECOND: u32 = 20;
/// Uses of keys that wait to be written; more are noted with the next use of the key.
pub const KEY_USES_WAITING: usize = 1_024;
/// How long the day of a key's use that could not be written waits for the next try.
pub const KEY_USES_PAUSE: Duration = Duration::from_secs(5);
/// Bodies smaller than this are not compressed, in bytes.
pub const COMPRESS_FROM_BYTES: usize = 512;
/// An export is made in pieces of about so many bytes; a row is never divided.
pub const EXPORT_PIECE_BYTES: usize = 64 * 1024;
/// How long after a change `Last-Modified` is told again: longer than a request takes from memory, and than other
/// nodes take to follow.
pub const SETTLED_AFTER: Duration = Duration::from_secs(2);

/// A shared cache answers lists, judgements and exports itself for so long, in seconds. However many ask, the service
/// is asked six times a minute; cities report once a year, so nobody is misled by what is ten seconds old.
pub const SHARED_SECONDS: u32 = 10;
/// For so long after that it may still answer at once with what it has, while it asks for what is new, in seconds:
/// no reader waits for a cache that looks again.
pub const STALE_WHILE_ASKING_SECONDS: u32 = 60;
/// For so long it may answer with what it has while the service cannot be reached, in seconds: yesterday's answer is
/// dated, and better than none.
pub const STALE_IF_ERROR_SECONDS: u32 = 86_400;

/// Writes that wait for the writer before more are refused with 503.
pub const WRITE_QUEUE: usize = 1_024;
/// Writes that share one transaction.
pub const WRITE_BATCH: usize = 128;
/// Rows of one multi-row statement: with at most 12 columns within SQLite's 32,766 values.
pub const STATEMENT_ROWS: usize = 500;
/// Log entries read at a time when following or loading.
pub const LOAD_ROWS: i64 = 1_000;
/// Log entries first read at once for a page; twice as many the next time while they turn out to be small.
pub const LOG_STEP_ROWS: i64 = 8;
/// Log entries read at once for a page at the most.
pub const LOG_STEP_MOST_ROWS: i64 = 64;
/// A page of the log ends once its bodies have this many bytes, however few entries it has.
pub const LOG_PAGE_BYTES: usize = 1024 * 1024;
/// Connections of the pool that reads the log.
pub const POOL_CONNECTIONS: u32 = 4;

/// Streams of changes that are open at once before more are refused with 503.
pub const STREAMS: usize = 1_000;
/// The latest changes are kept for those who listen, as they are sent, up to so many bytes.
pub const NEWS_BYTES: usize = 16 * 1024 * 1024;
/// A page of the log for who comes back to a stream ends once its bodies have this many bytes: it is kept until it is
/// taken in, which a thousand slow clients may take their time for.
pub const STREAM_PAGE_BYTES: usize = 128 * 1024;
/// How long who comes back to a stream waits for their turn to read the log.
pub const STREAM_TURN_WAIT: Duration = Duration::from_secs(30);
/// How long the feed of a stream waits before it asks the log again for what it could not read.
pub const NEWS_PAUSE: Duration = Duration::from_secs(1);
/// A stream is silent for so long at most: then a comment keeps the proxies on its way from closing it.
pub const HEARTBEAT: Duration = Duration::from_secs(15);
/// What a listener whose stream has ended is told to wait before it comes back.
pub const STREAM_RETRY: Duration = Duration::from_secs(3);
/// How long a client may take in nothing of what it is sent before its connection is dropped.
pub const CLIENT_WAIT: Duration = Duration::from_secs(60);

/// How long until a node tries again to save what only it holds, or to load a log that was accepted.
pub const FORK_PAUSE: Duration = Duration::from_secs(5);
/// The newest entries of the log are kept as they are, up to so many bytes, to be saved if the database loses them.
pub const RECENT_BYTES: usize = 4 * 1024 * 1024;
/// Of the entries before them the hash of every so many is kept, to find what a database still has of them.
pub const RECENT_MARKS: i64 = 64;
/// How long a signed head is served before it is signed anew.
pub const HEAD_SIGNED_FOR: Duration = Duration::from_secs(60);
/// How often a mirror that follows looks for what is new, in seconds.
pub const MIRROR_EVERY_SECONDS: u64 = 10;
/// How long a mirror waits for an answer.
pub const MIRROR_ANSWER_WAIT: Duration = Duration::from_secs(60);
/// Largest answer that a mirror reads, in bytes.
pub const MIRROR_ANSWER_BYTES: u64 = 256 * 1024 * 1024;
/// How long a mirror takes a log that ends before its own for a node that is behind the others.
pub const MIRROR_PATIENCE: Duration = Duration::from_secs(3);
/// How long until it asks again then.
pub const MIRROR_RETRY: Duration = Duration::from_millis(300);
/// How often a node looks whether another has written.
pub const FOLLOW_EVERY: Duration = Duration::from_millis(250);
/// How long a reader of the log waits for a connection.
pub const POOL_WAIT: Duration = Duration::from_secs(3);
/// How long a write waits for its answer before 503.
pub const WRITE_WAIT: Duration = Duration::from_secs(15);
/// How long the database may let the writer wait for an answer before new writes are refused at once.
pub const STALLED_AFTER: Duration = Duration::from_secs(2);
/// Times that a transaction which the database has broken off is begun.
pub const TRANSACTION_TRIES: u32 = 3;
/// How long the writer tries to find out whether a commit that was not answered was done.
pub const RESOLVE_WAIT: Duration = Duration::from_secs(5);
/// How long between two tries of that.
pub const RESOLVE_PAUSE: Duration = Duration::from_millis(100);
/// Longest `Idempotency-Key`, in characters.
pub const IDEMPOTENCY_KEY_CHARACTERS: usize = 200;
/// How long a request with an `Idempotency-Key` is known when it is sent again, in days.
pub const IDEMPOTENCY_DAYS: u64 = 7;
/// How long a SQLite statement waits for another process's lock.
pub const BUSY_WAIT: Duration = Duration::from_secs(5);
/// How long between two tries to open a SQLite file that another process is just making.
pub const LOCK_PAUSE: Duration = Duration::from_millis(10);
/// How long a PostgreSQL statement may run.
pub const STATEMENT_WAIT: Duration = Duration::from_secs(10);
/// How long PostgreSQL lets a transaction of ours be without a statement: a node that is frozen or cut off within one
/// holds up all others.
pub const IDLE_TRANSACTION_WAIT: Duration = Duration::from_secs(5);
/// How long a PostgreSQL statement waits for a lock: longer than a frozen node may hold it.
pub const LOCK_WAIT: Duration = Duration::from_secs(7);
/// After how long without a word PostgreSQL asks whether a client is still there, and the client whether PostgreSQL is.
pub const KEEPALIVE_IDLE: Duration = Duration::from_secs(5);
/// How long between two such questions.
pub const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(2);
/// How many of them may stay without an answer.
pub const KEEPALIVE_COUNT: u32 = 3;
/// How long `serve` waits at its start for a PostgreSQL that cannot be reached unless stated, in seconds.
pub const DATABASE_WAIT_SECONDS: u64 = 60;
/// How long between two tries to reach it; each is told.
pub const DATABASE_PAUSE: Duration = Duration::from_secs(3);
/// How long PostgreSQL may take to accept a connection.
pub const CONNECT_WAIT: Duration = Duration::from_secs(3);
/// How long requests under way may take to finish after a stop is asked for, in seconds.
pub const SHUTDOWN_SECONDS: u64 = 20;
/// What a client refused with 503 is told to wait, in seconds.
pub const RETRY_AFTER_SECONDS: u64 = 5;

/// Largest workbook that the command line brings in, in bytes; it is read whole, unlike CSV.
pub const IMPORT_WORKBOOK_BYTES: usize = 32 * 1024 * 1024;
/// Largest content of such a workbook once unpacked, in bytes.
pub const IMPORT_WORKBOOK_UNPACKED_BYTES: u64 = 64 * 1024 * 1024;
/// Most texts that the cells of such a workbook share.
pub const IMPORT_WORKBOOK_STRINGS: usize = 500_000;
/// Most formats of the cells of such a workbook.
pub const IMPORT_WORKBOOK_FORMATS: usize = 20_000;
/// Most rows of figures of such a workbook, over all of its sheets.
pub const IMPORT_WORKBOOK_ROWS: usize = 100_000;
/// Most cells of such a workbook, formatted ones without a value among them.
pub const IMPORT_WORKBOOK_CELLS: usize = 1_000_000;
/// Most text of the cells of such a workbook, in bytes.
pub const IMPORT_WORKBOOK_TEXT_BYTES: usize = 64 * 1024 * 1024;
/// Rows of an import that share one transaction.
pub const IMPORT_BATCH: usize = 1_000;
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
/// Largest report of an import that is JSON, in bytes with its white space: four times what is recorded of it.
pub const JSON_REPORT_BYTES: usize = 256 * 1024;
/// Most fields of a form, files among them.
pub const FORM_FIELDS: usize = 16;
/// Most cities that are listed to choose from.
pub const LISTED_CITIES: usize = 1_000;

/// Reads a minute of one client address unless configured otherwise: a hundred a second, far more than a page or a
/// script that polls asks for, and too few to keep a processor busy.
pub const READS_PER_MINUTE: u32 = 6_000;
/// Connections that are open at once, if as many files may be.
pub const CONNECTIONS: usize = 4_096;
/// Connections of one client address: an office of many people comes from one.
pub const CONNECTIONS_PER_ADDRESS: usize = 256;
/// Files that are left for all but connections: the database, the log, the operators' listener.
pub const FILES_KEPT: usize = 128;
/// Connections of operators that are open at once.
pub const OPERATORS_CONNECTIONS: usize = 64;
/// Streams of changes of one client address.
pub const STREAMS_PER_ADDRESS: usize = 128;
/// Bytes in flight: bodies that are read, and answers that are kept or sent.
pub const BYTES_IN_FLIGHT: usize = 256 * 1024 * 1024;
/// One client address may have one part in so many of the bytes in flight, and answers that may be asked for again
/// are kept up to as much.
pub const BYTES_IN_FLIGHT_PARTS: usize = 4;
/// A large answer is sent in pieces of so many bytes: a client that does not read costs one piece, not the answer.
pub const PIECE_BYTES: usize = 16 * 1024;
/// The system keeps at most about so many bytes of a client's that it could not send yet.
pub const UNSENT_BYTES: u32 = 128 * 1024;
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
/// Forms that are read at once before a key was seen in them.
pub const UNKEYED_FORMS: usize = 256;
/// The same of one client address.
pub const UNKEYED_FORMS_PER_ADDRESS: usize = 8;
/// Bytes of the fields of a form that are read before a key was seen in them.
pub const UNKEYED_FORM_BYTES: usize = 8 * 1024;
/// How long a form may take until its key has come.
pub const UNKEYED_FORM_WAIT: Duration = Duration::from_secs(10);
/// How long the head of the first request of a connection may take to arrive.
pub const HEAD_WAIT: Duration = Duration::from_secs(10);
/// How long the head of a later request, or what is left of a body that nobody reads, may take to arrive.
pub const NEXT_HEAD_WAIT: Duration = Duration::from_secs(15);
/// How many heads of requests are read of one connection before the first of them is worked on.
pub const HEADS_AHEAD: usize = 4;
/// How many bytes are read of one connection while a request of it is worked on that does not ask for them.
pub const BYTES_AHEAD: usize = 16 * 1024;
/// A connection is read in parts of so many bytes.
pub const READ_BYTES: usize = 8 * 1024;
/// After a stop is asked for, what has not moved for so long is cut off.
pub const STUCK_WAIT: Duration = Duration::from_secs(3);
/// The target of a request is cut after so many bytes in the log.
pub const LOGGED_TARGET_BYTES: usize = 512;
/// Bytes of a form beside what its fields hold: their names and what stands between them.
pub const FORM_FRAME_BYTES: usize = 64 * 1024;
/// Longest id that a request may bring with it, in characters.
pub const REQUEST_ID_CHARACTERS: usize = 64;
/// Most wrong entries of a damaged log that a message names.
pub const DAMAGE_TOLD: usize = 10;
/// Longest line of a backup, or of a mirror of the log, in bytes: an entry has at most two bodies, as JSON within JSON.
pub const BACKUP_LINE_BYTES: u64 = 16 * BODY_BYTES as u64;

/// How far a clock may leap ahead, or the clocks of two machines differ, and still be believed. Clocks that are kept in
/// step differ by less than a second; five minutes are also what other protocols take for a clock that is right.
pub const CLOCK_LEAP: Duration = Duration::from_secs(300);
