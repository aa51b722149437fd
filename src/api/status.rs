//! The judgement of a city: `/v1/cities/{city}/status`.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;

use super::conditional::{Keep, answer};
use super::problem::{Code, Problem};
use super::{Service, present_city};
use crate::method;
use crate::record::fault::day;
use crate::record::{Cut, Fault, Slug, Year};
use crate::registry::Found;
use crate::registry::answers::{self, StatusAnswer};
use crate::registry::bodies::Body;

/// As known when, from what, by which method.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StatusQuery {
    /// Only reports of years up to this one.
    #[param(minimum = 1970, maximum = 2100, example = 2016)]
    through: Option<i32>,
    /// Only what this service had recorded by the end of this day (UTC).
    #[param(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", example = "2026-11-23")]
    as_of: Option<String>,
    /// Only figures and pledges whose source was published by this day; those of undated sources count
    /// from the day they were recorded.
    #[param(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", example = "2026-11-23")]
    known_on: Option<String>,
    /// Only entries of the change log up to this one; part of a permalink.
    #[param(minimum = 1, maximum = 9_007_199_254_740_991_i64, example = 812)]
    sequence: Option<i64>,
    /// The day of the judgement; today unless stated. Part of a permalink.
    #[param(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", example = "2026-11-23")]
    judged_on: Option<String>,
    /// The version of the method; the current one unless stated. Part of a permalink.
    #[param(pattern = "^[0-9]{1,4}$", example = "1")]
    method: Option<String>,
}

/// What a query asks for, read.
struct Asked {
    cut: Cut,
    judged_on: NaiveDate,
}

impl StatusQuery {
    /// Whether it asks for nothing but the present.
    fn is_present(&self) -> bool {
        let StatusQuery { through, as_of, known_on, sequence, judged_on, method } = self;
        through.is_none()
            && as_of.is_none()
            && known_on.is_none()
            && sequence.is_none()
            && judged_on.is_none()
            && method.is_none()
    }

    /// Whether the answer can never change: the log, the day and the method are pinned.
    fn is_permalink(&self) -> bool {
        self.sequence.is_some() && self.judged_on.is_some() && self.method.is_some()
    }

    fn read(&self, today: NaiveDate, last: i64) -> Result<Asked, Problem> {
        let mut faults = Vec::new();
        let as_of = past_day("as_of", self.as_of.as_deref(), today, &mut faults);
        let known_on = past_day("known_on", self.known_on.as_deref(), today, &mut faults);
        let judged_on = past_day("judged_on", self.judged_on.as_deref(), today, &mut faults);
        let through = self.through.and_then(|year| {
            let read = Year::new(year);
            if read.is_none() {
                faults.push(fault("through", "out_of_range", "must be a year between 1970 and 2100"));
            }
            read
        });
        if self.sequence.is_some_and(|sequence| !(1..=last).contains(&sequence)) {
            faults.push(fault("sequence", "out_of_range", &format!("must be between 1 and {last}, the last entry")));
        }
        if self.method.as_deref().is_some_and(|version| version != method::VERSION) {
            let known = format!("must be a version of the method; known is {}", method::VERSION);
            faults.push(fault("method", "unknown_method", &known));
        }
        if !faults.is_empty() {
            return Err(Problem::invalid(faults));
        }
        let cut = Cut { sequence: self.sequence, as_of, known_on, through };
        Ok(Asked { cut, judged_on: judged_on.unwrap_or(today) })
    }
}

fn fault(parameter: &str, code: &str, detail: &str) -> Fault {
    Fault { pointer: format!("/{parameter}"), code: code.to_owned(), detail: detail.to_owned() }
}

/// Reads a day that is not in the future.
fn past_day(parameter: &str, text: Option<&str>, today: NaiveDate, faults: &mut Vec<Fault>) -> Option<NaiveDate> {
    let read = day(text?);
    match read {
        None => faults.push(fault(parameter, "invalid_day", "must be a day of the calendar, written YYYY-MM-DD")),
        Some(day) if day > today => faults.push(fault(parameter, "in_future", "must not lie in the future")),
        Some(_) => {}
    }
    read
}

/// Judge a city's targets
///
/// Every target with its verdict, the figures it was made from, and what qualifies it. Without
/// parameters: the present. `as_of`, `known_on`, `through` and `sequence` go back in time and can be
/// combined; `permalink` in the answer gives the same numbers for ever.
#[utoipa::path(operation_id = "getStatus", tag = "status",
    params(("city" = Slug, Path, description = "The city's id"), StatusQuery),
    responses((status = 200, description = "The judgement", body = StatusAnswer)))]
#[get("/cities/{city}/status")]
pub async fn get(
    request: HttpRequest,
    service: web::Data<Service>,
    city: web::Path<String>,
    query: web::Query<StatusQuery>,
) -> Result<HttpResponse, Problem> {
    let snapshot = service.registry.present();
    if query.is_present() {
        let (_, present) = present_city(&snapshot, &city)?;
        return Ok(answer(&request, &present.status, Keep::Revalidate));
    }
    // The past of a withdrawn city stays readable.
    let (Found::Here(entry, _) | Found::Withdrawn(entry)) = snapshot.find(&city) else {
        return Err(Problem::not_found());
    };
    let Asked { cut, judged_on } = query.read(snapshot.judged_on, snapshot.head.number)?;
    let Some(status) = answers::status(&entry.dossier, &cut, judged_on) else {
        let first = entry.dossier.city.revisions().first().is_some_and(|first| cut.includes(&first.stamp));
        return Err(if first {
            Problem::new(Code::Gone, "the city was withdrawn at the asked moment; its history is among its changes")
        } else {
            Problem::new(Code::NotFound, "the city was not recorded yet at the asked moment")
        });
    };
    let keep = if query.is_permalink() { Keep::ForEver } else { Keep::Revalidate };
    Ok(answer(&request, &Body::json(&status), keep))
}
