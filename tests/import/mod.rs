//! Files of figures: what is read from them, what of it is recorded, and what is told of each row.

mod bringing;
mod importing;
mod public;
mod rehearsing;
pub mod sheets;
mod submit;
