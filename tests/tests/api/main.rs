//! The API over real HTTP and WebSockets, on a real log with its read side.
#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test stops it at the first surprise, as the test does"
)]

mod alike;
mod analytics;
mod app;
mod bulk;
mod conflict;
mod deadlines;
mod ephemeral;
mod mutations;
mod saved_views;
mod service_levels;
mod slow;
mod socket;
mod subscriptions;
mod views;
