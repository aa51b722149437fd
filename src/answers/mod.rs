//! Documents about one record or one city, and the bytes they are rendered to.

pub mod body;
pub mod city_status;
pub mod edition;
pub mod latest;
pub mod records;
