//! The template of this service: writes it, and reads what people made of it.

pub mod columns;
pub mod draft;
mod filled;
pub mod json;
mod layout;
pub mod reader;
pub mod stream;
pub mod writer;
