//! Counts of verdicts: how many cities stand where, and how sure that is.

use serde::Serialize;
use utoipa::ToSchema;

use super::snapshot::Present;
use crate::method::{Confidence, Verdict};

/// How many cities have a verdict, by how sure it is: those of low confidence stand apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ByConfidence {
    /// Cities with high confidence.
    #[schema(minimum = 0, example = 4)]
    pub high: usize,
    /// Cities with medium confidence.
    #[schema(minimum = 0, example = 11)]
    pub medium: usize,
    /// Cities with low confidence.
    #[schema(minimum = 0, example = 2)]
    pub low: usize,
}

impl ByConfidence {
    fn add(&mut self, confidence: Confidence) {
        match confidence {
            Confidence::High => self.high += 1,
            Confidence::Medium => self.medium += 1,
            Confidence::Low => self.low += 1,
        }
    }
}

/// How many cities stand where, by the verdict on their headline target.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct VerdictCounts {
    /// Cities that met their target.
    pub achieved: ByConfidence,
    /// Cities on track.
    pub on_track: ByConfidence,
    /// Cities behind.
    pub behind: ByConfidence,
    /// Cities off track.
    pub off_track: ByConfidence,
    /// Cities whose emissions are above the baseline.
    pub moving_away: ByConfidence,
    /// Cities that missed their target.
    pub missed: ByConfidence,
    /// Cities whose target year has passed without a figure that tells.
    pub unreported: ByConfidence,
    /// Cities whose latest figure is more than 6 years old.
    pub outdated: ByConfidence,
    /// Cities whose figures cannot be compared.
    pub not_comparable: ByConfidence,
    /// Cities with too few figures, or too early to tell.
    pub insufficient_data: ByConfidence,
    /// Cities without a headline target: none is adopted for the whole city.
    #[schema(minimum = 0, example = 3)]
    pub no_target: usize,
}

impl VerdictCounts {
    /// Counts a city.
    pub fn add(&mut self, present: &Present) {
        let Some(headline) = present.headline() else {
            self.no_target += 1;
            return;
        };
        let counts = match headline.verdict {
            Verdict::Achieved => &mut self.achieved,
            Verdict::OnTrack => &mut self.on_track,
            Verdict::Behind => &mut self.behind,
            Verdict::OffTrack => &mut self.off_track,
            Verdict::MovingAway => &mut self.moving_away,
            Verdict::Missed => &mut self.missed,
            Verdict::Unreported => &mut self.unreported,
            Verdict::Outdated => &mut self.outdated,
            Verdict::NotComparable => &mut self.not_comparable,
            Verdict::InsufficientData => &mut self.insufficient_data,
            // A headline target is one that is judged.
            Verdict::NotJudged => {
                self.no_target += 1;
                return;
            }
        };
        counts.add(headline.confidence);
    }
}
