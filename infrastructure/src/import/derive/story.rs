//! A consultation that is being told.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    consultation::{
        AttributeValue, Attributes, Consultation, ConsultationCommand, ConsultationEvent, ConsultationState,
        ImportFact, Party, Status,
    },
    context::{Actor, Context},
    decider::{Decider, Rejection},
    event::{DomainEvent, SourceStep},
    id::{ConsultationId, HandoverId, ManagerId, PersonId},
    text::SHORT_TEXT,
};

use super::{Meaning, Tally, Told};
use crate::import::{case::Row, mapping::Field, report::Reported};

/// The code of a fact that asks for what already is.
const NO_CHANGE: &str = "no_change";

/// An event and where it came from.
#[derive(Debug)]
pub(in crate::import) struct Happened {
    pub(in crate::import) event: ConsultationEvent,
    pub(in crate::import) occurred_at: DateTime<Utc>,
    pub(in crate::import) actor: Actor,
    /// Whose key seals it.
    pub(in crate::import) person_id: PersonId,
    /// The row, from 0.
    pub(in crate::import) row: u32,
    /// What the row itself says; on the first event of each row.
    pub(in crate::import) step: Option<SourceStep>,
}

/// The handover that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Open {
    pub(super) id: HandoverId,
    pub(super) to_team: Option<String>,
    pub(super) accepted: bool,
}

/// A consultation that is being told, row by row.
#[derive(Debug)]
pub(in crate::import) struct Story<'a> {
    pub(super) meaning: &'a Meaning<'a>,
    case: &'a str,
    pub(super) id: ConsultationId,
    state: ConsultationState,
    /// What the state keeps to itself, followed from the events.
    pub(super) team: Option<String>,
    pub(super) handover: Option<Open>,
    /// The row that is being told.
    pub(super) row: Row,
    /// When the next thing happens: a row's time, or the end of its call.
    pub(super) now: DateTime<Utc>,
    pub(super) actor: Actor,
    happened_in_row: usize,
    /// Why the rules refused a step of the row, if they did, and what it said.
    refused: Option<&'static str>,
    refused_values: Attributes,
    events: Vec<Happened>,
    pub(super) tally: Tally,
}

impl<'a> Story<'a> {
    /// A consultation of which nothing is told yet.
    pub(super) fn new(meaning: &'a Meaning<'a>, case: &'a str) -> Self {
        Self {
            meaning,
            case,
            id: meaning.ids.consultation(case),
            state: ConsultationState::default(),
            team: None,
            handover: None,
            row: Row::default(),
            now: DateTime::default(),
            actor: Actor::SYSTEM,
            happened_in_row: 0,
            refused: None,
            refused_values: Attributes::new(),
            events: Vec::new(),
            tally: Tally::default(),
        }
    }

    /// Everything that was told.
    pub(super) fn finish(self) -> Told {
        Told { events: self.events, tally: self.tally }
    }

    /// Turns to a row. What opened the consultation belongs to the first one.
    pub(super) fn begin_row(&mut self, row: &Row, first: bool) {
        self.row = *row;
        self.now = row.time;
        self.actor = self.meaning.actor.get(row.index).map_or(Actor::SYSTEM, |id| Actor::manager(*id));
        self.happened_in_row = if first { self.events.len() } else { 0 };
        self.refused = None;
        self.refused_values.clear();
    }

    /// Asks the rules. Whether something happened; a refusal is kept for the end of the row.
    pub(super) fn act(&mut self, command: ConsultationCommand) -> bool {
        match self.decide(command) {
            Ok(happened) => happened,
            Err((code, _)) => {
                self.refuse(code);
                false
            }
        }
    }

    /// Asks the rules: whether something happened, or the code and the words of the refusal.
    pub(super) fn decide(&mut self, command: ConsultationCommand) -> Result<bool, (&'static str, String)> {
        let context = Context { occurred_at: self.now, actor: self.actor.clone() };
        let events = Consultation::decide(&self.state, command, &context)
            .map_err(|rejection| (rejection.code(), rejection.to_string()))?;
        let happened = !events.is_empty();
        for event in events {
            let step = (self.happened_in_row == 0).then(|| self.source_step());
            self.happened_in_row += 1;
            self.state = Consultation::evolve(std::mem::take(&mut self.state), &event);
            self.follow(&event);
            *self.tally.events.entry(event.event_type()).or_default() += 1;
            self.events.push(Happened {
                event,
                occurred_at: self.now,
                actor: self.actor.clone(),
                person_id: Consultation::person(&self.state).unwrap_or_else(|| self.id.into()),
                row: self.row.index,
                step,
            });
        }
        Ok(happened)
    }

    /// The row as the source tells it.
    fn source_step(&self) -> SourceStep {
        SourceStep {
            activity: self.meaning.activity(self.row.index).chars().take(SHORT_TEXT).collect(),
            resource: self.meaning.actor.get(self.row.index).copied(),
            team: self.row_team(),
            occurred_at: (self.now != self.row.time).then_some(self.row.time),
        }
    }

    fn follow(&mut self, event: &ConsultationEvent) {
        match event {
            ConsultationEvent::ConsultationOpened(opened) => self.team.clone_from(&opened.team),
            ConsultationEvent::Assigned(assigned) => self.team.clone_from(&assigned.team),
            ConsultationEvent::HandoverRequested(requested) => {
                self.handover = Some(Open {
                    id: requested.handover_id,
                    to_team: requested.to_team.clone(),
                    accepted: false,
                });
            }
            ConsultationEvent::HandoverAccepted(_) => {
                if let Some(open) = &mut self.handover {
                    open.accepted = true;
                }
            }
            ConsultationEvent::HandoverExpired(_)
            | ConsultationEvent::HandoverResolved(_)
            | ConsultationEvent::HandoverReturned(_) => self.handover = None,
            _ => {}
        }
    }

    /// Notes that a step of the row was refused. The first reason counts.
    pub(super) fn refuse(&mut self, code: &'static str) {
        self.refused.get_or_insert(code);
    }

    /// Keeps what a refused step said, for the fact.
    pub(super) fn keep_refused(&mut self, key: &str, value: AttributeValue) {
        self.refused_values.insert(key.to_owned(), value);
    }

    /// Whether the rules refused a step of the row.
    pub(super) fn was_refused(&self) -> bool {
        self.refused.is_some()
    }

    /// Keeps the row as a fact if something of it was refused or nothing came of it.
    pub(super) fn end_row(&mut self) {
        let code = match self.refused {
            Some(code) => code,
            None if self.happened_in_row == 0 => NO_CHANGE,
            None => return,
        };
        // A fact is told at the row's own time, also after a call.
        self.now = self.row.time;
        let row = self.row.index;
        let fact = ImportFact {
            activity: self.meaning.activity(row).to_owned(),
            status: self.state.status().map(|status| status.as_str().to_owned()),
            code: code.to_owned(),
            manager_id: self.meaning.actor.get(row).copied(),
            team: self.meaning.owned(Field::Team, row),
            attributes: std::mem::take(&mut self.refused_values),
        };
        match self.decide(ConsultationCommand::ImportFact(fact)) {
            Ok(_) => *self.tally.facts.entry(code.to_owned()).or_default() += 1,
            Err((code, reason)) if self.happened_in_row == 0 => {
                self.tally.reported.push(Reported::row(row, self.case, code, reason));
            }
            Err(_) => {}
        }
    }
}

/// What the steps look at.
impl Story<'_> {
    pub(super) fn status(&self) -> Option<Status> {
        self.state.status()
    }

    pub(super) fn assignee(&self) -> Option<ManagerId> {
        self.state.assignee()
    }

    pub(super) fn appointed_for(&self) -> Option<DateTime<Utc>> {
        self.state.appointed_for()
    }

    /// Whom the row names as holder.
    pub(super) fn person(&self) -> Option<ManagerId> {
        self.meaning.person.get(self.row.index).copied()
    }

    /// The team that the row names.
    pub(super) fn row_team(&self) -> Option<String> {
        self.meaning.owned(Field::Team, self.row.index)
    }

    /// Who did what the row tells, as a party.
    pub(super) fn party(&self) -> Party {
        self.actor.as_manager().map_or(Party::System, Party::Manager)
    }

    /// The row's text, else its activity.
    pub(super) fn words(&self) -> String {
        let row = self.row.index;
        self.meaning.rows.text(Field::Text, row).unwrap_or_else(|| self.meaning.activity(row)).to_owned()
    }
}
