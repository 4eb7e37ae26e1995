//! REST over real HTTP, on a real log with its read side.
#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test stops it at the first surprise, as the test does"
)]

#[expect(dead_code, reason = "the suite `api` uses all of it")]
#[path = "../api/app.rs"]
mod app;
mod catalogs;
mod consultations;
mod document;
mod exports;
mod fuzz;
mod guide;
mod http;
mod keys;
mod lists;
mod past;
mod readings;
mod refusals;
