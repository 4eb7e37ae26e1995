//! mutations of the workspace: the list. Each verb has a file with its input and its command.

mod change_settings;
mod delete_view;
mod publish_questionnaire;
mod save_view;
mod service_level;

use async_graphql::{Context, Object, Result};

use self::{
    change_settings::ChangeWorkspaceSettingsInput,
    delete_view::DeleteViewInput,
    publish_questionnaire::PublishQuestionnaireInput,
    save_view::SaveViewInput,
    service_level::{
        ImportHolidaysInput, ImportHolidaysPayload, PublishCalendarInput, PublishSlaPoliciesInput,
    },
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

    /// Publishes the next version of a business calendar.
    async fn publish_calendar(
        &self,
        ctx: &Context<'_>,
        input: PublishCalendarInput,
    ) -> Result<WorkspacePayload<PublishCalendarInput>> {
        run(ctx, input).await.map(WorkspacePayload)
    }

    /// Publishes the next version of a business calendar with the holidays of an iCalendar file besides its own.
    async fn import_holidays(
        &self,
        ctx: &Context<'_>,
        input: ImportHolidaysInput,
    ) -> Result<ImportHolidaysPayload> {
        let read = input.read().unwrap_or_default();
        run(ctx, input).await.map(|payload| ImportHolidaysPayload { payload, read })
    }

    /// Publishes the next version of the decision table for service levels.
    async fn publish_sla_policies(
        &self,
        ctx: &Context<'_>,
        input: PublishSlaPoliciesInput,
    ) -> Result<WorkspacePayload<PublishSlaPoliciesInput>> {
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
