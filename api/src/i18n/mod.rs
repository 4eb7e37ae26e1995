//! Messages to people, in their language. English is written where a fact is defined; the other languages are
//! tables here.

mod ru;

use ledgerdesk_domain::decider::Rejection;
use serde_json::Value;

use crate::graphql::caller::Language;

/// The best of our languages for an `Accept-Language` value; English if it names none of them.
pub fn negotiate(accepted: &str) -> Language {
    let mut best = (0.0, Language::En);
    for range in accepted.split(',').take(32) {
        let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
        let weight = parameters.trim().strip_prefix("q=").map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0));
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

#[cfg(test)]
mod tests;
