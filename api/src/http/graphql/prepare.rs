//! From parameters to a request that is safe to execute.

use std::sync::Arc;

use async_graphql::{
    Name, Request, Value,
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType},
};

use super::{absent, params::Params, roots, variables};
use crate::http::{
    alike,
    auth::Session,
    error::{HttpError, Stage},
    guard::{self, Found, Weighed},
    rates::Standing,
    state::AppState,
};

/// A request that passed the guard and has its caller with it.
pub(crate) struct Prepared {
    pub(crate) request: Request,
    pub(crate) kind: Kind,
    /// How many fields the operation itself has.
    pub(crate) root_fields: u64,
    /// Whether everybody who may see the same is answered the same.
    pub(crate) is_shared: bool,
    pub(crate) session: Session,
    pub(crate) bill: Bill,
}

impl Prepared {
    /// A document of the program's own with one field: known to be safe, and paid for as one request.
    pub(crate) fn of_our_own(request: Request, kind: Kind, session: &Session) -> Self {
        let bill = Bill { cost: 0, standing: None, wanted: false };
        Self { request, kind, root_fields: 1, is_shared: false, session: session.clone(), bill }
    }
}

/// What an operation costs, and what its key may still spend.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bill {
    pub(crate) cost: u64,
    /// Nothing where cost is not limited.
    pub(crate) standing: Option<Standing>,
    /// Whether the client wants to see it.
    pub(crate) wanted: bool,
}

impl Bill {
    /// As `extensions.cost` shows it; limit and remainder are null where cost is not limited.
    pub(crate) fn show(&self) -> Value {
        let number = |number: Option<u32>| number.map_or(Value::Null, Value::from);
        let entries = [
            ("requested", Value::from(self.cost)),
            ("limit", number(self.standing.map(|standing| standing.limit))),
            ("remaining", number(self.standing.map(|standing| standing.remaining))),
        ];
        Value::Object(entries.into_iter().map(|(name, value)| (Name::new(name), value)).collect())
    }
}

/// What kind of operation will run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Query,
    Mutation,
    Subscription,
}

impl From<OperationType> for Kind {
    fn from(kind: OperationType) -> Self {
        match kind {
            OperationType::Query => Self::Query,
            OperationType::Mutation => Self::Mutation,
            OperationType::Subscription => Self::Subscription,
        }
    }
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

/// Guards, parses, chooses the operation, charges for it.
pub(crate) fn prepare(
    mut params: Params,
    session: &Session,
    state: &AppState,
) -> Result<Prepared, HttpError> {
    let wants_cost = params.wants_cost();
    let query = state.settings.trusted.text(&mut params)?;
    let variables = params.variables();
    let Found { document, known } = state.documents.parse(&query, &state.limits)?;
    state.metrics.document(known);
    // Some clients send an empty name for none.
    let name = params.operation_name.take().filter(|name| !name.is_empty());
    let operation = choose(&document, name.as_deref()).ok_or_else(|| {
        HttpError::at(
            Stage::Validation,
            "OPERATION_RESOLUTION_FAILURE",
            "`operationName` does not name one of the document's operations; send one of theirs",
        )
    })?;
    let kind = Kind::from(operation.ty);
    let Weighed { cost, root_fields } = guard::weigh(&document, operation, &variables, &state.limits)?;
    variables::check(operation, &variables)?;
    let is_shared = alike::is_shared(operation);
    let bill = Bill { cost, standing: state.rates.charge(session, cost)?, wanted: wants_cost };
    let mut document = Arc::unwrap_or_clone(document);
    absent::leave_out(&mut document, &variables);
    if kind == Kind::Subscription {
        roots::lift(&mut document);
    }
    let mut request = Request::new(query.as_ref()).variables(variables);
    request.operation_name = name;
    request.set_parsed_query(document);
    Ok(Prepared { request, kind, root_fields, is_shared, session: session.clone(), bill })
}

fn choose<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Option<&'a OperationDefinition> {
    Some(match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => &operation.node,
        (DocumentOperations::Multiple(operations), Some(name)) => &operations.get(name)?.node,
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
            &operations.values().next()?.node
        }
        _ => return None,
    })
}
