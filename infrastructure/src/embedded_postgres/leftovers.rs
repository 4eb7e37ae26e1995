//! What a killed owner or a killed server left behind.
//!
//! The owner is killed: its server goes on as an orphan. It is stopped and started again as a child of ours,
//! because only a child can be supervised.
//!
//! The server is killed: its pid file stays, and for a moment some of its backends may. PostgreSQL itself
//! refuses to start while the pid in the file belongs to any process of its account, which in containers,
//! where ids are few, is often a stranger. So the file is removed, but only when no process works in the
//! cluster's directory any more: two servers over one cluster would destroy it.

use std::{
    fs, io,
    path::Path,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use super::EmbeddedError;

/// How long a server may take to write everything out and stop.
const FAST: Duration = Duration::from_mins(1);
/// How long a server may take that only has to end its processes.
const IMMEDIATE: Duration = Duration::from_secs(10);
/// How long a killed process may take to be gone.
const KILLED: Duration = Duration::from_secs(5);

/// Ends all processes that work in a cluster and removes their pid file.
pub(super) async fn clear(cluster: &Path) -> Result<(), EmbeddedError> {
    let pid_file = cluster.join("postmaster.pid");
    let Some(mut left) = processes_in(cluster)? else {
        // Without /proc nothing can be proven; PostgreSQL's own check of the pid file has to do.
        return Ok(());
    };
    if !left.is_empty() {
        let postmaster = read_pid(&pid_file).filter(|pid| left.contains(pid));
        tracing::warn!(
            cluster = %cluster.display(), processes = left.len(),
            "an earlier run left its PostgreSQL behind; stopping it"
        );
        for (signal, patience) in [(Signal::INT, FAST), (Signal::QUIT, IMMEDIATE), (Signal::KILL, KILLED)] {
            let everybody = postmaster.is_none() || signal == Signal::KILL;
            for pid in left.iter().filter(|pid| everybody || postmaster == Some(**pid)) {
                // It may have ended a moment ago; what counts is looked at below.
                let _ = kill_process(*pid, signal);
            }
            left = wait_until_gone(cluster, patience).await?;
            if left.is_empty() {
                break;
            }
        }
        if !left.is_empty() {
            let pids = left.into_iter().map(Pid::as_raw_pid).collect();
            return Err(EmbeddedError::LeftoversStay { cluster: cluster.to_owned(), pids });
        }
    }
    match fs::remove_file(&pid_file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(EmbeddedError::Io { action: "could not remove", path: pid_file, source: error })
        }
        _ => Ok(()),
    }
}

async fn wait_until_gone(cluster: &Path, patience: Duration) -> Result<Vec<Pid>, EmbeddedError> {
    let since = Instant::now();
    loop {
        let left = processes_in(cluster)?.unwrap_or_default();
        if left.is_empty() || since.elapsed() > patience {
            return Ok(left);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The processes whose working directory is the cluster: every process of a PostgreSQL server changes into
/// it. `None` on systems that do not tell.
fn processes_in(cluster: &Path) -> Result<Option<Vec<Pid>>, EmbeddedError> {
    let Ok(cluster) = fs::canonicalize(cluster) else { return Ok(Some(Vec::new())) };
    let proc = Path::new("/proc");
    if !proc.join("self/cwd").exists() {
        return Ok(None);
    }
    let entries = fs::read_dir(proc).map_err(EmbeddedError::io("could not list", proc))?;
    let pids = entries.flatten().filter_map(|entry| {
        let pid = Pid::from_raw(entry.file_name().to_str()?.parse().ok()?)?;
        // Processes of other accounts cannot be looked at, nor can they work in a private directory of ours.
        (fs::read_link(entry.path().join("cwd")).ok()? == cluster).then_some(pid)
    });
    Ok(Some(pids.collect()))
}

/// The server's process id: the first line of its pid file.
fn read_pid(pid_file: &Path) -> Option<Pid> {
    Pid::from_raw(fs::read_to_string(pid_file).ok()?.lines().next()?.trim().parse().ok()?)
}
