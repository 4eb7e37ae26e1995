//! `saveView`: saves a view of the list of consultations.

use async_graphql::{ID, InputObject};
use ledgerdesk_domain::workspace::{SaveView, Workspace, WorkspaceCommand};

use crate::{
    graphql::{
        model::view::text,
        mutation::{
            reader::Reader,
            verb::{Aim, Options, Verb},
        },
        query::filters::{ConsultationFilter, ConsultationOrder},
        user_error::UserError,
    },
    i18n::Refusal,
};

/// The view; what stood under its id before is replaced. Not for personal data: views are not encrypted and are not
/// erased.
#[derive(Debug, InputObject)]
pub(crate) struct SaveViewInput {
    #[graphql(flatten)]
    options: Options,
    /// The view to save over; a new one if none is given.
    view_id: Option<ID>,
    /// Its name, at most 100 characters.
    name: String,
    /// For everybody; otherwise for the manager whose API key it is.
    #[graphql(default)]
    shared: bool,
    /// What narrows the list.
    #[graphql(default)]
    filter: ConsultationFilter,
    /// The order of the list; its own if none is given.
    order_by: Option<ConsultationOrder>,
    /// The columns to show, in order, by names of your own; at most 50.
    columns: Option<Vec<String>>,
}

impl Verb for SaveViewInput {
    type Of = Workspace;

    fn aim(&self) -> Aim<'_> {
        self.options.own()
    }

    fn command(self, reader: &mut Reader<'_>) -> Result<WorkspaceCommand, UserError> {
        let refused = |_| UserError::refused(Refusal::InvalidFilter, Some("filter"), reader.language());
        self.filter.clone().read().map_err(refused)?;
        let view_id = reader.view(self.view_id.as_ref())?;
        Ok(WorkspaceCommand::SaveView(SaveView {
            view_id,
            name: self.name,
            shared: self.shared,
            filter: text(&self.filter),
            order: self.order_by.as_ref().map(text),
            columns: self.columns.unwrap_or_default(),
        }))
    }
}
