//! `changeTags`: adds and removes tags.

use async_graphql::InputObject;
use ledgerdesk_domain::consultation::{ChangeTags, Consultation, ConsultationCommand};

use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// Which tags.
#[derive(Debug, InputObject)]
pub(crate) struct ChangeTagsInput {
    #[graphql(flatten)]
    pub(in crate::graphql::mutation) on: OnConsultation,
    /// Tags to add.
    pub(in crate::graphql::mutation) add: Option<Vec<String>>,
    /// Tags to remove.
    pub(in crate::graphql::mutation) remove: Option<Vec<String>>,
}

impl Verb for ChangeTagsInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::ChangeTags(ChangeTags {
            add: self.add.unwrap_or_default(),
            remove: self.remove.unwrap_or_default(),
        }))
    }
}
