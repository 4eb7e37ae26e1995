//! `assignConsultation`: makes a manager, a team or both responsible.

use async_graphql::{ID, InputObject};
use ledgerdesk_domain::consultation::{Assign, Consultation, ConsultationCommand};

use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// Who; a part that is left out stays as it is.
#[derive(Debug, InputObject)]
pub(crate) struct AssignConsultationInput {
    #[graphql(flatten)]
    pub(in crate::graphql::mutation) on: OnConsultation,
    /// The manager.
    pub(in crate::graphql::mutation) assignee: Option<ID>,
    /// The team.
    pub(in crate::graphql::mutation) team: Option<String>,
    /// Why.
    pub(in crate::graphql::mutation) reason: Option<String>,
}

impl Verb for AssignConsultationInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, reader: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::Assign(Assign {
            assignee: reader.optional("assignee", self.assignee.as_ref())?,
            team: self.team,
            reason: self.reason,
        }))
    }
}
