//! Counts of verdicts: how many cities stand where, and how sure that is; and of a city how many targets.

use serde::Serialize;
use utoipa::ToSchema;

use crate::method::{Assessment, CautionCode, Confidence, Verdict};
use crate::registry::Present;

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
    /// Targets of these cities that are said to have ended by the end of their target year, which the log first held
    /// only after that year. They speak for no city, and so are in none of the numbers above.
    #[schema(minimum = 0, example = 1)]
    pub ended_claimed_later: usize,
}

impl VerdictCounts {
    /// Counts a city.
    pub fn add(&mut self, present: &Present) {
        self.ended_claimed_later += present.targets.iter().filter(|target| is_claimed_later(target)).count();
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

/// How many targets of a city have each verdict, those for one sector and those that are not judged among them.
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
    /// Targets from which emissions move away: they are above the baseline.
    #[schema(minimum = 0, example = 0)]
    pub moving_away: usize,
    /// Targets that were missed.
    #[schema(minimum = 0, example = 0)]
    pub missed: usize,
    /// Targets whose year has passed without a figure that tells.
    #[schema(minimum = 0, example = 1)]
    pub unreported: usize,
    /// Targets whose latest figure is more than 6 years old.
    #[schema(minimum = 0, example = 0)]
    pub outdated: usize,
    /// Targets whose figures cannot be compared.
    #[schema(minimum = 0, example = 0)]
    pub not_comparable: usize,
    /// Targets with too few figures, or too early to tell.
    #[schema(minimum = 0, example = 0)]
    pub insufficient_data: usize,
    /// Targets that are not judged.
    #[schema(minimum = 0, example = 0)]
    pub not_judged: usize,
    /// Targets that are said to have ended by the end of their target year, which the log first held only after that
    /// year; they are in none of the numbers above.
    #[schema(minimum = 0, example = 0)]
    pub ended_claimed_later: usize,
}

impl TargetCounts {
    /// Counts the targets of a city.
    #[must_use]
    pub fn of(targets: &[Assessment]) -> Self {
        let mut counts = TargetCounts::default();
        for target in targets {
            *counts.place(target) += 1;
        }
        counts
    }

    /// Those that there are, in one text: `behind:2;unreported:1`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let TargetCounts {
            achieved,
            on_track,
            behind,
            off_track,
            moving_away,
            missed,
            unreported,
            outdated,
            not_comparable,
            insufficient_data,
            not_judged,
            ended_claimed_later,
        } = *self;
        let counts = [
            (Verdict::Achieved.as_str(), achieved),
            (Verdict::OnTrack.as_str(), on_track),
            (Verdict::Behind.as_str(), behind),
            (Verdict::OffTrack.as_str(), off_track),
            (Verdict::MovingAway.as_str(), moving_away),
            (Verdict::Missed.as_str(), missed),
            (Verdict::Unreported.as_str(), unreported),
            (Verdict::Outdated.as_str(), outdated),
            (Verdict::NotComparable.as_str(), not_comparable),
            (Verdict::InsufficientData.as_str(), insufficient_data),
            (Verdict::NotJudged.as_str(), not_judged),
            (CautionCode::EndedClaimedLater.as_str(), ended_claimed_later),
        ];
        let message = counts.iter().filter(|(_, count)| *count > 0).map(|(word, count)| format!("{word}:{count}"));
        message.collect::<Vec<_>>().join(";")
    }

    fn place(&mut self, target: &Assessment) -> &mut usize {
        if is_claimed_later(target) {
            return &mut self.ended_claimed_later;
        }
        match target.verdict {
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

/// Whether the log first held only after its year that the target had ended by then.
fn is_claimed_later(target: &Assessment) -> bool {
    target.cautions.iter().any(|caution| caution.code == CautionCode::EndedClaimedLater)
}
