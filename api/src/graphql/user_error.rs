//! Expected refusals: data in the payload, not errors.

use async_graphql::SimpleObject;
use ledgerdesk_domain::decider::Rejection;
use ledgerdesk_infrastructure::auth::AuthError;

use super::caller::Language;
use crate::i18n::{self, Localized};

/// Why a mutation did nothing, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
pub struct UserError {
    /// A permanent code in `snake_case`, to branch on.
    code: &'static str,
    /// For people, in the language of `Accept-Language` (English or Russian).
    message: String,
    /// The part of the input at fault, such as `input.topic`, if one is.
    field: Option<String>,
}

impl UserError {
    /// A refusal by the rules of an aggregate.
    pub(crate) fn rejected<R: Rejection + Localized>(rejection: &R, language: Language) -> Self {
        Self {
            code: rejection.code(),
            message: rejection.localized(language),
            field: rejection.field().map(input_path),
        }
    }

    /// A refusal of a change of who may do what.
    pub(crate) fn of_access(error: &AuthError, field: Option<&str>, language: Language) -> Self {
        Self {
            code: error.code(),
            message: error.localized(language),
            field: field.map(|field| format!("input.{field}")),
        }
    }

    /// A refusal by this edge.
    pub(crate) fn refused(refusal: i18n::Refusal, field: Option<&str>, language: Language) -> Self {
        Self {
            code: refusal.code(),
            message: refusal.localized(language),
            field: field.map(|field| format!("input.{field}")),
        }
    }
}

/// The command's spelling of a field, as a path of the input.
fn input_path(field: &str) -> String {
    let mut path = String::from("input.");
    let mut after_underscore = false;
    for character in field.chars() {
        if character == '_' {
            after_underscore = true;
        } else if after_underscore {
            path.extend(character.to_uppercase());
            after_underscore = false;
        } else {
            path.push(character);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_spelled_as_the_input_spells_them() {
        assert_eq!(input_path("topic"), "input.topic");
        assert_eq!(input_path("handover_timeout_minutes"), "input.handoverTimeoutMinutes");
    }
}
