//! `closeConsultations`: ends each.

use async_graphql::InputObject;

use super::run::{BulkVerb, OnConsultations};
use crate::graphql::mutation::{consultation::CloseConsultationInput, verb::OnConsultation};

/// Which consultations.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct CloseConsultationsInput {
    #[graphql(flatten)]
    on: OnConsultations,
}

impl BulkVerb for CloseConsultationsInput {
    type Item = CloseConsultationInput;

    fn on(&self) -> &OnConsultations {
        &self.on
    }

    fn item(&self, on: OnConsultation) -> CloseConsultationInput {
        CloseConsultationInput { on }
    }
}
