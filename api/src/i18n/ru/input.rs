//! Limits on what people type.

use ledgerdesk_domain::text::InvalidInput;

pub(super) fn russian(input: &InvalidInput) -> String {
    match input {
        InvalidInput::Empty { .. } => "поле пустое; заполните его".to_owned(),
        InvalidInput::TooLong { max, .. } => format!("слишком длинный текст: не больше {max} символов"),
        InvalidInput::Nul { .. } => "в тексте есть символ NUL (U+0000); удалите его".to_owned(),
        InvalidInput::TooMany { max, .. } => format!("слишком много элементов: не больше {max}"),
        InvalidInput::OutOfRange { expected, .. } => {
            format!("значение вне допустимых границ; нужно: {}", expectation(expected))
        }
        InvalidInput::Malformed { expected, .. } => {
            format!("значение неправильной формы; нужно: {}", expectation(expected))
        }
    }
}

/// The domain gives bounds and shapes in English words; each of its phrases has a row here, which a test checks.
pub(in crate::i18n) fn expectation(expected: &str) -> &str {
    PHRASES.iter().find(|(english, _)| *english == expected).map_or(expected, |(_, russian)| russian)
}

pub(in crate::i18n) const PHRASES: &[(&str, &str)] = &[
    ("0 to 1000", "от 0 до 1000"),
    (
        "targets from 1 second, a callback from 0, to 31622400 seconds, a year",
        "сроки от 1 секунды, для звонка от 0, до 31622400 секунд, то есть года",
    ),
    ("a warning at 1 to 99 percent", "предупреждение при 1–99 процентах"),
    ("dates from 1970-01-01 to 2199-12-31", "даты с 1970-01-01 по 2199-12-31"),
    ("0 to 604800 seconds, a week", "от 0 до 604800 секунд, то есть недели"),
    ("1 to 10080 minutes, a week", "от 1 до 10080 минут, то есть недели"),
    ("1 or more", "1 или больше"),
    ("from `appointed_for` to a day after it", "от `appointed_for` и не позже чем через сутки после него"),
    ("a time from 1970-01-01 to 2199-12-31", "время с 1970-01-01 по 2199-12-31"),
    (
        "a language code of two or three letters, such as `ru`",
        "код языка из двух или трёх букв, например `ru`",
    ),
    (
        "a telephone number of 5 to 20 digits, such as `+7 495 123-45-67`",
        "номер телефона из 5–20 цифр, например `+7 495 123-45-67`",
    ),
    ("an IANA time zone, such as `Europe/Moscow`", "часовой пояс по IANA, например `Europe/Moscow`"),
    ("an e-mail address, such as `anna@example.org`", "адрес электронной почты, например `anna@example.org`"),
    ("one answer for each question", "по одному ответу на вопрос"),
    (
        "small Latin letters, digits, `-` and `_`, beginning with a letter",
        "строчные латинские буквы, цифры, `-` и `_`, первой — буква",
    ),
    ("questions with a key of their own each", "вопросы, у каждого свой ключ"),
    ("best scores from 0 to 10", "лучшие баллы от 0 до 10"),
    ("keys that do not begin with $", "ключи, которые не начинаются с $"),
    ("files of 0 bytes or more", "файлы размером 0 байт или больше"),
    ("scores from 1 to 10", "баллы от 1 до 10"),
];
