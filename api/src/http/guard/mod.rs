//! What a GraphQL document must pass before any library looks at it.
//!
//! Parser and validator recurse with the document and expand its fragments, so a few kilobytes can overflow the
//! stack or take minutes. Three passes, each linear in the document's size and each in front of what it
//! protects: the lexer before the parser, the weighing before the validator, the limits before the resolvers.

mod documents;
mod lexer;
mod limits;
mod weight;

pub use documents::Documents;
pub(crate) use documents::Found;
pub use limits::Limits;
pub(crate) use weight::{Weighed, weigh};

use async_graphql::{Pos, parser, parser::types::ExecutableDocument};

/// Why a document was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is no GraphQL.
    #[error("the document cannot be parsed: {what}")]
    Syntax {
        /// What is wrong; never an echo of the document.
        what: String,
        /// Where, if known.
        at: Option<Pos>,
    },
    /// It asks for too much.
    #[error("the document has {found} {what}; at most {max} are served in one request")]
    TooComplex {
        /// What there is too much of.
        what: &'static str,
        /// How much was counted before the count stopped.
        found: u64,
        /// The limit.
        max: u64,
    },
    /// A fragment contains itself.
    #[error("the fragment `{0}` contains itself")]
    FragmentCycle(String),
    /// A directive that does not exist, or stands twice at one place.
    #[error(
        "the directive `@{0}` does not exist or stands twice at one place; `@skip` and `@include` may stand once"
    )]
    Directive(String),
    /// It asks about the schema where that is switched off.
    #[error("introspection is switched off here; read the schema that the operator publishes")]
    Introspection,
}

impl Refusal {
    /// The stable code for `extensions.code`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "GRAPHQL_PARSE_FAILED",
            Self::TooComplex { .. } => "QUERY_TOO_COMPLEX",
            Self::FragmentCycle(_) | Self::Directive(_) => "GRAPHQL_VALIDATION_FAILED",
            Self::Introspection => "INTROSPECTION_DISABLED",
        }
    }
}

/// What has too many lists and objects in it.
const VALUES: &str = "lists and objects within a value";

/// Refuses if `found` is over `max`.
fn within(what: &'static str, found: u64, max: u64) -> Result<(), Refusal> {
    if found > max { Err(Refusal::TooComplex { what, found, max }) } else { Ok(()) }
}

/// The parsed document, not weighed yet, and its tokens.
fn parse(query: &str, limits: &Limits) -> Result<(ExecutableDocument, u64), Refusal> {
    let tokens = lexer::scan(query, limits)?;
    let document = parser::parse_query(query).map_err(|error| syntax(&error))?;
    Ok((document, tokens))
}

/// The parser quotes the line at fault, which may be the whole document; only the place is passed on.
fn syntax(error: &parser::Error) -> Refusal {
    let at = error.positions().next();
    let what = match error {
        parser::Error::Syntax { start, .. } => {
            format!("unexpected text at line {}, column {}", start.line, start.column)
        }
        parser::Error::MultipleOperations { .. } => {
            "an operation without a name must be the only one".to_owned()
        }
        parser::Error::OperationDuplicated { .. } => "two operations have the same name".to_owned(),
        parser::Error::FragmentDuplicated { .. } => "two fragments have the same name".to_owned(),
        parser::Error::MissingOperation => "there is no operation in it".to_owned(),
        _ => "it is not an executable document".to_owned(),
    };
    Refusal::Syntax { what, at }
}

#[cfg(test)]
mod tests;
