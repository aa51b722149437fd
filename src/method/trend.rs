//! Trend: the line of the figures of the last ten years, extended to the target year, and how certain it is.
//!
//! The line is fitted by ordinary least squares: `f = m + slope (t - xm)`. Its 95 % prediction interval is
//! `f +- q s sqrt(1 + 1/n + (t - xm)^2 / Sxx)`. Here `xm` and `m` are the means of years and amounts, and `Sxx` is the sum
//! of `(x - xm)^2`; `s^2` is the sum of squared residuals over `n - 2`, and `q` is Student's t quantile at 0.975 with
//! `n - 2` degrees of freedom. The Theil-Sen slope is added: the median of the slopes between any two points, which one
//! odd year hardly changes.
//! Sources: N. R. Draper and H. Smith, "Applied Regression Analysis", chapter 3 (prediction interval); P. K. Sen,
//! "Estimates of the Regression Coefficient Based on Kendall's Tau", Journal of the American Statistical Association 63
//! (1968).

use std::sync::LazyLock;

use serde::Serialize;
use serde_with::skip_serializing_none;
use statrs::distribution::{ContinuousCDF, StudentsT};
use utoipa::ToSchema;

use crate::record::Year;
use crate::record::vocabulary::vocabulary;

use super::absent::AbsentReason;
use super::pathway::{Pathway, Point};
use super::printed::{Amount, Quantity, Ratio, Unit};

/// Years up to the year judged that a trend includes.
const WINDOW_YEARS: i32 = 10;
/// Fewest points of a trend.
const LEAST_POINTS: usize = 5;
/// Fewest years from the first point of a trend to the last.
const LEAST_SPAN: f64 = 5.0;
/// The quantile of the upper end of a two-sided 95 % interval.
const UPPER: f64 = 0.975;

vocabulary! {
    /// Whether the trend, if it continues, meets the target. It never changes the verdict.
    Prospect {
        /// The whole interval is at or below the target.
        Likely = "likely",
        /// The whole interval is above the target.
        Unlikely = "unlikely",
        /// The interval contains the target.
        Uncertain = "uncertain",
    }
}

/// The line of the figures of the last ten years, extended to the target year.
///
/// A target per person has `tonnes_per_person_per_year` instead of `tonnes_per_year`; `at_target_year`,
/// `low`, `high` and `standard_error` are in the unit of the target.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Trend {
    /// The number of figures that the line is fitted to.
    #[schema(example = 8)]
    pub points: usize,
    /// The year of the first of them.
    pub from: Year,
    /// The year of the last of them: the year judged.
    pub to: Year,
    /// The slope by least squares, in t CO2e per year: below 0 for a fall.
    pub tonnes_per_year: Option<Amount>,
    /// The slope by least squares, in t CO2e per person per year (only targets per person).
    pub tonnes_per_person_per_year: Option<Ratio>,
    /// The value of the line in the target year, in the unit of the target; it may be below 0.
    pub at_target_year: Quantity,
    /// The lower end of the 95 % prediction interval for the target year, in the unit of the target.
    pub low: Quantity,
    /// The upper end of the 95 % prediction interval for the target year, in the unit of the target.
    pub high: Quantity,
    /// The residual standard error `s`, in the unit of the target.
    pub standard_error: Quantity,
    /// Student's t quantile at 0.975, with two degrees of freedom fewer than there are points.
    pub t_quantile: Ratio,
    /// The Theil-Sen slope, in t CO2e per year.
    pub theil_sen_tonnes_per_year: Option<Amount>,
    /// The Theil-Sen slope, in t CO2e per person per year (only targets per person).
    pub theil_sen_tonnes_per_person_per_year: Option<Ratio>,
    /// Whether the trend, if it continues, meets the target.
    pub meets_target: Prospect,
}

impl Trend {
    /// The trend as printed, for a line fitted to `points`.
    pub(super) fn of(fit: &Fit, points: &[Point], target: Point, unit: Unit) -> Result<Self, AbsentReason> {
        let quantity = |amount| unit.quantity(amount).ok_or(AbsentReason::InsufficientData);
        let (centre, margin) = (fit.at(target.year), fit.margin(target.year));
        let (low, high) = (quantity(centre - margin)?, quantity(centre + margin)?);
        let (tonnes_per_year, tonnes_per_person_per_year) = unit.print(Some(fit.slope));
        let (theil_sen_tonnes_per_year, theil_sen_tonnes_per_person_per_year) = unit.print(theil_sen(points));
        let allowed = unit.round(target.amount);
        Ok(Trend {
            points: points.len(),
            from: fit.from,
            to: fit.to,
            tonnes_per_year,
            tonnes_per_person_per_year,
            at_target_year: quantity(centre)?,
            low,
            high,
            standard_error: quantity(fit.standard_error)?,
            t_quantile: Ratio::new(fit.t_quantile).ok_or(AbsentReason::InsufficientData)?,
            theil_sen_tonnes_per_year,
            theil_sen_tonnes_per_person_per_year,
            meets_target: match () {
                () if high.get() <= allowed => Prospect::Likely,
                () if low.get() > allowed => Prospect::Unlikely,
                () => Prospect::Uncertain,
            },
        })
    }
}

/// The points that a trend is fitted to: those of the ten years up to `last`; the baseline is one of them if it is in
/// them.
pub(super) fn points(pathway: &Pathway, figures: &[Point], last: Year) -> Vec<Point> {
    let in_window = |point: &Point| point.year <= last && last.get() - point.year.get() < WINDOW_YEARS;
    pathway.base().into_iter().chain(figures.iter().copied()).filter(in_window).collect()
}

/// A straight line by ordinary least squares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// The first year fitted.
    pub from: Year,
    /// The last year fitted.
    pub to: Year,
    /// The number of points, `n`.
    pub points: f64,
    /// The mean of the years, `xm`.
    pub mean_year: f64,
    /// The mean of the amounts, `m`.
    pub mean: f64,
    /// The slope per year.
    pub slope: f64,
    /// The sum of the squared distances of the years from their mean, `Sxx`.
    pub spread: f64,
    /// The residual standard error, `s`.
    pub standard_error: f64,
    /// Student's t quantile at 0.975 with `n - 2` degrees of freedom, `q`.
    pub t_quantile: f64,
}

impl Fit {
    /// The line through `points`, which must be in order of their years.
    ///
    /// # Errors
    /// The reason, if there are fewer than five points, or they span fewer than five years.
    pub fn of(points: &[Point]) -> Result<Self, AbsentReason> {
        if points.len() < LEAST_POINTS {
            return Err(AbsentReason::TooFewPoints);
        }
        let (from, to) = (points[0].year, points[points.len() - 1].year);
        if to.since(from) < LEAST_SPAN {
            return Err(AbsentReason::SpanTooShort);
        }
        let n = count(points.len());
        let mean_year = points.iter().map(year).sum::<f64>() / n;
        let mean = points.iter().map(|point| point.amount).sum::<f64>() / n;
        let spread: f64 = points.iter().map(|point| (year(point) - mean_year).powi(2)).sum();
        let product: f64 = points.iter().map(|point| (year(point) - mean_year) * (point.amount - mean)).sum();
        let slope = product / spread;
        let residual = |point: &Point| point.amount - mean - slope * (year(point) - mean_year);
        let squares: f64 = points.iter().map(|point| residual(point).powi(2)).sum();
        let standard_error = (squares / (n - 2.0)).sqrt();
        let t_quantile = t_quantile(points.len() - 2);
        Ok(Fit { from, to, points: n, mean_year, mean, slope, spread, standard_error, t_quantile })
    }

    /// The value of the line in a year.
    #[must_use]
    pub fn at(&self, year: Year) -> f64 {
        self.mean + self.slope * (f64::from(year.get()) - self.mean_year)
    }

    /// Half the width of the 95 % prediction interval for a year.
    #[must_use]
    pub fn margin(&self, year: Year) -> f64 {
        let away = f64::from(year.get()) - self.mean_year;
        self.t_quantile * self.standard_error * (1.0 + 1.0 / self.points + away * away / self.spread).sqrt()
    }
}

/// The year of a point, for arithmetic.
fn year(point: &Point) -> f64 {
    f64::from(point.year.get())
}

/// A number of points, for arithmetic.
#[allow(clippy::cast_precision_loss, reason = "at most one point a year")]
fn count(points: usize) -> f64 {
    points as f64
}

/// Student's t quantile at 0.975. A trend has at most ten points, so the few values are computed once.
fn t_quantile(freedom: usize) -> f64 {
    static KNOWN: LazyLock<Vec<f64>> = LazyLock::new(|| (0..10).map(|freedom| quantile(freedom.max(1))).collect());
    KNOWN.get(freedom).copied().unwrap_or_else(|| quantile(freedom))
}

fn quantile(freedom: usize) -> f64 {
    StudentsT::new(0.0, 1.0, count(freedom)).expect("a positive number of degrees of freedom").inverse_cdf(UPPER)
}

/// The median of the slopes between any two points; `None` for fewer than two.
#[must_use]
pub fn theil_sen(points: &[Point]) -> Option<f64> {
    let slope = |from: &Point, to: &Point| (to.amount - from.amount) / to.year.since(from.year);
    let rest = |index: usize| points[index + 1..].iter();
    let mut slopes: Vec<f64> =
        points.iter().enumerate().flat_map(|(index, from)| rest(index).map(move |to| slope(from, to))).collect();
    slopes.sort_unstable_by(f64::total_cmp);
    let middle = slopes.len() / 2;
    match slopes.len() {
        0 => None,
        even if even % 2 == 0 => Some(f64::midpoint(slopes[middle - 1], slopes[middle])),
        _ => Some(slopes[middle]),
    }
}
