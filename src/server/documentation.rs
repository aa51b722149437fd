//! `/openapi.json`, `/openapi-3.0.json` and `/docs`: the specification, and a page to read it and try it out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use actix_web::http::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, guard, web};
use serde_json::Value;
use utoipa_swagger_ui::{Config, Url};

use crate::answers::body::Body;
use crate::api::Service;
use crate::api::openapi::version_3_0;
use crate::api::request::query::{NoQuery, Query};
use crate::api::response::answer::CachePolicy;
use crate::api::response::costly;
use crate::api::response::problem::{Code, Problem};

/// Swagger UI loads its scripts and styles from files, except one inline style sheet, whose hash is listed here. It
/// sends requests only to this service.
const POLICY: &str = "default-src 'none'; script-src 'self'; \
                      style-src 'self' 'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='; \
                      img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// The rendered specification, and the files of Swagger UI, which are part of the program.
pub(super) struct Documentation {
    specification: Body,
    /// The same in OpenAPI 3.0.
    specification_3_0: Body,
    config: Arc<Config<'static>>,
    /// The files that were already requested.
    files: Mutex<HashMap<String, Body>>,
}

impl Documentation {
    pub(super) fn new(document: &Value) -> Self {
        // Without the check by an external validator.
        let urls = [Url::new("OpenAPI 3.1", "/openapi.json"), Url::new("OpenAPI 3.0", "/openapi-3.0.json")];
        let config = Config::new(urls).validator_url("none").try_it_out_enabled(true);
        Documentation {
            specification: Body::json(document),
            specification_3_0: Body::json(&version_3_0::translate(document)),
            config: Arc::new(config),
            files: Mutex::default(),
        }
    }

    fn file(&self, path: &str) -> Result<Body, Problem> {
        let mut files = self.files.lock().expect("nothing panics while it holds the lock");
        if let Some(file) = files.get(path) {
            return Ok(file.clone());
        }
        let found = utoipa_swagger_ui::serve(path, Arc::clone(&self.config)).map_err(|error| {
            log::error!("the documentation cannot be shown: {error}");
            Problem::new(Code::Internal, "the documentation cannot be shown; this has been logged")
        })?;
        let bytes = found.ok_or_else(Problem::not_found)?.bytes;
        let file = Body::new(media_type(path), bytes.into_owned());
        files.insert(path.to_owned(), file.clone());
        Ok(file)
    }
}

/// The media type of a file of Swagger UI.
fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        None | Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("png") => "image/png",
        Some(_) => "application/octet-stream",
    }
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/openapi.json", web::get().to(specification))
        .route("/openapi-3.0.json", web::get().to(specification_3_0))
        .service(web::redirect("/docs", "/docs/"))
        .service(web::resource("/docs/{file:.*}").guard(guard::Get()).to(show));
}

async fn specification(
    request: HttpRequest,
    service: web::Data<Service>,
    documentation: web::Data<Documentation>,
    _: Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    costly::answer_body(&request, &service, CachePolicy::Revalidate, &documentation.specification).await
}

async fn specification_3_0(
    request: HttpRequest,
    service: web::Data<Service>,
    documentation: web::Data<Documentation>,
    _: Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    costly::answer_body(&request, &service, CachePolicy::Revalidate, &documentation.specification_3_0).await
}

async fn show(
    request: HttpRequest,
    service: web::Data<Service>,
    documentation: web::Data<Documentation>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let file = documentation.file(&path)?;
    let mut response = costly::answer_body(&request, &service, CachePolicy::Revalidate, &file).await?;
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    Ok(response)
}
