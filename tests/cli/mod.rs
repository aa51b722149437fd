//! What whoever runs the service types, what is printed for it, and what the service tells of itself.

mod command_line;
mod operators;
