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
        "UNKNOWN_METRIC",
        ["No such metric", "Нет такой метрики"],
        [
            "there is no such metric; `analytics { metrics { name } }` lists them",
            "такой метрики нет; список даёт `analytics { metrics { name } }`",
        ],
    ),
    (
        "UNKNOWN_METRIC_VERSION",
        ["No such version", "Нет такой версии"],
        [
            "the metric has no such version; `analytics { metrics { name version } }` lists them",
            "у метрики нет такой версии; список даёт `analytics { metrics { name version } }`",
        ],
    ),
    (
        "UNKNOWN_DIMENSION",
        ["No such dimension", "Нет такого измерения"],
        [
            "there is no such dimension; `analytics { dimensions { name } }` lists them",
            "такого измерения нет; список даёт `analytics { dimensions { name } }`",
        ],
    ),
    (
        "DIMENSION_NOT_OF_METRIC",
        ["Not a dimension of this metric", "Не измерение этой метрики"],
        [
            "the metric cannot be broken down by this; its definition says by what it can be",
            "по этому измерению метрику разбить нельзя; возможные перечислены в её определении",
        ],
    ),
    (
        "UNKNOWN_TIME_ZONE",
        ["No such time zone", "Нет такого часового пояса"],
        [
            "use a name of the IANA database such as Europe/Moscow",
            "укажите имя из базы IANA, например Europe/Moscow",
        ],
    ),
    (
        "UNKNOWN_FACT_TABLE",
        ["No such table of facts", "Нет такой таблицы фактов"],
        [
            "there are consultations, handovers, redates, calls and ratings",
            "есть consultations, handovers, redates, calls и ratings",
        ],
    ),
    (
        "RANGE_ENDS_BEFORE_IT_BEGINS",
        ["Empty range", "Пустой период"],
        ["`to` must lie after `from`", "`to` должно быть позже `from`"],
    ),
    (
        "RANGE_OUT_OF_TIME",
        ["Out of time", "Период вне допустимых дат"],
        [
            "the range must lie between the years 1970 and 9999",
            "период должен лежать между 1970 и 9999 годами",
        ],
    ),
    (
        "TOO_MANY_BUCKETS",
        ["Too many buckets", "Слишком много интервалов"],
        ["ask for larger buckets or a shorter range", "запросите интервалы крупнее или период короче"],
    ),
    (
        "TOO_MANY_GROUPS",
        ["Too many groups", "Слишком много групп"],
        [
            "ask for fewer dimensions, a filter or a shorter range",
            "запросите меньше измерений, фильтр или период короче",
        ],
    ),
    (
        "CONTRADICTION",
        ["Contradiction", "Противоречие"],
        ["the parameters contradict each other", "параметры противоречат друг другу"],
    ),
    (
        "BAD_COUNT",
        ["Too many or none", "Слишком много или ничего"],
        [
            "ask for at least one, and for no more than allowed",
            "запросите хотя бы одно и не больше допустимого",
        ],
    ),
    (
        "METRIC_WITHOUT_FACTS",
        ["No single facts", "Нет отдельных фактов"],
        [
            "a level has no facts of its own; ask for a metric with facts",
            "у уровня нет собственных фактов; запросите метрику с фактами",
        ],
    ),
    (
        "AS_OF_AHEAD",
        ["Not come yet", "Ещё не наступило"],
        [
            "ask for a time up to now, or a position that the log has",
            "запросите момент не позже текущего или позицию, которая есть в журнале",
        ],
    ),
    (
        "AS_OF_TOO_EARLY",
        ["Not begun yet", "Ещё не началось"],
        [
            "the consultation had not begun then; ask for a later moment",
            "консультации тогда ещё не было; запросите более поздний момент",
        ],
    ),
    (
        "HISTORY_TOO_LONG",
        ["Too many events", "Слишком много событий"],
        [
            "the consultation has too many events to go through for one answer; read its history, which is paged",
            "у консультации слишком много событий для одного ответа; читайте её историю постранично",
        ],
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
