//! `ledgerdesk log signing-key`

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::Result;
use clap::Args;
use ledgerdesk_infrastructure::{
    config::{Config, SigningKeyError},
    crypto::SigningKey,
};

use crate::cli::output;

/// Print the public key that verifies checkpoints: give it to whoever shall verify them.
#[derive(Args)]
pub(in crate::cli) struct SigningKeyCommand {
    /// Make a new key in this file first, readable by you alone; one that is there stays
    #[arg(long, value_name = "FILE")]
    new: Option<PathBuf>,
}

impl SigningKeyCommand {
    pub(super) fn run(self, config: &Config) -> Result<()> {
        let key = match self.new {
            None => config.checkpoints.signing_key()?,
            Some(path) => {
                let text = SigningKey::generate();
                keep(&path, &text).map_err(|source| SigningKeyError::Io { path, source })?;
                SigningKey::parse(&text)?
            }
        };
        Ok(output::line(key.public().to_string())?)
    }
}

fn keep(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}
