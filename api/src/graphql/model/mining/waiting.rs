//! When consultations wait.

use async_graphql::SimpleObject;
use chrono_tz::Tz;
use ledgerdesk_projections::mining::{Cell, EventLog, Waits, activities};

use super::duration::DurationStatistics;
use crate::graphql::error::Fault;

/// The waits that begin in one hour of the week.
#[derive(SimpleObject)]
pub(super) struct WaitingTime {
    /// The day of the week, from 1 for Monday to 7.
    weekday: u32,
    /// The hour, from 0 to 23.
    hour: u32,
    /// How long they are.
    durations: DurationStatistics,
}

impl From<Cell> for WaitingTime {
    fn from(cell: Cell) -> Self {
        Self { weekday: cell.weekday, hour: cell.hour, durations: cell.durations.into() }
    }
}

/// The time zone of this name.
pub(super) fn zone(name: &str) -> Result<Tz, Fault> {
    name.parse().map_err(|_| {
        Fault::bad_input(format!(
            "there is no time zone `{name:.60}`; give an IANA name such as Europe/Moscow, or UTC"
        ))
    })
}

/// The waits between these activities.
pub(super) fn waits(log: &EventLog, from: Option<&str>, to: Option<&str>) -> Result<Waits, Fault> {
    let number = |argument, name: Option<&str>| {
        name.map(|name| log.activity(name).ok_or_else(|| unknown(log, argument, name))).transpose()
    };
    Ok(Waits { from: number("from", from)?, to: number("to", to)? })
}

fn unknown(log: &EventLog, argument: &str, name: &str) -> Fault {
    let known: Vec<_> = activities(log)
        .iter()
        .take(10)
        .filter_map(|found| log.activities.get(found.activity).map(String::as_str))
        .collect();
    Fault::bad_input(format!(
        "`{argument}`: these consultations have no activity `{name:.60}`; the most frequent are: {}",
        known.join(", ")
    ))
}
