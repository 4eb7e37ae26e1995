//! `reopenConsultation`: takes a resolved, closed or cancelled consultation up again.

use async_graphql::InputObject;
use ledgerdesk_domain::consultation::{Consultation, ConsultationCommand, Reopen, ReopenTo};

use crate::graphql::{
    model::enums,
    mutation::{
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// Where it continues, and why.
#[derive(Debug, InputObject)]
pub(crate) struct ReopenConsultationInput {
    #[graphql(flatten)]
    on: OnConsultation,
    /// Where it continues; by default in work if somebody holds it, else in the queue.
    to: Option<enums::ReopenTo>,
    /// Why.
    reason: Option<String>,
}

impl Verb for ReopenConsultationInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::Reopen(Reopen { to: self.to.map(ReopenTo::from), reason: self.reason }))
    }
}
