//! Texts of files as records take them.

/// A text on one line, without what is not seen, cut where it is too long; none where nothing is left of it.
pub(in crate::import) fn cleaned(text: &str, most: usize) -> Option<String> {
    let seen = text.chars().filter(|c| !matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}'));
    let spaced: String = seen.map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c }).collect();
    let line = spaced.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let cut = if line.chars().count() <= most { line } else { line.chars().take(most - 1).chain(['…']).collect() };
    Some(cut.trim().to_owned()).filter(|cut| !cut.is_empty())
}
