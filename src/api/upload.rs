//! Files on their way in: one as the body, or several in a form.

use actix_multipart::Multipart;
use actix_web::web::{self, Bytes, BytesMut};
use actix_web::{HttpMessage, HttpRequest};
use futures_util::TryStreamExt;
use utoipa::ToSchema;

use super::body;
use super::problem::{Code, Problem, too_large};
use crate::record::limits::{BODY_WAIT, FORM_FIELDS, SHEET_BYTES};

/// The media type of an XLSX workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// An XLSX workbook.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[allow(dead_code, reason = "the shape of what is read, for the specification")]
pub struct Workbook(Bytes);

/// What was sent.
#[derive(Debug)]
pub enum Upload {
    /// JSON in which no object names a member twice.
    Json(Bytes),
    /// CSV files or a workbook.
    Files(Vec<Bytes>),
}

/// A field of a form.
#[derive(Debug)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Whether it is a file: it has a file name, which may be empty where none was chosen.
    pub file: Option<String>,
    /// What it holds.
    pub value: Bytes,
}

impl Field {
    /// Its value as a text without white space around it.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.value).trim().to_owned()
    }
}

/// Reads a file of reports in whatever way it was sent.
///
/// # Errors
/// 400, 408, 413 or 415.
pub async fn read(request: &HttpRequest, payload: web::Payload) -> Result<Upload, Problem> {
    let told = "the body must be text/csv, XLSX, application/json or multipart/form-data, not compressed";
    let unsupported = || Problem::new(Code::UnsupportedMediaType, told);
    if body::is_encoded(request) {
        return Err(unsupported());
    }
    if body::is_json(request) {
        return json(body::bytes(request, payload, SHEET_BYTES).await?);
    }
    match request.content_type() {
        "text/csv" | "application/csv" | "application/octet-stream" | XLSX => {
            Ok(Upload::Files(vec![body::bytes(request, payload, SHEET_BYTES).await?]))
        }
        "multipart/form-data" => {
            let fields = form(request, payload).await?;
            let files: Vec<Bytes> =
                fields.into_iter().filter(|field| !field.value.is_empty()).map(|field| field.value).collect();
            if files.is_empty() {
                Err(Problem::fault("", "no_file", "the form has no file"))
            } else {
                Ok(Upload::Files(files))
            }
        }
        _ => Err(unsupported()),
    }
}

/// JSON, once it is known to be unambiguous.
///
/// # Errors
/// 400.
pub fn json(bytes: Bytes) -> Result<Upload, Problem> {
    body::unambiguous(&bytes)?;
    Ok(Upload::Json(bytes))
}

/// Reads the fields of a form, files among them.
///
/// # Errors
/// 400, 408, 413 or 415.
pub async fn form(request: &HttpRequest, payload: web::Payload) -> Result<Vec<Field>, Problem> {
    if request.content_type() != "multipart/form-data" {
        return Err(Problem::new(Code::UnsupportedMediaType, "the body must be multipart/form-data"));
    }
    let parts = Multipart::new(request.headers(), payload);
    match tokio::time::timeout(BODY_WAIT, fields(parts)).await {
        Err(_) => Err(body::late()),
        Ok(read) => read,
    }
}

async fn fields(mut parts: Multipart) -> Result<Vec<Field>, Problem> {
    let malformed = |error: actix_multipart::MultipartError| Problem::new(Code::MalformedJson, error.to_string());
    let (mut read, mut left) = (Vec::new(), SHEET_BYTES);
    while let Some(mut part) = parts.try_next().await.map_err(malformed)? {
        let named = part.content_disposition();
        let name = named.and_then(|named| named.get_name()).unwrap_or_default().to_owned();
        let file = named.and_then(|named| named.get_filename()).map(str::to_owned);
        let mut value = BytesMut::new();
        while let Some(chunk) = part.try_next().await.map_err(malformed)? {
            left = left.checked_sub(chunk.len()).ok_or_else(|| too_large(SHEET_BYTES))?;
            value.extend_from_slice(&chunk);
        }
        read.push(Field { name, file, value: value.freeze() });
        if read.len() > FORM_FIELDS {
            return Err(Problem::fault("", "too_many", format!("a form has at most {FORM_FIELDS} fields")));
        }
    }
    Ok(read)
}
