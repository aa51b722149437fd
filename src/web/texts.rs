//! Words that several pages share: verdicts, courses, levels and standings.

use crate::method::{CautionCode, Confidence, Course, Prospect, Verdict};
use crate::overview::comparison::NotCompared;
use crate::record::target::Standing;
use crate::record::{Level, Year};

/// A verdict as a heading of a column or a badge.
pub(super) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Achieved => "kept",
        Verdict::OnTrack => "on track",
        Verdict::Behind => "behind",
        Verdict::OffTrack => "off track",
        Verdict::MovingAway => "moving away",
        Verdict::Missed => "missed",
        Verdict::Unreported => "unreported",
        Verdict::Outdated => "outdated",
        Verdict::NotComparable => "not comparable",
        Verdict::InsufficientData => "too little data",
        Verdict::NotJudged => "not judged",
    }
}

/// What a verdict means, in a sentence.
pub(super) const fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Achieved => "A comparable figure for the target year is at or below the target.",
        Verdict::OnTrack => "At least 95 % of the reduction that was due by the latest figure is delivered.",
        Verdict::Behind => "60 % to 95 % of the reduction that was due by the latest figure is delivered.",
        Verdict::OffTrack => "Less than 60 % of the reduction that was due by the latest figure is delivered.",
        Verdict::MovingAway => "Emissions are above the baseline, though a reduction is due.",
        Verdict::Missed => "A comparable figure for the target year is above the target.",
        Verdict::Unreported => "The target year has passed, and no comparable figure says how it came out.",
        Verdict::Outdated => "The latest comparable figure is more than six years old.",
        Verdict::NotComparable => "The figures count different things, so no verdict is possible.",
        Verdict::InsufficientData => "A baseline or a report is missing, or it is too early to say.",
        Verdict::NotJudged => "The target is only proposed, was replaced or given up, or covers data nobody reports.",
    }
}

/// How the city stood in the year of its latest comparable figure.
pub(super) const fn course(course: Course) -> &'static str {
    match course {
        Course::OnTrack => "on track",
        Course::Behind => "behind",
        Course::OffTrack => "off track",
        Course::MovingAway => "moving away",
        Course::TooEarly => "too early to say",
        Course::WithinNoise => "within the uncertainty of the figures",
    }
}

pub(super) const fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "high confidence",
        Confidence::Medium => "medium confidence",
        Confidence::Low => "low confidence",
    }
}

/// What a level counts.
pub(super) const fn level(level: Level) -> &'static str {
    match level {
        Level::Basic => "GPC BASIC",
        Level::BasicPlus => "GPC BASIC+",
        Level::Scope1 => "scope 1",
        Level::Scope12 => "scopes 1 and 2",
        Level::Scope123 => "scopes 1, 2 and 3",
        Level::Consumption => "consumption",
        Level::Own => "the city's own definition",
    }
}

pub(super) const fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Proposed => "proposed",
        Standing::Adopted => "adopted",
        Standing::InLaw => "in law",
        Standing::Superseded => "replaced",
        Standing::Withdrawn => "given up",
    }
}

/// Why a city is not compared with others.
pub(super) fn not_compared(reason: NotCompared, base_year: Year) -> String {
    match reason {
        NotCompared::OtherBoundary => "its inventories do not cover the whole community".to_owned(),
        NotCompared::YearNotReported => format!("it has no figure for {base_year} at this level"),
        NotCompared::SeveralBaselines => format!("it has no report for {base_year}, and more than one baseline"),
        NotCompared::NotComparable => "it counts otherwise than most of the cities".to_owned(),
        NotCompared::NotAboveZero => format!("its figure for {base_year} is not above 0"),
    }
}

/// A word of a vocabulary, for reading.
pub(super) fn words(word: &str) -> String {
    word.replace('_', " ")
}

/// What the trend says of the target.
pub(super) const fn prospect(prospect: Prospect) -> &'static str {
    match prospect {
        Prospect::Likely => "likely met",
        Prospect::Unlikely => "unlikely met",
        Prospect::Uncertain => "uncertain",
    }
}

/// Whether a caution tells of a change of what was pledged or recorded.
pub(super) const fn is_history(code: CautionCode) -> bool {
    matches!(code, CautionCode::BaselineRestated | CautionCode::TargetWeakened | CautionCode::EndedClaimedLater)
}
