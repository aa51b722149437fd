//! Files on their way in: one as the body, or several in a form.

use std::path::Path;

use actix_multipart::Multipart;
use actix_web::web::{self, Bytes, BytesMut};
use actix_web::{HttpMessage, HttpRequest};
use futures_util::TryStreamExt;
use utoipa::ToSchema;

use super::activity::{Activity, Receiving};
use super::body::{self, Incoming};
use crate::api::limits::{BODY_WAIT, FORM_FIELDS, FORM_FRAME_BYTES, UNKEYED_FORM_BYTES};
use crate::api::response::problem::{Code, Problem, too_large};
use crate::import::limits::SHEET_BYTES;

/// The media type of an XLSX workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// An XLSX workbook.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[allow(dead_code, reason = "the shape of what is read, for the specification")]
pub struct Workbook(Bytes);

/// What was sent.
#[derive(Debug, Clone)]
pub enum Upload {
    /// JSON.
    Json(Bytes),
    /// CSV files or a workbook.
    Files(Vec<Bytes>),
}

impl Upload {
    /// What was sent, file by file.
    pub fn parts(&self) -> impl Iterator<Item = &Bytes> {
        match self {
            Upload::Json(bytes) => std::slice::from_ref(bytes),
            Upload::Files(files) => files,
        }
        .iter()
    }
}

/// A field of a form.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Whether it is a file: it has a file name, which may be empty where none was chosen.
    pub file: Option<String>,
    /// Whether it is said to be JSON, by its media type or its file name.
    pub is_json: bool,
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
    let message = "the body must be text/csv, XLSX, application/json or multipart/form-data, not compressed";
    let unsupported = || Problem::new(Code::UnsupportedMediaType, message);
    if body::is_encoded(request) {
        return Err(unsupported());
    }
    if body::is_json(request) {
        return Ok(json(&body::bytes(request, payload, SHEET_BYTES).await?));
    }
    match request.content_type().to_ascii_lowercase().as_str() {
        "text/csv" | "application/csv" | "application/octet-stream" | XLSX => {
            Ok(Upload::Files(vec![body::bytes(request, payload, SHEET_BYTES).await?]))
        }
        "multipart/form-data" => {
            let fields = form(request, payload).await?;
            let parameter = |field: &&Field| field.file.is_none() && PARAMETERS.contains(&field.name.as_str());
            if let Some(Field { name, .. }) = fields.iter().find(parameter) {
                let message = format!("`{name}` belongs in the query, not in the form: ?{name}=…");
                return Err(Problem::fault("", "belongs_in_query", message));
            }
            files(fields)
        }
        _ => Err(unsupported()),
    }
}

/// The parameters of an import, which a form may not have as fields.
const PARAMETERS: [&str; 3] = ["dry_run", "reason", "unchanged_since"];

/// The files of a form; those that are empty were not chosen.
///
/// # Errors
/// 422 where there is none, or JSON beside another.
pub fn files(mut fields: Vec<Field>) -> Result<Upload, Problem> {
    fields.retain(|field| !field.value.is_empty());
    match fields.as_slice() {
        [] => Err(Problem::fault("/file", "no_file", "choose a file: the form has none")),
        [lone] if lone.is_json => Ok(json(&lone.value)),
        several if several.iter().any(|field| field.is_json) => {
            Err(Problem::fault("/file", "not_alone", "a JSON file is sent alone: it has the lines in it"))
        }
        _ => Ok(Upload::Files(fields.into_iter().map(|field| field.value).collect())),
    }
}

/// JSON, which is looked into only when it is imported; spreadsheet programs begin a file with a byte order mark.
pub fn json(bytes: &Bytes) -> Upload {
    let begin = if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    Upload::Json(bytes.slice(begin..))
}

/// What some programs begin a text in UTF-8 with.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads the fields of a form, files among them, of a client whose key was checked.
///
/// # Errors
/// 400, 408, 413 or 415; 429 or 503 when too many bytes are in flight.
pub async fn form(request: &HttpRequest, payload: web::Payload) -> Result<Vec<Field>, Problem> {
    let mut form = Form::open(request, payload)?;
    form.admit()?;
    tokio::time::timeout(BODY_WAIT, form.rest()).await.map_err(|_| body::late())??;
    Ok(form.close())
}

/// A form while it is read.
pub struct Form<'r> {
    request: &'r HttpRequest,
    parts: Multipart,
    /// The fields that were read.
    pub fields: Vec<Field>,
    /// A field whose name was read, but not what it holds.
    begun: Option<(Field, actix_multipart::Field)>,
    activity: Activity,
    _receiving: Receiving,
    /// The bytes in flight, once more than the first small fields may be read.
    incoming: Option<Incoming>,
    left: usize,
}

impl<'r> Form<'r> {
    /// Begins to read.
    ///
    /// # Errors
    /// 413 or 415.
    pub fn open(request: &'r HttpRequest, payload: web::Payload) -> Result<Self, Problem> {
        if !request.content_type().eq_ignore_ascii_case("multipart/form-data") {
            return Err(Problem::new(Code::UnsupportedMediaType, "the body must be multipart/form-data"));
        }
        let (parts, activity) = (Multipart::new(request.headers(), payload), body::activity(request));
        Ok(Form {
            request,
            parts,
            fields: Vec::new(),
            begun: None,
            _receiving: activity.receive(),
            activity,
            incoming: None,
            left: UNKEYED_FORM_BYTES,
        })
    }

    /// Reads the small fields before the first that is not one of `small`, or is a file.
    ///
    /// # Errors
    /// 400, 413, or 422 for too many fields.
    pub async fn first(&mut self, small: &[&str]) -> Result<(), Problem> {
        while let Some((field, part)) = self.next().await? {
            if field.file.is_some() || !small.contains(&field.name.as_str()) {
                self.begun = Some((field, part));
                break;
            }
            self.read(field, part).await?;
        }
        Ok(())
    }

    /// Lets the rest be read: the key was checked.
    ///
    /// # Errors
    /// 413, or 429 or 503 when too many bytes are in flight.
    pub fn admit(&mut self) -> Result<(), Problem> {
        let declared = body::declared(self.request);
        if declared > SHEET_BYTES + FORM_FRAME_BYTES {
            return Err(too_large(SHEET_BYTES));
        }
        self.incoming = Some(Incoming::begin(self.request, declared)?);
        self.left = SHEET_BYTES;
        Ok(())
    }

    /// Reads to the end.
    ///
    /// # Errors
    /// 400, 413, 422 for too many fields, or 429 or 503 when too many bytes are in flight.
    pub async fn rest(&mut self) -> Result<(), Problem> {
        if let Some((field, part)) = self.begun.take() {
            self.read(field, part).await?;
        }
        while let Some((field, part)) = self.next().await? {
            self.read(field, part).await?;
        }
        Ok(())
    }

    /// The fields; their bytes are in flight until the request is answered.
    #[must_use]
    pub fn close(self) -> Vec<Field> {
        if let Some(incoming) = self.incoming {
            incoming.keep(self.request);
        }
        self.fields
    }

    async fn next(&mut self) -> Result<Option<(Field, actix_multipart::Field)>, Problem> {
        let Some(part) = self.parts.try_next().await.map_err(|error| malformed(&error))? else { return Ok(None) };
        if self.fields.len() >= FORM_FIELDS {
            return Err(Problem::fault("", "too_many", format!("a form has at most {FORM_FIELDS} fields")));
        }
        let named = part.content_disposition();
        let name = named.and_then(|named| named.get_name()).unwrap_or_default().to_owned();
        let file = named.and_then(|named| named.get_filename()).map(str::to_owned);
        let named_json = file.as_deref().and_then(|name| Path::new(name).extension());
        let is_json = part.content_type().is_some_and(|mime| body::is_json_type(mime.essence_str()))
            || named_json.is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        Ok(Some((Field { name, file, is_json, value: Bytes::new() }, part)))
    }

    async fn read(&mut self, mut field: Field, mut part: actix_multipart::Field) -> Result<(), Problem> {
        let mut value = BytesMut::new();
        while let Some(chunk) = part.try_next().await.map_err(|error| malformed(&error))? {
            self.left = self.left.checked_sub(chunk.len()).ok_or_else(|| match self.incoming {
                Some(_) => too_large(SHEET_BYTES),
                None => too_large(UNKEYED_FORM_BYTES),
            })?;
            if let Some(incoming) = &mut self.incoming {
                incoming.took(chunk.len())?;
            }
            value.extend_from_slice(&chunk);
            self.activity.moved();
        }
        field.value = value.freeze();
        self.fields.push(field);
        Ok(())
    }
}

fn malformed(error: &actix_multipart::MultipartError) -> Problem {
    log::debug!("a form cannot be read: {error}");
    Problem::new(Code::MalformedJson, "the form is not written as multipart/form-data is, or breaks off")
}
