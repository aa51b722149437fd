//! The pages for people, and the guide.

mod charts;
mod city;
mod compare;
mod guide;
pub mod pages;
