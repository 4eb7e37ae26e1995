//! `tagConsultations`: adds and removes tags of each.

use async_graphql::InputObject;

use super::run::{BulkVerb, OnConsultations};
use crate::graphql::mutation::{consultation::ChangeTagsInput, verb::OnConsultation};

/// Which tags.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct TagConsultationsInput {
    #[graphql(flatten)]
    on: OnConsultations,
    /// Tags to add.
    add: Option<Vec<String>>,
    /// Tags to remove.
    remove: Option<Vec<String>>,
}

impl BulkVerb for TagConsultationsInput {
    type Item = ChangeTagsInput;

    fn on(&self) -> &OnConsultations {
        &self.on
    }

    fn item(&self, on: OnConsultation) -> ChangeTagsInput {
        ChangeTagsInput { on, add: self.add.clone(), remove: self.remove.clone() }
    }
}
