//! The edges of Ledgerdesk: GraphQL and HTTP, and the command line of the one binary.

pub mod cli;
pub mod graphql;
pub mod http;
pub mod i18n;
mod live;
pub mod process_log;
