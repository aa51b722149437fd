//! What drawings share: how they are asked for, and whose figures they show.

use crate::api::response::problem::Problem;
use crate::chart::{Options, Theme};
use crate::record::Source;

/// Reads the width in pixels, 200 to 2400, and the colours, `light` or `dark`; unless stated 860 and light.
///
/// # Errors
/// 400 for any other width or colours.
pub(super) fn options(width: Option<u64>, theme: Option<&str>) -> Result<Options, Problem> {
    let asked = u32::try_from(width.unwrap_or(860)).ok().filter(|width| (200..=2400).contains(width));
    let width = asked.ok_or_else(|| Problem::parameter("width", "out_of_range", "must be between 200 and 2400"))?;
    let theme = match theme {
        None | Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        Some(_) => return Err(Problem::parameter("theme", "unknown_word", "must be light or dark")),
    };
    Ok(Options { width, theme, has_frame: true, id: "chart" })
}

/// Who published the figures, each once, in their order; the title of the source where no publisher is stated.
pub(super) fn publishers<'s>(sources: impl Iterator<Item = &'s Source>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for source in sources {
        let name = source.publisher.as_ref().map_or_else(|| source.title.to_string(), ToString::to_string);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}
