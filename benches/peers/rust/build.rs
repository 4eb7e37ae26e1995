//! Takes the schema of `disintegrate-postgres` out of its package, for servers before PostgreSQL 16: those do not
//! read the hexadecimal literal in one of its functions. Nothing but this literal is changed.

use std::{env, error::Error, fs, path::Path, process::Command};

/// In the order in which its `Migrator` runs them.
const FILES: [&str; 5] = [
    "seq_event_event_id.sql",
    "table_event.sql",
    "idx_event_type.sql",
    "fn_event_store_current_epoch.sql",
    "fn_event_store_begin_epoch.sql",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=Cargo.lock");
    let output = Command::new(env::var("CARGO")?)
        .args(["metadata", "--format-version=1", "--locked", "--offline"])
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let manifest = metadata["packages"]
        .as_array()
        .and_then(|packages| packages.iter().find(|package| package["name"] == "disintegrate-postgres"))
        .and_then(|package| package["manifest_path"].as_str())
        .ok_or("disintegrate-postgres is not among the packages")?;
    let folder = Path::new(manifest).with_file_name("src").join("event_store/sql");
    let mut schema = String::new();
    for file in FILES {
        schema.push_str(&fs::read_to_string(folder.join(file))?.replace("0xFFFFFFFF", "4294967295"));
        // Not each of them ends its statement.
        schema.push_str("\n;\n");
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("event_store.sql"), schema)?;
    Ok(())
}
