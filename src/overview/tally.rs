//! Counts of verdicts: how many cities have each verdict and with which confidence, and how many targets of a city.

use serde::Serialize;
use utoipa::ToSchema;

use crate::method::{Assessment, CautionCode, Confidence, Verdict};
use crate::registry::Present;

/// How many cities have a verdict, by its confidence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ByConfidence {
    /// Cities whose verdict is of high confidence.
    #[schema(minimum = 0, example = 4)]
    pub high: usize,
    /// Cities whose verdict is of medium confidence.
    #[schema(minimum = 0, example = 11)]
    pub medium: usize,
    /// Cities whose verdict is of low confidence.
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

/// How many cities have each verdict on their headline target.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct VerdictCounts {
    /// Cities that met their target.
    pub achieved: ByConfidence,
    /// Cities that are on track.
    pub on_track: ByConfidence,
    /// Cities that are behind.
    pub behind: ByConfidence,
    /// Cities that are off track.
    pub off_track: ByConfidence,
    /// Cities whose emissions are above the baseline.
    pub moving_away: ByConfidence,
    /// Cities that missed their target.
    pub missed: ByConfidence,
    /// Cities whose target year has ended without a comparable figure that shows the result.
    pub unreported: ByConfidence,
    /// Cities whose latest comparable figure is more than 6 years old.
    pub outdated: ByConfidence,
    /// Cities whose figures cannot be compared with the baseline.
    pub not_comparable: ByConfidence,
    /// Cities whose figures are too few or too early for a verdict.
    pub insufficient_data: ByConfidence,
    /// Cities without a headline target: they have adopted no target for the whole city.
    #[schema(minimum = 0, example = 3)]
    pub no_target: usize,
    /// The number of targets of these cities with the caution `ended_claimed_later`: the change log first said after
    /// the target year that the target had ended before. They are in none of the numbers above.
    #[schema(minimum = 0, example = 1)]
    pub ended_claimed_later: usize,
}

impl VerdictCounts {
    /// Counts a city.
    pub fn add(&mut self, present: &Present) {
        self.ended_claimed_later += present.targets.iter().filter(|target| is_claimed_later(target)).count();
        let headline = present.headline();
        match headline.and_then(|headline| Some((self.of_verdict(headline.verdict)?, headline.confidence))) {
            Some((counts, confidence)) => counts.add(confidence),
            None => self.no_target += 1,
        }
    }

    /// The counts of a verdict; none for `not_judged`, which no headline target has.
    fn of_verdict(&mut self, verdict: Verdict) -> Option<&mut ByConfidence> {
        Some(match verdict {
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
            Verdict::NotJudged => return None,
        })
    }
}

/// How many targets of a city have each verdict. Targets for one sector, and targets that are not judged, count too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct TargetCounts {
    /// Targets that were met.
    #[schema(minimum = 0, example = 0)]
    pub achieved: usize,
    /// Targets that are on track.
    #[schema(minimum = 0, example = 1)]
    pub on_track: usize,
    /// Targets that are behind.
    #[schema(minimum = 0, example = 0)]
    pub behind: usize,
    /// Targets that are off track.
    #[schema(minimum = 0, example = 0)]
    pub off_track: usize,
    /// Targets for which emissions are above the baseline.
    #[schema(minimum = 0, example = 0)]
    pub moving_away: usize,
    /// Targets that were missed.
    #[schema(minimum = 0, example = 0)]
    pub missed: usize,
    /// Targets whose year has ended without a comparable figure that shows the result.
    #[schema(minimum = 0, example = 1)]
    pub unreported: usize,
    /// Targets whose latest comparable figure is more than 6 years old.
    #[schema(minimum = 0, example = 0)]
    pub outdated: usize,
    /// Targets whose figures cannot be compared with the baseline.
    #[schema(minimum = 0, example = 0)]
    pub not_comparable: usize,
    /// Targets whose figures are too few or too early for a verdict.
    #[schema(minimum = 0, example = 0)]
    pub insufficient_data: usize,
    /// Targets that are not judged.
    #[schema(minimum = 0, example = 0)]
    pub not_judged: usize,
    /// Targets with the caution `ended_claimed_later`: the change log first said after the target year that the target
    /// had ended before. They are in none of the numbers above.
    #[schema(minimum = 0, example = 0)]
    pub ended_claimed_later: usize,
}

/// The verdicts in the order in which [`TargetCounts::in_words`] lists them.
const LISTED: [Verdict; Verdict::ALL.len()] = [
    Verdict::Achieved,
    Verdict::OnTrack,
    Verdict::Behind,
    Verdict::OffTrack,
    Verdict::MovingAway,
    Verdict::Missed,
    Verdict::Unreported,
    Verdict::Outdated,
    Verdict::NotComparable,
    Verdict::InsufficientData,
    Verdict::NotJudged,
];

impl TargetCounts {
    /// Counts the targets of a city.
    #[must_use]
    pub fn of(targets: &[Assessment]) -> Self {
        let mut counts = TargetCounts::default();
        for target in targets {
            if is_claimed_later(target) {
                counts.ended_claimed_later += 1;
            } else {
                *counts.of_verdict(target.verdict) += 1;
            }
        }
        counts
    }

    /// The counts above 0 in one text: `behind:2;unreported:1`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let mut counts = *self;
        let verdicts = LISTED.into_iter().map(|verdict| (verdict.as_str(), *counts.of_verdict(verdict)));
        let claimed_later = (CautionCode::EndedClaimedLater.as_str(), self.ended_claimed_later);
        let listed = verdicts.chain([claimed_later]).filter(|(_, count)| *count > 0);
        listed.map(|(word, count)| format!("{word}:{count}")).collect::<Vec<_>>().join(";")
    }

    fn of_verdict(&mut self, verdict: Verdict) -> &mut usize {
        match verdict {
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
            Verdict::NotJudged => &mut self.not_judged,
        }
    }
}

/// True if the change log first said after the target year that the target had ended before.
fn is_claimed_later(target: &Assessment) -> bool {
    target.cautions.iter().any(|caution| caution.code == CautionCode::EndedClaimedLater)
}
