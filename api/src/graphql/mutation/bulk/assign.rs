//! `assignConsultations`: makes a manager, a team or both responsible for each.

use async_graphql::{ID, InputObject};

use super::run::{BulkVerb, OnConsultations};
use crate::graphql::mutation::{consultation::AssignConsultationInput, verb::OnConsultation};

/// Who; a part that is left out stays as it is.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct AssignConsultationsInput {
    #[graphql(flatten)]
    on: OnConsultations,
    /// The manager.
    assignee: Option<ID>,
    /// The team.
    team: Option<String>,
    /// Why.
    reason: Option<String>,
}

impl BulkVerb for AssignConsultationsInput {
    type Item = AssignConsultationInput;

    fn on(&self) -> &OnConsultations {
        &self.on
    }

    fn item(&self, on: OnConsultation) -> AssignConsultationInput {
        let Self { assignee, team, reason, .. } = self.clone();
        AssignConsultationInput { on, assignee, team, reason }
    }
}
