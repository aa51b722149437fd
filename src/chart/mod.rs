//! Charts of a target: what was reported, what the pathway allows, and where the figures lead, as an SVG of our own.
//!
//! A chart is drawn from plain numbers and texts; it reads no records and makes no judgement.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "years, pixels and counts of marks are small"
)]

mod axis;
mod card;
mod draw;
mod figure_labels;
mod layout;
mod legend;
mod lines;
mod marks;
mod model;
mod placement;
mod plot;
mod png;
mod sparkline;
mod text;
mod theme;

pub use card::{Part, card};
pub use draw::svg;
pub use lines::{Lines, NamedLine, lines};
pub use model::{Chart, Figure, LeftOut, Milestone, Options, Point, Restated, Trend};
pub use png::png;
pub use sparkline::sparkline;
pub use theme::Theme;
