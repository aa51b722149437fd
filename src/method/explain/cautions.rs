//! The formulas of what qualifies a verdict: cautions, and the reports that are left out.

use crate::method::assessment::Assessment;
use crate::method::caution::{Caution, CautionCode};
use crate::method::converted_gas::ConvertedGas;
use crate::method::coverage::Uncovered;
use crate::method::left_out::LeftOut;
use crate::method::pathway::Point;
use crate::method::printed::{Ratio, Unit};
use crate::record::units::Population;

use super::{Explainer, num, reduced_formula, sum};

impl Explainer {
    pub(super) fn left_out(&mut self, left_out: &LeftOut) {
        let name = format!("left_out.{}", left_out.year);
        let field = format!("{name}.tonnes_per_person");
        self.per_person(field, left_out.tonnes_per_person, left_out.tonnes, left_out.population);
        if let (Some(old), Some(new)) = (left_out.old_tonnes, left_out.new_tonnes) {
            self.difference(format!("{name}.apart_percent"), left_out.apart_percent, old, new);
        }
        if let Some(part) = &left_out.uncovered {
            self.uncovered(&name, part);
        }
    }

    /// The part of one inventory that the other does not know.
    fn uncovered(&mut self, name: &str, part: &Uncovered) {
        let (tonnes, whole) = (part.tonnes.get(), part.of_tonnes.get());
        self.add(format!("{name}.uncovered.tonnes"), Some(tonnes), || {
            sum(part.uncovered_lines.iter().map(|line| num(line.tonnes.get().abs())))
        });
        self.add(format!("{name}.uncovered.share_percent"), Some(part.share_percent.get()), || {
            format!("100 * {} / {}", num(tonnes), num(whole))
        });
    }

    pub(super) fn caution(&mut self, index: usize, caution: &Caution, assessment: &Assessment) {
        let name = format!("cautions.{index}");
        // Some differences are given in tonnes, whatever the unit of the target.
        let unit = if caution.old_tonnes.is_some() { Unit::Tonnes } else { self.unit };
        let old = unit.exact(caution.old_tonnes, caution.old_tonnes_per_person);
        let new = unit.exact(caution.new_tonnes, caution.new_tonnes_per_person);
        if let Some((old, new)) = old.zip(new) {
            self.add(format!("{name}.change_percent"), caution.change_percent.map(Ratio::get), || {
                format!("100 * ({} - {}) / {}", num(new), num(old), num(old))
            });
        }
        if let Some(part) = &caution.uncovered {
            self.uncovered(&name, part);
        }
        match caution.code {
            CautionCode::TargetWeakened => self.weakened(&name, caution, assessment),
            CautionCode::GwpConverted => {
                let people = assessment.baseline.as_ref().and_then(|base| base.population);
                let printed = self.unit.printed(caution.new_tonnes, caution.new_tonnes_per_person);
                self.add(format!("{name}.{}", self.field_name("new")), printed, || {
                    converted(&caution.converted_gases, people)
                });
            }
            CautionCode::Backloaded => self.backloaded(&name, caution, assessment),
            _ => {}
        }
    }

    /// What an earlier pledge asked for, and what the pathway now allows in its year.
    fn weakened(&mut self, name: &str, caution: &Caution, assessment: &Assessment) {
        let allows = self.unit.printed(caution.new_tonnes, caution.new_tonnes_per_person);
        let formula = caution.years.first().and_then(|year| self.allowed(&assessment.pathway, *year));
        if let Some(formula) = formula {
            self.add(format!("{name}.{}", self.field_name("new")), allows, || formula);
        }
        let of = self.unit.exact(caution.asked_of_tonnes, caution.asked_of_tonnes_per_person);
        if let Some((of, share)) = of.zip(caution.asked_reduction_percent) {
            let printed = self.unit.printed(caution.old_tonnes, caution.old_tonnes_per_person);
            self.add(format!("{name}.{}", self.field_name("old")), printed, || reduced_formula(of, share));
        }
    }

    /// The sums over the years. For a straight line, that is the number of years times the mean of its ends.
    fn backloaded(&mut self, name: &str, caution: &Caution, assessment: &Assessment) {
        let points = self.anchors(&assessment.pathway);
        let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
        let ends = format!("({} + {}) / 2", num(first.amount), num(last.amount));
        let part = |from: &Point, to: &Point| {
            format!("({} - {}) * ({} + {}) / 2", to.year, from.year, num(from.amount), num(to.amount))
        };
        let straight = self.unit.printed(caution.old_tonnes, caution.old_tonnes_per_person);
        self.add(format!("{name}.{}", self.field_name("old")), straight, || format!("{} + {ends}", part(first, last)));
        let allowed = self.unit.printed(caution.new_tonnes, caution.new_tonnes_per_person);
        self.add(format!("{name}.{}", self.field_name("new")), allowed, || {
            let parts = points.windows(2).map(|pair| part(&pair[0], &pair[1]));
            sum(parts.chain([ends]))
        });
    }
}

/// The sum of converted gases; per person if `people` are given.
pub(super) fn converted(gases: &[ConvertedGas], people: Option<Population>) -> String {
    let sum = sum(gases.iter().map(|gas| num(gas.new_tonnes.get())));
    people.map_or_else(|| sum.clone(), |people| format!("({sum}) / {}", num(people.people())))
}
