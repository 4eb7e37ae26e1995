//! How a command fails: what went wrong, why, and a code that scripts can branch on.

use std::{error::Error, fmt::Write as _, io, process::ExitCode};

use ledgerdesk_infrastructure::{
    auth::AuthError,
    config::{ConfigError, MasterKeyError, SigningKeyError},
    crypto::SignatureError,
    db::DatabaseError,
    demo::DemoError,
    embedded_postgres::EmbeddedError,
    event_store::{CheckpointError, ExportError, OpenError, StoreError},
    import::ImportError,
};
use ledgerdesk_projections::runtime::ReadSideError;

use crate::process_log::ProcessLogError;

/// A fault of a command, with its permanent code. The message says what would be right.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(super) struct Failure {
    pub(super) code: &'static str,
    pub(super) message: String,
}

/// Tells standard error and answers the exit code.
pub(super) fn report(error: &anyhow::Error) -> ExitCode {
    if is_closed_pipe(error) {
        // Whoever read our output has seen enough.
        return ExitCode::SUCCESS;
    }
    let mut said = error.to_string();
    let mut text = format!("error: {said}\n");
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        // Some errors repeat their cause; once is enough.
        if !said.contains(&cause) {
            let _ = writeln!(text, "  because: {cause}");
            said = cause;
        }
    }
    eprintln!("{text}code: {}", code(error));
    if error.is::<ConfigError>() { ExitCode::from(2) } else { ExitCode::FAILURE }
}

fn code(error: &anyhow::Error) -> &'static str {
    error.chain().find_map(code_of).unwrap_or("fault")
}

/// The code of one link of the chain of causes.
fn code_of(error: &(dyn Error + 'static)) -> Option<&'static str> {
    let codes = [
        error.downcast_ref::<Failure>().map(|error| error.code),
        error.downcast_ref::<ConfigError>().map(ConfigError::code),
        error.downcast_ref::<MasterKeyError>().map(MasterKeyError::code),
        error.downcast_ref::<SigningKeyError>().map(SigningKeyError::code),
        error.downcast_ref::<EmbeddedError>().map(EmbeddedError::code),
        error.downcast_ref::<DatabaseError>().map(DatabaseError::code),
        error.downcast_ref::<AuthError>().map(AuthError::code),
        error.downcast_ref::<ImportError>().map(ImportError::code),
        error.downcast_ref::<DemoError>().map(|_| "demo_interrupted"),
        error.downcast_ref::<ReadSideError>().map(read_side_code),
        error.downcast_ref::<ExportError>().map(ExportError::code),
        error.downcast_ref::<CheckpointError>().map(CheckpointError::code),
        error.downcast_ref::<SignatureError>().map(|error| error.code()),
        error.downcast_ref::<OpenError>().map(|_| "log_unavailable"),
        error.downcast_ref::<ProcessLogError>().map(ProcessLogError::code),
        error.downcast_ref::<StoreError>().map(|_| "log_unavailable"),
        error.downcast_ref::<sqlx::Error>().map(|_| "database_unavailable"),
        error.downcast_ref::<io::Error>().map(|_| "io"),
    ];
    codes.into_iter().flatten().next()
}

fn read_side_code(error: &ReadSideError) -> &'static str {
    match error {
        ReadSideError::Unknown { .. } => "projection_unknown",
        ReadSideError::Running { .. } => "projection_rebuilding",
        ReadSideError::Version { .. } => "projection_version",
        ReadSideError::NothingReplaced { .. } => "projection_nothing_replaced",
        ReadSideError::ReplacedVersion { .. } => "projection_replaced_version",
        ReadSideError::Interrupted { .. } => "projection_interrupted",
        ReadSideError::Paused { .. } => "projection_paused",
        ReadSideError::Poison { .. } => "projection_poisoned",
        ReadSideError::Database(_) => "database_unavailable",
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_a_known_cause_is_found_under_any_context() {
        let known = anyhow::Error::from(DatabaseError::Newer { version: 7 }).context("while serving");
        assert_eq!(code(&known), "database_newer");
        assert_eq!(code(&anyhow::anyhow!("anything")), "fault");
    }
}
