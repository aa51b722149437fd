//! `/weakened` and `/never-reported`: the lists that tell what was given up, and who says nothing.

use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};

use super::page::{Head, render, with_security_headers};
use super::{format, texts};
use crate::answers::body::Body;
use crate::api::Service;
use crate::api::response::answer::CachePolicy;
use crate::api::response::costly;
use crate::api::response::problem::Problem;
use crate::method::{Assessment, Caution, CautionCode};
use crate::record::{CityId, Standing};
use crate::registry::{Present, Snapshot};

/// `GET /weakened`.
pub(super) async fn weakened(request: HttpRequest, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    let page = costly::answer(&request, &service, CachePolicy::Revalidate, |service, snapshot| {
        Ok(weakened_page(snapshot, &service.public_url))
    });
    Ok(with_security_headers(page.await?))
}

/// A pledge that was weakened or given up, with the city it was made by.
pub(super) struct GivenUp<'s> {
    pub city: &'s CityId,
    pub present: &'s Present,
    pub target: &'s Assessment,
    /// What says so; none for a target that is recorded as given up.
    pub caution: Option<&'s Caution>,
}

/// Every weakened or dropped pledge, the last change first.
pub(super) fn given_up(snapshot: &Snapshot) -> Vec<GivenUp<'_>> {
    let mut all: Vec<GivenUp<'_>> = Vec::new();
    for (city, _, present) in snapshot.present() {
        for target in &present.targets {
            let weakened = target.cautions.iter().filter(|caution| caution.code == CautionCode::TargetWeakened);
            all.extend(weakened.map(|caution| GivenUp { city, present, target, caution: Some(caution) }));
            if target.target.standing == Standing::Withdrawn {
                all.push(GivenUp { city, present, target, caution: None });
            }
        }
    }
    all.sort_by_key(|entry| std::cmp::Reverse(entry.day()));
    all
}

impl GivenUp<'_> {
    /// The day of the change, as far as it is known.
    pub fn day(&self) -> Option<chrono::NaiveDate> {
        match self.caution {
            Some(caution) => caution.changed_on,
            None => self.target.target.ended_on.map(|ended| ended.last_day()),
        }
    }

    /// What the pledge is called.
    pub fn title(&self) -> String {
        let target = &self.target.target;
        target.title.as_ref().map_or_else(|| target.id.to_string(), ToString::to_string)
    }

    /// What happened, as a sentence.
    pub fn sentence(&self) -> String {
        match self.caution {
            Some(caution) => caution.detail.clone(),
            None => format!("The target was {}.", texts::standing(Standing::Withdrawn)),
        }
    }
}

fn weakened_page(snapshot: &Snapshot, public_url: &str) -> Body {
    let all = given_up(snapshot);
    let content = html! {
        h1 { "Weakened or dropped pledges" }
        p.lead { "A pledge that asks for less than an earlier one of the same city, or that was given up before its year." }
        @if all.is_empty() { p { "None is recorded." } } @else {
            table.stack {
                thead { tr { th scope="col" { "Day" } th scope="col" { "City" } th scope="col" { "What changed" } } }
                tbody { @for entry in &all { (row(entry)) } }
            }
        }
    };
    let head = Head {
        twins: vec![
            ("/v1/status?caution=target_weakened".to_owned(), "application/json"),
            ("/v1/status.csv?caution=target_weakened".to_owned(), "text/csv"),
        ],
        ..Head::titled("Weakened or dropped pledges – pledgewatch", public_url)
    };
    render(&head, &content)
}

fn row(entry: &GivenUp<'_>) -> Markup {
    html! {
        tr {
            td { @match entry.day() { Some(day) => (format::day(day)), None => "not stated" } }
            th scope="row" { a href={ "/cities/" (entry.city) "?target=" (entry.target.target.id) } { (entry.present.city.name) } }
            td {
                strong { (entry.title()) } ". " (entry.sentence())
                @if let Some(reason) = entry.caution.and_then(|caution| caution.reason.as_ref()) { " Reason given: “" (reason) "”" }
            }
        }
    }
}

/// `GET /never-reported`.
pub(super) async fn never_reported(request: HttpRequest, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    let page = costly::answer(&request, &service, CachePolicy::Revalidate, |service, snapshot| {
        Ok(never_page(snapshot, &service.public_url))
    });
    Ok(with_security_headers(page.await?))
}

fn never_page(snapshot: &Snapshot, public_url: &str) -> Body {
    let silent: Vec<(&CityId, &Present)> = snapshot
        .present()
        .filter(|(_, _, present)| present.latest.report.is_none())
        .map(|(id, _, present)| (id, present))
        .collect();
    let content = html! {
        h1 { "Never reported" }
        p.lead { "Cities without a single report: whatever they pledged, nothing says how it goes." }
        @if silent.is_empty() { p { "Every city has reported at least once." } } @else {
            ul { @for (id, present) in &silent { li { a href={ "/cities/" (id) } { (present.city.name) } ", " (present.city.country.name()) } } }
        }
        p { a href="/?verdict=unreported" { "Targets whose year passed without a figure" } }
    };
    let head = Head {
        twins: vec![("/v1/cities?reported_before=1970".to_owned(), "application/json")],
        ..Head::titled("Cities that never reported – pledgewatch", public_url)
    };
    render(&head, &content)
}
