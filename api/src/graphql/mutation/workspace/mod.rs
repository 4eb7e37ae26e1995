//! mutations of the workspace: the list. Each verb has a file with its input and its command.

mod change_settings;
mod publish_questionnaire;

use async_graphql::{Context, Object, Result};

use self::{change_settings::ChangeWorkspaceSettingsInput, publish_questionnaire::PublishQuestionnaireInput};
use super::{payload::WorkspacePayload, run::run};

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
}
