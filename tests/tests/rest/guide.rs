//! The examples of `docs/rest.md`, run as they stand there.

use std::{path::Path, process::Stdio};

use serde_json::json;
use tokio::process::Command;

use crate::http::Rest;

/// The blocks of the page that a reader would type.
fn script() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/rest.md");
    let page = std::fs::read_to_string(path).unwrap();
    page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default()).collect()
}

#[tokio::test]
async fn the_examples_of_the_page_do_what_it_says() {
    let has = |program: &str| {
        let found = std::process::Command::new(program).arg("--version").stdout(Stdio::null()).status();
        found.is_ok_and(|status| status.success())
    };
    for program in ["bash", "curl", "jq"] {
        if !has(program) {
            ledgerdesk_tests::skipped("the examples of docs/rest.md", program);
            return;
        }
    }
    let rest = Rest::start().await;
    let section = json!({ "kind": "section", "externalId": "000000017", "title": "Printing" });
    rest.mutate("putCatalogEntry", section).await;
    let folder = std::env::temp_dir().join(format!("ledgerdesk-guide-{}", ledgerdesk_tests::unique()));
    std::fs::create_dir(&folder).unwrap();
    // What a terminal would show as an error ends the script.
    let strict =
        "set -euo pipefail\ncurl() { command curl --silent --show-error --fail-with-body \"$@\"; }\n";
    let script = format!("{strict}{}", script());
    assert!(script.matches("curl ").count() >= 8, "{script}");
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(&folder)
        .env("LEDGERDESK", format!("http://{}", rest.app.address))
        .env("KEY", &rest.key)
        .output()
        .await
        .unwrap();
    let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{error}");
    for shown in [
        "\"uuid\":",
        "\"topic\": \"The printer prints stripes\"",
        "\"contract\": \"K-17\"",
        "\"STATUS\",null,\"QUEUED\"",
        "304",
        "\"holds\": true",
        "\"active\": true",
    ] {
        assert!(out.contains(shown), "{shown} is missing: {out}");
    }
    let copy = std::fs::read_to_string(folder.join("section.json")).unwrap();
    assert!(copy.contains("Printing"), "{copy}");
    std::fs::remove_dir_all(folder).unwrap();
    rest.app.stop().await;
}
