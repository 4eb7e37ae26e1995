//! The programs under `benches/peers`.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use tokio::process::Command;

use super::measured::Measured;
use crate::pgbench::for_libpq;

/// Nothing that is measured takes as long.
const TIME_LIMIT: Duration = Duration::from_mins(3);

/// The peers, in the order in which they are shown.
pub(super) const PROGRAMS: [Program; 4] = [
    Program { name: "disintegrate-postgres 4.0.1", words: &["rust/target/release/disintegrate"] },
    Program { name: "postgres-es 0.5.0", words: &["rust/target/release/postgres_es"] },
    Program { name: "emmett-postgresql 0.42.0", words: &["node", "emmett/peer.mjs"] },
    Program {
        name: "eventsourcing 9.5.6",
        words: &["eventsourcing/.venv/bin/python", "eventsourcing/peer.py"],
    },
];

/// A peer's program.
pub(super) struct Program {
    /// The peer, as the table shows it.
    pub(super) name: &'static str,
    /// How it is called; what contains a slash lies under `benches/peers`.
    words: &'static [&'static str],
}

impl Program {
    /// The program, if it is built.
    pub(super) fn find(&self) -> Result<Self> {
        for word in self.words.iter().filter(|word| word.contains('/')) {
            let path = home().join(word);
            ensure!(path.exists(), "{} is not there; run `make peers`", path.display());
        }
        Ok(Self { name: self.name, words: self.words })
    }

    /// What it tells about this task.
    pub(super) async fn run(&self, url: &str, task: &[&str]) -> Result<Vec<Measured>> {
        let mut words = self.words.iter().map(|word| {
            let is_ours = word.contains('/');
            if is_ours { home().join(word) } else { PathBuf::from(word) }
        });
        let running = Command::new(words.next().context("a program has a name")?)
            .args(words)
            .args(task)
            .env("DATABASE_URL", for_libpq(url))
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output();
        let what = format!("{}, {}", self.name, task.join(" "));
        let output = tokio::time::timeout(TIME_LIMIT, running)
            .await
            .with_context(|| format!("{what}: no end after {} s", TIME_LIMIT.as_secs()))?
            .with_context(|| format!("{what}: does not start"))?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{what}: {}\n{complaint}", output.status);
        let text = String::from_utf8(output.stdout)?;
        text.lines().map(|line| Measured::parse(line).with_context(|| format!("{what}: {line}"))).collect()
    }
}

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_versions_that_are_shown_are_those_that_are_pinned() {
        let manifests = [
            include_str!("../../peers/rust/Cargo.toml"),
            include_str!("../../peers/rust/Cargo.toml"),
            include_str!("../../peers/emmett/package.json"),
            include_str!("../../peers/eventsourcing/requirements.txt"),
        ];
        for (program, manifest) in PROGRAMS.iter().zip(manifests) {
            let (name, version) = program.name.split_once(' ').unwrap();
            let is_pinned = manifest.lines().any(|line| line.contains(name) && line.contains(version));
            assert!(is_pinned, "{} is not what is pinned", program.name);
        }
    }
}
