//! `ledgerdesk projections`

mod check;
mod list;
mod parked;
mod progress;
mod rebuild;
mod replay;
mod switch;

use anyhow::Result;
use clap::Subcommand;
use ledgerdesk_infrastructure::config::Config;
use ledgerdesk_projections::{
    registry,
    runtime::{ReadSide, Settings},
};
use tokio_util::sync::CancellationToken;

use super::{database::Tenure, failure::Failure, runtime::Runtime, shutdown::Shutdown};

/// Look after the read models.
#[derive(Subcommand)]
pub(super) enum Projections {
    /// Show where each projection stands
    List(list::List),
    /// Fold a projection anew beside the live one and swap it in, without downtime; an interrupted one goes on
    Rebuild(rebuild::Rebuild),
    /// Go back to the table that the last rebuild replaced, without downtime
    Switch(switch::Switch),
    /// Fold a projection anew beside the live one and say whether both are equal
    Check(check::Check),
    /// Show the events that a projection could not apply, and what waits behind them
    Parked(parked::Parked),
    /// Apply a projection's parked events again, in order
    Replay(replay::Replay),
}

impl Projections {
    pub(super) async fn run(self, config: Config) -> Result<()> {
        let shutdown = Shutdown::listen()?;
        let runtime = Runtime::start(config, Tenure::OwnOrJoin).await?;
        let read_side = attach(&runtime, shutdown.asked.clone());
        let done = match self {
            Self::List(command) => command.run(&read_side).await,
            Self::Rebuild(command) => command.run(&read_side).await,
            Self::Switch(command) => command.run(&read_side).await,
            Self::Check(command) => command.run(&read_side).await,
            Self::Parked(command) => command.run(&read_side).await,
            Self::Replay(command) => command.run(&read_side).await,
        };
        runtime.close().await?;
        done
    }
}

/// The read side as a command sees it: it leads no projection.
fn attach(runtime: &Runtime, shutdown: CancellationToken) -> ReadSide {
    let node = format!("command-{}", runtime.ids.next_id());
    ReadSide::attach(
        runtime.pool().clone(),
        runtime.store.clone(),
        registry(),
        Settings::for_node(node),
        shutdown,
    )
}

/// The projections that a command is about: the one that is named, or all of them.
fn chosen(name: Option<&str>, all: bool) -> Result<Vec<String>, Failure> {
    match (name, all) {
        (Some(name), false) => Ok(vec![name.to_owned()]),
        (None, true) => Ok(registry().definitions().map(|definition| definition.name.to_owned()).collect()),
        _ => Err(Failure {
            code: "projection_not_named",
            message: "name one projection, or say --all; `ledgerdesk projections list` shows them".to_owned(),
        }),
    }
}
