//! How a drawing is asked for: its width and its colours.

use crate::api::response::problem::Problem;
use crate::chart::{Options, Theme};

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
