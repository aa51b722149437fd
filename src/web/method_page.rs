//! `/method`: how a verdict is made, and one that is worked on the spot.

use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};

use super::badge::badge;
use super::page::{Head, render, with_security_headers};
use super::{format, guide};
use crate::answers::city_status;
use crate::api::Service;
use crate::api::response::answer::CachePolicy;
use crate::api::response::costly;
use crate::api::response::problem::Problem;
use crate::record::{AsOf, Incomplete};
use crate::registry::{CityEntry, CityLookup, Present, Refusal, Snapshot};

/// The city whose verdict is worked where it is recorded: the one that the press wrote of.
const CASE: &str = "us-los-angeles";

/// `GET /method`.
pub(super) async fn show(request: HttpRequest, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    let page = costly::answer(&request, &service, CachePolicy::Revalidate, |service, snapshot| {
        let (title, text) = guide::text("method").ok_or_else(Problem::not_found)?;
        let case = case(snapshot).map(|(entry, present)| worked(snapshot, entry, present)).transpose()?;
        Ok(render(&Head::titled(title, &service.public_url), &html! { (text) (case.unwrap_or_default()) }))
    });
    Ok(with_security_headers(page.await?))
}

/// The city whose verdict is worked: the one of the story, or else the first that has one with numbers.
fn case(snapshot: &Snapshot) -> Option<(&CityEntry, &Present)> {
    if let CityLookup::Here(entry, present) = snapshot.find(CASE) {
        return Some((entry, present));
    }
    let has_numbers = |present: &Present| present.headline().is_some_and(|target| target.judged.is_some());
    let found = snapshot.present().find(|(_, _, present)| has_numbers(present));
    found.map(|(_, entry, present)| (entry.as_ref(), present))
}

/// Every number of the headline target, with its formula.
fn worked(snapshot: &Snapshot, entry: &CityEntry, present: &Present) -> Result<Markup, Problem> {
    let status = city_status::status(&entry.dossier, &AsOf::default(), snapshot.judged_on, None, true);
    let status = status.map_err(|Incomplete| Refusal::Internal)?.ok_or_else(Problem::not_found)?;
    let headline = present.headline();
    let formulas = status.explain.as_ref().zip(headline);
    let formulas = formulas.and_then(|(explained, target)| explained.target_formulas.get(&target.target.id));
    Ok(html! {
        @if let (Some(target), Some(formulas)) = (headline, formulas) {
            section.guide aria-labelledby="worked-case" {
                h2 #worked-case { "A case, worked on " (format::day(snapshot.judged_on)) }
                p { (badge(target)) " " (target.sentence) }
                p { "Every number of this verdict, from the records as they are now:" }
                ul.formulas { @for formula in formulas { li { code { (formula.formula) } } } }
                p { a href={ "/cities/" (status.city) } { "The page of " (status.name) ", with the source of each figure" } }
            }
        }
    })
}
