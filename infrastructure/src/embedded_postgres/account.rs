//! Which account the server runs as. PostgreSQL refuses root, so root lends it another one.

use std::{
    fs, io,
    os::unix::{self, fs::MetadataExt as _},
    path::Path,
    process::Stdio,
};

use tokio::process::Command;

use super::EmbeddedError;

/// The accounts that root tries, in this order.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

/// The account that owns the cluster and runs the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Account {
    /// Whoever runs us.
    Own,
    /// An unprivileged account, because root runs us.
    Other {
        /// Its name, for messages.
        name: String,
        /// Its user id.
        uid: u32,
        /// Its primary group.
        gid: u32,
    },
}

impl Account {
    /// Our own account, unless it is root. Then whoever owns the cluster, if there is one, or else the first
    /// of the unprivileged accounts that exists.
    pub(super) fn choose(cluster: Option<&Path>) -> Result<Self, EmbeddedError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Own);
        }
        if let Some(owner) = cluster.and_then(|cluster| fs::metadata(cluster).ok())
            && owner.uid() != 0
        {
            let name = format!("with the id {}", owner.uid());
            return Ok(Self::Other { name, uid: owner.uid(), gid: owner.gid() });
        }
        let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
        UNPRIVILEGED.iter().find_map(|name| Self::parse(&passwd, name)).ok_or(EmbeddedError::NoAccount)
    }

    fn parse(passwd: &str, name: &str) -> Option<Self> {
        let line = passwd.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        let (uid, gid) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        (uid != 0).then(|| Self::Other { name: name.to_owned(), uid, gid })
    }

    /// The user id, where it is not ours.
    pub(super) fn uid(&self) -> u32 {
        match self {
            Self::Own => rustix::process::geteuid().as_raw(),
            Self::Other { uid, .. } => *uid,
        }
    }

    /// Its name, for messages.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Own => "of this process",
            Self::Other { name, .. } => name,
        }
    }

    /// Makes the account the owner of a file or directory.
    pub(super) fn give(&self, path: &Path) -> Result<(), EmbeddedError> {
        match self {
            Self::Own => Ok(()),
            Self::Other { uid, gid, .. } => unix::fs::chown(path, Some(*uid), Some(*gid))
                .map_err(EmbeddedError::io("could not give to the server's account:", path)),
        }
    }

    /// A command that runs as this account in `dir`, in a process group of its own (the terminal's Ctrl-C is
    /// ours to handle) and with an environment that holds nothing but what PostgreSQL needs.
    pub(super) fn command(&self, program: &Path, dir: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(dir).process_group(0).stdin(Stdio::null());
        command.env_clear().env("LC_ALL", "C").env("TZ", "UTC");
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        if let Self::Other { uid, gid, .. } = self {
            command.uid(*uid).gid(*gid);
        }
        command
    }

    /// Whether the account can enter `dir`. Found out by doing it: modes alone do not tell (access lists,
    /// mounts, name spaces).
    pub(super) async fn enters(&self, dir: &Path) -> bool {
        if *self == Self::Own {
            return true;
        }
        let status = self.command(Path::new("/bin/sh"), dir).args(["-c", "exit 0"]).status().await;
        status.is_ok_and(|status| status.success())
    }

    /// Whether `dir` is a directory of this account that nobody else may enter.
    pub(super) fn owns_privately(&self, dir: &Path) -> io::Result<bool> {
        let meta = fs::symlink_metadata(dir)?;
        Ok(meta.is_dir() && meta.uid() == self.uid() && meta.mode() & 0o777 == 0o700)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\n\
                          nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin\n\
                          postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash\n";

    #[test]
    fn an_account_is_found_with_its_group() {
        let expected = Account::Other { name: "postgres".into(), uid: 101, gid: 104 };
        assert_eq!(Account::parse(PASSWD, "postgres"), Some(expected));
    }

    #[test]
    fn missing_broken_and_privileged_accounts_are_passed_over() {
        assert_eq!(Account::parse(PASSWD, "postgre"), None);
        assert_eq!(Account::parse(PASSWD, "root"), None);
        assert_eq!(Account::parse("postgres:x:many:104::/:/bin/sh", "postgres"), None);
        assert_eq!(Account::parse("postgres", "postgres"), None);
    }
}
