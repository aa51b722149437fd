//! The database: its tables and views, what earlier versions left in it, and several nodes that share it.

pub mod nodes;
pub mod old_database;
pub mod upgrade;
pub mod views;
