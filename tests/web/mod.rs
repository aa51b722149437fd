//! The pages for people, and the guide.

mod city;
mod compare;
mod guide;
mod pages;
