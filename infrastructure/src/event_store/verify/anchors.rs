//! Where a proof finds signed statements about the log.

use std::{fs, path::PathBuf};

use super::LinkEnd;
use crate::{crypto::PublicKey, event_store::checkpoint::Checkpoint};

/// Where signed statements are.
#[derive(Debug, Clone)]
pub enum Anchors {
    /// Nowhere.
    None,
    /// This one.
    One(Box<Checkpoint>),
    /// In a directory where a node writes them, signed with this key.
    Kept {
        /// The directory.
        directory: PathBuf,
        /// The key.
        key: Box<PublicKey>,
    },
}

impl Anchors {
    /// The first statement of this epoch at or behind a position.
    pub(super) async fn behind(&self, epoch: i32, position: i64) -> Result<Option<Checkpoint>, LinkEnd> {
        let (directory, key) = match self {
            Self::None => return Ok(None),
            Self::One(checkpoint) => {
                let is_behind = checkpoint.statement.head.position >= position;
                return Ok(is_behind.then(|| (**checkpoint).clone()));
            }
            Self::Kept { directory, key } => (directory.clone(), **key),
        };
        let read = tokio::task::spawn_blocking(move || {
            // A directory that is not there yet holds none.
            let names =
                fs::read_dir(&directory).into_iter().flatten().flatten().map(|entry| entry.file_name());
            let positions = names.filter_map(|name| stated_position(name.to_str()?, epoch));
            let nearest = positions.filter(|stated| *stated >= position).min();
            let path =
                nearest.map(|stated| directory.join(format!("checkpoint-e{epoch}-p{stated:012}.json")));
            path.map(|path| Checkpoint::read(&path, &key)).transpose()
        });
        match read.await {
            Ok(Ok(found)) => Ok(found),
            Ok(Err(error)) => Err(LinkEnd::Refused { code: error.code(), message: error.to_string() }),
            Err(error) => Err(LinkEnd::Refused { code: "checkpoint_io", message: error.to_string() }),
        }
    }
}

/// The position in the name of a checkpoint's file.
fn stated_position(name: &str, epoch: i32) -> Option<i64> {
    let rest = name.strip_prefix(&format!("checkpoint-e{epoch}-p"))?;
    let digits = rest.strip_suffix(".json")?;
    digits.parse().ok().filter(|position: &i64| format!("{position:012}") == digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoints_file_tells_its_epoch_and_position() {
        assert_eq!(stated_position("checkpoint-e1-p000000004711.json", 1), Some(4711));
        assert_eq!(stated_position("checkpoint-e1-p4711.json", 1), None);
        assert_eq!(stated_position("checkpoint-e2-p000000004711.json", 1), None);
        assert_eq!(stated_position("checkpoint-e1-p000000004711.part-7", 1), None);
        assert_eq!(stated_position("notes.txt", 1), None);
    }
}
