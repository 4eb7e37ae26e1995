//! The product as a process.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use ledgerdesk_tests::node::MASTER_KEY;

/// The owner key of every benchmark.
pub(crate) const KEY: &str = ledgerdesk_tests::server::OWNER_KEY;

/// A running `ledgerdesk serve`.
pub(crate) struct Server {
    child: Child,
    /// Such as `http://127.0.0.1:40001`.
    pub(crate) address: String,
}

/// The command line, on this database.
pub(crate) fn ledgerdesk(url: &str) -> Result<Command> {
    let program = binary()?;
    let mut command = Command::new(program);
    command
        // Where this program finds its logs; no setting of the product.
        .env_remove("LEDGERDESK_SHARED")
        .env("DATABASE_URL", url)
        .env("LEDGERDESK_MASTER_KEY", MASTER_KEY)
        .env("LEDGERDESK_BOOTSTRAP_KEY", KEY)
        .env("LEDGERDESK_LOG", "warn")
        // Everything comes with one key, as fast as it can.
        .env("LEDGERDESK_REQUESTS_PER_MINUTE", "0")
        .env("LEDGERDESK_COST_PER_MINUTE", "0")
        .env("LEDGERDESK_MAX_CONNECTIONS_PER_KEY", "100000");
    Ok(command)
}

/// The memory of a process, in megabytes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Memory {
    /// What is resident now.
    pub(crate) resident: f64,
    /// The most that ever was.
    pub(crate) peak: f64,
}

impl Memory {
    /// Nothing where the process has ended.
    pub(crate) fn of(process: u32) -> Option<Self> {
        let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        let megabytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            let kilobytes: f64 = line.split_whitespace().next()?.parse().ok()?;
            Some(kilobytes / 1024.0)
        };
        Some(Self { resident: megabytes("VmRSS:")?, peak: megabytes("VmHWM:")? })
    }
}

impl Server {
    /// Starts a server on a free port and waits until it is ready.
    pub(crate) async fn start(url: &str) -> Result<Self> {
        Self::start_with(url, &[]).await
    }

    /// The same, with settings of its own.
    pub(crate) async fn start_with(url: &str, settings: &[(&str, &str)]) -> Result<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let address = format!("127.0.0.1:{port}");
        let child = ledgerdesk(url)?
            .args(["serve", "--listen", &address])
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .context("the server does not start")?;
        let server = Self { child, address: format!("http://{address}") };
        let client = reqwest::Client::new();
        for _ in 0..600 {
            let ready = client.get(format!("{}/health/ready", server.address)).send().await;
            if ready.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(server);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("the server is not ready after 30 seconds")
    }

    /// How much of a core it has had since it began, in seconds.
    pub(crate) fn cpu_seconds(&self) -> Result<f64> {
        /// Clock ticks a second: the same on every Linux.
        const TICKS: f64 = 100.0;
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // After the name, which may hold anything: the state is the first field, user time the twelfth.
        let (_, fields) = stat.rsplit_once(") ").context("the system tells no times")?;
        let mut times = fields.split_whitespace().skip(11).map(str::parse::<f64>);
        let (Some(user), Some(system)) = (times.next(), times.next()) else {
            bail!("the system tells no times");
        };
        Ok((user? + system?) / TICKS)
    }

    /// How much memory it has.
    pub(crate) fn memory(&self) -> Result<Memory> {
        Memory::of(self.child.id()).context("the system does not say how much memory the server has")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Asked first, so that it leaves nothing behind; a benchmark's data may be lost.
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        if asked.is_err() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

/// The product, built beside this program.
fn binary() -> Result<PathBuf> {
    let here = std::env::current_exe()?;
    let binary = here.parent().unwrap_or(Path::new(".")).join("ledgerdesk");
    if !binary.exists() {
        bail!("{} is not built; run `make bench`", binary.display());
    }
    Ok(binary)
}
