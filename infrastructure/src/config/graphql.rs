//! What the GraphQL API offers, to which web sites, and how much of it in a minute.

use std::{num::NonZeroU32, path::PathBuf};

use super::{
    environment::Reader,
    setting::{Expected, Line, Setting, number, switch},
};

const STATUSES: Setting<HttpStatuses> = Setting {
    name: "LEDGERDESK_GRAPHQL_STATUSES",
    about: "Which edition of GraphQL over HTTP the statuses follow. `audited`: what today's clients and their audits \
            expect. `draft`: the draft of August 2026, with 422 for what cannot be executed and 294 for data with \
            errors; check first that proxies and dashboards bear with 294.",
    default_text: "audited",
    default: || HttpStatuses::Audited,
    expected: Expected::Words("audited or draft"),
    parse: |text| match text {
        "audited" => Ok(HttpStatuses::Audited),
        "draft" => Ok(HttpStatuses::Draft),
        _ => Err("not_one_of"),
    },
};

const INTROSPECTION: Setting<bool> = switch(
    "LEDGERDESK_INTROSPECTION",
    "Whether queries may ask about the schema. It is public, in `api/schema.graphql`, so this hides nothing; without \
     it, GraphiQL has no completion.",
);

const GRAPHIQL: Setting<bool> =
    switch("LEDGERDESK_GRAPHIQL", "Whether `/graphiql` serves a page to try queries in.");

const ALLOWED_ORIGINS: Setting<Vec<String>> = Setting {
    name: "LEDGERDESK_ALLOWED_ORIGINS",
    about: "The web sites besides this server itself whose pages may use the API from a browser. Requests from \
            others are refused. A proxy that changes the `Host` of requests makes its own site one of the others: \
            list it.",
    default_text: "",
    default: Vec::new,
    expected: Expected::Words("origins such as https://desk.example.org, with commas between them"),
    parse: |text| {
        let origins: Vec<String> = text.split(',').map(|origin| origin.trim().to_owned()).collect();
        if origins.iter().all(|origin| is_origin(origin)) { Ok(origins) } else { Err("not_an_origin") }
    },
};

const TRUSTED_DOCUMENTS: Setting<Option<PathBuf>> = Setting {
    name: "LEDGERDESK_TRUSTED_DOCUMENTS",
    about: "A file of GraphQL documents that clients may name by `documentId`, as Relay's compiler and \
            graphql-codegen write it.",
    default_text: "",
    default: || None,
    expected: Expected::Words("a file with a JSON object from ids to documents"),
    parse: |text| Ok(Some(PathBuf::from(text))),
};

const TRUSTED_DOCUMENTS_ONLY: Setting<bool> = Setting {
    default_text: "off",
    default: || false,
    ..switch(
        "LEDGERDESK_TRUSTED_DOCUMENTS_ONLY",
        "Whether nothing but the trusted documents is served, to anybody. Needs LEDGERDESK_TRUSTED_DOCUMENTS.",
    )
};

const REQUESTS: Setting<u64> = number::<60_000, 0, 4_000_000_000>(
    "LEDGERDESK_REQUESTS_PER_MINUTE",
    "60000",
    "The most requests of one key in a minute, on this node: HTTP requests and operations on WebSockets. 0 for no \
     limit.",
);

const COST: Setting<u64> = number::<6_000_000, 0, 4_000_000_000>(
    "LEDGERDESK_COST_PER_MINUTE",
    "6000000",
    "The most that the operations of one key may cost in a minute, on this node: one for each field that can be \
     answered, pages included; one operation may cost 50,000. 0 for no limit.",
);

/// An edition of GraphQL over HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpStatuses {
    /// What today's clients and their audits expect.
    Audited,
    /// The draft of August 2026.
    Draft,
}

/// What the GraphQL API offers.
#[derive(Debug, Clone)]
pub struct GraphqlConfig {
    /// Which statuses HTTP answers have.
    pub statuses: HttpStatuses,
    /// Whether queries may ask about the schema.
    pub introspection: bool,
    /// Whether there is a page to try queries in.
    pub graphiql: bool,
    /// The origins of web sites that may use the API, besides our own.
    pub allowed_origins: Vec<String>,
    /// The file of trusted documents; `None` for none.
    pub trusted_documents: Option<PathBuf>,
    /// Whether nothing else is served.
    pub trusted_documents_only: bool,
    /// The most requests of one key in a minute; `None` for no limit.
    pub requests_per_minute: Option<NonZeroU32>,
    /// The most cost of one key in a minute; `None` for no limit.
    pub cost_per_minute: Option<NonZeroU32>,
}

impl GraphqlConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let mut limit = |setting| u32::try_from(reader.read(setting)).ok().and_then(NonZeroU32::new);
        let (requests_per_minute, cost_per_minute) = (limit(&REQUESTS), limit(&COST));
        let config = Self {
            statuses: reader.read(&STATUSES),
            introspection: reader.read(&INTROSPECTION),
            graphiql: reader.read(&GRAPHIQL),
            allowed_origins: reader.read(&ALLOWED_ORIGINS),
            trusted_documents: reader.read(&TRUSTED_DOCUMENTS),
            trusted_documents_only: reader.read(&TRUSTED_DOCUMENTS_ONLY),
            requests_per_minute,
            cost_per_minute,
        };
        if config.trusted_documents_only && config.trusted_documents.is_none() {
            reader.fault(
                TRUSTED_DOCUMENTS_ONLY.name,
                "no_documents",
                format!("must be off, or {} must name a file", TRUSTED_DOCUMENTS.name),
            );
        }
        config
    }

    pub(super) fn lines() -> Vec<Line> {
        vec![
            (&STATUSES).into(),
            (&INTROSPECTION).into(),
            (&GRAPHIQL).into(),
            (&ALLOWED_ORIGINS).into(),
            (&TRUSTED_DOCUMENTS).into(),
            (&TRUSTED_DOCUMENTS_ONLY).into(),
            (&REQUESTS).into(),
            (&COST).into(),
        ]
    }
}

/// A scheme and an authority, as browsers write them: no path, not even a slash.
fn is_origin(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, authority)| {
        matches!(scheme, "http" | "https")
            && !authority.is_empty()
            && !authority.contains(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '@' | '*'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_browsers_write() {
        for right in ["https://desk.example.org", "http://localhost:3000", "http://[::1]:8080"] {
            assert!(is_origin(right), "{right}");
        }
        for wrong in ["", "*", "desk.example.org", "https://", "https://a/", "ftp://a", "https://*.a", "null"]
        {
            assert!(!is_origin(wrong), "{wrong}");
        }
    }
}
