//! What a start says: where it serves, with which key, and a first query to paste.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::cli::first_start::Opening;

const QUERY: &str = "{ consultations(first: 3) { totalCount nodes { id topic status } } }";

/// The greeting. The key itself is shown by the start that created it, and by no other.
pub(super) fn text(address: SocketAddr, opening: &Opening) -> String {
    let base = format!("http://{}", reachable(address));
    let file = opening.key_file.as_ref().map(|file| quoted(&file.to_string_lossy()));
    let mut lines = vec![format!("Ledgerdesk serves on {base}"), String::new()];
    if let Some(key) = &opening.new_key {
        lines.push(format!("  Owner key   {}", key.reveal()));
        lines.push(match &file {
            Some(file) => format!("              (kept in {file}, readable by you alone)"),
            None => "              (shown this once; `ledgerdesk keys create` makes others)".to_owned(),
        });
    } else if let Some(file) = &file {
        lines.push(format!("  Owner key   in {file}"));
    }
    lines.push(format!("  GraphiQL    {base}/graphiql"));
    let bearer = match (&file, &opening.new_key) {
        (Some(file), _) => format!("$(cat {file})"),
        (None, Some(key)) => key.reveal().to_owned(),
        (None, None) => "$LEDGERDESK_KEY".to_owned(),
    };
    lines.extend([
        String::new(),
        "A first query to paste:".to_owned(),
        String::new(),
        format!("  curl -s {base}/graphql \\"),
        format!("    -H \"Authorization: Bearer {bearer}\" \\"),
        "    -H 'Content-Type: application/json' \\".to_owned(),
        format!("    -d '{{\"query\": \"{QUERY}\"}}'"),
        String::new(),
    ]);
    lines.join("\n")
}

/// An address that a browser on this machine can open: "everywhere" is none.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    let plain = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._/".contains(&byte));
    if plain { path.to_owned() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use ledgerdesk_infrastructure::auth::KeySecret;

    use super::*;

    fn opening(key: Option<KeySecret>, file: Option<&str>) -> Opening {
        Opening { new_key: key, key_file: file.map(Into::into) }
    }

    fn greet(opening: &Opening) -> String {
        text(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 8080)), opening)
    }

    #[test]
    fn the_key_is_shown_by_the_start_that_made_it_and_found_again_by_the_next() {
        let key = KeySecret::generate();
        let first = greet(&opening(Some(key.clone()), Some(".ledgerdesk/owner.key")));
        assert!(first.contains(key.reveal()), "{first}");
        let next = greet(&opening(None, Some(".ledgerdesk/owner.key")));
        assert!(next.contains("Bearer $(cat .ledgerdesk/owner.key)"), "{next}");
    }

    #[test]
    fn the_address_is_one_that_can_be_opened() {
        assert!(greet(&opening(None, None)).contains("http://127.0.0.1:8080/graphiql"));
    }

    #[test]
    fn the_query_survives_a_path_with_a_quote() {
        let said = greet(&opening(None, Some("it's here/owner.key")));
        assert!(said.contains(r"$(cat 'it'\''s here/owner.key')"), "{said}");
    }
}
