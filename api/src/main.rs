//! The one binary, `ledgerdesk`.

use std::process::ExitCode;

/// Events and rows are many small strings that live briefly.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ledgerdesk_api::cli::main()
}
