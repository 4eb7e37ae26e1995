//! What is in a file: columns, and rows as they are read.

use std::time::Duration;

use futures_util::TryStreamExt as _;
use ledgerdesk_domain::stream::Position;
use ledgerdesk_projections::{
    analytics::{Aggregates, AllFacts, ColumnKind, Fact, FactTable, MetricKey, Question, Refusal, Snapshot},
    consultation_list::Filter,
    read::Reach,
};
use sqlx::Row as _;

use super::{
    file::{Column, Kind, Value},
    stream::Sink,
};

/// How long the reading of a file may take.
const WITHIN: Duration = Duration::from_hours(1);

/// Where the rows come from.
pub(super) enum Rows {
    Report(Question),
    Facts(Question),
    Table(&'static FactTable, Option<Filter>),
}

impl Rows {
    pub(super) fn columns(&self) -> Vec<Column> {
        let column = |(name, kind): &(&str, Kind)| Column { name: (*name).to_owned(), kind: *kind };
        match self {
            Self::Report(question) => {
                let mut columns = vec![("metric", Kind::Text), ("version", Kind::Number)];
                let mut all: Vec<Column> = columns.iter().map(column).collect();
                all.extend(
                    question
                        .dimensions
                        .iter()
                        .map(|dimension| Column { name: dimension.to_string(), kind: Kind::Text }),
                );
                columns.clear();
                columns.extend(["n", "sum"].map(|name| (name, Kind::Number)));
                columns.push(("mean", Kind::Decimal));
                columns.extend(
                    ["min", "max", "p50", "p90", "p99", "log_position"].map(|name| (name, Kind::Number)),
                );
                all.extend(columns.iter().map(column));
                all
            }
            Self::Facts(_) => [
                ("metric", Kind::Text),
                ("version", Kind::Number),
                ("consultation_id", Kind::Text),
                ("at", Kind::Time),
                ("value", Kind::Number),
                ("manager_id", Kind::Text),
                ("team", Kind::Text),
                ("first_event", Kind::Number),
                ("last_event", Kind::Number),
                ("log_position", Kind::Number),
            ]
            .iter()
            .map(column)
            .collect(),
            Self::Table(table, _) => {
                let kind = |kind| match kind {
                    ColumnKind::Text => Kind::Text,
                    ColumnKind::Number => Kind::Number,
                    ColumnKind::Time => Kind::Time,
                };
                let own = table.columns.iter().map(|(name, of)| (*name, kind(*of)));
                own.chain([("log_position", Kind::Number)]).map(|given| column(&given)).collect()
            }
        }
    }

    /// Reads every row into the file.
    pub(super) async fn write(
        self,
        mut snapshot: Snapshot,
        reach: Reach,
        mut sink: Sink,
    ) -> Result<(), Refusal> {
        let position = Value::Number(snapshot.position.0);
        match self {
            Self::Report(question) => {
                let answer = snapshot.report(reach, &question).await?;
                for report in answer.reports {
                    let whole = (vec![None; question.dimensions.len()], report.total);
                    let mut rows =
                        report.cells.into_iter().map(|cell| (cell.keys, cell.now)).collect::<Vec<_>>();
                    if question.dimensions.is_empty() {
                        rows.push(whole);
                    }
                    for (keys, numbers) in rows {
                        let key = report.metric.key;
                        let mut row = vec![Value::text(key.name), Value::Number(key.version.into())];
                        row.extend(keys.into_iter().map(|key| key.map_or(Value::Null, Value::Text)));
                        push(&mut row, &numbers);
                        row.push(position.clone());
                        sink.row(row).await?;
                    }
                }
            }
            Self::Facts(question) => {
                let key = question.metrics[0].key;
                let mut facts = AllFacts::open(&mut snapshot, reach, question, WITHIN).await?;
                while let Some(some) = facts.next(&mut snapshot).await? {
                    for fact in &some {
                        sink.row(fact_row(key, fact, &position)).await?;
                    }
                }
            }
            Self::Table(table, filter) => {
                let mut statement = table.statement(reach, filter.as_ref());
                let connection = snapshot.connection(WITHIN).await?;
                let mut rows = statement.build().fetch(connection);
                while let Some(found) = rows.try_next().await? {
                    let mut row = Vec::with_capacity(table.columns.len() + 1);
                    for (place, (_, kind)) in table.columns.iter().enumerate() {
                        row.push(match kind {
                            ColumnKind::Text => {
                                found.try_get::<Option<String>, _>(place)?.map_or(Value::Null, Value::Text)
                            }
                            ColumnKind::Number => {
                                found.try_get::<Option<i64>, _>(place)?.map_or(Value::Null, Value::Number)
                            }
                            ColumnKind::Time => {
                                found.try_get::<Option<i64>, _>(place)?.map_or(Value::Null, Value::Time)
                            }
                        });
                    }
                    row.push(position.clone());
                    sink.row(row).await?;
                }
            }
        }
        sink.end().await
    }
}

fn fact_row(key: MetricKey, fact: &Fact, position: &Value) -> Vec<Value> {
    let events = fact.events();
    let event = |event: Option<&Position>| event.map_or(Value::Null, |position| Value::Number(position.0));
    let manager = fact.manager().map(|manager| manager.uuid().to_string());
    vec![
        Value::text(key.name),
        Value::Number(key.version.into()),
        Value::Text(fact.consultation().uuid().to_string()),
        Value::Time(fact.at.timestamp_micros()),
        fact.value.map_or(Value::Null, Value::Number),
        manager.map_or(Value::Null, Value::Text),
        fact.team.clone().map_or(Value::Null, Value::Text),
        event(events.first()),
        event(events.last()),
        position.clone(),
    ]
}

fn push(row: &mut Vec<Value>, numbers: &Aggregates) {
    let number = |number: Option<i64>| number.map_or(Value::Null, Value::Number);
    row.extend([Value::Number(numbers.n), number(numbers.sum)]);
    row.push(numbers.mean().map_or(Value::Null, Value::Decimal));
    row.extend([numbers.min, numbers.max, numbers.p50, numbers.p90, numbers.p99].map(number));
}
