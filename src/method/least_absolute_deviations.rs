//! The least-absolute-deviations line: the straight line with the smallest sum of distances from the figures.
//!
//! It minimises the sum of `|A(y) - (c + slope y)|`. One of the minima passes through two of the points, so trying
//! every pair finds it exactly. Of several minima the one that falls least is used, because the figures support no
//! more.
//! Source: P. Bloomfield and W. L. Steiger, "Least Absolute Deviations" (1983), theorem on minimising lines through two
//! data points; the rule that uses it is Klimatkollen's.

use super::pathway::Point;

/// The relative difference below which two sums differ by rounding only.
const SAME_SUM: f64 = 1e-12;

/// A line through two points of different years.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// The earlier point.
    pub from: Point,
    /// The later point.
    pub to: Point,
    /// The slope per year.
    pub slope: f64,
}

impl Line {
    /// The line through two points of different years.
    #[must_use]
    pub fn through(from: Point, to: Point) -> Self {
        Line { from, to, slope: (to.amount - from.amount) / to.year.since(from.year) }
    }

    /// The sum of the absolute distances of `points` from the line.
    #[must_use]
    pub fn deviation(&self, points: &[Point]) -> f64 {
        let on_line = |point: &Point| self.from.amount + self.slope * point.year.since(self.from.year);
        points.iter().map(|point| (point.amount - on_line(point)).abs()).sum()
    }
}

/// The line with the smallest sum of absolute deviations; `None` for fewer than two points.
///
/// `points` must be of different years.
#[must_use]
pub fn least_absolute_deviations(points: &[Point]) -> Option<Line> {
    let size: f64 = points.iter().map(|point| point.amount.abs()).sum();
    let mut best: Option<(f64, Line)> = None;
    for (index, one) in points.iter().enumerate() {
        for other in &points[index + 1..] {
            let line = Line::through(*one, *other);
            let sum = line.deviation(points);
            let better = best.is_none_or(|(least, found)| {
                let same = (sum - least).abs() <= SAME_SUM * size;
                if same { line.slope > found.slope } else { sum < least }
            });
            if better {
                best = Some((sum, line));
            }
        }
    }
    best.map(|(_, line)| line)
}
