//! The rules by which an inventory counts, and whether two inventories count alike (section 1 of the method).

use crate::record::gwp::GwpSet;
use crate::record::inventory::Inventory;
use crate::record::vocabulary::{Electricity, Gas, Protocol};
use crate::record::{Slug, View};

use super::base::BaseInventory;
use super::left_out::LeftOutReason;

/// The rules by which an inventory counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Accounting<'a> {
    /// The series, if one is named.
    pub series: Option<&'a Slug>,
    /// The standard, if one is declared; `other` counts as not declared.
    pub protocol: Option<Protocol>,
    /// The gases covered; empty if not declared.
    pub gases: &'a [Gas],
    /// The set of global warming potentials, if declared.
    pub gwp: Option<GwpSet>,
    /// How electricity is counted, if declared.
    pub electricity: Option<Electricity>,
    /// Whether the figures are corrected for the weather, if declared.
    pub weather_normalised: Option<bool>,
    /// True if it was taken from the report of the same year, because the baseline declares none.
    pub inferred: bool,
}

impl<'a> Accounting<'a> {
    /// The accounting that an inventory declares.
    pub fn of(inventory: &'a Inventory) -> Self {
        Accounting {
            series: inventory.series.as_ref(),
            protocol: inventory.protocol.filter(|protocol| *protocol != Protocol::Other),
            gases: &inventory.gases,
            gwp: inventory.gwp,
            electricity: inventory.electricity,
            weather_normalised: inventory.weather_normalised,
            inferred: false,
        }
    }

    /// The accounting of a base: its own, or else that of the report of the same year with the same figure.
    ///
    /// A report that declares a protocol lends it to the base. It also lends its gases, potentials and electricity
    /// where the base declares none; never its series. It lends nothing if it contradicts what the base does declare.
    pub fn of_base(base: &BaseInventory<'a>, view: &View<'a>) -> Self {
        let own = Accounting::of(base.inventory);
        let Some(report) = base.report_of_its_year(view).filter(|_| own.protocol.is_none()) else { return own };
        let lent = Accounting::of(report.value);
        let is_same_figure =
            base.difference_percent(report.value).is_some_and(|percent| percent <= SAME_FIGURE_PERCENT);
        if lent.protocol.is_none() || !is_same_figure || own.find_difference(&lent).is_some() {
            return own;
        }
        Accounting {
            protocol: lent.protocol,
            gases: if own.gases.is_empty() { lent.gases } else { own.gases },
            gwp: own.gwp.or(lent.gwp),
            electricity: own.electricity.or(lent.electricity),
            inferred: true,
            ..own
        }
    }

    /// True if both name the same series, so that their figures count alike.
    pub fn has_same_series(&self, other: &Accounting<'_>) -> bool {
        self.series.is_some() && self.series == other.series
    }

    /// Why figures of this accounting cannot be compared with those of a report; `None` if they can.
    pub fn find_difference(&self, report: &Accounting<'_>) -> Option<(LeftOutReason, String)> {
        if self.has_same_series(report) {
            return None;
        }
        if let (Some(ours), Some(theirs)) = (self.series, report.series) {
            let detail = format!("The report is of the series {theirs}, the baseline of {ours}.");
            return Some((LeftOutReason::SeriesDiffers, detail));
        }
        if let (Some(ours), Some(theirs)) = (self.protocol, report.protocol)
            && family(ours) != family(theirs)
        {
            let detail = format!("The report follows {theirs}, the baseline {ours}.");
            return Some((LeftOutReason::ProtocolDiffers, detail));
        }
        let declared = !self.gases.is_empty() && !report.gases.is_empty();
        if declared && is_only_co2(self.gases) != is_only_co2(report.gases) {
            let (one, other) = if is_only_co2(self.gases) { ("baseline", "report") } else { ("report", "baseline") };
            let detail = format!("The {one} covers CO2 only, the {other} other gases too.");
            return Some((LeftOutReason::GasesDiffer, detail));
        }
        None
    }
}

/// Percent of the baseline's figure beyond which two figures of one year are not the same figure.
///
/// The same 1 % is allowed between a stated total and the sum of its lines: rounding and late corrections explain it.
pub(super) const SAME_FIGURE_PERCENT: f64 = 1.0;

/// The family of protocols that count alike: the CRF was made from the GPC.
pub(super) fn family(protocol: Protocol) -> Protocol {
    if protocol == Protocol::Crf { Protocol::Gpc } else { protocol }
}

/// True if only CO2 is covered.
pub(super) fn is_only_co2(gases: &[Gas]) -> bool {
    gases == [Gas::Co2]
}
