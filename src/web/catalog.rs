//! What can be downloaded, for catalogues of data: `/catalog.jsonld` by DCAT 3, and the page `/data` by schema.org.

use std::collections::BTreeSet;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use crate::answers::body::Body;
use crate::api::Service;
use crate::api::response::answer::CachePolicy;
use crate::api::response::costly;
use crate::api::response::dataset::DataSet;
use crate::api::response::problem::Problem;
use crate::api::response::row_writer::Format;
use crate::record::Year;
use crate::registry::Snapshot;

/// The terms of all data.
pub(super) const TERMS: &str = "Figures stay under the terms of those who published them: each record names its source, and \
    the source its licence as far as it is stated. What this service computes from them may be used freely with the address \
    of the page it was taken from.";
/// What the data are about.
pub(super) const ABOUT: &str = "The climate pledges of cities, the emissions that they report, and whether the pledges are \
    kept. Every figure names its source, and every verdict can be computed again from what is beside it.";
/// The formats of each data set, with what they are called.
pub(super) const FORMATS: [(Format, &str); 3] =
    [(Format::Csv { excel: false }, "CSV"), (Format::Ndjson, "NDJSON"), (Format::Parquet, "Parquet")];

/// What a row of a data set is.
pub(super) const fn row(what: DataSet) -> &'static str {
    match what {
        DataSet::Cities => "a city",
        DataSet::Baselines => "a baseline",
        DataSet::Targets => "a pledge",
        DataSet::Reports => "a yearly report",
        DataSet::Status => "a judged target",
        DataSet::Series => "a year of a target",
        DataSet::Changes => "an entry of the change log",
    }
}

/// The path of a data set in a format.
pub(super) fn path(what: DataSet, format: Format) -> String {
    format!("/v1/export/{what}.{}", format.suffix())
}

/// A data set in a sentence.
fn told(what: DataSet) -> String {
    format!("{ABOUT} A row is {}.", row(what))
}

/// Which years and which part of the world the figures are of.
#[derive(Debug, Default)]
struct Coverage {
    /// The years of baselines and reports, of which the first and the last count.
    years: BTreeSet<Year>,
    countries: BTreeSet<&'static str>,
    /// West, south, east and north, in degrees; none if no city has a position.
    bounds: Option<[f64; 4]>,
}

impl Coverage {
    fn of(snapshot: &Snapshot) -> Self {
        let mut coverage = Coverage::default();
        for (_, entry, present) in snapshot.present() {
            let dossier = &entry.dossier;
            let records = dossier.baselines.values().chain(dossier.reports.values());
            coverage.years.extend(records.filter_map(|record| Some(record.live()?.0.year)));
            coverage.countries.insert(present.city.country.as_str());
            if let (Some(north), Some(east)) = (present.city.latitude, present.city.longitude) {
                let (x, y) = (east.get(), north.get());
                let [west, south, east, north] = coverage.bounds.unwrap_or([x, y, x, y]);
                coverage.bounds = Some([west.min(x), south.min(y), east.max(x), north.max(y)]);
            }
        }
        coverage
    }

    fn years(&self) -> Option<(Year, Year)> {
        Some((*self.years.first()?, *self.years.last()?))
    }
}

/// `GET /catalog.jsonld`.
pub(super) async fn dcat(request: HttpRequest, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    costly::answer(&request, &service, CachePolicy::Revalidate, |service, snapshot| {
        let catalog = catalog(&service.public_url, snapshot);
        Ok(Body::json_as("application/ld+json", &catalog).with_edition(&snapshot.edition))
    })
    .await
}

fn catalog(url: &str, snapshot: &Snapshot) -> Value {
    let coverage = Coverage::of(snapshot);
    let sets: Vec<Value> = DataSet::ALL.iter().map(|what| dcat_set(url, *what, &coverage)).collect();
    let served: Vec<Value> = DataSet::ALL.iter().map(|what| json!({"@id": set_id(url, *what)})).collect();
    json!({
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "geosparql": "http://www.opengis.net/ont/geosparql#",
            "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": format!("{url}/catalog.jsonld"),
        "@type": "dcat:Catalog",
        "dct:title": {"@value": "pledgewatch", "@language": "en"},
        "dct:description": {"@value": ABOUT, "@language": "en"},
        "dct:publisher": {"@id": format!("{url}/about"), "@type": "foaf:Agent", "foaf:name": "pledgewatch"},
        "dct:modified": {"@value": snapshot.recorded_at.to_rfc3339(), "@type": "xsd:dateTime"},
        "foaf:homepage": {"@id": format!("{url}/data")},
        "dcat:dataset": sets,
        "dcat:service": {
            "@id": format!("{url}/v1"),
            "@type": "dcat:DataService",
            "dct:title": {"@value": "The HTTP API of pledgewatch", "@language": "en"},
            "dcat:endpointURL": {"@id": format!("{url}/v1")},
            "dcat:endpointDescription": {"@id": format!("{url}/openapi.json")},
            "dcat:servesDataset": served,
        },
    })
}

fn set_id(url: &str, what: DataSet) -> String {
    format!("{url}/data#{what}")
}

fn rights() -> Value {
    json!({"@type": "dct:RightsStatement", "rdfs:label": {"@value": TERMS, "@language": "en"}})
}

fn dcat_set(url: &str, what: DataSet, coverage: &Coverage) -> Value {
    let distribution = |(format, name): &(Format, &str)| {
        let file = format!("{url}{}", path(what, *format));
        let media = format.content_type().split(';').next().unwrap_or_default();
        json!({
            "@id": file,
            "@type": "dcat:Distribution",
            "dct:title": format!("{what} as {name}"),
            "dct:rights": rights(),
            "dcat:accessURL": {"@id": file},
            "dcat:downloadURL": {"@id": file},
            "dcat:mediaType": {"@id": format!("https://www.iana.org/assignments/media-types/{media}")},
        })
    };
    let mut set = json!({
        "@id": set_id(url, what),
        "@type": "dcat:Dataset",
        "dct:identifier": what,
        "dct:title": {"@value": format!("pledgewatch: {what}"), "@language": "en"},
        "dct:description": {"@value": told(what), "@language": "en"},
        "dct:rights": rights(),
        "dcat:landingPage": {"@id": format!("{url}/data")},
        "dcat:distribution": FORMATS.iter().map(distribution).collect::<Vec<_>>(),
    });
    if let Some((first, last)) = coverage.years() {
        let day = |text: String| json!({"@value": text, "@type": "xsd:date"});
        set["dct:temporal"] = json!({"@type": "dct:PeriodOfTime",
            "dcat:startDate": day(format!("{first}-01-01")), "dcat:endDate": day(format!("{last}-12-31"))});
    }
    if let Some([west, south, east, north]) = coverage.bounds {
        let corners =
            format!("POLYGON(({west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}))");
        set["dct:spatial"] = json!({"@type": "dct:Location", "rdfs:label": coverage.countries,
            "dcat:bbox": {"@value": corners, "@type": "geosparql:wktLiteral"}});
    }
    set
}

/// The same by schema.org, for search engines that read the page `/data`: JSON that can stand within a page.
pub(super) fn schema_org(url: &str, snapshot: &Snapshot) -> String {
    let coverage = Coverage::of(snapshot);
    let sets: Vec<Value> = DataSet::ALL.iter().map(|what| schema_org_set(url, *what, &coverage)).collect();
    let catalog = json!({
        "@context": "https://schema.org/",
        "@type": "DataCatalog",
        "@id": format!("{url}/data"),
        "name": "pledgewatch",
        "description": ABOUT,
        "url": format!("{url}/data"),
        "dataset": sets,
    });
    // An end tag within a text would end the element that it stands in.
    catalog.to_string().replace('<', "\\u003c")
}

fn schema_org_set(url: &str, what: DataSet, coverage: &Coverage) -> Value {
    let download = |(format, _): &(Format, &str)| {
        json!({"@type": "DataDownload", "contentUrl": format!("{url}{}", path(what, *format)),
            "encodingFormat": format.content_type().split(';').next()})
    };
    let mut set = json!({
        "@type": "Dataset",
        "@id": set_id(url, what),
        "name": format!("pledgewatch: {what}"),
        "description": told(what),
        "url": set_id(url, what),
        "license": {"@type": "CreativeWork", "name": "Terms of the data", "text": TERMS, "url": format!("{url}/data#licences")},
        "isAccessibleForFree": true,
        "creator": {"@type": "Organization", "name": "pledgewatch", "url": url},
        "distribution": FORMATS.iter().map(download).collect::<Vec<_>>(),
    });
    if let Some((first, last)) = coverage.years() {
        set["temporalCoverage"] = json!(format!("{first}/{last}"));
    }
    if let Some([west, south, east, north]) = coverage.bounds {
        set["spatialCoverage"] = json!({"@type": "Place",
            "geo": {"@type": "GeoShape", "box": format!("{south} {west} {north} {east}")}});
    }
    set
}
