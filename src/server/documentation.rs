//! `/openapi.json` and `/openapi-3.0.json`: the specification.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;

use crate::answers::body::Body;
use crate::api::Service;
use crate::api::openapi::version_3_0;
use crate::api::request::query::{NoQuery, Query};
use crate::api::response::answer::CachePolicy;
use crate::api::response::costly;
use crate::api::response::problem::Problem;

/// The specification, rendered once.
pub(super) struct Documentation {
    specification: Body,
    /// The same in OpenAPI 3.0.
    specification_3_0: Body,
}

impl Documentation {
    pub(super) fn new(document: &Value) -> Self {
        Documentation {
            specification: Body::json(document),
            specification_3_0: Body::json(&version_3_0::translate(document)),
        }
    }
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/openapi.json", web::get().to(specification))
        .route("/openapi-3.0.json", web::get().to(specification_3_0));
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
