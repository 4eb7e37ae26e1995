//! `setCustomAttributes`: sets and removes custom attributes.

use async_graphql::InputObject;
use ledgerdesk_domain::consultation::{Consultation, ConsultationCommand, SetCustomAttributes};

use crate::graphql::{
    mutation::{
        input::{self, AttributeInput},
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// Which attributes.
#[derive(Debug, InputObject)]
pub(crate) struct SetCustomAttributesInput {
    #[graphql(flatten)]
    on: OnConsultation,
    /// New values.
    set: Option<Vec<AttributeInput>>,
    /// Keys to remove.
    remove: Option<Vec<String>>,
}

impl Verb for SetCustomAttributesInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::SetCustomAttributes(SetCustomAttributes {
            set: input::attributes(self.set),
            remove: self.remove.unwrap_or_default(),
        }))
    }
}
