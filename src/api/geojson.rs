//! Cities on the map: `/v1/cities.geojson`, by RFC 7946.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::NaiveDate;
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::Service;
use super::request::filters::ListQuery;
use super::request::query::Query;
use super::response::answer::CachePolicy;
use super::response::costly;
use super::response::flat_assessment::codes;
use super::response::problem::Problem;
use crate::answers::body::Body;
use crate::method::{Amount, Assessment, CautionCode, Confidence, Course, Ratio, Reason, Verdict};
use crate::overview::row::Row;
use crate::overview::tally::TargetCounts;
use crate::record::city::Country;
use crate::record::units::Population;
use crate::record::{DayOrYear, Degrees, Level, Name, Percent, Slug, Tonnes, Year};
use crate::registry::Snapshot;

/// Declares what a `type` member always says.
macro_rules! always {
    ($($name:ident = $word:literal: $description:literal,)+) => {$(
        #[doc = $description]
        #[derive(Debug, Serialize)]
        pub enum $name {
            #[doc = $description]
            #[serde(rename = $word)]
            Always,
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let schema = ObjectBuilder::new().schema_type(Type::String);
                schema.enum_values(Some([$word])).description(Some($description)).into()
            }
        }

        impl ToSchema for $name {}
    )+};
}

always! {
    CollectionType = "FeatureCollection": "Always `FeatureCollection`.",
    FeatureType = "Feature": "Always `Feature`.",
    PointType = "Point": "Always `Point`.",
}

/// Cities as a GeoJSON feature collection.
#[derive(Debug, Serialize, ToSchema)]
pub struct CityFeatures {
    #[serde(rename = "type")]
    #[schema(inline)]
    kind: CollectionType,
    /// The day of the judgement.
    #[schema(example = "2026-11-23")]
    judged_on: NaiveDate,
    /// How many items there are in `features`.
    #[schema(minimum = 0, example = 31)]
    total: usize,
    /// The cities, by id.
    features: Vec<CityFeature>,
}

/// A city as a GeoJSON feature.
#[derive(Debug, Serialize, ToSchema)]
pub struct CityFeature {
    #[serde(rename = "type")]
    #[schema(inline)]
    kind: FeatureType,
    /// The city's id.
    id: Slug,
    /// Where it is; null when it has not said so.
    #[schema(schema_with = point_or_null)]
    geometry: Option<Point>,
    /// What it is called, and its headline target, judged, in flat members.
    properties: CityProperties,
}

/// A position.
#[derive(Debug, Serialize)]
pub struct Point {
    #[serde(rename = "type")]
    kind: PointType,
    /// Degrees east of Greenwich, then degrees north of the equator.
    coordinates: [Degrees; 2],
}

/// RFC 7946 wants the member to be there, so here null is a value.
fn point_or_null() -> Schema {
    let degrees = ObjectBuilder::new().schema_type(Type::Number);
    let coordinates = ArrayBuilder::new()
        .items(degrees)
        .min_items(Some(2))
        .max_items(Some(2))
        .description(Some("Degrees east of Greenwich, then degrees north of the equator; to 0.0001."));
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::Object, Type::Null]))
        .description(Some("Where it is; null when it has not said so."))
        .property("type", PointType::schema())
        .property("coordinates", coordinates)
        .required("type")
        .required("coordinates")
        .into()
}

/// A city's name and its headline target, judged. What is not known, and what there is without a target, is absent.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub struct CityProperties {
    /// The city's name.
    #[schema(example = "Los Angeles")]
    name: String,
    /// The country the city lies in: ISO 3166-1 alpha-2.
    country: Country,
    /// The state, province or region the city lies in.
    #[schema(example = "California")]
    region: Option<String>,
    /// The people of the city's latest report that states them.
    population: Option<Population>,
    /// The year of the city's latest report.
    latest_report_year: Option<Year>,
    /// How many of the city's targets have each verdict, of those that any has: `behind:2;unreported:1`.
    #[schema(example = "behind:2;unreported:1")]
    targets_by_verdict: String,
    /// The id of the target that the city is first shown with.
    target: Option<Slug>,
    /// What the city calls it, in its own words.
    #[schema(value_type = String, example = "Carbon neutral by 2050")]
    title: Option<Name>,
    /// The day it was set.
    #[schema(example = "2019-04-29")]
    set_on: Option<NaiveDate>,
    /// The day, or the year, in which it was superseded or withdrawn.
    #[schema(value_type = String, example = "2019-04-29")]
    ended_on: Option<DayOrYear>,
    /// The year by which it is to be met.
    target_year: Option<Year>,
    /// The level of the totals it speaks of.
    level: Option<Level>,
    /// Percent below the baseline figure (of `baseline_scenario`: below the scenario).
    reduction_percent: Option<Percent>,
    /// Whether it is being kept, as far as may be said on the day of judgement: what the city is to be coloured by.
    verdict: Option<Verdict>,
    /// How things stood in the latest comparable year before the target year: no colour of its own, for it may be long
    /// ago.
    course: Option<Course>,
    /// Whole years since the year after the target year; only of a target that is `unreported`.
    #[schema(minimum = 0, example = 0)]
    overdue_years: Option<i32>,
    /// How far the figures carry the verdict.
    confidence: Option<Confidence>,
    /// The codes of the cautions, joined by semicolons; absent when there are none.
    #[schema(example = "stale;series_undeclared")]
    caution_codes: Option<String>,
    /// Why there is no verdict, or why a target that was met only with a rest is missed; else absent.
    reason: Option<Reason>,
    /// The verdict as one sentence, with rounded numbers.
    #[schema(example = "In 2020 Los Angeles emitted 21.0 Mt CO2e, 10.8 % above its pathway.")]
    sentence: Option<String>,
    /// The year that the target is measured from.
    baseline_year: Option<Year>,
    /// The whole city's figure of that year, in t CO2e.
    baseline_tonnes: Option<Tonnes>,
    /// The year judged.
    judged_year: Option<Year>,
    /// The whole city's figure of the year judged, in t CO2e.
    judged_tonnes: Option<Tonnes>,
    /// The figure of the year judged in t CO2e a person (only targets per person).
    judged_tonnes_per_person: Option<Ratio>,
    /// The title of the publication that the figure of the year judged was taken from.
    #[schema(example = "C40 GHG dashboard data")]
    judged_source_title: Option<String>,
    /// The licence or terms that it is published under.
    #[schema(example = "CC BY 4.0")]
    judged_source_licence: Option<String>,
    /// What the pathway allowed in the year judged, in t CO2e.
    expected_tonnes: Option<Amount>,
    /// The gap to the pathway, in t CO2e: above 0 when more was emitted than it allowed.
    gap_tonnes: Option<Amount>,
    /// The gap in percent of what the pathway allowed; absent unless that is above 0.
    gap_percent: Option<Ratio>,
    /// The share of the reduction called for that is delivered, 1 for exactly on schedule; absent unless one is
    /// called for.
    pace: Option<Ratio>,
    /// The reduction since the base year in percent of the baseline figure; below 0 after a rise.
    achieved_reduction_percent: Option<Ratio>,
    /// The reduction since the base year in percent of the whole reduction pledged.
    target_progress_percent: Option<Ratio>,
}

impl CityProperties {
    fn of(row: &Row<'_>) -> Self {
        let (city, latest, judged) = (&row.present.city, &row.present.latest, row.target);
        let baseline = judged.and_then(|target| target.baseline.as_ref());
        let figure = judged.and_then(|target| target.judged.as_ref());
        CityProperties {
            name: city.name.to_string(),
            country: city.country,
            region: city.region.as_ref().map(ToString::to_string),
            population: latest.population.map(|(_, people)| people),
            latest_report_year: latest.report,
            targets_by_verdict: TargetCounts::of(&row.present.targets).in_words(),
            target: judged.map(|target| target.target.id.clone()),
            title: judged.and_then(|target| target.target.title.clone()),
            set_on: judged.and_then(|target| target.target.set_on),
            ended_on: judged.and_then(|target| target.target.ended_on),
            target_year: judged.map(|target| target.target.target_year),
            level: judged.map(|target| target.target.level),
            reduction_percent: judged.and_then(|target| target.target.reduction_percent),
            verdict: judged.map(|target| target.verdict),
            course: judged.and_then(|target| target.course),
            overdue_years: judged.and_then(|target| target.overdue_years),
            confidence: judged.map(|target| target.confidence),
            caution_codes: judged.and_then(caution_codes),
            reason: judged.and_then(|target| target.reason),
            sentence: judged.map(|target| target.sentence.clone()),
            baseline_year: baseline.map(|figure| figure.year),
            baseline_tonnes: baseline.map(|figure| figure.tonnes),
            judged_year: figure.map(|figure| figure.year),
            judged_tonnes: figure.map(|figure| figure.tonnes),
            judged_tonnes_per_person: figure.and_then(|figure| figure.tonnes_per_person),
            judged_source_title: figure.map(|figure| figure.source.title.to_string()),
            judged_source_licence: figure.and_then(|figure| figure.source.licence.as_ref()).map(ToString::to_string),
            expected_tonnes: judged.and_then(|target| target.gap.expected_tonnes),
            gap_tonnes: judged.and_then(|target| target.gap.gap_tonnes),
            gap_percent: judged.and_then(|target| target.gap.gap_percent),
            pace: judged.and_then(|target| target.pace),
            achieved_reduction_percent: judged.and_then(|target| target.gap.achieved_reduction_percent),
            target_progress_percent: judged.and_then(|target| target.gap.target_progress_percent),
        }
    }
}

/// The codes of the cautions in one word, for properties are flat.
fn caution_codes(target: &Assessment) -> Option<String> {
    let codes: Vec<&str> = codes(target).into_iter().map(CautionCode::as_str).collect();
    (!codes.is_empty()).then(|| codes.join(";"))
}

/// The cities that the filters take.
///
/// # Errors
/// What is wrong with the filters.
pub(super) fn collection(snapshot: &Snapshot, query: &ListQuery) -> Result<CityFeatures, Problem> {
    query.check_is_whole()?;
    let filters = query.filters(snapshot)?;
    let rows = snapshot.present().map(|(id, entry, present)| Row { id, entry, present, target: present.headline() });
    let features: Vec<CityFeature> = rows
        .filter(|row| filters.take(row))
        .map(|row| CityFeature {
            kind: FeatureType::Always,
            id: row.id.clone(),
            geometry: row
                .present
                .city
                .longitude
                .zip(row.present.city.latitude)
                .map(|(east, north)| Point { kind: PointType::Always, coordinates: [east, north] }),
            properties: CityProperties::of(&row),
        })
        .collect();
    let (judged_on, total) = (snapshot.judged_on, features.len());
    Ok(CityFeatures { kind: CollectionType::Always, judged_on, total, features })
}

/// Map cities
///
/// Every city that the filters take, in one answer, as a GeoJSON feature collection (RFC 7946): a point, and the
/// figures of its headline target in flat properties, to be coloured by its `verdict`. A city without a position has a null geometry.
#[utoipa::path(operation_id = "mapCities", tag = "exports", params(ListQuery),
    responses((status = 200, description = "The cities", content_type = "application/geo+json", body = CityFeatures)))]
#[get("/cities.geojson")]
pub async fn map(
    request: HttpRequest,
    service: web::Data<Service>,
    query: Query<ListQuery>,
) -> Result<HttpResponse, Problem> {
    costly::answer(&request, &service, CachePolicy::Shared, move |_, snapshot| {
        let body = Body::json_as("application/geo+json", &collection(snapshot, &query)?);
        Ok(body.with_edition(&snapshot.edition))
    })
    .await
}
