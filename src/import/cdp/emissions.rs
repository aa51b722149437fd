//! City-wide emissions, a row for each city that answered.
//!
//! The own total is what the file states as such (2016, 2017), and a row without it is left out. Later
//! files state none: there it is BASIC, else scopes 1 and 2 together. Where only scope 2 is stated, that
//! is all the city told: it becomes the own total, by an accounting of its own. Scopes are those of the
//! totals by scope, else those that leave out the generation of grid-supplied energy.
//!
//! A boundary other than the whole city is told in the note and remarked on: CDP asks for it in other
//! words each year, so that it cannot tell one reporting entity from another. The population counts
//! only where it is of the accounting year or the year before or after.

use serde_json::{Value, json};

use crate::import::csv_file::{Cells, CsvFile};
use crate::import::failure::FileError;
use crate::import::figure::{json, people, quoted, year};
use crate::import::finding::{Finding, LeftOut, Provenance};
use crate::import::format::{Sink, Stop};
use crate::import::header::{Column, Header, words};
use crate::import::period::AccountingYear;
use crate::import::records::{found, left_out, object, text};
use crate::record::Kind;

use super::account::Account;
use super::accounting::{gases, is_whole_city, protocol};
use super::{publication, said, stated};

const REPORTED: Column = Column {
    meaning: "the year of reporting",
    wordings: &[words(&["year", "reported|reporting"], &[]), words(&["disclosure|questionnaire", "year"], &[])],
};
const ACCOUNTING: Column = Column {
    meaning: "the accounting year",
    wordings: &[
        words(&["accounting|measurement", "year|period"], &[]),
        words(&["inventory", "year|period"], &["boundary"]),
    ],
};
const BOUNDARY: Column = Column {
    meaning: "the boundary",
    wordings: &[words(&["inventory", "boundary"], &[]), words(&["boundary"], &["administrative", "outside"])],
};
const PROTOCOL: Column = Column {
    meaning: "the protocol",
    wordings: &[words(&["protocol|methodology"], &["comment", "column", "details"])],
};
const GASES: Column = Column { meaning: "the gases", wordings: &[words(&["gases"], &["comment"])] };
/// Words of the columns of parts, and of units other than tonnes: a column with one of them is no total in tonnes.
const TOTAL: Column = Column {
    meaning: "the yearly total in t CO2e",
    wordings: &[words(
        &["total", "emissions"],
        &[
            "scope",
            "scopes",
            "basic",
            "basic+",
            "direct",
            "indirect",
            "outside",
            "excluding",
            "generation",
            "kt",
            "kilotonnes",
            "mt",
            "megatonnes",
            "thousand",
            "thousands",
            "capita",
            "per",
        ],
    )],
};
const BASIC: Column = Column { meaning: "the BASIC total in t CO2e", wordings: &[words(&["basic"], &UNITS)] };
const BASIC_PLUS: Column = Column { meaning: "the BASIC+ total in t CO2e", wordings: &[words(&["basic+"], &UNITS)] };
const UNITS: [&str; 8] = ["kt", "kilotonnes", "mt", "megatonnes", "thousand", "thousands", "capita", "per"];
const PARTS: [&str; 13] = [
    "generation",
    "excluding",
    "grid",
    "basic",
    "basic+",
    "included",
    "kt",
    "kilotonnes",
    "mt",
    "megatonnes",
    "thousand",
    "thousands",
    "per",
];
const SCOPES: [Column; 3] = [
    Column { meaning: "the scope 1 total in t CO2e", wordings: &[words(&["total", "scope", "1"], &PARTS)] },
    Column { meaning: "the scope 2 total in t CO2e", wordings: &[words(&["total", "scope", "2"], &PARTS)] },
    Column { meaning: "the scope 3 total in t CO2e", wordings: &[words(&["total", "scope", "3"], &PARTS)] },
];
const WITHOUT_GRID: [Column; 3] = [
    Column { meaning: "direct emissions without generation", wordings: &[words(&["direct", "excluding"], &UNITS)] },
    Column { meaning: "indirect emissions without generation", wordings: &[words(&["indirect", "excluding"], &UNITS)] },
    Column { meaning: "outside emissions without generation", wordings: &[words(&["outside", "excluding"], &UNITS)] },
];
const COUNTED: Column = Column { meaning: "the scopes counted", wordings: &[words(&["scopes", "included"], &[])] };
const POPULATION: Column =
    Column { meaning: "the population", wordings: &[words(&["population"], &["year", "density"])] };
const POPULATION_YEAR: Column =
    Column { meaning: "the year of the population", wordings: &[words(&["population", "year"], &[])] };

/// Emissions a person that are unlikely, in t: the record's own thresholds, for a population it cannot have.
const UNLIKELY: [f64; 2] = [0.3, 60.0];

struct Columns {
    account: Account,
    reported: Option<usize>,
    accounting: usize,
    boundary: Option<usize>,
    protocol: Option<usize>,
    gases: Option<usize>,
    total: Option<usize>,
    basic: Option<usize>,
    basic_plus: Option<usize>,
    scopes: [Option<usize>; 3],
    without_grid: [Option<usize>; 3],
    counted: Option<usize>,
    population: Option<usize>,
    population_year: Option<usize>,
}

/// Whether a file is of this kind.
pub(super) fn recognises(header: &Header) -> bool {
    header.has(&[&ACCOUNTING]) || header.has(&[&super::account::ACCOUNT, &TOTAL]) || header.has(&[&BASIC, &BASIC_PLUS])
}

/// Reads the file.
pub(super) fn read(file: CsvFile<'_>, sink: &mut Sink<'_>) -> Result<(), Stop> {
    let columns = Columns::of(&file.header)?;
    sink.notice(file.header.complete(&columns.expected(), file.provenance.may_lack_columns)?);
    let provenance = file.provenance.clone();
    let subject = |cells: &Cells<'_>| {
        format!("{} {}", columns.account.name(cells), quoted(cells.at(columns.accounting))).trim().to_owned()
    };
    file.hand_on(sink, subject, |cells| columns.report(cells, &provenance))
}

impl Columns {
    fn of(header: &Header) -> Result<Self, FileError> {
        let each = |columns: &[Column; 3]| -> Result<[Option<usize>; 3], FileError> {
            Ok([header.find(&columns[0])?, header.find(&columns[1])?, header.find(&columns[2])?])
        };
        let (scopes, without_grid) = (each(&SCOPES)?, each(&WITHOUT_GRID)?);
        let (basic, basic_plus) = (header.find(&BASIC)?, header.find(&BASIC_PLUS)?);
        let total = header.find(&TOTAL)?;
        if total.is_none() && basic.is_none() && scopes[0].is_none() && without_grid[0].is_none() {
            header.need(&TOTAL)?;
        }
        Ok(Columns {
            account: Account::of(header)?,
            reported: header.find(&REPORTED)?,
            accounting: header.need(&ACCOUNTING)?,
            boundary: header.find(&BOUNDARY)?,
            protocol: header.find(&PROTOCOL)?,
            gases: header.find(&GASES)?,
            total,
            basic,
            basic_plus,
            scopes,
            without_grid,
            counted: header.find(&COUNTED)?,
            population: header.find(&POPULATION)?,
            population_year: header.find(&POPULATION_YEAR)?,
        })
    }

    /// The columns that the files of this layout have: until 2017 a yearly total, since then one by BASIC and more.
    fn expected(&self) -> Vec<&'static Column> {
        let [one, two, three] = &SCOPES;
        let mut all = vec![&REPORTED, &BOUNDARY, &PROTOCOL, &GASES, &POPULATION, &POPULATION_YEAR, one, two];
        if self.total.is_none() {
            all.extend([three, &BASIC, &BASIC_PLUS].into_iter().chain(&WITHOUT_GRID));
        }
        all
    }

    fn report(&self, cells: &Cells<'_>, provenance: &Provenance) -> Result<Finding, LeftOut> {
        let today = provenance.today;
        let city = self.account.city(cells, today)?;
        let covers = self.accounting_year(cells)?;
        let figures = Figures::read(self, cells)?;
        let mut remarks = figures.remarks.clone();
        let boundary = said(cells, self.boundary);
        if !is_whole_city(boundary) {
            remarks.push("the boundary is not plainly the whole city".to_owned());
        }
        let population = self.population(cells, covers.year, figures.largest(), &mut remarks);
        let reported = year(cells.maybe(self.reported));
        let title = match reported {
            Some(year) => format!("City-wide emissions, reported to CDP in {year}"),
            None => "City-wide emissions, reported to CDP".to_owned(),
        };
        let declared = if figures.partial { Some("other") } else { protocol(said(cells, self.protocol)) };
        let stated_period = quoted(cells.at(self.accounting));
        let locator = format!("account {}, accounting year {stated_period}", self.account.number(cells)?);
        let body = object([
            ("period", covers.body()),
            ("totals", Some(figures.totals())),
            ("population", population.map(Value::from)),
            ("protocol", declared.map(Value::from)),
            ("gases", gases(said(cells, self.gases))),
            ("source", Some(publication(title, reported, provenance).source(&locator))),
            ("note", text(&note(boundary, &covers, &stated_period, &figures))),
        ]);
        if covers.half_open {
            remarks.push("one end of the period is stated: the year from or to that day".to_owned());
        }
        let report = found(Kind::Report, covers.year.to_string(), &body, today)?;
        Ok(Finding { city, records: vec![report], remarks })
    }

    fn accounting_year(&self, cells: &Cells<'_>) -> Result<AccountingYear, LeftOut> {
        match said(cells, Some(self.accounting)) {
            "" => Err(left_out("no_period", "The row states no accounting year.")),
            stated => AccountingYear::read(stated),
        }
    }

    /// The population, where it is of about that year; a figure that does not fit any population is remarked on.
    fn population(&self, cells: &Cells<'_>, of: i32, tonnes: f64, remarks: &mut Vec<String>) -> Option<i64> {
        let population = stated(cells, self.population).ok().flatten().and_then(people)?;
        let counted_in = year(cells.maybe(self.population_year));
        if counted_in.is_some_and(|year| (year - of).abs() <= 1) {
            return Some(population);
        }
        #[allow(clippy::cast_precision_loss, reason = "at most 10^9")]
        let each = tonnes / population as f64;
        if !(UNLIKELY[0]..=UNLIKELY[1]).contains(&each) {
            remarks.push("unlikely by the population of another year: is it in tonnes?".to_owned());
        }
        None
    }
}

fn note(boundary: &str, covers: &AccountingYear, stated_period: &str, figures: &Figures) -> String {
    let mut note = Vec::new();
    if !boundary.is_empty() {
        note.push(format!("Boundary: {boundary}."));
    }
    if covers.begins_before() {
        note.push(format!("The accounting year is stated as {stated_period}."));
    }
    note.extend(figures.own_is.map(str::to_owned));
    note.join(" ")
}

/// The figures of a row, in t CO2e.
#[derive(Debug, Default)]
struct Figures {
    own: Option<f64>,
    basic: Option<f64>,
    basic_plus: Option<f64>,
    scopes: [Option<f64>; 3],
    /// Where the own total comes from, when the file states none as such.
    own_is: Option<&'static str>,
    /// Whether only scope 2 is stated.
    partial: bool,
    remarks: Vec<String>,
}

impl Figures {
    fn read(columns: &Columns, cells: &Cells<'_>) -> Result<Self, LeftOut> {
        let mut texts = Vec::new();
        let mut any = false;
        let mut read = |index: Option<usize>| match stated(cells, index) {
            Ok(figure) => {
                any |= figure.is_some();
                figure
            }
            Err(text) => {
                texts.push(text);
                None
            }
        };
        let stated_total = read(columns.total);
        let total = positive(stated_total);
        let (basic, basic_plus) = (positive(read(columns.basic)), positive(read(columns.basic_plus)));
        let by_scope = columns.scopes.map(&mut read);
        let without_grid = columns.without_grid.map(&mut read);
        let told = |scopes: &[Option<f64>; 3]| scopes[..2].iter().any(|scope| positive(*scope).is_some());
        let leaves_out_grid = !told(&by_scope) && told(&without_grid);
        let scopes = if leaves_out_grid { without_grid } else { by_scope };
        let mut figures = Figures { own: total, basic, basic_plus, scopes, ..Figures::default() };
        if said(cells, columns.counted).to_lowercase().contains("total basic") {
            figures.basic = basic.or(total);
        }
        // A file that has a column for the yearly total says by an empty cell that there is none.
        if (columns.total.is_some() && total.is_none()) || !figures.is_any() {
            return Err(match texts.first() {
                Some(text) => left_out("not_a_number", format!("The figures are stated as \"{text}\".")),
                None if any && (columns.total.is_none() || stated_total.is_some()) => {
                    left_out("total_not_positive", "No total is above 0.")
                }
                None => left_out("no_total", "The row states no total."),
            });
        }
        figures.remarks.extend(texts.into_iter().map(|text| format!("\"{text}\" is no number and left out")));
        figures.choose_own(leaves_out_grid);
        Ok(figures)
    }

    /// Whether one figure or more is above 0 and has a level, or is all the city told.
    fn is_any(&self) -> bool {
        let [one, two, _] = self.scopes.map(positive);
        self.own.or(self.basic).or(self.basic_plus).or(one).or(two).is_some()
    }

    fn choose_own(&mut self, leaves_out_grid: bool) {
        if self.own.is_some() {
            return;
        }
        let [one, two, _] = self.scopes;
        (self.own, self.own_is) = match (self.basic, one, two) {
            (Some(basic), _, _) => (Some(basic), Some("Own total: BASIC as stated.")),
            (None, Some(one), Some(two)) if leaves_out_grid => (
                Some(one + two),
                Some("Own total: direct and indirect emissions without the generation of grid-supplied energy."),
            ),
            (None, Some(one), Some(two)) => (Some(one + two), Some("Own total: scopes 1 and 2.")),
            (None, None, Some(two)) if positive(Some(two)).is_some() && self.basic_plus.is_none() => {
                self.partial = true;
                self.remarks.push("only scope 2 is stated".to_owned());
                (Some(two), Some("Only scope 2 is stated: the own total holds nothing else."))
            }
            _ => (None, None),
        };
    }

    fn totals(&self) -> Value {
        let [one, two, three] = self.scopes;
        let both = one.zip(two).map(|(one, two)| one + two);
        object([
            ("own", self.own.map(json)),
            ("basic", self.basic.map(json)),
            ("basic_plus", self.basic_plus.map(json)),
            ("scope_1", one.map(json)),
            ("scope_1_2", both.map(json)),
            ("scope_1_2_3", both.zip(three).map(|(both, three)| json!(both + three))),
        ])
    }

    fn largest(&self) -> f64 {
        let [one, two, _] = self.scopes;
        self.own.or(self.basic_plus).or(one).or(two).unwrap_or_default()
    }
}

fn positive(figure: Option<f64>) -> Option<f64> {
    figure.filter(|figure| *figure > 0.0)
}
