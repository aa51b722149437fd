//! Colours: told apart by people who see few of them, and in grey by dash and mark.

/// Which colours a chart has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// Dark on light.
    #[default]
    Light,
    /// Light on dark.
    Dark,
}

/// The colours of several lines in one drawing, on light and on dark paper. Each has a contrast of at least 4.5 to 1;
/// neighbours differ in lightness too, for people who see few colours.
pub(super) const LINES: [[&str; 6]; 2] = [
    ["#0b4a7d", "#a34a00", "#0f6b5c", "#6a4a9c", "#a3123f", "#4d5761"],
    ["#79c0f7", "#f2a65a", "#63c5b2", "#bda4ea", "#f58ba5", "#b9c2cc"],
];

pub(super) struct Palette {
    pub paper: &'static str,
    pub ink: &'static str,
    pub muted: &'static str,
    pub grid: &'static str,
    pub reported: &'static str,
    pub pathway: &'static str,
    pub trend: &'static str,
    pub benchmark: &'static str,
}

impl Theme {
    /// Each line has a contrast of at least 4.5 to 1 against the paper (WCAG 2.2, 1.4.3 and 1.4.11).
    pub(super) const fn palette(self) -> Palette {
        match self {
            Theme::Light => Palette {
                paper: "#ffffff",
                ink: "#16191d",
                muted: "#565d66",
                grid: "#dfe2e6",
                reported: "#0b4a7d",
                pathway: "#a34a00",
                trend: "#0f6b5c",
                benchmark: "#6a4a9c",
            },
            Theme::Dark => Palette {
                paper: "#14181d",
                ink: "#eceff2",
                muted: "#a9b1ba",
                grid: "#343a42",
                reported: "#79c0f7",
                pathway: "#f2a65a",
                trend: "#63c5b2",
                benchmark: "#bda4ea",
            },
        }
    }
}
