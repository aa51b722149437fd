//! Axes: round numbers between the ends, as many as there is room for.

/// A scale from amounts or years to pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    pub from: [f64; 2],
    pub to: [f64; 2],
}

impl Scale {
    pub fn at(&self, value: f64) -> f64 {
        let share = (value - self.from[0]) / (self.from[1] - self.from[0]);
        self.to[0] + share * (self.to[1] - self.to[0])
    }
}

/// Round steps that lie around `low..=high`, at most `most` of them; the first and last enclose both.
pub(super) fn ticks(low: f64, high: f64, most: usize) -> Vec<f64> {
    let span = (high - low).max(f64::MIN_POSITIVE);
    let mut power = 10_f64.powf((span / most as f64).log10().floor());
    loop {
        for step in [1.0, 2.0, 2.5, 5.0].map(|factor| factor * power) {
            let (first, last) = ((low / step).floor(), (high / step).ceil());
            if last - first < most as f64 {
                return (0..=(last - first) as i64).map(|at| (first + at as f64) * step).collect();
            }
        }
        power *= 10.0;
    }
}

/// How many decimals the steps need.
pub(super) fn decimals(ticks: &[f64]) -> usize {
    let fits = |decimals: &usize| {
        let scale = 10_f64.powi(i32::try_from(*decimals).unwrap_or_default());
        ticks.iter().all(|tick| ((tick * scale).round() - tick * scale).abs() < 1e-6 * scale.max(1.0))
    };
    (0..6).find(fits).unwrap_or(6)
}

/// Years to name: the ends and what matters first, then round years, none nearer to another than `apart` pixels.
pub(super) fn years(first: i32, last: i32, important: &[i32], scale: Scale, apart: f64) -> Vec<i32> {
    let mut named: Vec<i32> = Vec::new();
    let step = [1, 2, 5, 10, 20, 50]
        .into_iter()
        .find(|step| scale.at(f64::from(first + step)) - scale.at(f64::from(first)) >= apart);
    let round = step.into_iter().flat_map(|step| (first..=last).filter(move |year| year % step == 0));
    for year in important.iter().copied().chain(round) {
        let is_free = |other: &i32| (scale.at(f64::from(*other)) - scale.at(f64::from(year))).abs() >= apart;
        if (first..=last).contains(&year) && named.iter().all(is_free) {
            named.push(year);
        }
    }
    named.sort_unstable();
    named
}

/// A number with a comma for thousands and a true minus.
pub(super) fn number(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let is_zero = text.chars().all(|letter| matches!(letter, '0' | '.'));
    let sign = if value < 0.0 && !is_zero { "−" } else { "" };
    if part.is_empty() { format!("{sign}{grouped}") } else { format!("{sign}{grouped}.{part}") }
}

/// A number to three significant digits.
pub(super) fn three_digits(value: f64) -> String {
    let decimals = match value.abs() {
        size if size >= 99.95 || size == 0.0 => 0,
        size if size >= 9.995 => 1,
        size if size >= 0.0995 => 2,
        _ => 3,
    };
    number(value, decimals)
}
