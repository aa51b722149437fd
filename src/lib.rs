//! pledgewatch records the climate pledges of cities, judges whether they are kept, and publishes the answer.
//!
//! # The rooms
//!
//! Each room uses only rooms above it; `tests/layout.rs` says which, and fails where one uses another.
//!
//! - [`record`]: what cities say: exact, validated, free of I/O. Also the entries of the change log that carry it, the
//!   chain of their hashes, [`record::ledger`], the one place where an entry is applied, and [`record::view`], a city as it
//!   was known at a moment.
//! - [`method`]: how a verdict is made from the records of one city: a file for each step of the method and each number, and
//!   `method::conclusion` with the table of verdicts that decides; also how cities are added up and compared with each
//!   other. Whether two inventories may be compared is decided in `method::obstacle`, by the rules in `method::accounting`
//!   and `method::coverage`. It reads no clock and no database.
//! - [`import`]: files of figures made into records: `table` reads cells, numbers and units, `template` writes and reads
//!   the template of this service, `public` reads what others publish.
//! - [`demo`]: the cities of `serve --demo`.
//! - [`store`]: what is on disk: the log, the table of records with its views, the keys; backups, and `verify`.
//! - [`mirror`]: a copy of the public log of another service, checked as it arrives.
//! - [`metrics`]: what is counted.
//! - [`answers`]: what is shown of one record and of one city, and the bytes it is rendered to.
//! - [`registry`]: the present in memory, and the writer that changes it; `fork` and `fork_handling` stop it when the
//!   database has another log; imports from the command line write through `bulk`.
//! - [`overview`]: what is shown of many cities together: comparisons, rankings, networks, the world in numbers.
//! - [`api`]: the resources of `/v1`, mostly one file each, and health and metrics; what they share on the way in is in `api::request`, on the way out in
//!   `api::response`; `api::openapi` makes the specification from them.
//! - [`chart`]: pictures as SVG and PNG, drawn from plain numbers: pathways, lines of several cities, cards for links.
//! - [`web`]: pages for people, and the guide.
//! - [`server`]: what every connection and every request passes.
//! - [`cli`]: the commands.
//!
//! # How a write travels
//!
//! `PUT /v1/cities/xx/reports/2020`:
//!
//! 1. `server::pacing` reads the connection no faster than it is answered; `server::admission` counts the requests of the
//!    address.
//! 2. `api::record_resource` hands it to `api::write`. That checks the key and counts the write (`api::request::access`)
//!    and its bytes before it reads the body (`api::request::body`), and makes a record of the body ([`record::any_record`]).
//! 3. [`registry::Registry::write`] sends it to the thread of the writer, and waits for the reply (`registry::reply`).
//! 4. `registry::writer` takes all writes that wait; `registry::transaction` locks the row that numbers the log, and takes
//!    over what other nodes wrote meanwhile (`registry::follow`).
//! 5. `registry::staging` checks each write against the current state (its condition, `registry::relations`), drafts its
//!    entry with its hash, and applies it to a copy of what it touches ([`record::ledger`]).
//! 6. [`store`] appends the entries and brings the table of records up to date. `store::connection` commits, and sets
//!    that a commit means "on disk".
//! 7. The next snapshot, with the changed cities judged again before the commit (`answers::city_status`), replaces the
//!    present one.
//! 8. `registry::feed` wakes the listeners of the stream. Only then is the client answered.
//!
//! # How a read travels
//!
//! `GET /v1/cities/xx/status`:
//!
//! 1. As a write, through `server` to the resource, here `api::status`.
//! 2. [`registry::Registry::present`] gives the snapshot: immutable, shared, no lock and no database.
//! 3. The city's entry has its judgement rendered already. A permalink or `?as_of=`, unless its answer is
//!    still kept, is judged again from the dossier, by
//!    [`record::view`] and [`method`], after what is no longer in memory was read from the log.
//! 4. What costs much to make (lists, rankings, the map) is made once for each edition of the snapshot, in turn, and kept:
//!    `api::response::costly`.
//! 5. `api::response::answer` adds the tag and the headers. `api::request::conditions` compares the tag with that of the
//!    client: if they are the same, the answer is 304.
//!
//! # Five changes, and what each touches
//!
//! A kind of record: its body in a file beside `src/record/target.rs`, its kind and its key in `src/record/key.rs`, its
//! answer in `src/answers/records.rs`, its resource in a file beside `src/api/targets.rs`, and its example in
//! `src/api/openapi/examples.rs`. It is registered in `src/api/mod.rs`; what it may refer to stands in
//! `src/registry/relations.rs`, how many there may be in `src/registry/record_limit.rs`, and who may write it in
//! `src/api/write.rs`. The compiler asks for the rest.
//!
//! A member of a report, such as `weather_normalised`: its field, its parser and its description in
//! `src/record/inventory.rs`; what stays of it once it is superseded in `src/record/abridged.rs`; its column in
//! `src/import/template/columns.rs` and its cell in `src/import/template/filled.rs`. The specification, the SQL views and
//! the CSV columns follow from the type; `openapi/openapi.json` is the specification as last written, and a test says how to
//! write it again. `tests/nothing_forgotten/mod.rs` fails until each way in and out has the member.
//!
//! An importer: its file beside `src/import/public/uk.rs`, its name in `src/import/public/format.rs` and
//! `src/import/public/mod.rs`, the help of the command in `src/cli/import.rs`, its test in `tests/import/public`, and a line
//! in `src/web/guide/importing.md`.
//!
//! A caution: its code and whether it lowers the confidence in `src/method/caution/mod.rs`, the rule in the file beside it
//! that is about the same (`accounting`, `coverage`, `figures`, `timing`; of changes after the fact in `src/method/history`), the formulas of its numbers, if it prints any, in
//! `src/method/explain/cautions.rs`, and its meaning in `src/web/guide/method.md`, which a test asks for. A change that can
//! alter a verdict or a confidence raises `VERSION` in `src/method/mod.rs`.
//!
//! A table or a column of the database: a folder in `migrations`, `src/store/schema.rs`, and, if what is there has to be
//! filled in, `migrate` in `src/store/mod.rs`; one that the log does not hold also in `src/store/backup.rs`. `tests/store/upgrade.rs` brings databases of earlier schemas to the new one.

pub mod answers;
pub mod api;
pub mod chart;
pub mod cli;
pub mod demo;
pub mod import;
pub mod method;
pub mod metrics;
pub mod mirror;
pub mod overview;
pub mod record;
pub mod registry;
pub mod server;
pub mod store;
pub mod web;
