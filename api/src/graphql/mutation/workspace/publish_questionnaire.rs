//! `publishQuestionnaire`: publishes the next version of a rating questionnaire.

use async_graphql::InputObject;
use ledgerdesk_domain::workspace::{PublishQuestionnaire, Questionnaire, Workspace, WorkspaceCommand};

use crate::graphql::{
    mutation::{
        input::{self, QuestionInput},
        reader::Reader,
        verb::{Aim, Options, Verb},
    },
    user_error::UserError,
};

/// The questionnaire; its version follows from the last one.
#[derive(Debug, InputObject)]
pub(crate) struct PublishQuestionnaireInput {
    #[graphql(flatten)]
    options: Options,
    /// Its permanent key.
    key: String,
    /// The questions, in order.
    questions: Vec<QuestionInput>,
}

impl Verb for PublishQuestionnaireInput {
    type Of = Workspace;

    fn aim(&self) -> Aim<'_> {
        self.options.own()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<WorkspaceCommand, UserError> {
        Ok(WorkspaceCommand::PublishQuestionnaire(PublishQuestionnaire {
            questionnaire: Questionnaire {
                key: self.key,
                version: 0,
                questions: input::all(Some(self.questions)),
            },
        }))
    }
}
