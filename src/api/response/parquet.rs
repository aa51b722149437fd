//! Rows as Apache Parquet: the columns of the CSV with the types of the specification, in groups of rows of bounded size.

use std::io;
use std::sync::Arc;

use actix_web::web::Bytes;
use chrono::{DateTime, NaiveDate};
use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::Type;
use serde::Serialize;
use serde_json::value::RawValue;

use super::columns::{Kind, Shape};
use super::table::{Finder, text};
use crate::api::limits::PARQUET_GROUP_BYTES;

/// A file that is written as its rows come.
pub struct ParquetRows {
    finder: Finder,
    /// What is held of each column for the group that is being filled.
    columns: Vec<Held>,
    /// How long the rows of that group are as JSON, in bytes: about what is held of them.
    held_bytes: usize,
    /// Where the groups are written; none once the file is whole.
    file: Option<SerializedFileWriter<Vec<u8>>>,
}

impl ParquetRows {
    /// An empty file of these columns.
    ///
    /// # Errors
    /// Never, as it is written to memory.
    pub fn new(shape: &Shape) -> io::Result<Self> {
        let properties = WriterProperties::builder()
            .set_created_by(concat!("pledgewatch version ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_compression(Compression::SNAPPY)
            // A group is small: what is known of it as a whole says enough of its pages.
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true)
            .build();
        let file = SerializedFileWriter::new(Vec::new(), Arc::new(schema(shape)?), Arc::new(properties))?;
        Ok(ParquetRows {
            finder: Finder::new(shape.names()),
            columns: shape.kinds().iter().map(|kind| Held::new(*kind)).collect(),
            held_bytes: 0,
            file: Some(file),
        })
    }

    /// Adds a row, and writes a group when there are enough; returns how long the row is as JSON, in bytes.
    ///
    /// # Errors
    /// When a value is not of the type of its column.
    pub fn add<T: Serialize>(&mut self, row: &T) -> io::Result<usize> {
        let cells = self.finder.cells(row)?;
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            column.add(cell)?;
        }
        let bytes = self.finder.row_bytes();
        self.held_bytes += bytes;
        if self.held_bytes >= PARQUET_GROUP_BYTES {
            self.write_group()?;
        }
        Ok(bytes)
    }

    fn write_group(&mut self) -> Result<()> {
        let Some(file) = self.file.as_mut().filter(|_| self.held_bytes > 0) else { return Ok(()) };
        self.held_bytes = 0;
        let mut group = file.next_row_group()?;
        for column in &mut self.columns {
            let mut writer = group.next_column()?.ok_or_else(|| ParquetError::General("a column too many".into()))?;
            column.write(&mut writer)?;
            writer.close()?;
        }
        group.close()?;
        Ok(())
    }

    /// What was written since the last time; it may be nothing.
    ///
    /// # Errors
    /// Never, as it is written to memory.
    pub fn take(&mut self) -> io::Result<Bytes> {
        let Some(file) = &mut self.file else { return Ok(Bytes::new()) };
        file.flush()?;
        // The writer counts what it has written, so what is in front of it may be taken away.
        Ok(std::mem::take(file.inner_mut()).into())
    }

    /// The rest: the last group, and where in the file everything is; none once it was taken.
    ///
    /// # Errors
    /// Never, as it is written to memory.
    pub fn end(&mut self) -> io::Result<Option<Bytes>> {
        self.write_group()?;
        let Some(file) = self.file.take() else { return Ok(None) };
        Ok(Some(file.into_inner()?.into()))
    }
}

/// The schema, by the columns alone: that of a data set is the same whatever its rows have.
fn schema(shape: &Shape) -> Result<Type> {
    let column = |(name, kind): (&String, &Kind)| {
        let (physical, logical) = match kind {
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Bool => (Physical::BOOLEAN, None),
            Kind::Int32 => (Physical::INT32, None),
            Kind::Int64 => (Physical::INT64, None),
            Kind::Double => (Physical::DOUBLE, None),
            Kind::Day => (Physical::INT32, Some(LogicalType::Date)),
            Kind::Time => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS))),
        };
        let column = Type::primitive_type_builder(name, physical);
        Ok(Arc::new(column.with_repetition(Repetition::OPTIONAL).with_logical_type(logical).build()?))
    };
    let columns = shape.names().iter().zip(shape.kinds()).map(column).collect::<Result<Vec<_>>>()?;
    Type::group_type_builder("row").with_fields(columns).build()
}

/// What is held of a column: its values, and for each row whether it has one.
struct Held {
    /// 1 for a row with a value, else 0.
    levels: Vec<i16>,
    values: Values,
}

/// The values of a column, without those that are absent.
enum Values {
    Text(Texts),
    Bool(Vec<bool>),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Double(Vec<f64>),
    /// Days since 1970.
    Day(Vec<i32>),
    /// Microseconds since 1970, UTC.
    Time(Vec<i64>),
}

/// Texts in one piece, because there are many short ones.
#[derive(Default)]
struct Texts {
    joined: Vec<u8>,
    ends: Vec<usize>,
}

impl Texts {
    fn take(&mut self) -> Vec<ByteArray> {
        let Texts { joined, ends } = std::mem::take(self);
        let (joined, mut begin) = (Bytes::from(joined), 0);
        let text = |end| ByteArray::from(joined.slice(std::mem::replace(&mut begin, end)..end));
        ends.into_iter().map(text).collect()
    }
}

impl Held {
    fn new(kind: Kind) -> Self {
        let values = match kind {
            Kind::Text => Values::Text(Texts::default()),
            Kind::Bool => Values::Bool(Vec::new()),
            Kind::Int32 => Values::Int32(Vec::new()),
            Kind::Int64 => Values::Int64(Vec::new()),
            Kind::Double => Values::Double(Vec::new()),
            Kind::Day => Values::Day(Vec::new()),
            Kind::Time => Values::Time(Vec::new()),
        };
        Held { levels: Vec::new(), values }
    }

    fn add(&mut self, cell: Option<&RawValue>) -> io::Result<()> {
        let cell = cell.filter(|cell| cell.get() != "null");
        self.levels.push(i16::from(cell.is_some()));
        let Some(cell) = cell else { return Ok(()) };
        let json = cell.get();
        match &mut self.values {
            Values::Text(texts) => {
                texts.joined.extend_from_slice(text(cell)?.as_bytes());
                texts.ends.push(texts.joined.len());
            }
            Values::Bool(values) => values.push(serde_json::from_str(json)?),
            Values::Int32(values) => values.push(serde_json::from_str(json)?),
            Values::Int64(values) => values.push(serde_json::from_str(json)?),
            Values::Double(values) => values.push(serde_json::from_str(json)?),
            Values::Day(values) => {
                let day: NaiveDate = serde_json::from_str(json)?;
                values.push(day.to_epoch_days());
            }
            Values::Time(values) => {
                let time = DateTime::parse_from_rfc3339(&text(cell)?).map_err(io::Error::other)?;
                values.push(time.timestamp_micros());
            }
        }
        Ok(())
    }

    fn write(&mut self, writer: &mut SerializedColumnWriter<'_>) -> Result<()> {
        let levels = std::mem::take(&mut self.levels);
        match &mut self.values {
            Values::Text(texts) => write::<ByteArrayType>(writer, &texts.take(), &levels),
            Values::Bool(values) => write::<BoolType>(writer, &std::mem::take(values), &levels),
            Values::Int32(values) | Values::Day(values) => write::<Int32Type>(writer, &std::mem::take(values), &levels),
            Values::Int64(values) | Values::Time(values) => {
                write::<Int64Type>(writer, &std::mem::take(values), &levels)
            }
            Values::Double(values) => write::<DoubleType>(writer, &std::mem::take(values), &levels),
        }
    }
}

fn write<T: DataType>(writer: &mut SerializedColumnWriter<'_>, values: &[T::T], levels: &[i16]) -> Result<()> {
    writer.typed::<T>().write_batch(values, Some(levels), None)?;
    Ok(())
}
