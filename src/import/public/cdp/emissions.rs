//! City-wide emissions, one row for each city that reported.
//!
//! A total is recorded at the level that the row states, so that one level never mixes two definitions. BASIC and
//! BASIC+ have separate columns since 2018. The yearly total of 2017 is BASIC or scopes 1 and 2, as the row says. That
//! of 2016 is scopes 1 and 2 if it is their sum. Only a total without a stated level is the city's own.
//!
//! Sums of scopes leave out the generation of grid-supplied energy, whose use is already in scope 2 (GPC, chapter 4).
//! They come from the columns that leave it out, or else from the totals by scope. They are not used if they exceed
//! BASIC, which happens when that energy is counted twice. Scope 1 is the total of that name. If nothing else is
//! stated, it is the direct emissions without that generation. If only scope 2 is stated, it becomes the own total,
//! with the accounting `other`.
//!
//! A boundary other than the whole city is mentioned in the note and in the remarks. CDP words this question
//! differently each year, so the answer cannot tell one reporting entity from another. The population is used only if
//! it is from the accounting year or the year before or after.

use serde_json::Value;

use crate::import::failure::FileError;
use crate::import::public::file::{Cells, PublicFile};
use crate::import::public::finding::{LeftOut, Provenance, RowRecords};
use crate::import::public::header::{Column, Header, words};
use crate::import::public::period::AccountingYear;
use crate::import::public::records::{left_out, object, parse_record, text};
use crate::import::public::source::{Sink, Stop};
use crate::import::table::figure::{json, population, quoted, year};
use crate::import::table::unit::Scale;
use crate::record::Kind;

use super::account::Account;
use super::accounting::{gases, is_whole_city, protocol};
use super::{publication, stated};

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
/// A column with one of the excluded words is a part of a total, or has another unit than tonnes.
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

/// Emissions per person that are unlikely, in t. The thresholds are those of the records; this check is for a
/// population that is not recorded.
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

/// True if a file is of this kind.
pub(super) fn recognises(header: &Header) -> bool {
    header.has(&[&ACCOUNTING]) || header.has(&[&super::account::ACCOUNT, &TOTAL]) || header.has(&[&BASIC, &BASIC_PLUS])
}

/// Reads the file.
pub(super) fn read(file: PublicFile<'_>, sink: &mut Sink<'_>) -> Result<(), Stop> {
    let columns = Columns::of(&file.header)?;
    sink.notice(file.header.check_complete(&columns.expected(), file.provenance.may_lack_columns)?);
    let provenance = file.provenance.clone();
    let subject = |cells: &Cells<'_>| {
        format!("{} {}", columns.account.name(cells), quoted(cells.at(columns.accounting))).trim().to_owned()
    };
    file.send_rows(sink, subject, |cells| columns.report(cells, &provenance))
}

impl Columns {
    fn of(header: &Header) -> Result<Self, FileError> {
        let find = |column: &Column| header.find(column)?.map(|index| header.require_tonnes(index)).transpose();
        let each = |columns: &[Column; 3]| -> Result<[Option<usize>; 3], FileError> {
            Ok([find(&columns[0])?, find(&columns[1])?, find(&columns[2])?])
        };
        let (scopes, without_grid) = (each(&SCOPES)?, each(&WITHOUT_GRID)?);
        let (basic, basic_plus) = (find(&BASIC)?, find(&BASIC_PLUS)?);
        let total = find(&TOTAL)?;
        if total.is_none() && basic.is_none() && scopes[0].is_none() && without_grid[0].is_none() {
            header.require(&TOTAL)?;
        }
        Ok(Columns {
            account: Account::of(header)?,
            reported: header.find(&REPORTED)?,
            accounting: header.require(&ACCOUNTING)?,
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

    /// The columns that files of this layout have: until 2017 a yearly total, since then totals at BASIC and more
    /// levels.
    fn expected(&self) -> Vec<&'static Column> {
        let [one, two, three] = &SCOPES;
        let mut all = vec![&REPORTED, &BOUNDARY, &PROTOCOL, &GASES, &POPULATION, &POPULATION_YEAR, one, two];
        if self.total.is_none() {
            all.extend([three, &BASIC, &BASIC_PLUS].into_iter().chain(&WITHOUT_GRID));
        }
        all
    }

    fn report(&self, cells: &Cells<'_>, provenance: &Provenance) -> Result<RowRecords, LeftOut> {
        let today = provenance.today;
        let city = self.account.city(cells, today)?;
        let covers = self.accounting_year(cells)?;
        let figures = Figures::read(self, cells)?;
        let mut remarks = figures.remarks.clone();
        let boundary = cells.maybe(self.boundary);
        if !is_whole_city(boundary) {
            remarks.push("the boundary is not plainly the whole city".to_owned());
        }
        let population =
            self.population(cells, covers.year, figures.most_comprehensive().unwrap_or_default(), &mut remarks);
        let reported = year(cells.maybe(self.reported));
        let title = match reported {
            Some(year) => format!("City-wide emissions, reported to CDP in {year}"),
            None => "City-wide emissions, reported to CDP".to_owned(),
        };
        let declared = if figures.is_partial { Some("other") } else { protocol(cells.maybe(self.protocol)) };
        let stated_period = quoted(cells.at(self.accounting));
        let locator = format!("account {}, accounting year {stated_period}", self.account.number(cells)?);
        let body = object([
            ("period", covers.body()),
            ("totals", Some(figures.totals())),
            ("population", population.map(Value::from)),
            ("protocol", declared.map(Value::from)),
            ("gases", gases(cells.maybe(self.gases))),
            ("source", Some(publication(title, reported, provenance).source(&locator))),
            ("note", text(&note(boundary, &covers, &stated_period, figures.note))),
        ]);
        if covers.is_half_open {
            remarks.push("one end of the period is stated: the year from or to that day".to_owned());
        }
        let report = parse_record(Kind::Report, &covers.year.to_string(), &body, today)?;
        Ok(RowRecords { city, records: vec![report], remarks })
    }

    fn accounting_year(&self, cells: &Cells<'_>) -> Result<AccountingYear, LeftOut> {
        match cells.at(self.accounting) {
            "" => Err(left_out("no_period", "The row states no accounting year.")),
            stated => AccountingYear::read(stated),
        }
    }

    /// The population, if it is from about that year. Remarks on a total that is unlikely for any population.
    fn population(&self, cells: &Cells<'_>, in_year: i32, tonnes: f64, remarks: &mut Vec<String>) -> Option<i64> {
        let population = population(Scale::ONE, cells.maybe(self.population), remarks)?;
        let counted_in = year(cells.maybe(self.population_year));
        if counted_in.is_some_and(|year| (year - in_year).abs() <= 1) {
            return Some(population);
        }
        #[allow(clippy::cast_precision_loss, reason = "at most 10^9")]
        let per_person = tonnes / population as f64;
        if !(UNLIKELY[0]..=UNLIKELY[1]).contains(&per_person) {
            remarks.push("unlikely by the population of another year: is it in tonnes?".to_owned());
        }
        None
    }
}

fn note(boundary: &str, covers: &AccountingYear, stated_period: &str, figures_note: Option<&str>) -> String {
    let mut note = Vec::new();
    if !boundary.is_empty() {
        note.push(format!("Boundary: {boundary}."));
    }
    if covers.starts_before_year() {
        note.push(format!("The accounting year is stated as {stated_period}."));
    }
    note.extend(figures_note.map(str::to_owned));
    note.join(" ")
}

/// Two totals of a row count as equal within 1 t, for rounding, or within this share of the larger.
const TOLERANCE: f64 = 0.001;
/// How far the sum of scopes 1 and 2 may exceed BASIC, because of rounding. BASIC also counts some of scope 3.
const ABOVE_BASIC: f64 = 1.01;

/// The figures of a row in t CO2e, by level.
#[derive(Debug, Default)]
struct Figures {
    own: Option<f64>,
    basic: Option<f64>,
    basic_plus: Option<f64>,
    scope_1: Option<f64>,
    scope_1_2: Option<f64>,
    scope_1_2_3: Option<f64>,
    /// What readers should know about the figures.
    note: Option<&'static str>,
    /// True if only scope 2 is stated.
    is_partial: bool,
    remarks: Vec<String>,
}

/// The figures of a row as the cells state them.
struct StatedFigures {
    total: Option<f64>,
    basic: Option<f64>,
    basic_plus: Option<f64>,
    by_scope: [Option<f64>; 3],
    without_grid: [Option<f64>; 3],
    /// True if any cell holds a figure, even 0.
    has_any: bool,
    /// The texts of cells that hold something else.
    texts: Vec<String>,
}

impl StatedFigures {
    fn read(columns: &Columns, cells: &Cells<'_>) -> Self {
        let (mut texts, mut has_any) = (Vec::new(), false);
        let mut read = |index: Option<usize>| match stated(cells, index) {
            Ok(figure) => {
                has_any |= figure.is_some();
                figure
            }
            Err(text) => {
                texts.push(text);
                None
            }
        };
        let total = read(columns.total);
        let (basic, basic_plus) = (positive(read(columns.basic)), positive(read(columns.basic_plus)));
        let (by_scope, without_grid) = (columns.scopes.map(&mut read), columns.without_grid.map(&mut read));
        StatedFigures { total, basic, basic_plus, by_scope, without_grid, has_any, texts }
    }
}

impl Figures {
    fn read(columns: &Columns, cells: &Cells<'_>) -> Result<Self, LeftOut> {
        let stated = StatedFigures::read(columns, cells);
        let mut figures = Figures { basic: stated.basic, basic_plus: stated.basic_plus, ..Figures::default() };
        figures.place_total(positive(stated.total), &stated, &cells.maybe(columns.counted).to_lowercase());
        figures.place_scopes(&stated);
        // If the file has a column for the yearly total, an empty cell means that there is none.
        if (columns.total.is_some() && positive(stated.total).is_none()) || figures.most_comprehensive().is_none() {
            return Err(match stated.texts.first() {
                Some(text) => left_out("not_a_number", format!("The figures are stated as \"{text}\".")),
                None if stated.has_any && (columns.total.is_none() || stated.total.is_some()) => {
                    left_out("total_not_positive", "No total is above 0.")
                }
                None => left_out("no_total", "The row states no total."),
            });
        }
        let unread = stated.texts.into_iter().map(|text| format!("\"{text}\" is no number and left out"));
        figures.remarks.extend(unread);
        Ok(figures)
    }

    /// Records the yearly total at the level that the row states for it.
    fn place_total(&mut self, total: Option<f64>, stated: &StatedFigures, counted: &str) {
        let [one, two, _] = stated.by_scope;
        let sum = one.zip(two).map(|(one, two)| one + two);
        let is_sum = total.zip(sum).is_some_and(|(total, sum)| is_equal(total, sum));
        if counted.contains("total basic") {
            self.basic = self.basic.or(total);
        } else if counted.contains("scope 1 and scope 2") || is_sum {
            self.scope_1_2 = total;
            if sum.is_some() && !is_sum {
                self.remarks.push("the total is not the sum of the scopes that it is said to be of".to_owned());
            }
        } else {
            self.own = total;
        }
    }

    /// Records the figures by scope at the levels that count scopes.
    fn place_scopes(&mut self, stated: &StatedFigures) {
        let [one, two, three] = stated.by_scope;
        let both = |one: Option<f64>, two: Option<f64>| one.zip(two).map(|(one, two)| one + two);
        let [direct, indirect, outside] = stated.without_grid;
        let mut sums = (both(direct, indirect), outside);
        if positive(sums.0).is_none() {
            sums = (both(one, two), three);
            if sums.0.zip(self.basic).is_some_and(|(sum, basic)| sum > basic * ABOVE_BASIC) {
                self.remarks.push("scopes 1 and 2 together are above BASIC: their sum is left out".to_owned());
                sums = (None, None);
            }
        }
        self.scope_1 = positive(one);
        self.scope_1_2 = self.scope_1_2.or(positive(sums.0));
        self.scope_1_2_3 = both(sums.0, sums.1).and_then(|sum| positive(Some(sum)));
        if self.most_comprehensive().is_none() {
            self.place_part(direct, two.or(indirect));
        }
    }

    /// Records direct emissions, or those of energy from the grid, if the row states nothing else.
    fn place_part(&mut self, direct: Option<f64>, from_grid: Option<f64>) {
        if let Some(direct) = positive(direct) {
            self.scope_1 = Some(direct);
            self.note = Some("Scope 1 is stated without the generation of grid-supplied energy.");
        } else if let Some(from_grid) = positive(from_grid) {
            self.own = Some(from_grid);
            self.is_partial = true;
            self.remarks.push("only scope 2 is stated".to_owned());
            self.note = Some("Only scope 2 is stated: the own total holds nothing else.");
        }
    }

    fn totals(&self) -> Value {
        object([
            ("own", self.own.map(json)),
            ("basic", self.basic.map(json)),
            ("basic_plus", self.basic_plus.map(json)),
            ("scope_1", self.scope_1.map(json)),
            ("scope_1_2", self.scope_1_2.map(json)),
            ("scope_1_2_3", self.scope_1_2_3.map(json)),
        ])
    }

    /// The most comprehensive figure.
    fn most_comprehensive(&self) -> Option<f64> {
        let by_coverage = [self.own, self.basic, self.basic_plus, self.scope_1_2_3, self.scope_1_2, self.scope_1];
        by_coverage.into_iter().flatten().next()
    }
}

/// True if two figures are equal except for rounding.
fn is_equal(one: f64, other: f64) -> bool {
    (one - other).abs() <= (TOLERANCE * one.abs().max(other.abs())).max(1.0)
}

fn positive(figure: Option<f64>) -> Option<f64> {
    figure.filter(|figure| *figure > 0.0)
}
