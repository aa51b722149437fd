//! The pages for people, and the guide.

mod guide;
mod pages;
