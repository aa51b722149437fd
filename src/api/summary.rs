//! The world, its countries, regions and networks in numbers: `/v1/summary`.

use actix_web::{HttpRequest, HttpResponse, routes, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Service;
use super::request::query::Query;
use super::response::costly;
use super::response::list::{List, Listed, Page, page};
use super::response::problem::Problem;
use crate::overview::summary::{Scope, Summary, SummaryItem};
use crate::registry::Snapshot;

/// Which rows.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SummaryQuery {
    /// Only rows of this scope.
    #[param(inline)]
    scope: Option<Scope>,
    /// Most items of the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<usize>,
    /// Where the page begins: `next` of the page before, with the same scope.
    #[param(pattern = "^([0-9a-f]{2}){4,2000}$")]
    cursor: Option<String>,
    /// Only these fields of the items, by the names of the CSV columns or what comes before a point in them,
    /// separated by commas; `id` and `scope` are always there.
    #[param(pattern = "^[a-z0-9_.]+(,[a-z0-9_.]+)*$", example = "name,cities,verdicts.on_track")]
    fields: Option<String>,
}

fn listed<'s>(snapshot: &'s Snapshot, query: &SummaryQuery) -> Result<Listed<'s, SummaryItem>, Problem> {
    let summary = Summary::of(snapshot, query.scope);
    // The scopes follow each other in their own order, which is that of the number before the id.
    let keyed = summary.keys().map(|key| (format!("{} {}", key.0 as u8, key.1), key));
    let asked = Page { limit: query.limit, cursor: query.cursor.clone(), fields: None };
    let List { items, next, total } = page(keyed.collect(), &asked, &format!("summary {:?}", query.scope))?;
    Ok((List { items: items.into_iter().filter_map(|key| summary.row(key)).collect(), next, total }, &snapshot.edition))
}

/// Sum up the world
///
/// For the world, each country, region and network: how many cities stand where by the verdict on their headline
/// target, with low confidence apart; what their latest comparable figures come to, each level by itself; how old
/// the reports are; and who has not reported for three years.
#[utoipa::path(operation_id = "listSummary", tag = "summary", params(SummaryQuery),
    responses((status = 200, description = "A page of the summary", content((List<SummaryItem> = "application/json"), (String = "text/csv")))))]
#[routes]
#[get("/summary")]
#[get("/summary.csv")]
pub async fn list(
    request: HttpRequest,
    service: web::Data<Service>,
    query: Query<SummaryQuery>,
) -> Result<HttpResponse, Problem> {
    let fields = query.fields.clone();
    costly::list(&request, &service, fields, move |snapshot, _| listed(snapshot, &query)).await
}
