//! Messages to people, in their language. English stands where a fact is defined; [`ru`] has the Russian.
//!
//! Every refusal is a type, and its Russian text a match over it: a new refusal does not compile before it has one.

mod problem;
mod refusal;
mod ru;
#[cfg(test)]
mod tests;

pub(crate) use problem::problem;
pub(crate) use refusal::Refusal;

use ledgerdesk_domain::decider::Rejection;

use crate::graphql::caller::Language;

/// A message that exists in each of our languages.
pub(crate) trait Localized {
    /// The message in this language.
    fn localized(&self, language: Language) -> String;
}

/// The Russian text of a rejection; the English one is its `Display`.
pub(crate) trait Russian {
    /// The Russian text.
    fn russian(&self) -> String;
}

impl<R: Rejection + Russian> Localized for R {
    fn localized(&self, language: Language) -> String {
        match language {
            Language::En => self.to_string(),
            Language::Ru => self.russian(),
        }
    }
}

/// The best of our languages for an `Accept-Language` value; English if it names none of them.
pub(crate) fn negotiate(accepted: &str) -> Language {
    let mut best = (0.0_f32, Language::En);
    for range in accepted.split(',').take(32) {
        let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
        let weight = match parameters.trim().strip_prefix("q=") {
            Some(weight) => weight.trim().parse().unwrap_or(0.0),
            None => 1.0,
        };
        let language = match tag.trim().split('-').next().unwrap_or_default() {
            tag if tag.eq_ignore_ascii_case("ru") => Language::Ru,
            tag if tag.eq_ignore_ascii_case("en") || tag == "*" => Language::En,
            _ => continue,
        };
        if weight > best.0 {
            best = (weight, language);
        }
    }
    best.1
}
