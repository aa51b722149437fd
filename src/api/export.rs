//! Whole data sets in one answer: `/v1/export/{what}.csv`, `.ndjson` and `.parquet`.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};

use utoipa::ToSchema;

use super::Service;
use super::request::excel::{self, EXCEL};
use super::request::query::{NoQuery, Query};
use super::response::answer::{CachePolicy, Validators, begin};
use super::response::costly::read_log;
use super::response::csv::unwritten;
use super::response::dataset::{Asker, CityRows, DataSet, LogRows};
use super::response::problem::Problem;
use super::response::row_writer::{Format, Sheet};
use crate::method;
use crate::record::change::sha256;
use crate::registry::Snapshot;

/// A Parquet file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[allow(dead_code, reason = "it stands for its schema")]
pub struct ParquetFile(Vec<u8>);

/// Export a data set as CSV
///
/// Every row of all pages of the list, of one moment, by city and id (the change log by sequence), with the columns
/// of the list; of `series` the rows of a city's series, by city, target and year, with the columns `city`, `name`,
/// `target` and `unit` before them. It is sent as it is made, and not compressed; a connection that is cut before the end means that it
/// is not whole.
#[utoipa::path(operation_id = "exportCsv", tag = "exports",
    params(("what" = inline(DataSet), Path, description = "The data set")),
    responses((status = 200, description = "The whole data set", content_type = "text/csv", body = String)))]
#[get("/export/{what}.csv")]
pub async fn csv(
    request: HttpRequest,
    service: web::Data<Service>,
    what: web::Path<String>,
    _: Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    let format = Format::Csv { excel: excel::is_asked(&request) };
    export(&request, &service, &what, format).await
}

/// Export a data set as JSON lines
///
/// Every item of all pages of the list, of one moment, by city and id (the change log by sequence): one JSON object
/// a line, the same as in the list; of `series` the rows of a city's series, by city, target and year, with `city`,
/// `name`, `target` and `unit` as well. It is sent as it is made, and not compressed; a connection that is cut before the
/// end means that it is not whole.
#[utoipa::path(operation_id = "exportNdjson", tag = "exports",
    params(("what" = inline(DataSet), Path, description = "The data set")),
    responses((status = 200, description = "The whole data set", content_type = "application/x-ndjson", body = String)))]
#[get("/export/{what}.ndjson")]
pub async fn ndjson(
    request: HttpRequest,
    service: web::Data<Service>,
    what: web::Path<String>,
    _: Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    export(&request, &service, &what, Format::Ndjson).await
}

/// Export a data set as Parquet
///
/// The rows and the columns of the same export as CSV, with types: numbers without fraction, other numbers, true or
/// false, days, times in UTC, and texts for all else, as they are in the CSV but for the mark that keeps a spreadsheet
/// from running them. Every column may be null. The schema of a data set does not depend on its rows. It is sent as it
/// is made; a connection that is cut before the end means that it is not whole, and a reader finds no end then.
#[utoipa::path(operation_id = "exportParquet", tag = "exports",
    params(("what" = inline(DataSet), Path, description = "The data set")),
    responses((status = 200, description = "The whole data set", content_type = "application/vnd.apache.parquet",
        body = ParquetFile)))]
#[get("/export/{what}.parquet")]
pub async fn parquet(
    request: HttpRequest,
    service: web::Data<Service>,
    what: web::Path<String>,
    _: Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    export(&request, &service, &what, Format::Parquet).await
}

async fn export(
    request: &HttpRequest,
    service: &web::Data<Service>,
    what: &str,
    format: Format,
) -> Result<HttpResponse, Problem> {
    let what = DataSet::from_word(what).ok_or_else(Problem::not_found)?;
    let snapshot = service.registry.present();
    let shape = what.shape(&service.columns);
    let redacted = match what {
        DataSet::Changes => read_log(request, service, |history| Ok(history.count_redacted()?)).await?,
        _ => snapshot.redacted,
    };
    let tag = tag(&snapshot, what, format, shape.names(), redacted);
    // A body that is taken out of the log leaves no entry there, and so no edition.
    let modified_at = snapshot.edition.modified_at().filter(|_| what != DataSet::Changes);
    let validators = Validators { tag: &tag, modified_at };
    let (mut response, is_known) = begin(request, format.content_type(), validators, CachePolicy::Shared);
    let name = format!("pledgewatch-{what}-{}.{}", snapshot.judged_on, format.suffix());
    response.insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")));
    if is_known {
        return Ok(response.finish());
    }
    let sheet = Sheet::new(format, shape).map_err(|error| unwritten(&error))?;
    let asker = Asker::new(request, service, format.bytes())?;
    Ok(match what {
        DataSet::Changes => response.streaming(LogRows::open(&snapshot, sheet, asker).await?.pieces()),
        _ => response.streaming(CityRows::new(snapshot, what, sheet).pieces(asker)),
    })
}

/// What stands for the content before it is made: all that it is made of.
///
/// The log's last hash stands for every entry; a body that is taken out of the log by hand leaves it as it was, and
/// is counted.
fn tag(snapshot: &Snapshot, what: DataSet, format: Format, columns: &[String], redacted: i64) -> String {
    let parts = [
        what.as_str(),
        format.suffix(),
        &snapshot.head.hash,
        &snapshot.judged_on.to_string(),
        method::VERSION,
        env!("CARGO_PKG_VERSION"),
        &columns.join(","),
        &redacted.to_string(),
        if format == (Format::Csv { excel: true }) { EXCEL } else { "" },
    ];
    sha256(&parts.join("\n"))[..32].to_owned()
}
