//! Rows as bytes, in the format that was asked for: those that are written and not yet sent.

use std::io;

use actix_web::web::Bytes;
use serde::Serialize;

use super::columns::Shape;
use super::csv::begin;
use super::parquet::ParquetRows;
use super::table::Table;
use crate::api::limits::{EXPORT_PIECE_BYTES, PARQUET_GROUP_BYTES};

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// As RFC 4180 has it.
    Csv {
        /// Whether it begins with the mark by which Excel knows UTF-8.
        excel: bool,
    },
    /// A JSON object a line.
    Ndjson,
    /// Apache Parquet.
    Parquet,
}

impl Format {
    /// How the name of a file ends.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        match self {
            Format::Csv { .. } => "csv",
            Format::Ndjson => "ndjson",
            Format::Parquet => "parquet",
        }
    }

    /// What it is called in HTTP.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Format::Csv { .. } => "text/csv; charset=utf-8",
            Format::Ndjson => "application/x-ndjson",
            Format::Parquet => "application/vnd.apache.parquet",
        }
    }

    /// What writing takes of the bytes in flight: the piece that is made, the one that is sent, and what the rows are made
    /// of, each of which may be longer than a piece by a row; of Parquet a group of rows as it is held, as it is encoded,
    /// and as it is sent.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Format::Csv { .. } | Format::Ndjson => 4 * EXPORT_PIECE_BYTES,
            Format::Parquet => 4 * PARQUET_GROUP_BYTES,
        }
    }
}

/// Rows as bytes.
pub struct Sheet {
    rows: Rows,
    /// How long the rows are that were added since bytes were last taken, in bytes.
    added: usize,
}

enum Rows {
    Csv(Box<Table>, Vec<u8>),
    Ndjson(Vec<u8>),
    Parquet(Box<ParquetRows>),
}

impl Sheet {
    /// One with what comes before the first row.
    ///
    /// # Errors
    /// Never, as it is written to memory.
    pub fn new(format: Format, shape: &Shape) -> io::Result<Self> {
        let rows = match format {
            Format::Csv { excel } => {
                let (table, mut bytes) = (Table::new(shape.names()), begin(excel));
                table.header(&mut bytes)?;
                Rows::Csv(Box::new(table), bytes)
            }
            Format::Ndjson => Rows::Ndjson(Vec::new()),
            Format::Parquet => Rows::Parquet(Box::new(ParquetRows::new(shape)?)),
        };
        Ok(Sheet { rows, added: 0 })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When it cannot be written, which plain data always can.
    pub fn add<T: Serialize>(&mut self, row: &T) -> io::Result<()> {
        match &mut self.rows {
            Rows::Csv(table, bytes) => {
                table.row(row, bytes)?;
                self.added = bytes.len();
            }
            Rows::Ndjson(bytes) => {
                serde_json::to_writer(&mut *bytes, row)?;
                bytes.push(b'\n');
                self.added = bytes.len();
            }
            Rows::Parquet(rows) => self.added += rows.add(row)?,
        }
        Ok(())
    }

    /// True if there is a piece of rows: others have a turn before there are more.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.added >= EXPORT_PIECE_BYTES
    }

    /// What is written and can be sent; it may be nothing.
    ///
    /// # Errors
    /// Never, as it is written to memory.
    pub fn take(&mut self) -> io::Result<Bytes> {
        self.added = 0;
        match &mut self.rows {
            Rows::Csv(_, bytes) | Rows::Ndjson(bytes) => {
                let empty = Vec::with_capacity(EXPORT_PIECE_BYTES + EXPORT_PIECE_BYTES / 4);
                Ok(std::mem::replace(bytes, empty).into())
            }
            Rows::Parquet(rows) => rows.take(),
        }
    }

    /// What comes after the last row, once; then none.
    ///
    /// # Errors
    /// Never, as it is written to memory.
    pub fn end(&mut self) -> io::Result<Option<Bytes>> {
        match &mut self.rows {
            Rows::Csv(..) | Rows::Ndjson(_) => Ok(None),
            Rows::Parquet(rows) => rows.end(),
        }
    }
}
