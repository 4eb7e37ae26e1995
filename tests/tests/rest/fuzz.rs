//! Schemathesis over the OpenAPI document: requests that it allows and requests that it does not, and whether every
//! answer is one that it describes. A refusal without a code does not fit its schema, so it is found, too. And over the
//! GraphQL schema: whether every operation answers whatever fits its types, and every error has a code.
//!
//! `LEDGERDESK_FUZZ_EXAMPLES=1000` asks for so many examples per operation, with two seeds side by side.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use futures_util::future::join_all;
use serde_json::json;
use tokio::process::Command;

use crate::http::Rest;

const VERSION: &str = "4.32.5";

/// Schemathesis in an environment of its own below the build directory; nothing where it cannot be installed.
async fn schemathesis() -> Option<PathBuf> {
    let here = std::env::current_exe().unwrap();
    let target = here.ancestors().find(|folder| folder.ends_with("target")).unwrap_or(Path::new("target"));
    let environment = target.join(format!("schemathesis-{VERSION}"));
    let (program, whole) = (environment.join("bin/schemathesis"), environment.join("whole"));
    if whole.exists() {
        return Some(program);
    }
    let steps = [
        ("python3".into(), vec!["-m".to_owned(), "venv".to_owned(), environment.display().to_string()]),
        (
            environment.join("bin/pip"),
            vec!["install".to_owned(), "-q".to_owned(), format!("schemathesis=={VERSION}")],
        ),
    ];
    for (step, arguments) in steps {
        let done = Command::new(step).args(arguments).output().await;
        if !done.is_ok_and(|output| output.status.success()) {
            return None;
        }
    }
    std::fs::write(whole, "").unwrap();
    Some(program)
}

/// One run of all operations; what it said if it found something.
async fn run(
    program: &Path,
    rest: &Rest,
    id: Option<&str>,
    examples: &str,
    seed: &str,
) -> Result<(), String> {
    // Random ids are another case than ids of something that is there.
    let folder = std::env::temp_dir().join(format!("ledgerdesk-fuzz-{}", ledgerdesk_tests::unique()));
    std::fs::create_dir(&folder).unwrap();
    let config = folder.join("schemathesis.toml");
    let known = id.map(|id| format!("[parameters]\n\"path.id\" = \"{id}\"\n\"path.kind\" = \"section\"\n"));
    // A body that breaks a limit on a text and the one on bodies is refused for the latter; schemathesis does not count
    // 413 as a refusal unless told.
    let refusals = "[checks.negative_data_rejection]\n\
                    expected-statuses = [400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422]\n";
    std::fs::write(&config, known.unwrap_or_default() + refusals).unwrap();
    let output = Command::new(program)
        .arg("--config-file")
        .arg(&config)
        .args(["run", &format!("http://{}/api/openapi.json", rest.app.address)])
        .args(["--max-examples", examples, "--seed", seed])
        .args(["--header", &format!("Authorization: Bearer {}", rest.key)])
        .args(["--suppress-health-check", "all", "--exclude-checks", "positive_data_acceptance"])
        .args(["--no-color", "--warnings", "off"])
        .current_dir(&folder)
        .output()
        .await
        .unwrap();
    std::fs::remove_dir_all(folder).unwrap();
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_one_that_the_document_describes() {
    let Some(program) = schemathesis().await else {
        ledgerdesk_tests::skipped("the fuzzing of the REST paths", &format!("schemathesis {VERSION} (PyPI)"));
        return;
    };
    let rest = Rest::start().await;
    let made = rest.open("a").await;
    let appointment = json!({ "consultationId": made["id"], "appointedFor": "2030-01-01T10:00:00Z" });
    rest.mutate("appointConsultation", appointment).await;
    let call = json!({
        "consultationId": made["id"], "direction": "OUTBOUND", "outcome": "BUSY", "startedAt": "2026-01-01T09:00:00Z",
    });
    rest.mutate("logCall", call).await;
    let section = json!({ "kind": "section", "externalId": "1", "title": "Printing" });
    rest.mutate("putCatalogEntry", section).await;
    let asked = std::env::var("LEDGERDESK_FUZZ_EXAMPLES").ok();
    let examples = asked.as_deref().unwrap_or("10");
    let seeds: &[&str] = if asked.is_some() { &["1", "2"] } else { &["1"] };
    let id = made["id"].as_str().unwrap();
    for id in [Some(id), None] {
        let runs = seeds.iter().map(|seed| run(&program, &rest, id, examples, seed));
        for (seed, found) in seeds.iter().zip(join_all(runs).await) {
            if let Err(found) = found {
                panic!("seed {seed}, known id {id:?}: {found}");
            }
        }
    }
    rest.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_answers_whatever_fits_its_types() {
    let Some(program) = schemathesis().await else {
        ledgerdesk_tests::skipped("the fuzzing of GraphQL", &format!("schemathesis {VERSION} (PyPI)"));
        return;
    };
    let rest = Rest::start().await;
    let made = rest.open("a").await;
    let client = rest.mutate("registerClient", json!({ "kind": "PERSON", "name": "Ivan" })).await;
    let manager = rest.mutate("registerManager", json!({ "name": "Olga", "capacity": 5 })).await;
    let asked = std::env::var("LEDGERDESK_FUZZ_EXAMPLES").ok();
    let examples = asked.as_deref().unwrap_or("5");
    let seeds: &[&str] = if asked.is_some() { &["1", "2"] } else { &["1"] };
    let runs = seeds.iter().map(|seed| {
        Command::new(program.with_file_name("python"))
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rest/fuzz_graphql.py"))
            .args([&format!("http://{}/graphql", rest.app.address), &rest.key, examples, seed])
            .args([&made["id"], &client["createdId"], &manager["createdId"]].map(|id| id.as_str().unwrap()))
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap()
            .wait_with_output()
    });
    for output in join_all(runs).await {
        let output = output.unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}");
        eprint!("{said}");
    }
    rest.app.stop().await;
}
