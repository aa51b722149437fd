//! The types of the items of all lists that can also be had as CSV.

use super::cities::CityItem;
use super::rankings::RankingEntry;
use super::response::columns::{Item, Named};
use super::status_list::TargetStatus;
use crate::answers::city_status::SeriesItem;
use crate::answers::records::{ChangeAnswer, InventoryAnswer, MemberAnswer, NetworkAnswer, TargetAnswer};
use crate::method::SeriesRow;
use crate::overview::comparison::ComparisonRow;
use crate::overview::summary::SummaryItem;
use crate::registry::Key;

macro_rules! items {
    ($($item:ty),+ $(,)?) => {
        $(impl Item for $item {})+

        /// Each of them.
        #[must_use]
        pub fn items() -> Vec<Named> {
            vec![$(Named::of::<$item>()),+]
        }
    };
}

items![
    CityItem,
    TargetStatus,
    RankingEntry,
    ComparisonRow,
    SummaryItem,
    InventoryAnswer,
    TargetAnswer,
    NetworkAnswer,
    MemberAnswer,
    ChangeAnswer,
    SeriesRow,
    SeriesItem,
    Key,
];
