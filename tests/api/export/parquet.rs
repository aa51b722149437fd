//! Parquet has the rows and the columns of the CSV, with the types of the specification and in groups of rows.

use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

use super::{SETS, export, large_log, table, world};
use crate::support::Service;

type File = SerializedFileReader<bytes::Bytes>;

fn parquet(service: &Service, what: &str) -> File {
    let response = service.request("GET", &format!("/v1/export/{what}.parquet")).send().unwrap();
    assert_eq!(response.status(), 200, "{what}");
    SerializedFileReader::new(response.bytes().unwrap()).unwrap()
}

/// The columns of a file: name, physical and logical type, and whether it may be null.
fn schema(file: &File) -> Vec<(String, Physical, Option<LogicalType>, bool)> {
    let schema = file.metadata().file_metadata().schema_descr();
    let column = |column: &parquet::schema::types::ColumnDescPtr| {
        let basic = column.self_type().get_basic_info();
        (
            column.name().to_owned(),
            column.physical_type(),
            column.logical_type_ref().cloned(),
            basic.repetition() == Repetition::OPTIONAL,
        )
    };
    schema.columns().iter().map(column).collect()
}

/// A value as the CSV has it; the mark before what a spreadsheet would run is not in the data.
fn cell(field: &Field) -> String {
    match field {
        Field::Null => String::new(),
        Field::Str(text) if text.starts_with(['=', '+', '-', '@']) => format!("'{text}"),
        Field::Str(text) => text.clone(),
        Field::Bool(value) => value.to_string(),
        Field::Int(number) => number.to_string(),
        Field::Long(number) => number.to_string(),
        Field::Double(number) => number.to_string(),
        Field::Date(days) => chrono::NaiveDate::from_epoch_days(*days).unwrap().to_string(),
        Field::TimestampMicros(micros) => {
            chrono::DateTime::from_timestamp_micros(*micros).unwrap().format("%Y-%m-%dT%H:%M:%SZ").to_string()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn parquet_has_the_rows_of_the_csv() {
    let service = world();
    for what in SETS {
        let (header, rows) = table(&export(&service, &format!("{what}.csv")).text);
        let file = parquet(&service, what);
        let names: Vec<String> = schema(&file).into_iter().map(|(name, ..)| name).collect();
        assert_eq!(names, header.iter().collect::<Vec<_>>(), "{what}");
        let typed: Vec<_> = file.get_row_iter(None).unwrap().map(Result::unwrap).collect();
        assert_eq!(typed.len(), rows.len(), "{what}");
        for (typed, row) in typed.iter().zip(&rows) {
            for ((name, field), text) in typed.get_column_iter().zip(row) {
                let is_same = match field {
                    Field::Double(number) => text.parse() == Ok(*number),
                    field => cell(field) == text,
                };
                assert!(is_same, "{what}: {name} is {field:?} and {text}");
            }
        }
    }
}

#[test]
fn the_types_are_those_of_the_specification_and_the_same_without_rows() {
    let (service, empty) = (world(), Service::start());
    for what in SETS {
        let (file, without) = (parquet(&service, what), parquet(&empty, what));
        assert_eq!(schema(&file), schema(&without), "{what}");
        assert_eq!(without.metadata().file_metadata().num_rows(), 0, "{what}");
        assert!(schema(&file).iter().all(|(.., is_optional)| *is_optional), "{what}");
    }
    let text = (Physical::BYTE_ARRAY, Some(LogicalType::String));
    let time = (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS)));
    for (what, name, expected) in [
        ("status", "verdict", text.clone()),
        ("status", "caution_codes", text.clone()),
        ("status", "target_year", (Physical::INT32, None)),
        ("status", "population", (Physical::INT64, None)),
        ("status", "pace", (Physical::DOUBLE, None)),
        ("status", "is_headline", (Physical::BOOLEAN, None)),
        ("status", "set_on", (Physical::INT32, Some(LogicalType::Date))),
        // A year, or a day.
        ("targets", "ended_on", text.clone()),
        ("targets", "milestones", text.clone()),
        ("reports", "recorded_at", time),
        ("reports", "totals.basic", (Physical::DOUBLE, None)),
        ("reports", "period.start", (Physical::INT32, Some(LogicalType::Date))),
        ("series", "year", (Physical::INT32, None)),
        ("series", "reported_tonnes", (Physical::DOUBLE, None)),
        ("changes", "sequence", (Physical::INT64, None)),
        ("changes", "after", text),
    ] {
        let columns = schema(&parquet(&empty, what));
        let column = columns.into_iter().find(|(column, ..)| column == name).unwrap();
        assert_eq!((column.1, column.2), expected, "{what}: {name}");
    }
}

#[test]
fn a_large_file_comes_in_groups() {
    let service = Service::start();
    let last = large_log(&service);
    let file = parquet(&service, "changes");
    let metadata = file.metadata();
    assert!(metadata.num_row_groups() > 3, "{}", metadata.num_row_groups());
    assert_eq!(metadata.file_metadata().num_rows(), last);
    for group in metadata.row_groups() {
        let most = 2 * pledgewatch::api::limits::PARQUET_GROUP_BYTES;
        assert!(usize::try_from(group.total_byte_size()).unwrap() < most, "{}", group.total_byte_size());
    }
    let sequence = |row: parquet::record::Row| {
        let place = row.get_column_iter().position(|(name, _)| name == "sequence").unwrap();
        parquet::record::RowAccessor::get_long(&row, place).unwrap()
    };
    let read: Vec<i64> = file.get_row_iter(None).unwrap().map(|row| sequence(row.unwrap())).collect();
    assert_eq!(read, (1..=last).collect::<Vec<_>>());
}
