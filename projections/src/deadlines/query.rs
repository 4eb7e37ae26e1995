//! Reads of the clocks that run.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    consultation::Status,
    id::{ConsultationId, HandoverId, ManagerId},
    service_level::ClockKind,
};
use serde::Deserialize;
use uuid::Uuid;

use crate::read::{self, Belonging, Concerned, Conditions, Keyset, ReadRow, TimeRange};

/// A clock that runs and is due at some time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Row {
    /// Its place among those that are due at the same time.
    pub id: Uuid,
    /// The consultation.
    pub consultation_id: ConsultationId,
    /// What it measures.
    pub clock: ClockKind,
    /// The how-manieth of its kind in the consultation, from 1.
    pub number: i32,
    /// The handover, for a clock of one.
    pub handover_id: Option<HandoverId>,
    /// When a warning is or was due.
    pub warn_at: Option<DateTime<Utc>>,
    /// When the deadline passes or passed.
    pub due_at: DateTime<Utc>,
}

impl Row {
    /// How it stands at an instant.
    pub fn state(&self, now: DateTime<Utc>) -> State {
        if self.due_at <= now {
            State::Breached
        } else if self.warn_at.is_some_and(|warned| warned <= now) {
            State::Warned
        } else {
            State::Due
        }
    }
}

impl ReadRow for Row {
    const TABLE: &'static str = "ledgerdesk.clocks";
    const KEY: &'static str = "id";
    const BELONGS: Belonging = Belonging::Consultation("consultation_id");
    const MASK: &'static str = "{}";
    const SHOWN_AS: &'static [&'static str] = &[];

    fn concerned(&self) -> Concerned {
        Concerned::NOBODY
    }
}

/// How a clock that runs stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// There is time.
    Due,
    /// The deadline is near.
    Warned,
    /// The deadline has passed, and what was promised is still to be done.
    Breached,
}

impl State {
    const fn condition(self) -> &'static str {
        match self {
            Self::Due => "t.due_at > now() and (t.warn_at is null or t.warn_at > now())",
            Self::Warned => "t.due_at > now() and t.warn_at <= now()",
            Self::Breached => "t.due_at <= now()",
        }
    }
}

/// What narrows a list of deadlines. Empty lists and `None` do not narrow; everything else must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of one of these consultations.
    pub consultations: Vec<ConsultationId>,
    /// Of one of these kinds.
    pub clocks: Vec<ClockKind>,
    /// In one of these states.
    pub states: Vec<State>,
    /// Due in this span.
    pub due: TimeRange,
    /// Of consultations of one of these teams.
    pub teams: Vec<String>,
    /// Of consultations that one of these holds.
    pub assignees: Vec<ManagerId>,
}

/// A list of deadlines is ordered by when they are due.
pub const fn keyset(descending: bool) -> Keyset {
    Keyset::time(1, "t.due_at", descending)
}

impl read::Filter for Filter {
    fn restrict(&self, conditions: &mut Conditions) {
        conditions.one_of_ids("t.consultation_id", &self.consultations);
        conditions.one_of("t.clock", &self.clocks);
        conditions.within("t.due_at", &self.due);
        let sql = &mut conditions.0;
        for (number, state) in self.states.iter().enumerate() {
            sql.push(if number == 0 { " and ((" } else { ") or (" }).push(state.condition());
        }
        if !self.states.is_empty() {
            sql.push("))");
        }
        // Who holds it is told by the list, and so is whether it is open still: nothing that has ended is due.
        let open: Vec<String> =
            Status::ALL.iter().filter(|status| status.is_open()).map(read::wire).collect();
        sql.push(
            " and exists (select from read.consultation_list c where c.workspace_id = t.workspace_id \
             and c.id = t.consultation_id and c.status = any(",
        );
        sql.push_bind(open).push(")");
        if !self.teams.is_empty() {
            sql.push(" and c.team = any(").push_bind(self.teams.clone()).push(")");
        }
        if !self.assignees.is_empty() {
            let assignees: Vec<Uuid> = self.assignees.iter().map(|manager| manager.uuid()).collect();
            sql.push(" and c.assignee = any(").push_bind(assignees).push(")");
        }
        sql.push(")");
    }

    fn reads_personal(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_due_then_warned_then_breached() {
        let at = |second| DateTime::from_timestamp(second, 0).unwrap();
        let row = Row {
            id: Uuid::nil(),
            consultation_id: ConsultationId(Uuid::nil()),
            clock: ClockKind::Resolution,
            number: 1,
            handover_id: None,
            warn_at: Some(at(10)),
            due_at: at(20),
        };
        let states = [9, 10, 19, 20].map(|second| row.state(at(second)));
        assert_eq!(states, [State::Due, State::Warned, State::Warned, State::Breached]);
        assert_eq!(Row { warn_at: None, ..row }.state(at(19)), State::Due);
    }
}
