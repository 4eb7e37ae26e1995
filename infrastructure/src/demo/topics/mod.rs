//! What the consultations are about.

mod en;
mod ru;

/// The language of a consultation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Language {
    #[default]
    Russian,
    English,
}

impl Language {
    /// ISO 639-1.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Russian => "ru",
            Self::English => "en",
        }
    }

    /// All topics of this language.
    pub(super) const fn topics(self) -> &'static [Topic] {
        match self {
            Self::Russian => &ru::TOPICS,
            Self::English => &en::TOPICS,
        }
    }
}

/// A matter with what the two sides say about it.
#[derive(Debug)]
pub(super) struct Topic {
    /// Which part of the catalog it belongs to.
    pub(super) section: &'static str,
    /// Which product.
    pub(super) product: &'static str,
    pub(super) title: &'static str,
    /// The client's first message.
    pub(super) request: &'static str,
    /// What the manager asks back.
    pub(super) question: &'static str,
    /// What the client answers.
    pub(super) detail: &'static str,
    /// What solves it.
    pub(super) answer: &'static str,
}

/// A phrase in both languages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Phrase {
    pub(super) ru: &'static str,
    pub(super) en: &'static str,
}

impl Phrase {
    pub(super) const fn new(ru: &'static str, en: &'static str) -> Self {
        Self { ru, en }
    }

    /// In this language.
    pub(super) const fn text(self, language: Language) -> &'static str {
        match language {
            Language::Russian => self.ru,
            Language::English => self.en,
        }
    }
}
