//! The schema as the compilers and linters of others see it.

use std::{path::Path, process::Command};

use crate::packages::{contract, text};

/// Runs a tool of the installed packages to a good end; what it said.
fn done(directory: &Path, tool: &str, arguments: &[&str]) -> String {
    let output = Command::new(directory.join("node_modules/.bin").join(tool))
        .args(arguments)
        .current_dir(directory)
        .output();
    let output = output.unwrap();
    let said = text(&output);
    assert!(output.status.success(), "{tool} {arguments:?}: {said}");
    said
}

#[test]
fn the_schema_follows_the_recommended_rules_and_those_of_relay() {
    let Some(directory) = contract("graphql-eslint") else { return };
    done(directory, "eslint", &["--max-warnings", "0", "schema.graphql"]);
}

#[test]
fn the_operations_of_a_front_end_compile_to_strict_types() {
    let Some(directory) = contract("graphql-codegen") else { return };
    done(directory, "graphql-codegen", &["--config", "codegen.mjs"]);
    done(directory, "tsc", &["--project", "."]);
}

#[test]
fn relay_pages_through_connections() {
    let Some(directory) = contract("relay-compiler") else { return };
    let generated = directory.join("relay/__generated__");
    if generated.exists() {
        std::fs::remove_dir_all(&generated).unwrap();
    }
    let said = done(directory, "relay-compiler", &[]);
    for query in ["QueuePageQuery", "QueueConversationQuery"] {
        assert!(generated.join(format!("{query}.graphql.ts")).exists(), "{said}");
    }
}

#[test]
fn the_operations_fit_the_schema_and_nothing_in_it_breaks_them() {
    let Some(directory) = contract("graphql-inspector") else { return };
    done(
        directory,
        "graphql-inspector",
        &["validate", "operations/*.graphql", "schema.graphql", "--maxDepth", "8"],
    );
}

#[test]
fn nothing_that_the_last_release_promised_is_gone() {
    const NAME: &str = "nothing_that_the_last_release_promised_is_gone";
    let git = |arguments: &[&str]| {
        let output =
            Command::new("git").args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().ok()?;
        output.status.success().then(|| String::from_utf8(output.stdout).ok()).flatten()
    };
    let Some(release) = git(&["describe", "--tags", "--abbrev=0"]) else {
        return ledgerdesk_tests::skipped(NAME, "a tag of a release");
    };
    let Some(directory) = contract("graphql-inspector") else { return };
    let released = git(&["show", &format!("{}:api/schema.graphql", release.trim())]).unwrap();
    std::fs::write(directory.join("released.graphql"), released).unwrap();
    done(directory, "graphql-inspector", &["diff", "released.graphql", "schema.graphql"]);
}
