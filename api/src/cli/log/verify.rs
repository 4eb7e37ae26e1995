//! `ledgerdesk log verify`

use std::{
    fs,
    num::NonZero,
    path::{Path, PathBuf},
};

use anyhow::Result;
use clap::Args;
use ledgerdesk_infrastructure::{
    config::Config,
    crypto::PublicKey,
    event_store::{self, Anchors, Checkpoint, Proof, StreamProof, Verification, Verified, VerifyOptions},
};
use uuid::Uuid;

use super::consultation;
use crate::cli::{
    database::{Database, Tenure},
    failure::Failure,
    output,
    progress::Bar,
};

const EXAMPLES: &str = "\
Examples:
  ledgerdesk log verify
  ledgerdesk log verify --file log.ndjson.gz
  ledgerdesk log verify --checkpoint checkpoint-e1-p000000004711.json --public-key auditor.pub
  ledgerdesk log verify --consultation 01a1fd10-5a68-72fd-bbea-25b0c08fa5a9

docs/verifying.md describes what is checked, and a program that checks the same without this one.";

/// Check that no event was changed, removed or slipped in behind the program's back: positions, versions and
/// the hash chain of every workspace, from the first event to the last.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Verify {
    /// Verify this export instead of the database
    #[arg(long, value_name = "EXPORT")]
    file: Option<PathBuf>,
    /// Verify the history of this consultation only, and what binds it to checkpoints: those that this
    /// installation writes, or the one that is given
    #[arg(long, value_name = "ID", conflicts_with_all = ["file", "workers"], value_parser = consultation::parse)]
    consultation: Option<Uuid>,
    /// How many workers read side by side [default: one for each core]
    #[arg(long, value_name = "N", conflicts_with = "file")]
    workers: Option<NonZero<usize>>,
    /// Also prove that the history up to this checkpoint has not changed
    #[arg(long, value_name = "FILE", requires = "public_key")]
    checkpoint: Option<PathBuf>,
    /// The key that signed the checkpoint, or a file with it
    #[arg(long, value_name = "KEY|FILE", requires = "checkpoint")]
    public_key: Option<String>,
}

impl Verify {
    pub(super) async fn run(self, config: &Config) -> Result<()> {
        let checkpoint = match (&self.checkpoint, &self.public_key) {
            (Some(path), Some(key)) => Some(Checkpoint::read(path, &public_key(key)?)?),
            _ => None,
        };
        if let Some(id) = self.consultation {
            return verify_consultation(config, id, checkpoint).await;
        }
        let bar = Bar::new("events");
        let verified = match self.file {
            Some(file) => verify_file(file, checkpoint, bar).await,
            None => verify_database(config, self.workers, checkpoint, bar).await,
        };
        let (said, proof) = verified?;
        if let Some(proof) = proof {
            output::line(proven(&proof)?)?;
        }
        Ok(output::line(said)?)
    }
}

/// The key itself, or the one in a file.
fn public_key(text: &str) -> Result<PublicKey> {
    match PublicKey::parse(text) {
        Ok(key) => Ok(key),
        Err(error) => match fs::read_to_string(Path::new(text)) {
            Ok(text) => Ok(PublicKey::parse(&text)?),
            Err(_) => Err(error.into()),
        },
    }
}

async fn verify_consultation(config: &Config, id: Uuid, checkpoint: Option<Checkpoint>) -> Result<()> {
    let anchors = match (checkpoint, config.checkpoints.directory.clone()) {
        (Some(checkpoint), _) => Anchors::One(Box::new(checkpoint)),
        (None, Some(directory)) => {
            Anchors::Kept { directory, key: Box::new(config.checkpoints.signing_key()?.public()) }
        }
        (None, None) => Anchors::None,
    };
    let database = Database::open(config, Tenure::OwnOrJoin).await?;
    let verified = async {
        let place = consultation::find(&database.pool, id).await?;
        Ok(event_store::verify_stream(&database.pool, place.workspace, place.stream, &anchors).await?)
    };
    let verified: Result<StreamProof> = verified.await;
    database.close().await?;
    for line in consultation::said(id, &verified?)? {
        output::line(line)?;
    }
    Ok(())
}

async fn verify_file(
    file: PathBuf,
    checkpoint: Option<Checkpoint>,
    bar: Bar,
) -> Result<(String, Option<Proof>)> {
    let verified = tokio::task::spawn_blocking(move || {
        let verified =
            event_store::verify_export(&file, checkpoint.as_ref(), |done, total| bar.set(done, total));
        bar.clear();
        verified
    });
    let Verified { header, events, workspaces, proof, .. } = verified.await??;
    let part = if header.is_whole() { "" } else { ", a part of the log" };
    Ok((format!("The export is whole: {events} events of {workspaces} workspace(s){part}."), proof))
}

async fn verify_database(
    config: &Config,
    workers: Option<NonZero<usize>>,
    checkpoint: Option<Checkpoint>,
    bar: Bar,
) -> Result<(String, Option<Proof>)> {
    let database = Database::open(config, Tenure::OwnOrJoin).await?;
    let options = VerifyOptions { workers, checkpoint: checkpoint.map(|checkpoint| checkpoint.statement) };
    let report = |done, total| bar.set(done, total);
    let verified = event_store::verify_with(&database.pool, &options, report).await;
    bar.clear();
    database.close().await?;
    let Verification { events, workspaces, finding, proof } = verified?;
    match finding {
        None => Ok((format!("The log is whole: {events} events of {workspaces} workspace(s)."), proof)),
        Some(finding) => {
            let message = format!("{finding}; the {events} events before it are whole");
            Err(Failure { code: finding.code(), message }.into())
        }
    }
}

/// What a checkpoint proves; a failure if it proves the contrary.
pub(super) fn proven(proof: &Proof) -> Result<String, Failure> {
    match proof {
        Proof::Same { position, taken_at } => Ok(format!(
            "The checkpoint of {} holds: nothing up to position {position} has changed since.",
            taken_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
        )),
        Proof::Differs { position, taken_at } => Err(Failure {
            code: "checkpoint_differs",
            message: format!(
                "the history up to position {position} is not the one that was signed at {}; it was written anew",
                taken_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
            ),
        }),
        Proof::Beyond { position, head } => Err(Failure {
            code: "checkpoint_beyond",
            message: format!(
                "the log ends at position {head}, but was signed up to {position}; the end is missing"
            ),
        }),
    }
}
