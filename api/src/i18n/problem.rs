//! What the codes of the API mean, for answers that say it in words: a title, and a sentence where there is no better
//! one in the reader's language.

use crate::graphql::caller::Language;

/// A code in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Meaning {
    /// In a few words.
    pub(crate) title: &'static str,
    /// What it means and what to do.
    pub(crate) detail: &'static str,
}

/// One row each: the code, the title in English and Russian, the sentence in English and Russian.
const ROWS: &[(&str, [&str; 2], [&str; 2])] = &[
    (
        "UNAUTHENTICATED",
        ["No valid API key", "Нет действующего ключа API"],
        [
            "send an API key that is in force as `Authorization: Bearer ldk_…`",
            "передайте действующий ключ API в заголовке `Authorization: Bearer ldk_…`",
        ],
    ),
    (
        "FORBIDDEN",
        ["Not allowed", "Недостаточно прав"],
        [
            "the role of this API key does not allow that; use a key with a wider role",
            "роль этого ключа API этого не позволяет; используйте ключ с более широкой ролью",
        ],
    ),
    (
        "NOT_FOUND",
        ["Not found", "Не найдено"],
        ["there is no such thing in this workspace", "в этом рабочем пространстве такого нет"],
    ),
    (
        "CONFLICT",
        ["Changed meanwhile", "Изменено кем-то другим"],
        [
            "it has another version than you expected; look at it again",
            "версия уже не та, которую вы ожидали; запросите объект снова",
        ],
    ),
    (
        "BAD_REQUEST",
        ["Not understood", "Запрос не понят"],
        [
            "the request does not have the form that this path takes; /api/docs describes it",
            "запрос не той формы, которую принимает этот путь; описание — на /api/docs",
        ],
    ),
    (
        "BAD_USER_INPUT",
        ["Not valid", "Недопустимое значение"],
        [
            "a parameter or member has a value that it cannot have; /api/docs describes it",
            "у параметра или поля недопустимое значение; описание — на /api/docs",
        ],
    ),
    (
        "RATE_LIMITED",
        ["Too many requests", "Слишком много запросов"],
        [
            "too many requests with this key; wait and try again",
            "слишком много запросов с этим ключом; подождите и повторите",
        ],
    ),
    (
        "TIMEOUT",
        ["Took too long", "Слишком долго"],
        [
            "there was no answer in time; repeat the request with the same idempotency key to learn what became of it",
            "ответ не получен вовремя; повторите запрос с тем же ключом идемпотентности, чтобы узнать, чем он кончился",
        ],
    ),
    (
        "UNAVAILABLE",
        ["Not available now", "Сейчас недоступно"],
        ["nothing was done; try again in a moment", "ничего не сделано; повторите чуть позже"],
    ),
    (
        "PROJECTION_PAUSED",
        ["A read model is paused", "Модель чтения остановлена"],
        [
            "a read model waits for its operator; read without `minPosition` to see what is there",
            "модель чтения ждёт администратора; чтобы увидеть то, что есть, не указывайте `minPosition`",
        ],
    ),
    (
        "UNKNOWN_EVENT",
        ["Written by a newer version", "Записано более новой версией"],
        [
            "this node is older than the log that it reads; try another node, or again after its upgrade",
            "этот узел старше журнала, который читает; обратитесь к другому узлу или повторите после обновления",
        ],
    ),
    (
        "INTERNAL_SERVER_ERROR",
        ["A fault of the server", "Ошибка сервера"],
        [
            "something went wrong here; the log has it under the request id",
            "у нас что-то сломалось; подробности в журнале под номером запроса",
        ],
    ),
];

/// What a code means. One that stands for a rule of the domain says the particulars itself.
pub(crate) fn problem(code: &str, language: Language) -> Meaning {
    let row = ROWS.iter().find(|(name, ..)| *name == code);
    let rule = ["Refused by a rule", "Не допускается правилами"];
    let (titles, details) = row.map_or((rule, rule), |(_, titles, details)| (*titles, *details));
    let of = |texts: [&'static str; 2]| match language {
        Language::En => texts[0],
        Language::Ru => texts[1],
    };
    Meaning { title: of(titles), detail: of(details) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_own_words_in_both_languages() {
        for (code, ..) in ROWS {
            let (english, russian) = (problem(code, Language::En), problem(code, Language::Ru));
            assert!(
                english.title.is_ascii() && !russian.title.is_ascii() && !russian.detail.is_ascii(),
                "{code}"
            );
            assert_ne!(english.title, problem("some_rule", Language::En).title);
        }
    }
}
