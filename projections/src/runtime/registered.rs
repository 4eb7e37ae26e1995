//! Projections of different rows in one list.

use std::sync::Arc;

use ledgerdesk_domain::event::Recorded;
use uuid::Uuid;

use super::{
    lane::Lane,
    projection::{Definition, Projection},
    rows::{Rows, WorkingSet},
};

/// Every read model that this program keeps, in the order of their registration.
#[derive(Clone, Default)]
pub struct Registry(Vec<Arc<dyn Registered>>);

impl Registry {
    /// Adds a projection. Names are unique.
    #[must_use]
    pub fn with<P: Projection>(mut self, projection: P) -> Self {
        debug_assert!(self.find(projection.definition().name).is_none(), "two projections of one name");
        self.0.push(Arc::new(Typed(Arc::new(projection))));
        self
    }

    /// The definitions.
    pub fn definitions(&self) -> impl Iterator<Item = &'static Definition> {
        self.0.iter().map(|registered| registered.definition())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<dyn Registered>> {
        self.0.iter()
    }

    pub(super) fn find(&self, name: &str) -> Option<&Arc<dyn Registered>> {
        self.0.iter().find(|registered| registered.definition().name == name)
    }
}

/// A projection whose rows' type is hidden.
pub(super) trait Registered: Send + Sync {
    fn definition(&self) -> &'static Definition;

    /// See [`Projection::keys`].
    fn keys(&self, event: &Recorded, keys: &mut Vec<Uuid>);

    /// An empty working set for the rows of a lane.
    fn rows(&self, lane: Lane) -> Box<dyn Rows>;
}

struct Typed<P>(Arc<P>);

impl<P: Projection> Registered for Typed<P> {
    fn definition(&self) -> &'static Definition {
        self.0.definition()
    }

    fn keys(&self, event: &Recorded, keys: &mut Vec<Uuid>) {
        self.0.keys(event, keys);
    }

    fn rows(&self, lane: Lane) -> Box<dyn Rows> {
        Box::new(WorkingSet::new(Arc::clone(&self.0), lane))
    }
}
