//! A calculator, and what it makes of explanations: what stands left of the last equals sign comes to what stands right
//! of it, and every number that is computed has such a formula.

use serde_json::{Value, json};

/// A calculator: numbers, `+ - * / ^`, brackets, and the functions that formulas name.
pub struct Calculator<'t> {
    left: &'t str,
    /// The year that a sum over years has come to.
    year: Option<f64>,
}

impl Calculator<'_> {
    /// The value of a formula; none if it is more than a calculator can do.
    pub fn value(text: &str) -> Option<f64> {
        let mut calculator = Calculator { left: text, year: None };
        let value = calculator.sum()?;
        calculator.left.trim().is_empty().then_some(value)
    }

    fn takes(&mut self, sign: &str) -> bool {
        let rest = self.left.trim_start().strip_prefix(sign);
        if let Some(rest) = rest {
            self.left = rest;
        }
        rest.is_some()
    }

    fn sum(&mut self) -> Option<f64> {
        let mut value = self.product()?;
        loop {
            if self.takes("+") {
                value += self.product()?;
            } else if self.takes("-") {
                value -= self.product()?;
            } else {
                return Some(value);
            }
        }
    }

    fn product(&mut self) -> Option<f64> {
        let mut value = self.power()?;
        loop {
            if self.takes("*") {
                value *= self.power()?;
            } else if self.takes("/") {
                value /= self.power()?;
            } else {
                return Some(value);
            }
        }
    }

    fn power(&mut self) -> Option<f64> {
        let value = self.atom()?;
        if self.takes("^") { Some(value.powf(self.atom()?)) } else { Some(value) }
    }

    /// What stands in the brackets of a function.
    fn arguments(&mut self) -> Option<Vec<f64>> {
        let mut found = vec![self.sum()?];
        while self.takes(";") {
            found.push(self.sum()?);
        }
        self.takes(")").then_some(found)
    }

    /// A sum over years, after `sum(y =`.
    fn sum_over_years(&mut self) -> Option<f64> {
        let from = self.sum()?;
        let to = self.takes("to").then(|| self.sum())??;
        let body = self.takes(";").then_some(self.left)?;
        let (mut total, mut year) = (0.0, from);
        while year <= to {
            (self.left, self.year) = (body, Some(year));
            total += self.sum()?;
            year += 1.0;
        }
        self.takes(")").then_some(total)
    }

    fn atom(&mut self) -> Option<f64> {
        if self.takes("median(") {
            let mut of = self.arguments()?;
            of.sort_by(f64::total_cmp);
            let middle = of.len() / 2;
            return Some(if of.len() % 2 == 0 { (of[middle - 1] + of[middle]) / 2.0 } else { of[middle] });
        }
        if self.takes("t(") {
            let of = self.arguments()?;
            let student = statrs::distribution::StudentsT::new(0.0, 1.0, of[1]).ok()?;
            return Some(statrs::distribution::ContinuousCDF::inverse_cdf(&student, of[0]));
        }
        if self.takes("floor(") {
            return self.arguments().map(|of| of[0].floor());
        }
        if self.takes("sum(y =") {
            return self.sum_over_years();
        }
        if self.takes("y") {
            return self.year;
        }
        if self.takes("max(") {
            return self.arguments().map(|of| of.into_iter().fold(f64::MIN, f64::max));
        }
        if self.takes("min(") {
            return self.arguments().map(|of| of.into_iter().fold(f64::MAX, f64::min));
        }
        if self.takes("(") {
            let value = self.sum()?;
            return self.takes(")").then_some(value);
        }
        if self.takes("-") {
            return self.atom().map(|value| -value);
        }
        self.left = self.left.trim_start();
        // A comma groups digits.
        let end = self.left.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(self.left.len());
        let (number, rest) = self.left.split_at(end);
        self.left = rest;
        number.replace(',', "").parse().ok()
    }
}

/// The printed number at a path such as `required.tonnes_per_year` or `cautions.0.change_percent`; that of a year
/// of a list stands in the row of that year.
fn printed<'v>(answer: &'v Value, path: &str) -> &'v Value {
    let step = |value: &'v Value, name: &str| match value {
        Value::Array(rows) => {
            let number: usize = name.parse().ok()?;
            rows.iter().find(|row| row["year"] == json!(number)).or_else(|| rows.get(number))
        }
        _ => value.get(name),
    };
    path.split('.').try_fold(answer, step).unwrap_or_else(|| panic!("{path} is not printed"))
}

/// Checks every explanation, `field` and `formula`, against the answer it is of: it ends with the number as printed, and
/// what stands before comes to it.
pub fn check<'e>(told: impl IntoIterator<Item = (&'e str, &'e str)>, answer: &Value) {
    let mut fields = Vec::new();
    for (field, formula) in told {
        let rest = formula.strip_prefix(&format!("{field} = ")).unwrap_or_else(|| panic!("{formula}"));
        let (left, right) = rest.rsplit_once(" = ").unwrap_or_else(|| panic!("{formula}"));
        let right = Calculator::value(right).unwrap_or_else(|| panic!("{formula}"));
        assert_eq!(printed(answer, field).as_f64(), Some(right), "{formula}");
        let value = Calculator::value(left).unwrap_or_else(|| panic!("no calculator can follow {formula}"));
        // Half of the last digit printed, and the noise of binary fractions.
        let ratios = ["percent", "pace", "growth_ratio", "t_quantile", "slope_tonnes", "per_person", "share"];
        let of_person = answer["unit"] == "t_co2e_per_person" && field.starts_with("trend.");
        let is_ratio = of_person || ratios.iter().any(|name| field.contains(name));
        // Of a pledge that is all but no change the whole rate is nearly 0, and fifteen digits hold few of its own.
        let lost = if field == "growth_ratio" && right.abs() > 1e3 { 1e-8 } else { 1e-12 };
        let tolerance = 0.5001 * if is_ratio { 1e-6 } else { 1e-3 } + lost * right.abs();
        assert!((value - right).abs() <= tolerance, "{formula}: {value}");
        fields.push(field);
    }
    let count = fields.len();
    fields.sort_unstable();
    fields.dedup();
    assert_eq!(fields.len(), count, "every number is explained once");
}

/// Checks that every number of a judgement is explained, unless it is taken from a record as it stands.
pub fn check_that_all_are_explained<'e>(told: impl IntoIterator<Item = &'e str>, judgement: &Value) {
    // A year of a list names the same row as its place.
    let by_place = |field: &str| {
        let mut parts: Vec<String> = field.split('.').map(str::to_owned).collect();
        if let [list, year, ..] = parts.as_mut_slice()
            && let Some(place) = judgement[list.as_str()]
                .as_array()
                .and_then(|rows| rows.iter().position(|row| row["year"].as_i64() == year.parse().ok()))
        {
            *year = place.to_string();
        }
        parts.join(".")
    };
    let told: Vec<String> = told.into_iter().map(by_place).collect();
    let mut numbers = Vec::new();
    gather("", judgement, &mut numbers);
    for path in numbers.iter().filter(|path| !is_of_a_record(path, judgement)) {
        assert!(told.contains(path), "{path} is not explained in {judgement:#}");
    }
}

/// The paths of all numbers of a value.
fn gather(path: &str, value: &Value, numbers: &mut Vec<String>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Number(_) => numbers.push(path.to_owned()),
        Value::Array(rows) => {
            rows.iter().enumerate().for_each(|(place, row)| gather(&below(&place.to_string()), row, numbers));
        }
        Value::Object(members) => members.iter().for_each(|(name, value)| gather(&below(name), value, numbers)),
        _ => {}
    }
}

/// Whether a number of a judgement stands so in a record, or counts what is listed.
fn is_of_a_record(path: &str, judgement: &Value) -> bool {
    let parts: Vec<&str> = path.split('.').collect();
    let names: Vec<&str> = parts.iter().copied().filter(|part| part.parse::<usize>().is_err()).collect();
    let year_or_count = [
        "year",
        "years",
        "from",
        "to",
        "base_year",
        "target_year",
        "revision",
        "old_revision",
        "decided_by",
        "points",
        "interpolated_years",
        "line_count",
        "population",
        "uncertainty_percent",
    ];
    let code = || judgement["cautions"][parts[1].parse::<usize>().unwrap()]["code"].as_str().unwrap();
    match names.as_slice() {
        [.., last] if year_or_count.contains(last) => true,
        [.., "uncovered_lines" | "by_line" | "converted_gases", _] | [.., "uncovered", "of_tonnes"] => true,
        ["reduction_percent" | "max_offset_percent" | "tonnes" | "tonnes_per_person" | "scenario_tonnes"] => true,
        ["milestones", _] | ["baseline_figure" | "judged_figure", "also_stated", _] => true,
        [
            "baseline_figure" | "judged_figure" | "figures" | "left_out" | "base_year_report",
            "tonnes" | "credits_retired_tonnes",
        ] => true,
        ["left_out", "old_tonnes" | "new_tonnes"] | ["within_reports", "base_tonnes" | "tonnes"] => true,
        // The ends are baseline and target; a milestone is stated in tonnes unless it is a reduction.
        ["pathway", _] => !is_a_reduction(&judgement["pathway"], parts[1], judgement),
        ["judged_milestones", _] => !is_a_reduction(&judgement["judged_milestones"], parts[1], judgement),
        ["cautions", "asked_reduction_percent" | "asked_of_tonnes" | "asked_of_tonnes_per_person"] => true,
        ["cautions", "old_tonnes" | "old_tonnes_per_person"] => match code() {
            "target_weakened" => {
                judgement.pointer(&format!("/cautions/{}/asked_reduction_percent", parts[1])).is_none()
            }
            code => code != "backloaded",
        },
        ["cautions", "new_tonnes" | "new_tonnes_per_person"] => {
            !["target_weakened", "backloaded", "gwp_converted"].contains(&code())
        }
        _ => false,
    }
}

/// Whether the row at a place of a list is a milestone that the city stated as a reduction.
fn is_a_reduction(list: &Value, place: &str, judgement: &Value) -> bool {
    let year = &list[place.parse::<usize>().unwrap()]["year"];
    let mut milestones = judgement["milestones"].as_array().into_iter().flatten();
    milestones.any(|milestone| milestone["year"] == *year && milestone.get("reduction_percent").is_some())
}

#[test]
fn the_calculator_calculates() {
    assert_eq!(Calculator::value("2 + 3 * (1,000 - 990) ^ 2 / 4"), Some(77.0));
    assert_eq!(Calculator::value("max(0; 5 - 1,000) + (-3)"), Some(-3.0));
    assert_eq!(Calculator::value("max(2; min(1,000; 3 * 4))"), Some(12.0));
    assert_eq!(Calculator::value("median(1; 2 * 4; 3 - 1) + floor(2.7)"), Some(4.0));
    assert_eq!(Calculator::value("sum(y = 2001 to 2003; max(0; y - 2001))"), Some(3.0));
    assert_eq!(Calculator::value("2 slopes"), None);
}
