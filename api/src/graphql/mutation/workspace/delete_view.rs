//! `deleteView`: deletes a saved view.

use async_graphql::{ID, InputObject};
use ledgerdesk_domain::workspace::{DeleteView, Workspace, WorkspaceCommand};

use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, Options, Verb},
    },
    user_error::UserError,
};

/// Which view.
#[derive(Debug, InputObject)]
pub(crate) struct DeleteViewInput {
    #[graphql(flatten)]
    options: Options,
    /// The view.
    view_id: ID,
}

impl Verb for DeleteViewInput {
    type Of = Workspace;

    fn aim(&self) -> Aim<'_> {
        self.options.own()
    }

    fn command(self, reader: &mut Reader<'_>) -> Result<WorkspaceCommand, UserError> {
        Ok(WorkspaceCommand::DeleteView(DeleteView { view_id: reader.id("viewId", &self.view_id)? }))
    }
}
