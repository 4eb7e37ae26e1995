//! What an operator may tune.

use std::{num::NonZero, time::Duration};

/// Bounds and times of the read side.
#[derive(Debug, Clone)]
pub struct Settings {
    /// This node's name in leases and in status. Unique among the nodes of one database and among the runs of
    /// one node.
    pub node: String,
    /// How long a lease lasts without renewal; another node takes over afterwards. Renewed at a third.
    pub lease: Duration,
    /// Events in a page at first, and while there is no backlog.
    pub page: usize,
    /// Events in a page at most, when there is a backlog.
    pub max_page: usize,
    /// How soon after a page that was not full the next one may begin: under load, events gather meanwhile, and
    /// all projections together do not take the machine from the commands. After a quiet moment an event is applied at once.
    pub gather: Duration,
    /// How many projections write at once: the number of connections that the runtime takes.
    pub writers: usize,
    /// How many of them one projection uses at once when it is far behind; 1 for no more than that.
    pub lanes: usize,
    /// How many events behind the log a projection must be for that.
    pub lanes_from: i64,
    /// Rows that a rebuild keeps in memory before it writes them.
    pub rebuild_rows: usize,
    /// How many rebuilds run at once; they read the log together.
    pub rebuilds: usize,
    /// An empty table that is so many events behind is rebuilt rather than followed page by page.
    pub rebuild_from: i64,
    /// How often an event is tried before it is parked.
    pub attempts: i32,
    /// How often lag is measured.
    pub lag_interval: Duration,
}

impl Settings {
    /// The defaults, for the node of this name.
    pub fn for_node(node: impl Into<String>) -> Self {
        // More than the machine has cores would only stand in each other's way, and in the appender's.
        let writers = std::thread::available_parallelism().map_or(2, NonZero::get).clamp(2, 8);
        Self {
            node: node.into(),
            lease: Duration::from_secs(15),
            page: 500,
            max_page: 5_000,
            gather: Duration::from_millis(20),
            writers,
            lanes: writers,
            lanes_from: 20_000,
            rebuild_rows: 10_000,
            rebuilds: 24,
            rebuild_from: 20_000,
            attempts: 3,
            lag_interval: Duration::from_secs(5),
        }
    }
}
