//! The persons and clients whom a source names, as managers and clients.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    client::{Client, ClientCommand, RegisterClient},
    context::{Actor, Context},
    decider::{Decider, Rejection},
    event::{DomainEvent, Event},
    manager::{Manager, ManagerCommand, RegisterManager},
    stream::StreamId,
};

use super::{
    bind::Rows,
    case::{Cases, Row},
    ids::Ids,
    mapping::{Field, Mapping},
    source::Column,
};

/// How many open consultations an imported manager takes at once; logs do not say, and it can be changed.
const CAPACITY: u32 = 10;

/// A stream that begins with somebody becoming known.
#[derive(Debug)]
pub(super) struct Newcomer {
    pub(super) stream: StreamId,
    /// The part of the idempotency key after the mapping's name.
    pub(super) key: String,
    pub(super) events: Vec<Event>,
    /// When the source names them first.
    pub(super) since: Row,
}

/// Everybody whom the cases name, in the order of their first appearance. Names that the rules refuse are counted.
pub(super) fn newcomers(
    mapping: &Mapping,
    rows: &Rows,
    cases: &Cases,
    ids: &Ids,
    refused: &mut BTreeMap<String, u64>,
) -> Vec<Newcomer> {
    let mut newcomers = Vec::new();
    let managers = [Field::Person, Field::Actor, Field::OpenedBy, Field::ResolvedBy];
    for (name, since) in first_seen(rows, cases, &managers) {
        let stream = StreamId::new(<Manager as Decider>::Event::STREAM_TYPE, ids.manager(name).uuid());
        let command = ManagerCommand::RegisterManager(RegisterManager {
            name: name.to_owned(),
            email: None,
            team: None,
            skills: Vec::new(),
            capacity: CAPACITY,
            references: Vec::new(),
        });
        match decide::<Manager>(command, since.time) {
            Ok(events) => newcomers.push(Newcomer { stream, key: format!("manager:{name}"), events, since }),
            Err(rejection) => refuse(refused, name, &rejection),
        }
    }
    for (name, since) in first_seen(rows, cases, &[Field::Client]) {
        let stream = StreamId::new(<Client as Decider>::Event::STREAM_TYPE, ids.client(name).uuid());
        let command = ClientCommand::RegisterClient(RegisterClient {
            kind: mapping.defaults.client_kind,
            name: name.to_owned(),
            company: None,
            contacts: Vec::new(),
            language: mapping.defaults.language.clone(),
            references: Vec::new(),
        });
        match decide::<Client>(command, since.time) {
            Ok(events) => newcomers.push(Newcomer { stream, key: format!("client:{name}"), events, since }),
            Err(rejection) => refuse(refused, name, &rejection),
        }
    }
    newcomers
}

fn decide<D: Decider>(command: D::Command, at: DateTime<Utc>) -> Result<Vec<Event>, D::Rejection> {
    let context = Context { occurred_at: at, actor: Actor::SYSTEM };
    let events = D::decide(&D::State::default(), command, &context)?;
    Ok(events.into_iter().map(Into::into).collect())
}

/// The rows themselves are told by their cases; only the name stays unknown.
fn refuse(refused: &mut BTreeMap<String, u64>, name: &str, rejection: &impl Rejection) {
    *refused.entry(format!("name `{name:.40}`: {}", rejection.code())).or_default() += 1;
}

/// Every text of these columns with the row that has it first in time.
fn first_seen<'a>(rows: &'a Rows, cases: &Cases, fields: &[Field]) -> Vec<(&'a str, Row)> {
    let mut seen: HashMap<&str, Row> = HashMap::new();
    for column in fields.iter().filter_map(|field| rows.column(*field)) {
        for (text, row) in first_in_column(column, cases) {
            let first = seen.entry(text).or_insert(row);
            if (row.time, row.index) < (first.time, first.index) {
                *first = row;
            }
        }
    }
    let mut seen: Vec<_> = seen.into_iter().collect();
    seen.sort_unstable_by_key(|(_, row)| (row.time, row.index));
    seen
}

fn first_in_column<'a>(column: &'a Column, cases: &Cases) -> impl Iterator<Item = (&'a str, Row)> {
    let mut first: Vec<Option<Row>> = vec![None; column.texts.len()];
    for row in cases.all() {
        if let Some(seen) = first.get_mut(column.symbol(row.index) as usize)
            && seen.is_none_or(|seen| (row.time, row.index) < (seen.time, seen.index))
        {
            *seen = Some(*row);
        }
    }
    first.into_iter().zip(&column.texts).skip(1).filter_map(|(row, text)| Some((text.as_ref(), row?)))
}
