//! Events → the rows that they leave.

use std::{collections::BTreeMap, sync::Arc};

use ledgerdesk_domain::event::Recorded;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    calls, consultation_detail, consultation_list, handovers, history, messages, ratings,
    read::{Reach, ReadRow},
    redates,
    runtime::Projection,
};

/// Rows of one read model by their key.
pub type Parts<R> = BTreeMap<Uuid, Arc<R>>;

/// A consultation and everything that belongs to it, as some of its events leave it. Nothing in it is more than its
/// reader may see.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The consultation as a list shows it.
    pub consultation: Arc<consultation_list::Row>,
    /// What its page shows beyond that.
    pub detail: Option<Arc<consultation_detail::Row>>,
    /// Its handovers.
    pub handovers: Parts<handovers::Row>,
    /// Its redates.
    pub redates: Parts<redates::Row>,
    /// Its call attempts.
    pub calls: Parts<calls::Row>,
    /// Its ratings.
    pub ratings: Parts<ratings::Row>,
    /// Its messages.
    pub messages: Parts<messages::Row>,
    /// Its timeline.
    pub entries: Parts<history::Row>,
}

impl Snapshot {
    /// Folds events of one consultation, in the order of its stream; nothing where its opening is not among them. An
    /// error says that a row without personal data is no row: a fault of the program.
    pub fn fold(events: &[&Recorded], reach: Reach) -> Result<Option<Self>, serde_json::Error> {
        let list = rows(&consultation_list::ConsultationList, events, reach)?;
        let Some(consultation) = list.into_values().next() else { return Ok(None) };
        let detail = rows(&consultation_detail::ConsultationDetail, events, reach)?;
        Ok(Some(Self {
            consultation,
            detail: detail.into_values().next(),
            handovers: rows(&handovers::Handovers, events, reach)?,
            redates: rows(&redates::Redates, events, reach)?,
            calls: rows(&calls::Calls, events, reach)?,
            ratings: rows(&ratings::Ratings, events, reach)?,
            messages: rows(&messages::Messages, events, reach)?,
            entries: rows(&history::History, events, reach)?,
        }))
    }
}

/// The rows of one read model, as the runtime would fold them.
fn rows<P: Projection<Row: ReadRow>>(
    projection: &P,
    events: &[&Recorded],
    reach: Reach,
) -> Result<Parts<P::Row>, serde_json::Error> {
    let mut rows: BTreeMap<Uuid, P::Row> = BTreeMap::new();
    let mut keys = Vec::new();
    for event in events {
        projection.keys(event, &mut keys);
        keys.sort_unstable();
        keys.dedup();
        for key in keys.drain(..) {
            if let Some(row) = projection.apply(rows.remove(&key), key, event) {
                rows.insert(key, row);
            }
        }
    }
    rows.into_iter()
        .map(|(key, mut row)| {
            projection.complete(&mut row);
            Ok((key, Arc::new(masked(row, reach)?)))
        })
        .collect()
}

/// The row without what the reader may not see.
fn masked<R: ReadRow + Serialize>(row: R, reach: Reach) -> Result<R, serde_json::Error> {
    if reach.personal {
        return Ok(row);
    }
    let (mut row, mask) = (serde_json::to_value(row)?, serde_json::from_str(R::MASK)?);
    if let (Value::Object(row), Value::Object(mask)) = (&mut row, mask) {
        row.extend(mask);
    }
    serde_json::from_value(row)
}
