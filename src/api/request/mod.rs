//! What the resources share on the way in: who asks, how much at once, and how a question is put.

pub mod access;
pub mod activity;
pub mod allowance;
pub mod any_of;
pub mod body;
pub mod conditions;
pub mod encoding;
pub mod excel;
pub mod fields;
pub mod filters;
pub mod idempotency;
pub mod import_slots;
pub mod limiter;
pub mod lookup;
pub mod moment;
pub mod order;
pub mod query;
mod search;
pub mod unambiguous;
pub mod upload;
