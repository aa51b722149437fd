//! Writes amounts and percentages for reading, as sentences give them.

use super::printed::Unit;

/// A percentage for reading: with one decimal below 100, without decimals from 100 on.
pub(super) fn percent(percent: f64) -> String {
    if percent.abs() < 99.95 { format!("{percent:.1} %") } else { format!("{percent:.0} %") }
}

/// A percentage that the city stated, for reading: with one decimal if it has one.
pub(super) fn plain_percent(percent: f64) -> String {
    let rounded = (percent * 10.0).round() / 10.0;
    // Do not round almost all to 100 %, or almost nothing to 0 %.
    if (1.0..100.0).contains(&rounded) { format!("{rounded} %") } else { format!("{percent} %") }
}

/// An amount for reading: three significant figures.
pub(super) fn amount(amount: f64, unit: Unit) -> String {
    match unit {
        Unit::TonnesPerPerson => format!("{} t CO2e per person", three_figures(amount)),
        Unit::Tonnes => {
            let (divisor, prefix) = match amount.abs() {
                // 999,500 would be written 1000 kt.
                size if size >= 999_500.0 => (1e6, "M"),
                size if size >= 999.5 => (1e3, "k"),
                _ => (1.0, ""),
            };
            format!("{} {prefix}t CO2e", three_figures(amount / divisor))
        }
    }
}

/// A number with three significant figures, but at most three decimals.
fn three_figures(number: f64) -> String {
    match number.abs() {
        0.0 => "0".to_owned(),
        size if size >= 99.95 => format!("{number:.0}"),
        size if size >= 9.995 => format!("{number:.1}"),
        size if size >= 0.9995 => format!("{number:.2}"),
        _ => format!("{number:.3}"),
    }
}
