//! The template of this service: written, and read back from whatever people have made of it.

pub mod columns;
pub mod draft;
mod filled;
pub mod json;
mod layout;
pub mod reader;
pub mod stream;
pub mod writer;
