//! What is counted, for the operators' monitoring: `/metrics`, on their own listener.

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};

use super::Service;
use crate::metrics::{CONTENT_TYPE, resident_memory};
use crate::registry::Refusal;

use super::response::problem::Problem;

/// The counters and the state of things in the OpenMetrics text format.
///
/// # Errors
/// None that writing to memory does not have.
#[get("/metrics")]
pub async fn metrics(service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    let metrics = service.registry.metrics();
    metrics.resident_memory.set(resident_memory().unwrap_or(0));
    let text = metrics.text().map_err(|_| Problem::from(Refusal::Internal))?;
    let answer = HttpResponse::Ok().insert_header((header::CONTENT_TYPE, CONTENT_TYPE)).body(text);
    Ok(answer)
}
