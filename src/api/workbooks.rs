//! Workbooks to read in a spreadsheet: `/v1/cities/{city}/workbook.xlsx` and `/v1/status.xlsx`.

use std::io;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, get, web};

use super::Service;
use super::cities::{self, CityItem};
use super::request::fields::Fields;
use super::request::filters::ListQuery;
use super::request::lookup::present_city;
use super::request::query::{NoQuery, Query};
use super::request::upload::{Workbook, XLSX};
use super::response::answer::CachePolicy;
use super::response::columns::Columns;
use super::response::costly;
use super::response::problem::Problem;
use super::response::rendered::Rendered;
use super::response::workbook::{Book, unmade};
use super::status_list::{self, TargetStatus};
use crate::answers::body::Body;
use crate::answers::city_status::{SeriesItem, series_items};
use crate::answers::records::{self, InventoryAnswer, TargetAnswer};
use crate::overview::row::Row;
use crate::record::{AsOf, CityId, Year};
use crate::registry::{CityEntry, Present, Snapshot};

/// List all judged targets as a workbook
///
/// A page of the list, with the filters, the order and the columns of the list as CSV; the `Link` header leads to the
/// next page.
#[utoipa::path(operation_id = "listStatusWorkbook", tag = "status", params(ListQuery),
    responses((status = 200, description = "A page of targets",
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Workbook)))]
#[get("/status.xlsx")]
pub async fn status(
    request: HttpRequest,
    service: web::Data<Service>,
    query: Query<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let answer = costly::answer(&request, &service, CachePolicy::Shared, move |service, snapshot| {
        let shape = service.columns.shape::<TargetStatus>();
        let (list, edition) = status_list::listed(snapshot, shape.names(), &query)?;
        let fields = query.fields.as_deref().map(|fields| Fields::read(fields, shape.names())).transpose()?;
        let shape = shape.of(|name| fields.as_ref().is_none_or(|fields| fields.takes(name)));
        let make = || -> io::Result<Vec<u8>> {
            Book::new("pledgewatch: judged targets")
                .map_err(io::Error::other)?
                .add("Verdicts", &shape, &list.items)?
                .finish()
                .map_err(io::Error::other)
        };
        let body = Body::new(XLSX, make().map_err(|error| unmade(&error))?);
        Ok(Rendered { body: body.with_edition(edition), next: list.next })
    });
    Ok(named(answer.await?, "pledgewatch-status.xlsx"))
}

/// Get all that is recorded of a city as a workbook
///
/// Sheets for the city, the verdicts, the targets, the years of each target, the reports and the baselines, with the
/// columns of the exports and with every source. Numbers, days and times are such, and texts are never formulas.
#[utoipa::path(operation_id = "getCityWorkbook", tag = "cities",
    params(("city" = crate::record::Slug, Path, description = "The city's id")),
    responses((status = 200, description = "The workbook",
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Workbook)))]
#[get("/cities/{city}/workbook.xlsx")]
pub async fn city(
    request: HttpRequest,
    service: web::Data<Service>,
    city: web::Path<String>,
    _: Query<NoQuery>,
) -> Result<HttpResponse, Problem> {
    let snapshot = service.registry.present();
    let name = format!("pledgewatch-{}.xlsx", present_city(&snapshot, &city)?.0.dossier.id);
    let answer = costly::answer(&request, &service, CachePolicy::Shared, move |service, snapshot| {
        let (entry, present) = present_city(snapshot, &city)?;
        let bytes = of_city(snapshot, &service.public_url, &service.columns, (entry, present));
        Ok(Body::new(XLSX, bytes.map_err(|error| unmade(&error))?).with_edition(&snapshot.edition))
    });
    Ok(named(answer.await?, &name))
}

/// An answer that a browser saves under a name.
fn named(mut response: HttpResponse, name: &str) -> HttpResponse {
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

fn of_city(
    snapshot: &Snapshot,
    public_url: &str,
    columns: &Columns,
    (entry, present): (&CityEntry, &Present),
) -> io::Result<Vec<u8>> {
    let dossier = &entry.dossier;
    let id: &CityId = &dossier.id;
    let row = |target| Row { id, entry, present, target };
    let view = dossier.view(&AsOf::default()).map_err(io::Error::other)?;
    let series = view
        .iter()
        .flat_map(|view| present.targets.iter().flat_map(|target| series_items(id, view, snapshot.judged_on, target)));
    let inventories = columns.shape::<InventoryAnswer>();
    let mut book = Book::new(&format!("pledgewatch: {}", present.city.name)).map_err(io::Error::other)?;
    book.add_text("Read me", &read_me(snapshot, public_url, (id, present))).map_err(io::Error::other)?;
    book.add("City", columns.shape::<CityItem>(), cities::item(&row(present.headline())))?
        .add(
            "Verdicts",
            columns.shape::<TargetStatus>(),
            present.targets.iter().filter_map(|target| status_list::item(&row(Some(target)))),
        )?
        .add(
            "Targets",
            columns.shape::<TargetAnswer>(),
            dossier.targets.keys().filter_map(|target| records::target(dossier, target.as_str())),
        )?
        .add("Series", columns.shape::<SeriesItem>(), series)?
        .add("Reports", inventories, dossier.reports.keys().filter_map(|year: &Year| records::report(dossier, *year)))?
        .add(
            "Baselines",
            inventories,
            dossier.baselines.keys().filter_map(|baseline| records::baseline(dossier, baseline.as_str())),
        )?;
    book.finish().map_err(io::Error::other)
}

/// What a reader of the sheets alone should know.
fn read_me(snapshot: &Snapshot, public_url: &str, (id, present): (&CityId, &Present)) -> Vec<String> {
    vec![
        format!("{} as judged on {}", present.city.name, snapshot.judged_on),
        format!("The same numbers for ever: {public_url}{}", present.permalink),
        format!("What the words mean: {public_url}/method"),
        format!("Who changed what, when and why: {public_url}/v1/cities/{id}/changes"),
        "Amounts are tonnes of CO2 equivalent. Times are in UTC.".to_owned(),
        "Figures stay under the terms of those who published them; each row names its source.".to_owned(),
    ]
}
