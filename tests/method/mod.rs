//! The method: worked cases, a table for every row, properties, and every judgement worked out again by a reader.
#![allow(clippy::float_cmp, reason = "numbers as printed, and sums of whole numbers, are exact")]

mod c40;
mod calculator;
mod cautions;
mod comparison;
mod course;
mod coverage;
mod demo;
mod explain;
mod goals;
mod headline;
mod history;
mod klimatkollen;
mod los_angeles;
mod milestones;
mod opinions;
mod output;
mod properties;
mod recompute;
mod restated_since;
mod sentences;
mod series;
mod standing;
mod superseded;
mod verdicts;
mod within_reports;
mod worked;
mod yardsticks;

use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use pledgewatch::method::{
    self, AbsentReason, Assessment, Assessments, Caution, CautionCode, LeftOutReason, Reason, SeriesRow, Verdict,
    Yardsticks, assess, yardsticks,
};
use pledgewatch::record::change::Draft;
use pledgewatch::record::gpc::GpcRef;
use pledgewatch::record::{Action, AsOf, CityRecord, Dossier, Kind, Ledger, Level, RecordKey, Slug, View, Year};
use serde_json::{Value, json};

/// The day of judgement of the worked cases.
pub fn today() -> NaiveDate {
    day(2026, 11, 23)
}

pub fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

pub fn year(year: i32) -> Year {
    Year::new(year).unwrap()
}

/// A city that is written to as the service would: entry by entry.
#[derive(Clone)]
pub struct City {
    ledger: Ledger,
    sequence: i64,
    /// When what is written next is recorded.
    recorded_at: DateTime<Utc>,
}

impl City {
    pub fn named(name: &str) -> City {
        let body = json!({"name": name, "country": "US"});
        let city = City { ledger: Ledger::default(), sequence: 0, recorded_at: recorded_at() };
        city.write(Kind::City, "test-city", body)
    }

    fn dossier(&self) -> &Dossier {
        &self.ledger.cities["test-city"]
    }

    pub fn new() -> City {
        City::named("Exampleton")
    }

    /// Records what follows on `day`.
    pub fn on(mut self, day: NaiveDate) -> City {
        self.recorded_at = day.and_hms_opt(12, 0, 0).unwrap().and_utc();
        self
    }

    /// The city was made from or split off from another, on `day`.
    pub fn made_from(self, other: &str, day: &str) -> City {
        let predecessor = json!({"city": other, "on": day, "source": {"title": "Test"}});
        let body = json!({"name": "Exampleton", "country": "US", "predecessors": [predecessor]});
        self.write(Kind::City, "test-city", body)
    }

    fn write(self, kind: Kind, id: &str, body: Value) -> City {
        self.revise(kind, id, body, None)
    }

    /// Writes, perhaps with a reason.
    pub fn revise(mut self, kind: Kind, id: &str, body: Value, reason: Option<&str>) -> City {
        self.sequence += 1;
        let dossier = self.ledger.cities.get("test-city");
        let record = CityRecord::read(kind, id).unwrap();
        let revision = dossier.and_then(|dossier| dossier.latest(&record)).map_or(0, |(stamp, _)| stamp.revision);
        let mut draft = draft(kind, id, body);
        draft.revision = revision + 1;
        draft.reason = reason.map(str::to_owned);
        self.ledger.apply(&draft.into_entry(self.sequence, self.recorded_at, "0")).unwrap();
        self
    }

    pub fn baseline(self, id: &str, body: Value) -> City {
        self.write(Kind::Baseline, id, body)
    }

    pub fn report(self, year: i32, body: Value) -> City {
        self.write(Kind::Report, &year.to_string(), body)
    }

    pub fn target(self, id: &str, body: Value) -> City {
        self.write(Kind::Target, id, body)
    }

    /// Reports at the level `basic`, by the GPC.
    pub fn reports(self, figures: &[(i32, f64)]) -> City {
        figures.iter().fold(self, |city, (year, tonnes)| city.report(*year, inventory(*tonnes)))
    }

    /// A baseline `base` at the level `basic`, by the GPC.
    pub fn base(self, year: i32, tonnes: f64) -> City {
        self.baseline("base", with(inventory(tonnes), json!({"year": year})))
    }

    pub fn judged_on(&self, day: NaiveDate) -> Assessments {
        assess(&self.dossier().present().unwrap(), day)
    }

    pub fn through(&self, through: i32) -> Assessments {
        self.through_judged_on(through, today())
    }

    /// What was reported up to a year, judged on `day`.
    pub fn through_judged_on(&self, through: i32, day: NaiveDate) -> Assessments {
        let cut = AsOf { through: Some(year(through)), ..AsOf::default() };
        assess(&self.dossier().view(&cut).unwrap().unwrap(), day)
    }

    /// What was known on `day`, judged on it.
    pub fn known_on(&self, day: NaiveDate) -> Assessments {
        self.known_on_judged_on(day, day)
    }

    /// What was known on `day`, judged on another.
    pub fn known_on_judged_on(&self, day: NaiveDate, judged_on: NaiveDate) -> Assessments {
        let cut = AsOf { known_on: Some(day), ..AsOf::default() };
        assess(&self.dossier().view(&cut).unwrap().unwrap(), judged_on)
    }

    pub fn assess(&self) -> Assessments {
        self.judged_on(today())
    }

    pub fn view(&self) -> View<'_> {
        self.dossier().present().unwrap()
    }

    pub fn yardsticks(&self, level: Option<Level>) -> Yardsticks {
        yardsticks(&self.view(), today(), level, &self.assess())
    }

    /// The series of the target `goal`.
    pub fn series(&self) -> Vec<SeriesRow> {
        method::series(&self.view(), &Slug::new("goal").unwrap(), today()).unwrap()
    }

    /// The assessment of the only target.
    pub fn only(&self) -> Assessment {
        let mut all = self.assess();
        assert_eq!(all.targets.len(), 1);
        all.targets.pop().unwrap()
    }
}

fn draft(kind: Kind, id: &str, body: Value) -> Draft {
    let subject = RecordKey::read(kind, "test-city", id).unwrap().into();
    Draft { actor: "test".into(), subject, action: Action::Create, revision: 1, after: Some(body), reason: None }
}

pub fn recorded_at() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 1, 12, 0, 0).unwrap()
}

/// The assessment of the target `id` of several.
pub fn of(assessments: &Assessments, id: &str) -> Assessment {
    assessments.targets.iter().find(|target| target.target.id.as_str() == id).unwrap().clone()
}

/// The verdict and its reason.
pub fn ruled(assessment: &Assessment) -> (Verdict, Option<Reason>) {
    (assessment.verdict, assessment.reason)
}

/// An inventory with a total at `basic`, by the GPC.
pub fn inventory(tonnes: f64) -> Value {
    json!({"totals": {"basic": tonnes}, "protocol": "gpc", "source": {"title": "Test"}})
}

/// An inventory by the lines of `basic`, by the GPC: those named have tonnes, a notation key (after which an explanation
/// may stand) or several gases, a null leaves a line out, and all others do not occur.
pub fn lined(named: Value) -> Value {
    let named = named.as_object().unwrap().clone();
    let others = GpcRef::all().filter(|line| line.is_counted_at(Level::Basic) && !named.contains_key(line.as_str()));
    let mut lines: Vec<Value> = others.map(|line| json!({"ref": line.as_str(), "notation": "NO"})).collect();
    for (reference, value) in &named {
        match value {
            Value::Null => {}
            Value::Number(tonnes) => lines.push(json!({"ref": reference, "tonnes": tonnes})),
            Value::String(told) => lines.push(match told.split_once(' ') {
                Some((key, why)) => json!({"ref": reference, "notation": key, "explanation": why}),
                None => json!({"ref": reference, "notation": told}),
            }),
            Value::Object(gases) => {
                lines.extend(
                    gases.iter().map(|(gas, tonnes)| json!({"ref": reference, "gas": gas, "gas_tonnes": tonnes})),
                );
            }
            other => panic!("{other}"),
        }
    }
    json!({"lines": lines, "protocol": "gpc", "source": {"title": "Test"}})
}

/// An adopted target of a cut from the baseline `base`.
pub fn cut(percent: f64, by: i32) -> Value {
    json!({"kind": "base_year", "level": "basic", "baseline": "base", "reduction_percent": percent,
           "target_year": by, "standing": "adopted", "source": {"title": "Test"}})
}

/// An adopted target of a level, measured from the baseline `base`.
pub fn level(tonnes: f64, by: i32) -> Value {
    json!({"kind": "fixed_level", "level": "basic", "baseline": "base", "tonnes": tonnes,
           "target_year": by, "standing": "adopted", "source": {"title": "Test"}})
}

/// `body` with the members of `changes`; a null removes a member.
#[allow(clippy::needless_pass_by_value, reason = "the changes are written where they are passed")]
pub fn with(mut body: Value, changes: Value) -> Value {
    let members = body.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            members.remove(name)
        } else {
            members.insert(name.clone(), value.clone())
        };
    }
    body
}

pub fn codes(assessment: &Assessment) -> Vec<CautionCode> {
    assessment.cautions.iter().map(|caution| caution.code).collect()
}

pub fn caution(assessment: &Assessment, code: CautionCode) -> &Caution {
    let found = assessment.cautions.iter().find(|caution| caution.code == code);
    found.unwrap_or_else(|| panic!("no caution {code} in {:?}", assessment.cautions))
}

/// Why a field is absent, if it is.
pub fn absent(assessment: &Assessment, field: &str) -> Option<AbsentReason> {
    assessment.absent.iter().find(|absent| absent.field == field).map(|absent| absent.reason)
}

/// The years that a caution names.
pub fn years(assessment: &Assessment, code: CautionCode) -> Vec<i32> {
    caution(assessment, code).years.iter().map(|year| year.get()).collect()
}

pub fn left_out(assessment: &Assessment) -> Vec<(i32, LeftOutReason)> {
    assessment.left_out.iter().map(|left| (left.year.get(), left.reason)).collect()
}

/// Checks a printed number against an unrounded one: relative 1e-6, or half of what print rounds to.
pub fn assert_near(what: &str, printed: Option<f64>, expected: f64, unit: f64) {
    let printed = printed.unwrap_or_else(|| panic!("{what} is absent, not {expected}"));
    let tolerance = (expected.abs() * 1e-6).max(unit * 0.5001);
    assert!((printed - expected).abs() <= tolerance, "{what} is {printed}, not {expected}");
}
