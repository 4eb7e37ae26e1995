//! A disk that can be filled up.

use std::{
    fs::{self, File},
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

use crate::unique;

/// What is written at a time to fill it.
static BLOCK: [u8; 64 * 1024] = [0; 64 * 1024];

/// A small file system in memory, mounted for as long as this lives.
pub struct Disk(PathBuf);

impl Disk {
    /// Mounts one of so many megabytes; nothing where this user may not mount.
    ///
    /// # Panics
    /// If there is no directory to mount it on.
    pub fn mount(megabytes: u32) -> Option<Self> {
        let place = std::env::temp_dir().join(format!("ledgerdesk-disk-{}", unique()));
        fs::create_dir(&place).expect("a directory can be made");
        let size = format!("size={megabytes}m,mode=755");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&place).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(place));
        }
        fs::remove_dir(&place).expect("it is empty");
        None
    }

    /// Where it is mounted.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes until there is no room left.
    ///
    /// # Panics
    /// If writing ends for another reason.
    pub fn fill(&self) {
        let mut ballast = File::create(self.ballast()).expect("the file can be made");
        let mut block = BLOCK.as_slice();
        while !block.is_empty() {
            match ballast.write(block) {
                Ok(_) => {}
                // What is left is less than a block.
                Err(error) if error.kind() == ErrorKind::StorageFull => block = &block[..block.len() / 2],
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// Makes room again.
    ///
    /// # Panics
    /// If it was not filled.
    pub fn clear(&self) {
        fs::remove_file(self.ballast()).expect("it was filled");
    }

    fn ballast(&self) -> PathBuf {
        self.0.join("ballast")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Also under a server that a failed test has left behind.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
        let _ = fs::remove_dir(&self.0);
    }
}
