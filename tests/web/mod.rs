//! The pages for people, and the guide.

mod catalog;
mod charts;
mod city;
mod compare;
mod guide;
pub mod pages;
