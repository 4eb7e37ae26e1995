//! `prioritizeConsultations`: changes the urgency of each.

use async_graphql::InputObject;

use super::run::{BulkVerb, OnConsultations};
use crate::graphql::{
    model::enums::Priority,
    mutation::{consultation::ChangePriorityInput, verb::OnConsultation},
};

/// How urgent.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct PrioritizeConsultationsInput {
    #[graphql(flatten)]
    on: OnConsultations,
    /// The new urgency.
    priority: Priority,
}

impl BulkVerb for PrioritizeConsultationsInput {
    type Item = ChangePriorityInput;

    fn on(&self) -> &OnConsultations {
        &self.on
    }

    fn item(&self, on: OnConsultation) -> ChangePriorityInput {
        ChangePriorityInput { on, priority: self.priority }
    }
}
