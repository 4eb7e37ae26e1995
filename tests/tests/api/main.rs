//! The API over real HTTP and WebSockets, on a real log with its read side.

mod app;
mod mutations;
mod socket;
mod subscriptions;
