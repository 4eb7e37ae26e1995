//! `changeWorkspaceSettings`: changes the settings of the workspace.

use async_graphql::InputObject;
use ledgerdesk_domain::workspace::{ChangeWorkspaceSettings, Workspace, WorkspaceCommand};

use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, Options, Verb},
    },
    user_error::UserError,
};

/// What changes; a field that is left out stays as it is.
#[derive(Debug, InputObject)]
pub(crate) struct ChangeWorkspaceSettingsInput {
    #[graphql(flatten)]
    options: Options,
    /// The new name.
    name: Option<String>,
    /// ISO 639-1.
    language: Option<String>,
    /// An IANA name, such as `Europe/Moscow`.
    time_zone: Option<String>,
    /// How long an offered handover stands, in minutes: 1 to 10,080.
    handover_timeout_minutes: Option<u32>,
}

impl Verb for ChangeWorkspaceSettingsInput {
    type Of = Workspace;

    fn aim(&self) -> Aim<'_> {
        self.options.own()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<WorkspaceCommand, UserError> {
        Ok(WorkspaceCommand::ChangeWorkspaceSettings(ChangeWorkspaceSettings {
            name: self.name,
            language: self.language,
            time_zone: self.time_zone,
            handover_timeout_minutes: self.handover_timeout_minutes,
        }))
    }
}
