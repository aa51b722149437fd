//! The HTTP API: one file per resource, and what they share in `request` and `response`.

pub mod baselines;
pub mod changes;
pub mod cities;
pub mod compare;
pub mod export;
pub mod geojson;
pub mod health;
pub mod imports;
pub mod items;
pub mod keys;
pub mod limits;
pub mod log;
pub mod members;
pub mod metrics;
pub mod networks;
pub mod openapi;
pub mod progress;
pub mod rankings;
mod record_docs;
mod record_resource;
pub mod reports;
pub mod request;
pub mod response;
pub mod series;
pub mod service;
pub mod statement;
pub mod status;
pub mod status_list;
pub mod stream;
pub mod summary;
pub mod targets;
pub mod templates;
pub mod workbooks;
mod write;

use utoipa_actix_web::service_config::ServiceConfig;

pub use service::Service;

/// Registers every operation; the specification is made from the same list.
pub fn routes(config: &mut ServiceConfig) {
    config.service(
        utoipa_actix_web::scope("/v1")
            .service(cities::list)
            .service(geojson::map)
            .service(workbooks::city)
            .service(cities::get)
            .service(cities::put)
            .service(cities::withdraw)
            .service(record_resource::routes::<baselines::Baselines>())
            .service(record_resource::routes::<targets::Targets>())
            .service(record_resource::routes::<reports::Reports>())
            .service(statement::get)
            .service(statement::put)
            .service(statement::withdraw)
            .service(imports::import)
            .service(templates::workbook)
            .service(templates::reports_csv)
            .service(templates::lines_csv)
            .service(workbooks::status)
            .service(status::get)
            .service(series::get)
            .service(status_list::list)
            .service(rankings::list)
            .service(compare::get)
            .service(summary::list)
            .service(record_resource::routes::<networks::Networks>())
            .service(record_resource::routes::<members::Members>())
            .service(progress::get)
            .service(changes::of_city)
            .service(changes::list)
            .service(stream::stream)
            .service(log::head)
            .service(log::key)
            .service(export::csv)
            .service(export::ndjson)
            .service(export::parquet)
            .service(keys::list)
            .service(keys::create)
            .service(keys::get)
            .service(keys::rotate)
            .service(keys::revoke),
    );
    config.service(health::live).service(health::ready);
}
