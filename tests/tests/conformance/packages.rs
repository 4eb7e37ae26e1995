//! Packages of npm, installed once into `target/`, exactly as their lock files have them.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::OnceLock,
};

/// What npm says where it cannot reach its registry.
const UNREACHABLE: [&str; 7] = [
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "ENETUNREACH",
    "ETIMEDOUT",
    "ERR_SOCKET_TIMEOUT",
];

type Installed = OnceLock<Result<PathBuf, &'static str>>;

/// A directory with the scripts of `tests/js` and the packages that they use. Nothing, said loudly, where they cannot
/// be had.
pub(crate) fn transports(test: &str) -> Option<&'static Path> {
    static INSTALLED: Installed = OnceLock::new();
    said(test, INSTALLED.get_or_init(|| install("js", "js")))
}

/// The same for `tests/js/contract`, with the schema beside it.
pub(crate) fn contract(test: &str) -> Option<&'static Path> {
    static INSTALLED: Installed = OnceLock::new();
    said(
        test,
        INSTALLED.get_or_init(|| {
            let directory = install("js/contract", "js-contract")?;
            let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/schema.graphql");
            fs::copy(schema, directory.join("schema.graphql")).unwrap();
            Ok(directory)
        }),
    )
}

fn said(test: &str, installed: &'static Result<PathBuf, &'static str>) -> Option<&'static Path> {
    match installed {
        Ok(directory) => Some(directory),
        Err(missing) => {
            ledgerdesk_tests::skipped(test, missing);
            None
        }
    }
}

fn install(from: &str, to: &str) -> Result<PathBuf, &'static str> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join(from);
    let exe = std::env::current_exe().unwrap();
    let directory = exe.ancestors().nth(3).unwrap().join(to);
    copy(&sources, &directory);
    // What was installed for another lock file is installed anew.
    let lock = fs::read(sources.join("package-lock.json")).unwrap();
    let stamp = directory.join("installed-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(directory);
    }
    let npm = Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&directory).output();
    let output = match npm {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err("npm"),
        output => output.unwrap(),
    };
    if output.status.success() {
        fs::write(stamp, lock).unwrap();
        return Ok(directory);
    }
    let said = text(&output);
    assert!(UNREACHABLE.iter().any(|code| said.contains(code)), "npm ci failed: {said}");
    Err("the registry of npm")
}

/// Copies the files of a directory and of those below it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Everything that a command said.
pub(crate) fn text(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text)).concat()
}
