//! Cells that say in words that there is nothing in them.

/// Words for nothing, in lower case: those of statistics programs, those of people, and those of CDP's own forms.
const NOTHING: [&str; 7] = ["na", "n/a", "-", "–", "—", "not applicable", "question not applicable"];

/// Whether a cell holds nothing: no text, or a word for it such as `NA`, `N/A` or `-`.
///
/// Such a word is neither 0 nor a name.
pub(in crate::import) fn is_blank(cell: &str) -> bool {
    let text = cell.trim();
    text.is_empty() || NOTHING.contains(&text.to_lowercase().as_str())
}
