//! Who read whose personal data: kept before the answer leaves.

use std::{collections::BTreeSet, sync::Arc};

use async_graphql::{Context, Value as GraphqlValue};
use ledgerdesk_infrastructure::{
    auth::{AuthError, Disclosure, DisclosureKind, Disclosures, Whose},
    clock::Clock,
    config::ReadLogLevel,
    event_store::EventStore,
};
use serde_json::{Map, Value, json};

use super::{
    caller::Caller,
    error::Fault,
    loaders::Loaders,
    reading::{Noted, Reading},
};

/// The longest name of what was read, in characters.
const ACTION: usize = 100;
/// Subscriptions that show nobody's personal data, whatever their documents name.
const IMPERSONAL: [&str; 5] = ["queueCounts", "analyticsChanged", "projectionLag", "typing", "presence"];
/// Arguments whose values may be a person's words, numbers or names.
const PERSONAL_ARGUMENTS: [&str; 4] = ["text", "name", "company", "contact"];

/// Where readings are kept. Cheap to clone.
#[derive(Clone)]
pub struct ReadLog {
    disclosures: Disclosures,
    clock: Arc<dyn Clock>,
    store: EventStore,
    level: ReadLogLevel,
}

impl ReadLog {
    /// With the entries of this database, in which positions are those of this log.
    pub fn new(
        disclosures: Disclosures,
        clock: Arc<dyn Clock>,
        store: EventStore,
        level: ReadLogLevel,
    ) -> Self {
        Self { disclosures, clock, store, level }
    }

    /// Keeps what an answer shows of whom; it may not be shown before. `entrance` is what the request came in by, such
    /// as `graphql`.
    pub async fn keep_read(
        &self,
        caller: &Caller,
        entrance: &'static str,
        reading: &Reading,
    ) -> Result<(), Fault> {
        let Some(noted) = reading.noted_if_personal() else { return Ok(()) };
        let wanted = match self.level {
            ReadLogLevel::All => true,
            ReadLogLevel::Single => noted.is_single(),
            ReadLogLevel::Off => false,
        };
        if !wanted {
            return Ok(());
        }
        let details = json!({ "entrance": entrance, "searched": noted.searched });
        self.keep(caller, DisclosureKind::Read, noted, details).await.map_err(unkept)
    }

    async fn keep(
        &self,
        caller: &Caller,
        kind: DisclosureKind,
        noted: Noted,
        details: Value,
    ) -> Result<(), AuthError> {
        let Noted { operations, consultations, clients, managers, .. } = noted;
        let disclosure = Disclosure {
            kind,
            workspace_id: caller.workspace_id,
            at: self.clock.now(),
            by_key: Some(caller.key_id),
            actor: caller.actor.clone(),
            request_id: Some(caller.request_id),
            action: action(kind, &operations),
            operations: operations.into_iter().collect(),
            personal: true,
            whose: Whose {
                consultations: consultations.into_iter().collect(),
                clients: clients.into_iter().collect(),
                managers: managers.into_iter().collect(),
            },
            position: self.store.head().position,
            rows: None,
            details,
        };
        self.disclosures.keep(disclosure).await
    }
}

/// A subscription begins: kept once, with what it asks for, if it shows personal data. What it resolves later is not
/// noted any more.
pub(crate) async fn subscribed(ctx: &Context<'_>) -> Result<(), Fault> {
    let Some(loaders) = ctx.data_opt::<Loaders>() else { return Ok(()) };
    let noted = loaders.reading().noted_if_personal();
    loaders.reading().end();
    let name = ctx.item.node.name.node.as_str();
    let shows = loaders.may_show_personal() && !IMPERSONAL.contains(&name);
    let Some(log) = ctx.data_opt::<ReadLog>().filter(|log| log.level != ReadLogLevel::Off) else {
        return Ok(());
    };
    if !shows && noted.is_none() {
        return Ok(());
    }
    let caller = ctx.data::<Caller>()?;
    let mut noted = noted.unwrap_or_default();
    noted.operations.insert(name.to_owned());
    let arguments = ctx.field().arguments().map_err(|_| Fault::Internal)?;
    let arguments = arguments.into_iter().map(|(name, value)| (name.to_string(), told(&name, value)));
    let details = json!({ "arguments": arguments.collect::<Map<_, _>>() });
    log.keep(caller, DisclosureKind::Subscription, noted, details).await.map_err(unkept)
}

/// An argument as it may be kept: without words, numbers and names that may be a person's.
fn told(name: &str, value: GraphqlValue) -> Value {
    match value {
        _ if PERSONAL_ARGUMENTS.contains(&name) => Value::from("withheld"),
        GraphqlValue::Object(fields) => {
            fields.into_iter().map(|(name, value)| (name.to_string(), told(&name, value))).collect()
        }
        GraphqlValue::List(items) => items.into_iter().map(|item| told("", item)).collect(),
        other => other.into_json().unwrap_or_default(),
    }
}

/// `read:` and the fields that were asked for, as far as there is room.
fn action(kind: DisclosureKind, operations: &BTreeSet<String>) -> String {
    let verb = if kind == DisclosureKind::Subscription { "subscribe" } else { "read" };
    let names: Vec<&str> = operations.iter().map(String::as_str).collect();
    let action = format!("{verb}:{}", names.join(","));
    match action.char_indices().nth(ACTION) {
        None => action,
        Some(_) => {
            format!("{verb}:{} and {} more", names.first().copied().unwrap_or_default(), names.len() - 1)
        }
    }
}

/// Nothing is shown that is not kept.
fn unkept(error: AuthError) -> Fault {
    match Fault::from(error) {
        Fault::Unavailable { .. } => Fault::Unavailable {
            message: "that you read this cannot be kept now, so it is not shown; try again in a moment, a command with \
                      the same idempotency key",
        },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_has_a_name_of_bounded_length() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(action(DisclosureKind::Read, &names(&["clients", "calls"])), "read:calls,clients");
        let many: BTreeSet<String> = (0..50).map(|number| format!("consultations{number:02}")).collect();
        assert_eq!(action(DisclosureKind::Subscription, &many), "subscribe:consultations00 and 49 more");
    }

    #[test]
    fn what_may_be_a_persons_words_is_not_kept() {
        let filter = json!({ "status": ["QUEUED"], "text": "Ivanov", "where": { "or": [{ "text": { "contains": "x" } }] } });
        let value = GraphqlValue::from_json(filter).unwrap();
        let expected =
            json!({ "status": ["QUEUED"], "text": "withheld", "where": { "or": [{ "text": "withheld" }] } });
        assert_eq!(told("filter", value), expected);
    }
}
