//! One hash over the ends of all workspaces.

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::WorkspaceEnd;
use crate::event_store::canonical::{GENESIS, Hash, push_hex, push_number};

/// The root of the Merkle tree over these ends, which are sorted by workspace: leaves are
/// SHA-256(0 ‖ leaf line), inner nodes SHA-256(1 ‖ left ‖ right), a node without a partner moves up as it is.
pub(super) fn root(ends: &[WorkspaceEnd]) -> Hash {
    let mut level: Vec<Hash> = ends.iter().map(leaf).collect();
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => tagged(1, &[left, right]),
                [alone, ..] => *alone,
                [] => GENESIS,
            })
            .collect();
    }
    level.first().copied().unwrap_or(GENESIS)
}

/// The leaf line is `["workspace id",sequence,"hash in hex"]`.
fn leaf(end: &WorkspaceEnd) -> Hash {
    let mut line = String::with_capacity(128);
    line.push_str(r#"[""#);
    line.push_str(end.workspace_id.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
    line.push_str(r#"","#);
    push_number(&mut line, end.sequence);
    line.push_str(r#",""#);
    push_hex(&mut line, &end.hash);
    line.push_str(r#""]"#);
    tagged(0, &[line.as_bytes()])
}

fn tagged(tag: u8, parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([tag]);
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(number: u128) -> WorkspaceEnd {
        WorkspaceEnd { workspace_id: Uuid::from_u128(number), sequence: 3, hash: [7; 32] }
    }

    #[test]
    fn a_node_without_a_partner_moves_up() {
        let [a, b, c] = [1, 2, 3].map(|number| leaf(&end(number)));
        assert_eq!(root(&[end(1)]), a);
        assert_eq!(root(&[end(1), end(2), end(3)]), tagged(1, &[&tagged(1, &[&a, &b]), &c]));
    }

    #[test]
    fn every_number_of_every_end_counts() {
        let whole = root(&[end(1), end(2)]);
        assert_ne!(root(&[end(2), end(1)]), whole);
        assert_ne!(root(&[end(1)]), whole);
        assert_ne!(root(&[end(1), WorkspaceEnd { sequence: 4, ..end(2) }]), whole);
        assert_ne!(root(&[end(1), WorkspaceEnd { hash: [8; 32], ..end(2) }]), whole);
    }
}
