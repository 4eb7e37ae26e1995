//! pm4py (PyPI) in an environment of its own, as a separate program.

use std::{
    ffi::OsStr,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use serde_json::Value;

const PM4PY: &str = "2.7.23.11";
const JSONSCHEMA: &str = "4.26.0";

/// The Python that has pm4py, below the build directory; nothing where it cannot be installed.
fn python() -> Option<&'static Path> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    PYTHON.get_or_init(install).as_deref()
}

fn install() -> Option<PathBuf> {
    let here = std::env::current_exe().unwrap();
    let target = here.ancestors().find(|folder| folder.ends_with("target")).unwrap_or(Path::new("target"));
    let environment = target.join(format!("pm4py-{PM4PY}"));
    let (python, whole) = (environment.join("bin/python"), environment.join("whole"));
    if whole.exists() {
        return Some(python);
    }
    let packages = [format!("pm4py=={PM4PY}"), format!("jsonschema=={JSONSCHEMA}")];
    let made = Command::new("python3").args(["-m", "venv"]).arg(&environment).output();
    let installed = Command::new(environment.join("bin/pip")).args(["install", "-q"]).args(packages).output();
    if !made.is_ok_and(|made| made.status.success()) || !installed.is_ok_and(|done| done.status.success()) {
        return None;
    }
    std::fs::write(whole, "").unwrap();
    Some(python)
}

/// Whether pm4py is there; says loudly if not.
pub(crate) fn is_there(test: &str) -> bool {
    if python().is_none() {
        ledgerdesk_tests::skipped(test, &format!("pm4py {PM4PY} (PyPI)"));
    }
    python().is_some()
}

/// What `reference.py` answers; nothing for what answers nothing.
pub(crate) fn says<I: AsRef<OsStr>>(arguments: impl IntoIterator<Item = I>) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mining/reference.py");
    let output = Command::new(python().unwrap())
        .arg(script)
        .args(arguments)
        // Neither progress bars nor a welcome.
        .env("PM4PY_SHOW_PROGRESS_BAR", "False")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A file of the shared data, or a loud note that it is absent.
pub(crate) fn shared(test: &str, file: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("LEDGERDESK_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
    let path = shared.join("data").join(file);
    if !path.exists() {
        // Around the capture of the test runner: a skipped test must be seen.
        let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {} is absent", path.display());
        return None;
    }
    Some(path)
}

/// A folder that goes away with the test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let path = std::env::temp_dir().join(format!("ledgerdesk-mining-{}", ledgerdesk_tests::unique()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
