//! What the demo's clients are asked.

use ledgerdesk_domain::workspace::{PublishQuestionnaire, Question, Questionnaire};

use super::plot::{QUESTIONNAIRE, QUESTIONS};

/// The command to the workspace that publishes the questionnaire of the demo's ratings; a repeat changes nothing.
pub fn questionnaire() -> PublishQuestionnaire {
    let [satisfaction, solved] = QUESTIONS;
    let question = |key: &str, text_en: &str, text_ru: &str| Question {
        key: key.to_owned(),
        text_en: text_en.to_owned(),
        text_ru: text_ru.to_owned(),
        max_score: 5,
    };
    PublishQuestionnaire {
        questionnaire: Questionnaire {
            key: QUESTIONNAIRE.to_owned(),
            version: 1,
            questions: vec![
                question(
                    satisfaction,
                    "How content are you with our help?",
                    "Насколько вы довольны помощью?",
                ),
                question(solved, "Was your question solved?", "Решён ли ваш вопрос?"),
            ],
        },
    }
}
