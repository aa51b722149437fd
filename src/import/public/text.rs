//! Texts from files in the form that records use.

/// A text on one line, without invisible characters, cut to `limit` characters; none if nothing remains of it.
pub(in crate::import) fn cleaned(text: &str, limit: usize) -> Option<String> {
    let visible = text.chars().filter(|c| !matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}'));
    let spaced: String = visible.map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c }).collect();
    let line = spaced.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let cut = if line.chars().count() <= limit { line } else { line.chars().take(limit - 1).chain(['…']).collect() };
    Some(cut.trim().to_owned()).filter(|cut| !cut.is_empty())
}
