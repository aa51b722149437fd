//! Ids of the baselines and targets of a file: readable, the same each time, never two records under one.

use std::collections::HashMap;

/// The ids given so far in one file, and to what.
#[derive(Debug, Default)]
pub(super) struct Ids {
    baselines: HashMap<(String, String), String>,
    targets: HashMap<(String, String), u32>,
}

/// Longest part of an id that a sector takes.
const SECTOR_CHARACTERS: usize = 28;

impl Ids {
    /// The id of a baseline: its year, and its sector's slug if it is of one.
    ///
    /// Another figure for the same year and sector has the figure in its id.
    pub fn baseline(&mut self, account: &str, year: i32, sector: Option<&str>, tonnes: f64) -> String {
        let id = with_sector(&year.to_string(), sector);
        let figure = tonnes.to_string();
        let first = self.baselines.entry((account.to_owned(), id.clone())).or_insert_with(|| figure.clone());
        if *first == figure {
            return id;
        }
        let (whole, rest) = figure.split_once('.').unwrap_or((&figure, ""));
        let rest = if rest.is_empty() { String::new() } else { format!("-{rest}") };
        let apart = format!("{id}-at-{whole}{rest}");
        apart.chars().take(64).collect()
    }

    /// The id of a target: its year and what it asks for, such as `2030-40`; a later one that would have the
    /// same is numbered.
    pub fn target(&mut self, account: &str, year: i32, asks: &str, sector: Option<&str>) -> String {
        let id = with_sector(&format!("{year}-{}", slug(asks)), sector);
        let given = self.targets.entry((account.to_owned(), id.clone())).or_insert(0);
        *given += 1;
        if *given == 1 { id } else { format!("{id}-no-{given}") }
    }
}

fn with_sector(id: &str, sector: Option<&str>) -> String {
    match sector.map(slug) {
        Some(sector) if sector.is_empty() => format!("{id}-sector"),
        Some(sector) => format!("{id}-{sector}"),
        None => id.to_owned(),
    }
}

/// A text as part of an id: letters and digits, the rest as single hyphens.
fn slug(text: &str) -> String {
    let plain: String = text.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    let joined = plain.split_whitespace().collect::<Vec<_>>().join("-");
    joined.chars().take(SECTOR_CHARACTERS).collect::<String>().trim_matches('-').to_owned()
}
