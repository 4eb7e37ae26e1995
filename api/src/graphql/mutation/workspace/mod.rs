//! mutations of the workspace: the list. Each verb has a file with its input and its command.

mod change_settings;
mod delete_view;
mod publish_questionnaire;
mod save_view;

use async_graphql::{Context, Object, Result};

use self::{
    change_settings::ChangeWorkspaceSettingsInput, delete_view::DeleteViewInput,
    publish_questionnaire::PublishQuestionnaireInput, save_view::SaveViewInput,
};
use super::{
    payload::{ViewPayload, WorkspacePayload},
    run::run,
};

/// mutations of the workspace.
#[derive(Default)]
pub(super) struct WorkspaceMutations;

#[Object]
impl WorkspaceMutations {
    /// Changes the settings of the workspace.
    async fn change_workspace_settings(
        &self,
        ctx: &Context<'_>,
        input: ChangeWorkspaceSettingsInput,
    ) -> Result<WorkspacePayload<ChangeWorkspaceSettingsInput>> {
        run(ctx, input).await.map(WorkspacePayload)
    }

    /// Publishes the next version of a rating questionnaire.
    async fn publish_questionnaire(
        &self,
        ctx: &Context<'_>,
        input: PublishQuestionnaireInput,
    ) -> Result<WorkspacePayload<PublishQuestionnaireInput>> {
        run(ctx, input).await.map(WorkspacePayload)
    }

    /// Saves a view of the list of consultations: a filter, an order and columns under a name.
    async fn save_view(&self, ctx: &Context<'_>, input: SaveViewInput) -> Result<ViewPayload<SaveViewInput>> {
        run(ctx, input).await.map(ViewPayload)
    }

    /// Deletes a saved view.
    async fn delete_view(
        &self,
        ctx: &Context<'_>,
        input: DeleteViewInput,
    ) -> Result<WorkspacePayload<DeleteViewInput>> {
        run(ctx, input).await.map(WorkspacePayload)
    }
}
