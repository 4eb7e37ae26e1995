//! One event of each type with every field filled in.

mod catalog;
mod client;
mod consultation;
mod handover;
mod lifecycle;
mod manager;
mod parts;
mod service_level;
mod workspace;

use chrono::{DateTime, Utc};
use ledgerdesk_domain::event::Event;
use uuid::Uuid;

/// One event of each type.
pub(crate) fn all() -> Vec<Event> {
    let consultation =
        [consultation::all(), lifecycle::all(), parts::all(), handover::all(), service_level::all()].concat();
    let mut events: Vec<Event> = consultation.into_iter().map(Event::from).collect();
    events.extend(client::all().into_iter().map(Event::from));
    events.extend(manager::all().into_iter().map(Event::from));
    events.extend(workspace::all().into_iter().map(Event::from));
    events.extend(catalog::all().into_iter().map(Event::from));
    events
}

/// Some id of its own for each number.
fn id<T: From<Uuid>>(number: u128) -> T {
    T::from(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number))
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}
