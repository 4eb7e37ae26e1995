//! The edges of Ledgerdesk: GraphQL and HTTP, and the command line of the one binary.

pub mod graphql;
