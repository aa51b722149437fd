//! Recognizes cells that contain a word for nothing.

/// Words for nothing in lower case, from statistics programs, people, and CDP's forms.
const NOTHING: [&str; 7] = ["na", "n/a", "-", "–", "—", "not applicable", "question not applicable"];

/// True if a cell holds nothing: no text, or a word such as `NA`, `N/A` or `-`.
///
/// Such a word is neither 0 nor a name.
pub(in crate::import) fn is_blank(cell: &str) -> bool {
    let text = cell.trim();
    text.is_empty() || NOTHING.contains(&text.to_lowercase().as_str())
}
