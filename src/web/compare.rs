//! `/compare`: a few cities side by side, as percent of one base year and per person.

use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};
use serde::Deserialize;

use super::page::{Head, filled, render, with_security_headers};
use super::{drawing, format, texts};
use crate::answers::body::Body;
use crate::api::Service;
use crate::api::compare::{CITIES, CompareQuery, comparison};
use crate::api::request::query::{Query, read_query};
use crate::api::response::answer::CachePolicy;
use crate::api::response::costly;
use crate::api::response::problem::Problem;
use crate::chart::{self, Lines, NamedLine, Point};
use crate::method::IndexedFigure;
use crate::overview::comparison::{ComparedCity, Comparison};
use crate::record::Level;
use crate::record::text::fold_name;
use crate::registry::{Refusal, Snapshot};

/// The most cities whose names the form suggests.
const SUGGESTED: usize = 500;

/// What is drawn of the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Measure {
    /// Percent of the base year.
    Index,
    /// Tonnes of CO2e per person.
    PerPerson,
}

/// Which drawing.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DrawingQuery {
    ids: Option<String>,
    level: Option<Level>,
    base_year: Option<i32>,
    measure: Option<Measure>,
    width: Option<u64>,
    theme: Option<String>,
}

/// `GET /compare`.
pub(super) async fn show(request: HttpRequest, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    let query: CompareQuery = read_query(&with_ids(request.query_string()))?;
    let page = costly::answer(&request, &service, CachePolicy::Revalidate, move |service, snapshot| {
        page(snapshot, &query, &service.public_url)
    });
    Ok(with_security_headers(page.await?))
}

/// `GET /compare.svg`.
pub(super) async fn svg(
    request: HttpRequest,
    service: web::Data<Service>,
    query: Query<DrawingQuery>,
) -> Result<HttpResponse, Problem> {
    costly::answer(&request, &service, CachePolicy::Revalidate, move |service, snapshot| {
        Ok(Body::new("image/svg+xml", drawn(snapshot, &query, &service.public_url)?))
    })
    .await
}

/// `GET /compare.png`.
pub(super) async fn png(
    request: HttpRequest,
    service: web::Data<Service>,
    query: Query<DrawingQuery>,
) -> Result<HttpResponse, Problem> {
    costly::answer(&request, &service, CachePolicy::Revalidate, move |service, snapshot| {
        let svg = drawn(snapshot, &query, &service.public_url)?;
        Ok(Body::new("image/png", chart::png(&svg).ok_or(Refusal::Internal)?))
    })
    .await
}

/// The query of a form, which names each city by itself and sends empty fields too, as the API takes it.
fn with_ids(query: &str) -> String {
    let is_city = |pair: &&str| pair.starts_with("city=");
    let cities: Vec<&str> = filled(query).filter(is_city).filter_map(|pair| pair.strip_prefix("city=")).collect();
    let mut pairs: Vec<String> = filled(query).filter(|pair| !is_city(pair)).map(str::to_owned).collect();
    if !cities.is_empty() {
        pairs.push(format!("ids={}", cities.join(",")));
    }
    pairs.join("&")
}

/// The parameters of a comparison, for an address.
fn parameters(compared: &Comparison) -> String {
    let ids: Vec<&str> = compared.compared_cities.iter().map(|city| city.city.as_str()).collect();
    format!("ids={}&level={}&base_year={}", ids.join(","), compared.level, compared.base_year)
}

fn page(snapshot: &Snapshot, query: &CompareQuery, public_url: &str) -> Result<Body, Problem> {
    let query = &CompareQuery { ids: query.ids.as_deref().map(|ids| resolved(snapshot, ids)), ..query.clone() };
    let compared = query.ids.as_ref().map(|_| comparison(snapshot, query)).transpose()?;
    let content = html! {
        h1 { "Compare cities" }
        p.lead {
            "Emissions of 2 to 6 cities, as percent of one base year and per person. Like is compared with like: what \
            counts otherwise is left out, with the reason."
        }
        @if let Some(compared) = &compared { (result(compared)) }
        (form(snapshot, compared.as_ref()))
    };
    let title = compared.as_ref().map_or_else(|| "Compare cities".to_owned(), title);
    let asked = compared.as_ref().map(parameters);
    let twin = |path: &str, kind| asked.as_ref().map(|asked| (format!("{path}?{asked}"), kind));
    let head = Head {
        description: "Emissions of several cities, compared only like with like.".to_owned(),
        picture: asked.as_ref().map(|asked| format!("{public_url}/compare.png?{asked}&width=1200")),
        twins: [twin("/v1/compare", "application/json"), twin("/v1/compare.csv", "text/csv")]
            .into_iter()
            .flatten()
            .collect(),
        ..Head::titled(&format!("{title} – pledgewatch"), public_url)
    };
    Ok(render(&head, &content))
}

/// The ids of the cities that a reader named, by id or by name; what names no city, or several, stays as it is.
fn resolved(snapshot: &Snapshot, named: &str) -> String {
    let id = |word: &str| {
        if snapshot.cities.contains_key(word) {
            return word.to_owned();
        }
        let name = fold_name(word);
        let mut found = snapshot.present().filter(|(_, _, present)| fold_name(present.city.name.as_str()) == name);
        match (found.next(), found.next()) {
            (Some((id, ..)), None) => id.to_string(),
            _ => word.to_owned(),
        }
    };
    named.split(',').map(id).collect::<Vec<_>>().join(",")
}

fn title(compared: &Comparison) -> String {
    let shown = compared.compared_cities.iter().filter(|city| city.years.is_some());
    let names: Vec<&str> = shown.map(|city| city.name.as_str()).collect();
    format!("Emissions since {}: {}", compared.base_year, names.join(", "))
}

fn result(compared: &Comparison) -> Markup {
    let asked = parameters(compared);
    html! {
        p.note {
            "Totals at the level " strong { (texts::level(compared.level)) } ". Judged on "
            (format::day(compared.judged_on)) " by section 1 of " a href="/method" { "the method, version " (compared.method) } "."
        }
        (not_compared(compared))
        section aria-labelledby="index" {
            h2 #index { "As percent of " (compared.base_year) }
            (picture(&asked, "index", &format!("Emissions as percent of {}; the same numbers stand in the table below", compared.base_year)))
        }
        section aria-labelledby="per-person" {
            h2 #per-person { "Tonnes per person" }
            (picture(&asked, "per_person", "Emissions in tonnes of CO2e per person; the same numbers stand in the table below"))
        }
        (table(compared))
        p { "The same as data: " a href={ "/v1/compare?" (asked) } { "JSON" } ", " a href={ "/v1/compare.csv?" (asked) } { "CSV" } "." }
    }
}

/// The drawing in the colours and the width of the reader's screen.
fn picture(asked: &str, measure: &str, words: &str) -> Markup {
    let address = |rest: &str| format!("/compare.svg?{asked}&measure={measure}{rest}");
    html! {
        picture {
            source media="(max-width: 600px) and (prefers-color-scheme: dark)" srcset=(address("&width=340&theme=dark"));
            source media="(max-width: 600px)" srcset=(address("&width=340"));
            source media="(prefers-color-scheme: dark)" srcset=(address("&theme=dark"));
            img.drawing src=(address("")) alt=(words);
        }
    }
}

/// The cities that are left out, each with the reason.
fn not_compared(compared: &Comparison) -> Markup {
    let missing: Vec<&ComparedCity> = compared.compared_cities.iter().filter(|city| city.years.is_none()).collect();
    html! {
        @if !missing.is_empty() {
            div.notice {
                p { strong { "Not compared" } }
                ul {
                    @for city in missing {
                        li {
                            a href={ "/cities/" (city.city) } { (city.name) } ": "
                            @if let Some(reason) = city.reason { (texts::not_compared(reason, compared.base_year)) }
                            @if let Some(reason) = city.left_out_reason { " (" (texts::words(reason.as_str())) ")" }
                        }
                    }
                }
            }
        }
    }
}

/// Every figure, with its source.
fn table(compared: &Comparison) -> Markup {
    html! {
        div.scroll tabindex="0" role="group" aria-label="Every figure" { table.stack {
            caption { "Every figure. The index is 100 × the figure ÷ that of " (compared.base_year) "." }
            thead { tr {
                th scope="col" { "City" } th scope="col" { "Year" } th.number scope="col" { "Tonnes of CO₂e" }
                th.number scope="col" { "Index" } th.number scope="col" { "Tonnes per person" } th scope="col" { "Source" }
            } }
            @for city in &compared.compared_cities {
                @if let Some(years) = &city.years {
                    tbody {
                        @for figure in &years.indexed_figures { (row(city, figure)) }
                        @for left in &years.not_compared {
                            tr {
                                th scope="row" { (city.name) } td data-label="Year" { (left.year) }
                                td colspan="4" { "not compared: " (texts::words(left.reason.as_str())) }
                            }
                        }
                    }
                }
            }
        } }
        @for city in compared.compared_cities.iter().filter(|city| city.years.as_ref().is_some_and(|years| years.protocol.is_none())) {
            p.note { (city.name) " declares no protocol, so it is not certain that it counts as the others do." }
        }
    }
}

fn row(city: &ComparedCity, figure: &IndexedFigure) -> Markup {
    html! {
        tr {
            th scope="row" { a href={ "/cities/" (city.city) } { (city.name) } }
            td data-label="Year" { (figure.year) }
            td.number data-label="Tonnes" { (format::number(figure.tonnes.get(), 3)) }
            td.number data-label="Index" { (format::number(figure.index.get(), 1)) }
            td.number data-label="Per person" { @if let Some(amount) = figure.tonnes_per_person { (format::number(amount.get(), 2)) } }
            td data-label="Source" {
                @match &figure.source.url {
                    Some(url) => a href=(url.as_str()) { (figure.source.title) },
                    None => (figure.source.title),
                }
            }
        }
    }
}

/// The form: cities by id, with suggestions, and what is compared.
fn form(snapshot: &Snapshot, compared: Option<&Comparison>) -> Markup {
    let chosen =
        |at: usize| compared.and_then(|compared| compared.compared_cities.get(at)).map(|city| city.city.as_str());
    let level = compared.map(|compared| compared.level);
    html! {
        h2 { @if compared.is_some() { "Compare other cities" } @else { "Choose cities" } }
        form.filters action="/compare" method="get" aria-label="Cities to compare" {
            @for at in 0..CITIES[1] {
                p {
                    label for={ "city-" (at) } { "City " (at + 1) }
                    input id={ "city-" (at) } name="city" type="text" list="cities" value=[chosen(at)] autocomplete="off" maxlength="64";
                }
            }
            p {
                label for="level" { "Level" }
                select #level name="level" {
                    option value="" { "the one that most cities share" }
                    @for known in Level::ALL.iter().filter(|known| **known != Level::Own) {
                        option value=(known) selected[level == Some(*known)] { (texts::level(*known)) }
                    }
                }
            }
            p {
                label for="base_year" { "Base year" }
                input #base_year name="base_year" type="text" inputmode="numeric" maxlength="4" value=[compared.map(|compared| compared.base_year)];
            }
            p { button type="submit" { "Compare" } }
            datalist #cities {
                @for (id, _, present) in snapshot.present().take(SUGGESTED) { option value=(id) { (present.city.name) } }
            }
        }
        p.note { "By name, or by id where several have one name: " code { "us-los-angeles" } ", the last part of the address of its page." }
    }
}

/// Draws one measure of a comparison.
fn drawn(snapshot: &Snapshot, query: &DrawingQuery, public_url: &str) -> Result<String, Problem> {
    let options = drawing::options(query.width, query.theme.as_deref())?;
    let asked = CompareQuery { ids: query.ids.clone(), level: query.level, base_year: query.base_year };
    let compared = comparison(snapshot, &asked)?;
    let measure = query.measure.unwrap_or(Measure::Index);
    let amount = |figure: &IndexedFigure| match measure {
        Measure::Index => Some(figure.index.get()),
        Measure::PerPerson => figure.tonnes_per_person.map(|amount| amount.get()),
    };
    let line = |city: &ComparedCity| {
        let figures = city.years.iter().flat_map(|years| &years.indexed_figures);
        let points =
            figures.filter_map(|figure| Some(Point { year: figure.year.get(), amount: amount(figure)? })).collect();
        NamedLine { name: city.name.clone(), points }
    };
    let level = texts::level(compared.level);
    let unit = match measure {
        Measure::Index => format!("Emissions, {} = 100; {level}", compared.base_year),
        Measure::PerPerson => format!("Tonnes of CO₂e per person; {level}"),
    };
    let lines = Lines {
        title: title(&compared),
        unit,
        lines: compared.compared_cities.iter().map(line).filter(|line| !line.points.is_empty()).collect(),
        level: (measure == Measure::Index).then_some(100.0),
        source: format!(
            "{}. Compared by pledgewatch, method {}, as known on {}.",
            publishers(&compared),
            compared.method,
            format::day(compared.judged_on)
        ),
        address: format!("{public_url}/compare?{}", parameters(&compared)),
    };
    Ok(chart::lines(&lines, &options))
}

/// Who published the figures.
fn publishers(compared: &Comparison) -> String {
    let years = compared.compared_cities.iter().filter_map(|city| city.years.as_ref());
    let names = drawing::publishers(years.flat_map(|years| &years.indexed_figures).map(|figure| &figure.source));
    if names.is_empty() { String::from("No figures") } else { format!("Figures: {}", names.join("; ")) }
}
