//! One thing to show.

use std::{any::Any, sync::Arc};

/// One thing to show, such as an event or the state of a view. Subscribers who hold the same allocation are shown
/// the same answer.
#[derive(Clone)]
pub(crate) struct Item(Arc<dyn Any + Send + Sync>);

impl Item {
    pub(crate) fn new<T: Any + Send + Sync>(value: Arc<T>) -> Self {
        Self(value)
    }

    /// The thing, if it is of this type.
    pub(super) fn get<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        Arc::clone(&self.0).downcast().ok()
    }

    /// Where it lies in memory: nothing else lies there while the item is held.
    pub(super) fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }
}
