//! `docs/configuration.md`, generated from the declarations.

use std::fmt::Write as _;

use super::{
    AccessConfig, CheckpointsConfig, DatabaseConfig, GraphqlConfig, HttpConfig, KeysConfig, LimitsConfig,
    LogConfig, ReadLogConfig, SubscriptionsConfig, setting::Line,
};

const HEAD: &str = "# Configuration

<!-- Generated from infrastructure/src/config; `make docs` rewrites it, a test keeps it current. -->

Every setting is an environment variable; where a person types it, it is a flag as well (`ledgerdesk --help`), and \
the flag wins. An empty value counts as none. All faults are reported at once, each with a stable code; \
`ledgerdesk config check` looks without starting anything. A variable `LEDGERDESK_…` that is not in this list is \
refused, because it is most likely misspelt.
";

fn sections() -> [(&'static str, Vec<Line>); 10] {
    [
        ("Database", DatabaseConfig::lines()),
        ("Keys", KeysConfig::lines()),
        ("Sign-in", AccessConfig::lines()),
        ("Serving", HttpConfig::lines()),
        ("GraphQL", GraphqlConfig::lines()),
        ("Limits of a request", LimitsConfig::lines()),
        ("Subscriptions", SubscriptionsConfig::lines()),
        ("Checkpoints", CheckpointsConfig::lines()),
        ("Who read what", ReadLogConfig::lines()),
        ("Log", LogConfig::lines()),
    ]
}

/// The names of all settings.
pub(super) fn names() -> Vec<&'static str> {
    sections().into_iter().flat_map(|(_, lines)| lines).map(|line| line.name).collect()
}

/// The page about the settings.
pub fn markdown() -> String {
    let mut page = HEAD.to_owned();
    for (title, lines) in sections() {
        let _ =
            write!(page, "\n## {title}\n\n| Setting | Default | Value | What it does |\n|---|---|---|---|\n");
        for Line { name, about, default, expected } in lines {
            let default = if default.is_empty() { "none".to_owned() } else { format!("`{default}`") };
            let expected = expected.replace('|', "\\|");
            let _ = writeln!(page, "| `{name}` | {default} | {expected} | {about} |");
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs};

    use super::*;

    const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/configuration.md");

    #[test]
    fn the_page_is_current() {
        let page = markdown();
        if std::env::var_os("LEDGERDESK_WRITE_DOCS").is_some() {
            fs::write(PAGE, &page).unwrap();
        }
        let written = fs::read_to_string(PAGE).unwrap_or_default();
        assert!(written == page, "docs/configuration.md is stale; `make docs` rewrites it");
    }

    #[test]
    fn no_name_is_given_twice() {
        let names = names();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    }
}
