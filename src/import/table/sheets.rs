//! The names of sheets with a fixed meaning.

/// The sheet of the template with a row for each report.
pub const REPORTS: &str = "Reports";
/// The sheet of the template with a row for each line of an inventory.
pub const LINES: &str = "Lines";

/// The sheet that explains the others.
pub const READ_ME: &str = "Read me";

/// True if a sheet of this name explains the others.
#[must_use]
pub fn is_read_me(name: &str) -> bool {
    name.trim().eq_ignore_ascii_case(READ_ME)
}

/// True if a sheet of this name belongs to the template.
#[must_use]
pub fn is_of_template(name: &str) -> bool {
    [REPORTS, LINES].into_iter().any(|known| known.eq_ignore_ascii_case(name.trim()))
}
