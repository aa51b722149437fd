//! Documents about one record or one city, and the bytes they are rendered to.

pub mod body;
pub mod edition;
pub mod judgement;
pub mod latest;
pub mod records;
