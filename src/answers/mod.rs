//! What is shown of one record and of one city: the shapes, and the bytes they are rendered to.

pub mod body;
pub mod edition;
pub mod judgement;
pub mod latest;
pub mod records;
