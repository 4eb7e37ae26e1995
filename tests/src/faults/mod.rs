//! What the fault suite is made of. A test starts a [`Run`]: a PostgreSQL of its own, nodes, writers and
//! subscribers; does its faults; and has the run [judged](Run::judge).
//!
//! - [`chance`]: the seed and the choices that it makes; how long a run is.
//! - [`postgres`]: a PostgreSQL that can be killed; [`proxy`]: a network that can be broken;
//!   [`disk`]: a disk that can be filled.
//! - [`nodes`]: the servers; [`load`]: who writes; [`tail`]: who follows.
//! - [`history`]: the judge of what the log has become; [`run`]: all of it together.

pub mod chance;
pub mod disk;
pub mod history;
pub mod load;
pub mod nodes;
pub mod postgres;
pub mod proxy;
pub mod run;
pub mod tail;

pub use chance::{Chance, is_long};
pub use disk::Disk;
pub use nodes::Nodes;
pub use postgres::Postgres;
pub use proxy::Proxy;
pub use run::{Plan, Run};
