//! The verdict: what can be said on the day of judgement (section 4 of the method).

use crate::record::vocabulary::vocabulary;

use super::course::Course;
use super::left_out::LeftOutReason;

vocabulary! {
    /// Whether a target is being kept, as far as can be said on the day of judgement.
    Verdict {
        /// The target is only proposed, ended before its year did, or covers lines that the figures do not have.
        NotJudged = "not_judged",
        /// A baseline or a report is missing, or so little was called for that nothing can be said.
        InsufficientData = "insufficient_data",
        /// The figures count different things, so there is no verdict.
        NotComparable = "not_comparable",
        /// The comparable figure for the target year, or those on either side of it, are at or below the target.
        Achieved = "achieved",
        /// The comparable figure for the target year, or those on either side of it, are above the target.
        Missed = "missed",
        /// The target year has ended, and no comparable figure shows the outcome.
        Unreported = "unreported",
        /// The latest comparable figure is more than 6 years old.
        Outdated = "outdated",
        /// At least 95 % of the reduction called for so far was delivered.
        OnTrack = "on_track",
        /// 60 % to 95 % of the reduction called for so far was delivered.
        Behind = "behind",
        /// Less than 60 % of the reduction called for so far was delivered.
        OffTrack = "off_track",
        /// Emissions are above the baseline, and a reduction is called for.
        MovingAway = "moving_away",
    }
}

vocabulary! {
    /// Why there is no verdict, or why a target whose level was reached is missed.
    Reason {
        /// The target is only proposed.
        Proposed = "proposed",
        /// The target was replaced by another before its year ended.
        Superseded = "superseded",
        /// The city gave the target up before its year ended.
        Withdrawn = "withdrawn",
        /// The target is for one sector, and the baseline or the reports lack lines of it.
        SectorWithoutLines = "sector_without_lines",
        /// The baseline has no figure at the target's level.
        BaselineNoFigureAtLevel = "baseline_no_figure_at_level",
        /// The report for the base year differs from the baseline by more than 5 %.
        BaselineContradicted = "baseline_contradicted",
        /// The report has no figure at the target's level.
        NoFigureAtLevel = "no_figure_at_level",
        /// The report and the baseline name different series.
        SeriesDiffers = "series_differs",
        /// The report and the baseline declare different protocols.
        ProtocolDiffers = "protocol_differs",
        /// The report or the baseline covers CO2 only, and the other covers more.
        GasesDiffer = "gases_differ",
        /// The city was merged or split between baseline and report.
        BoundaryChanged = "boundary_changed",
        /// More than 5 % of the baseline or the report is on lines that the other does not know.
        CoverageDiffers = "coverage_differs",
        /// The baseline was restated by more than 5 % after the report became known, and the report was not.
        RestatedSince = "restated_since",
        /// The target is per person, and the baseline or the report states no population.
        NoPopulation = "no_population",
        /// No baseline is recorded, and no report can serve as one.
        NoBaseline = "no_baseline",
        /// The base-year figure is not above 0, so nothing can be measured from it.
        BaselineNotPositive = "baseline_not_positive",
        /// The base year is not before the target year.
        BaselineNotBeforeTarget = "baseline_not_before_target",
        /// There is no report for a year after the base year.
        NoReport = "no_report",
        /// So little was called for so early that nothing can be said.
        TooEarly = "too_early",
        /// So little was called for that the change is within the uncertainty of inventories.
        WithinNoise = "within_noise",
        /// The level was reached only with a rest to be offset, and the credits retired do not cover that rest.
        ResidualNotOffset = "residual_not_offset",
    }
}

impl From<LeftOutReason> for Reason {
    fn from(reason: LeftOutReason) -> Self {
        match reason {
            LeftOutReason::NoFigureAtLevel => Reason::NoFigureAtLevel,
            LeftOutReason::SeriesDiffers => Reason::SeriesDiffers,
            LeftOutReason::ProtocolDiffers => Reason::ProtocolDiffers,
            LeftOutReason::GasesDiffer => Reason::GasesDiffer,
            LeftOutReason::BoundaryChanged => Reason::BoundaryChanged,
            LeftOutReason::CoverageDiffers => Reason::CoverageDiffers,
            LeftOutReason::RestatedSince => Reason::RestatedSince,
            LeftOutReason::NoPopulation => Reason::NoPopulation,
        }
    }
}

impl Verdict {
    /// The verdict that a course leads to while the target is not decided, and why there is none.
    pub(super) const fn of_course(course: Course) -> (Verdict, Option<Reason>) {
        match course {
            Course::OnTrack => (Verdict::OnTrack, None),
            Course::Behind => (Verdict::Behind, None),
            Course::OffTrack => (Verdict::OffTrack, None),
            Course::MovingAway => (Verdict::MovingAway, None),
            Course::TooEarly => (Verdict::InsufficientData, Some(Reason::TooEarly)),
            Course::WithinNoise => (Verdict::InsufficientData, Some(Reason::WithinNoise)),
        }
    }

    /// True if the target is decided.
    #[must_use]
    pub const fn is_decided(self) -> bool {
        matches!(self, Verdict::Achieved | Verdict::Missed)
    }

    /// True if it describes the target on the day of judgement. Only such verdicts may be ranked or shown in their
    /// colour.
    #[must_use]
    pub const fn is_current(self) -> bool {
        matches!(
            self,
            Verdict::Achieved
                | Verdict::Missed
                | Verdict::OnTrack
                | Verdict::Behind
                | Verdict::OffTrack
                | Verdict::MovingAway
        )
    }
}
