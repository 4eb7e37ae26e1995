//! `ledgerdesk serve`

mod checkpoints;
mod edge;
mod greeting;
mod readings;

use std::{ffi::OsString, net::SocketAddr, time::Duration};

use anyhow::Result;
use clap::Args;
use ledgerdesk_infrastructure::config::{Config, Environment};
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    database::Tenure, demo, failure::Failure, node::Node, output, runtime::Runtime, shutdown::Shutdown,
};
use crate::http::{self, Settings};

const EXAMPLES: &str = "\
Examples:
  ledgerdesk serve
  ledgerdesk serve --listen 127.0.0.1:0
  ledgerdesk serve --demo
  DATABASE_URL=postgres://… LEDGERDESK_MASTER_KEY=… ledgerdesk serve --log-format json

Ctrl-C finishes what runs and stops; a second Ctrl-C cuts it off.";

/// Serve the API; the first start creates a workspace and an owner key.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Serve {
    /// The address to serve on; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT", help_heading = "Settings")]
    listen: Option<OsString>,
    /// Write a demo first, of so many consultations, if there is none yet [default: 2000]
    #[arg(long, value_name = "COUNT", num_args = 0..=1, require_equals = true, default_missing_value = "2000",
          value_parser = demo::parse_count)]
    demo: Option<usize>,
}

impl Serve {
    pub(super) fn overlay(&self, environment: &mut Environment) {
        if let Some(listen) = &self.listen {
            environment.set("LEDGERDESK_LISTEN", listen);
        }
    }

    pub(super) async fn run(self, config: Config) -> Result<()> {
        let shutdown = Shutdown::listen()?;
        let grace = config.http.shutdown_grace;
        // First what fails fast: an address that is taken, or a key that is missing, is told before a database
        // is started.
        let schedule = checkpoints::Schedule::of(&config)?;
        let settings = edge::settings(&config.graphql)?;
        let listener = bind(config.http.listen).await?;
        // A start that is asked to stop is finished and then stopped, so that nothing is left half-way.
        let runtime = tokio::select! {
            runtime = Runtime::start(config, Tenure::Own) => runtime?,
            () = shutdown.forced.cancelled() => return Ok(()),
        };
        if let Some(count) = self.demo
            && let Err(error) = demo::write_if_unused(&runtime, count).await
        {
            runtime.close().await?;
            return Err(error);
        }
        let node = Node::start(runtime);
        let scheduled = schedule.map(|schedule| tokio::spawn(schedule.run(node.runtime.pool().clone())));
        let (disclosures, days) = (node.runtime.api_keys.disclosures(), node.runtime.config.read_log.days);
        let pruned = tokio::spawn(readings::prune(disclosures, days));
        let served = serve(&node, settings, listener, &shutdown, grace).await;
        pruned.abort();
        if let Some(scheduled) = scheduled {
            scheduled.abort();
        }
        let stopped = node.stop().await;
        served.and(stopped)
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| Failure {
        code: "address_unavailable",
        message: format!(
            "{address} cannot be listened on ({error}); choose another with --listen, or port 0 for a free one"
        ),
    })
}

/// Serves until asked to stop, then waits for what runs, as long as is granted.
async fn serve(
    node: &Node,
    settings: Settings,
    listener: TcpListener,
    shutdown: &Shutdown,
    grace: Duration,
) -> Result<()> {
    let address = listener.local_addr()?;
    tokio::select! {
        () = node.ready() => {}
        () = shutdown.asked.cancelled() => return Ok(()),
    }
    let (stop, sockets) = (CancellationToken::new(), TaskTracker::new());
    let router = http::router(edge::state(node, settings, stop.clone(), sockets.clone())?);
    let mut serving = tokio::spawn(http::serve(listener, router, stop.clone(), sockets));
    output::line(greeting::text(address, &node.runtime.opening))?;
    tracing::info!(%address, "serving");
    tokio::select! {
        () = shutdown.asked.cancelled() => {}
        ended = &mut serving => return Ok(ended??),
    }
    stop.cancel();
    tokio::select! {
        ended = &mut serving => Ok(ended??),
        () = shutdown.forced.cancelled() => {
            serving.abort();
            Ok(())
        }
        () = tokio::time::sleep(grace) => {
            tracing::warn!(?grace, "some requests did not end in time; they are cut off");
            serving.abort();
            Ok(())
        }
    }
}
