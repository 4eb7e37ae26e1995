//! The only list of projections.

use crate::runtime::Registry;

/// Every read model, in the order in which it is shown.
pub fn registry() -> Registry {
    Registry::default()
}
