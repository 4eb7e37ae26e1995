//! `logCall`: records a call attempt.

use async_graphql::{ID, InputObject};
use chrono::{DateTime, Utc};
use ledgerdesk_domain::consultation::{Consultation, ConsultationCommand, LogCall};

use crate::graphql::{
    model::enums,
    mutation::{
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// The call.
#[derive(Debug, InputObject)]
pub(crate) struct LogCallInput {
    #[graphql(flatten)]
    on: OnConsultation,
    /// Which way.
    direction: enums::CallDirection,
    /// How it ended.
    outcome: enums::CallOutcome,
    /// When it began to ring.
    started_at: DateTime<Utc>,
    /// How long it rang, in seconds.
    wait_seconds: Option<u32>,
    /// How long the two talked, in seconds; only for an answered call.
    duration_seconds: Option<u32>,
    /// Who called or was called.
    manager_id: Option<ID>,
    /// The client's number.
    phone: Option<String>,
    /// Where the recording lies.
    recording: Option<String>,
    /// The redate that it serves.
    redate_id: Option<ID>,
}

impl Verb for LogCallInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, reader: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::LogCall(LogCall {
            call_id: reader.new_id(),
            direction: self.direction.into(),
            outcome: self.outcome.into(),
            started_at: self.started_at,
            wait_seconds: self.wait_seconds,
            duration_seconds: self.duration_seconds,
            manager_id: reader.optional("managerId", self.manager_id.as_ref())?,
            phone: self.phone,
            recording: self.recording,
            redate_id: reader.optional("redateId", self.redate_id.as_ref())?,
        }))
    }
}
