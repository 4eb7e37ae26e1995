//! From parameters to a request that is safe to execute.

use async_graphql::{
    Request,
    parser::types::{DocumentOperations, ExecutableDocument, OperationType},
};

use super::{absent, params::Params};
use crate::http::{auth::Session, error::HttpError, guard};

/// A request that passed the guard and has its caller with it.
pub(crate) struct Prepared {
    pub(crate) request: Request,
    pub(crate) kind: Kind,
    pub(crate) session: Session,
}

/// What kind of operation will run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Query,
    Mutation,
    Subscription,
}

impl Kind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Mutation => "mutation",
            Self::Subscription => "subscription",
        }
    }
}

/// Guards, parses, chooses the operation.
pub(crate) fn prepare(
    mut params: Params,
    session: &Session,
    limits: &guard::Limits,
) -> Result<Prepared, HttpError> {
    let Some(query) = params.query.take().filter(|query| !query.is_empty()) else {
        return Err(HttpError::bad_request("`query` is missing; send a GraphQL document there"));
    };
    let variables = params.variables();
    let mut document = guard::check(&query, &variables, limits)?;
    // Some clients send an empty name for none.
    let name = params.operation_name.take().filter(|name| !name.is_empty());
    let kind = kind(&document, name.as_deref()).ok_or_else(|| {
        HttpError::bad_request(
            "`operationName` does not name one of the document's operations; send one of theirs",
        )
    })?;
    absent::leave_out(&mut document, &variables);
    let mut request = Request::new(query).variables(variables);
    request.operation_name = name;
    request.set_parsed_query(document);
    Ok(Prepared { request, kind, session: session.clone() })
}

fn kind(document: &ExecutableDocument, name: Option<&str>) -> Option<Kind> {
    let operation = match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => operation,
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name)?,
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
            operations.values().next()?
        }
        _ => return None,
    };
    Some(match operation.node.ty {
        OperationType::Query => Kind::Query,
        OperationType::Mutation => Kind::Mutation,
        OperationType::Subscription => Kind::Subscription,
    })
}
