//! Managers: who they are, what they can, whether they take work, how much they have.
//!
//! Promise: the load is what the log says, also for a manager whom nobody registered (an import names only an
//! id).

mod load;
mod projection;
mod query;

pub use projection::{Managers, Row};
pub use query::{Filter, Order};
