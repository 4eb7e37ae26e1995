//! Places in the log.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};

/// A place in the log: the number of an event, counted from 1 without gaps over all workspaces; 0 is before
/// the first. A whole number of up to 64 bits, so that it does not end with `Int`. Every mutation answers with
/// one; pass it as `minPosition` to read what it wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position(pub ledgerdesk_domain::stream::Position);

/// A place in the log: the number of an event, counted from 1 without gaps over all workspaces; 0 is before
/// the first. A whole number of up to 64 bits, so that it does not end with `Int`. Every mutation answers with
/// one; pass it as `minPosition` to read what it wrote.
#[Scalar]
impl ScalarType for Position {
    fn parse(value: Value) -> InputValueResult<Self> {
        let number = match &value {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        match number {
            Some(number) if number >= 0 => Ok(Self(ledgerdesk_domain::stream::Position(number))),
            _ => Err(InputValueError::custom("a position is a whole number of 0 or more")),
        }
    }

    fn to_value(&self) -> Value {
        Value::from(self.0.0)
    }
}

impl From<ledgerdesk_domain::stream::Position> for Position {
    fn from(position: ledgerdesk_domain::stream::Position) -> Self {
        Self(position)
    }
}

impl From<i64> for Position {
    fn from(position: i64) -> Self {
        Self(ledgerdesk_domain::stream::Position(position))
    }
}
