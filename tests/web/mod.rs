//! The pages for people, and the guide.

mod charts;
mod catalog;
mod city;
mod compare;
mod guide;
pub mod pages;
