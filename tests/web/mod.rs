//! The pages for people, and the guide.

mod city;
mod guide;
mod pages;
