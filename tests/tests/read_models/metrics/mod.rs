//! Every metric against a reference that reads the log in the most naive way, on random histories.

mod answers;
mod calls;
mod examples;
mod history;
mod occupancy;
mod offices;
mod promises;
mod reference;
mod refusals;
mod speed;
