//! The types of the items of all lists that can also be had as CSV.

use std::any::TypeId;

use utoipa::ToSchema;

use super::cities::CityItem;
use super::judgements::StatusItem;
use super::rankings::RankingEntry;
use super::response::columns::{Item, Named};
use crate::answers::records::{ChangeAnswer, InventoryAnswer, MemberAnswer, NetworkAnswer, TargetAnswer};
use crate::method::SeriesRow;
use crate::overview::summary::SummaryItem;
use crate::registry::Key;

macro_rules! items {
    ($($item:ty),+ $(,)?) => {
        $(impl Item for $item {})+

        /// Each of them, with the name of its schema.
        #[must_use]
        pub fn items() -> Vec<Named> {
            vec![$((TypeId::of::<$item>(), <$item as ToSchema>::name().into_owned())),+]
        }
    };
}

items![
    CityItem,
    StatusItem,
    RankingEntry,
    SummaryItem,
    InventoryAnswer,
    TargetAnswer,
    NetworkAnswer,
    MemberAnswer,
    ChangeAnswer,
    SeriesRow,
    Key,
];
