//! A saved view as the API shows it.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, InputType, Json, SimpleObject, Value};
use chrono::{DateTime, Utc};
use ledgerdesk_domain::id::ViewId;
use ledgerdesk_projections::views::Row;

use super::{id, loaders, manager::Manager, position::Position};
use crate::graphql::{
    caller::Caller,
    error::Fault,
    global_id::NodeKind,
    query::filters::{ConsultationFilter, ConsultationOrder},
};

/// A saved view of the list of consultations: a filter, an order and columns under a name.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct View {
    #[graphql(skip)]
    row: Arc<Row>,
    /// Its id; pass it as `view` to `consultations`.
    pub(super) id: ID,
    /// Its name.
    name: String,
    /// For everybody; one that is not is seen by its owner only.
    shared: bool,
    /// What narrows the list: a `ConsultationFilter` as JSON, to be sent back as a variable.
    filter: Json<serde_json::Value>,
    /// The order of the list: a `ConsultationOrder` as JSON; null for the list's own.
    order_by: Option<Json<serde_json::Value>>,
    /// The columns to show, in order, by the names that the front end gave.
    columns: Vec<String>,
    /// When it was last saved.
    saved_at: DateTime<Utc>,
    /// The position of its last event.
    position: Position,
}

impl From<Arc<Row>> for View {
    fn from(row: Arc<Row>) -> Self {
        let json = |text: &str| Json(serde_json::from_str(text).unwrap_or_default());
        Self {
            id: id(NodeKind::View, row.id),
            name: row.name.clone(),
            shared: row.owner.is_none(),
            filter: json(&row.filter),
            order_by: row.order_by.as_deref().map(json),
            columns: row.columns.clone(),
            saved_at: row.saved_at,
            position: row.last_position.into(),
            row,
        }
    }
}

#[ComplexObject]
impl View {
    /// Whose it is; null if it is shared.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Option<Manager>, Fault> {
        match self.row.owner {
            Some(owner) => Manager::load(ctx, owner).await,
            None => Ok(None),
        }
    }
}

impl View {
    /// The view with this id, if the caller's workspace has it and the caller may see it.
    pub async fn load(ctx: &Context<'_>, id: ViewId) -> Result<Option<Self>, Fault> {
        let caller = ctx.data::<Caller>()?.actor.as_manager();
        let found = loaders(ctx)?.views.load(id.uuid()).await?;
        Ok(found.filter(|row| row.owner.is_none() || row.owner == caller).map(Self::from))
    }

    /// What it asks for, as the list reads it.
    pub(in crate::graphql) fn read(&self) -> Result<(ConsultationFilter, Option<ConsultationOrder>), Fault> {
        let order = self.row.order_by.as_deref().map(parse::<ConsultationOrder>).transpose()?;
        Ok((parse(&self.row.filter)?, order))
    }
}

/// As a view keeps it: JSON without what is not given.
pub(in crate::graphql) fn text<T: InputType>(input: &T) -> String {
    let mut json = input.to_value().into_json().unwrap_or_default();
    prune(&mut json);
    json.to_string()
}

fn prune(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(prune);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(prune),
        _ => {}
    }
}

/// Fields are added to filters and never removed, so that what was saved can be read.
fn parse<T: InputType>(text: &str) -> Result<T, Fault> {
    let unreadable =
        || Fault::bad_input("the view was saved by another version of this program; save it anew");
    let json: serde_json::Value = serde_json::from_str(text).map_err(|_| unreadable())?;
    T::parse(Value::from_json(json).ok()).map_err(|_| unreadable())
}
