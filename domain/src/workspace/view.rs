//! Saved views: a filter, an order and columns under a name, of one manager or shared by all.

use serde::{Deserialize, Serialize};

use super::{WorkspaceEvent as Event, WorkspaceRejection as Rejection, WorkspaceState};
use crate::{
    context::Context,
    id::{ManagerId, ViewId},
    text::{self, KEY_TEXT},
};

/// Most views of a workspace, those of all managers together.
const MAX_VIEWS: usize = 1_000;
/// Most columns of a view.
const MAX_COLUMNS: usize = 50;
/// Longest filter or order, as text.
const MAX_FILTER: usize = 20_000;

/// A view of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// Which.
    pub view_id: ViewId,
    /// Its name. Not personal: views are not about anybody.
    pub name: String,
    /// Whose it is; nobody's if it is shared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<ManagerId>,
    /// What narrows the list, as the edge that saved it spells it.
    pub filter: String,
    /// The order of the list, in the same spelling; the list's own if none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// The columns to show, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
}

/// Saves a view anew or over the one with the same id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaveView {
    /// Which.
    pub view_id: ViewId,
    /// Its name.
    pub name: String,
    /// For everybody, not only for who saves it.
    pub shared: bool,
    /// What narrows the list.
    pub filter: String,
    /// The order of the list.
    pub order: Option<String>,
    /// The columns to show, in order.
    pub columns: Vec<String>,
}

/// Deletes a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteView {
    /// Which.
    pub view_id: ViewId,
}

/// A view was saved, anew or over an older one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewSaved {
    /// The whole view.
    pub view: View,
}

/// A view was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewDeleted {
    /// Which.
    pub view_id: ViewId,
}

pub(super) fn save(
    state: &WorkspaceState,
    command: SaveView,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    state.exists()?;
    let SaveView { view_id, name, shared, filter, order, columns } = command;
    let owner = match (shared, context.actor.as_manager()) {
        (true, _) => None,
        (false, Some(manager)) => Some(manager),
        (false, None) => return Err(Rejection::ViewWithoutOwner),
    };
    let existing = state.views.get(&view_id);
    match existing {
        Some(existing) => may_change(existing, context)?,
        None => text::check_count("view", state.views.len() + 1, MAX_VIEWS)?,
    }
    text::check_optional("filter", &filter, MAX_FILTER)?;
    text::check_optional("order_by", order.as_deref().unwrap_or_default(), MAX_FILTER)?;
    text::check_count("columns", columns.len(), MAX_COLUMNS)?;
    let columns: Result<Vec<_>, _> =
        columns.iter().map(|column| text::label("columns", column, KEY_TEXT)).collect();
    let name = text::label("name", &name, KEY_TEXT)?;
    let view = View { view_id, name, owner, filter, order, columns: columns? };
    Ok(if existing == Some(&view) { vec![] } else { vec![Event::ViewSaved(ViewSaved { view })] })
}

pub(super) fn delete(
    state: &WorkspaceState,
    command: &DeleteView,
    context: &Context,
) -> Result<Vec<Event>, Rejection> {
    state.exists()?;
    let existing = state.views.get(&command.view_id).ok_or(Rejection::ViewNotFound)?;
    may_change(existing, context)?;
    Ok(vec![Event::ViewDeleted(ViewDeleted { view_id: command.view_id })])
}

/// A manager's own view is nobody else's business: to others it does not exist.
fn may_change(view: &View, context: &Context) -> Result<(), Rejection> {
    match view.owner {
        Some(owner) if context.actor.as_manager() != Some(owner) => Err(Rejection::ViewNotFound),
        _ => Ok(()),
    }
}
