//! The command line of the one binary. One command, one file; this is the list.
//!
//! Exit codes: 0 done, 1 a fault, 2 wrong usage or configuration. What was asked for goes to standard output,
//! everything else to standard error.

mod config;
mod database;
mod demo;
mod erase;
mod export;
mod failure;
mod first_start;
mod import;
mod keys;
mod log;
mod migrate;
mod node;
mod output;
mod progress;
mod projections;
mod runtime;
mod schema;
mod serve;
mod shutdown;
mod workspace;

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};
use ledgerdesk_infrastructure::{
    config::{Config, ConfigError, Environment},
    telemetry,
};

const EXAMPLES: &str = "\
Examples:
  ledgerdesk serve                          start here: brings its own PostgreSQL, prints a key and a first query
  ledgerdesk serve --listen 127.0.0.1:0     on a free port
  DATABASE_URL=postgres://… ledgerdesk serve
  ledgerdesk keys create --role analyst --name dashboards
  ledgerdesk log verify

Every setting is an environment variable LEDGERDESK_…; docs/configuration.md lists them.";

/// An event-sourced helpdesk backend: one binary, one PostgreSQL.
#[derive(Parser)]
#[command(name = "ledgerdesk", version, after_help = EXAMPLES, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    global: GlobalFlags,
    #[command(subcommand)]
    command: Command,
}

/// Flags of every command. They are settings, and win over the environment.
#[derive(Args)]
struct GlobalFlags {
    /// The directory of the embedded PostgreSQL [default: .ledgerdesk]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Settings")]
    data_dir: Option<PathBuf>,
    /// Use this PostgreSQL instead of an embedded one (better in the environment: others can see flags)
    #[arg(long, global = true, value_name = "URL", help_heading = "Settings")]
    database_url: Option<OsString>,
    /// How log lines look: text or json [default: text]
    #[arg(long, global = true, value_name = "FORMAT", help_heading = "Settings")]
    log_format: Option<OsString>,
}

impl GlobalFlags {
    fn overlay(&self, environment: &mut Environment) {
        let flags = [
            ("LEDGERDESK_DATA_DIR", self.data_dir.as_ref().map(|dir| dir.as_os_str().to_owned())),
            ("DATABASE_URL", self.database_url.clone()),
            ("LEDGERDESK_LOG_FORMAT", self.log_format.clone()),
        ];
        for (name, value) in flags {
            if let Some(value) = value {
                environment.set(name, value);
            }
        }
    }
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API; the first start creates a workspace and an owner key
    Serve(serve::Serve),
    /// Bring the database up to date
    Migrate(migrate::Migrate),
    /// Import the log of another system: CSV or XES, also gzipped
    Import(import::Import),
    /// Write a demo into the workspace, to have something to look at
    Demo(demo::Demo),
    /// Write consultations for other tools: event logs for process mining
    #[command(subcommand)]
    Export(export::Export),
    /// Look after the log
    #[command(subcommand)]
    Log(log::Log),
    /// Create, list and revoke API keys
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Look after the read models
    #[command(subcommand)]
    Projections(projections::Projections),
    /// Erase a person
    #[command(subcommand)]
    Erase(erase::Erase),
    /// Print the GraphQL schema (SDL)
    Schema(schema::Schema),
    /// Look after the settings
    #[command(subcommand)]
    Config(config::ConfigCommand),
}

impl Command {
    /// The settings that the command's own flags set.
    fn overlay(&self, environment: &mut Environment) {
        match self {
            Self::Serve(serve) => serve.overlay(environment),
            // A command answers what it was asked; how it got there is only of interest when something is odd.
            _ => environment.set_default("LEDGERDESK_LOG", "warn"),
        }
    }

    async fn run(self, config: Config) -> anyhow::Result<()> {
        match self {
            Self::Serve(command) => Box::pin(command.run(config)).await,
            Self::Migrate(command) => command.run(&config).await,
            Self::Import(command) => command.run(config).await,
            Self::Demo(command) => command.run(config).await,
            Self::Export(command) => command.run(config).await,
            Self::Log(command) => command.run(&config).await,
            Self::Keys(command) => command.run(&config).await,
            Self::Projections(command) => command.run(config).await,
            Self::Erase(command) => command.run(config).await,
            Self::Schema(_) => schema::Schema::run(),
            Self::Config(command) => command.run(&config),
        }
    }
}

/// Runs the command that the process was called with.
pub fn main() -> ExitCode {
    // Help and usage errors end the process here, with 0 and 2.
    let cli = Cli::parse();
    let result = read_config(&cli).map_err(anyhow::Error::from).and_then(|config| {
        telemetry::init(&config.log);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(cli.command.run(config))
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure::report(&error),
    }
}

fn read_config(cli: &Cli) -> Result<Config, ConfigError> {
    let mut environment = Environment::of_process();
    cli.global.overlay(&mut environment);
    cli.command.overlay(&mut environment);
    Config::read(&environment)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
