//! The one binary, `ledgerdesk`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ledgerdesk_api::cli::main()
}
