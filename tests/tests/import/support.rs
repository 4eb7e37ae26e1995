//! Sources, mappings and what the log holds afterwards.

use std::{
    fmt::Write as _,
    io::Write as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use ledgerdesk_infrastructure::{
    clock::{IdSource as _, SystemIds},
    import::{ImportError, Mapping, Phase, Prepared, Progress, Silent, Summary},
};
use ledgerdesk_tests::{TestDatabase, node::Node};

/// A mapping for the sources of these tests.
pub(crate) const MAPPING: &str = r#"
name = "tests"

[time]
formats = ["%Y-%m-%d %H:%M"]

[columns]
case = "ticket"
time = "at"
activity = "what"
person = "who"
client = "client"
topic = "about"
text = "text"

[rules]
reopen_on_work = true

[activities]
opened = []
took = ["take"]
asked = ["send", "wait"]
answered = ["receive"]
done = ["resolve"]
closed = ["close"]
"#;

/// A file that goes away with the test.
pub(crate) struct TempFile(PathBuf);

impl TempFile {
    pub(crate) fn new(content: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ledgerdesk-import-{}", SystemIds.next_id()));
        std::fs::write(&path, content).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A source of `cases` tickets with five rows each.
pub(crate) fn source(cases: usize) -> String {
    let mut csv = "ticket,at,what,who,client,about,text\n".to_owned();
    for case in 1..=cases {
        let client = case % 7;
        for (minute, what, text) in [
            (10, "opened", ""),
            (11, "took", ""),
            (12, "asked", "Which printer is it?"),
            (13, "answered", "The one on the second floor"),
            (14, "done", ""),
        ] {
            writeln!(csv, "T{case},2024-05-01 10:{minute},{what},Ann,Client {client},Printer {case},{text}")
                .unwrap();
        }
    }
    csv
}

pub(crate) async fn import_text(node: &Node, csv: &str) -> Result<Summary, ImportError> {
    let file = TempFile::new(csv);
    import(node, Mapping::parse("tests.toml", MAPPING)?, file.path(), Arc::new(Silent)).await
}

pub(crate) async fn import(
    node: &Node,
    mapping: Mapping,
    source: &Path,
    progress: Arc<dyn Progress>,
) -> Result<Summary, ImportError> {
    let prepared = Prepared::read(mapping, source, node.workspace, progress.as_ref())?;
    Arc::new(prepared).write(&node.store, node.workspace, progress).await
}

/// Events in the log, and consultations among their streams.
pub(crate) async fn counts(database: &TestDatabase) -> (i64, i64) {
    sqlx::query_as(
        "select count(*), count(distinct stream_id) filter (where stream_type = 'consultation')
         from ledgerdesk.events",
    )
    .fetch_one(database.pool())
    .await
    .unwrap()
}

/// Counts rows per phase.
#[derive(Default)]
pub(crate) struct Counting {
    pub(crate) phases: std::sync::Mutex<Vec<(Phase, u64)>>,
    pub(crate) written: AtomicU64,
}

impl Progress for Counting {
    fn begin(&self, phase: Phase, _rows: Option<u64>) {
        self.phases.lock().unwrap().push((phase, 0));
    }

    fn advance(&self, rows: u64) {
        let mut phases = self.phases.lock().unwrap();
        let (phase, count) = phases.last_mut().expect("a phase has begun");
        *count += rows;
        if *phase == Phase::Writing {
            self.written.store(*count, Ordering::SeqCst);
        }
    }
}

/// A log of the shared test data, or a loud note that it is absent.
pub(crate) fn shared_log(test: &str, file: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("LEDGERDESK_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
    let path = shared.join("data").join(file);
    if !path.exists() {
        // Around the capture of the test runner: a skipped test must be seen.
        let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {} is absent", path.display());
        return None;
    }
    Some(path)
}
