//! What the resources share on the way out: lists and tables, tags and encodings, and refusals.

pub mod answer;
pub mod answer_cache;
pub mod columns;
pub mod costly;
pub mod csv;
pub mod dataset;
pub mod flat_assessment;
pub mod list;
pub mod parquet;
pub mod problem;
pub mod rendered;
pub mod row_writer;
pub mod table;
pub mod workbook;
pub mod workers;
