//! `docs/permissions.md`, generated from the tables of roles, permissions and operations.

use std::{collections::BTreeSet, env, fmt::Write as _, fs, path::Path};

use ledgerdesk_infrastructure::auth::{Permission, Role};

use super::operations::{Kind, Need, need, operations};
use crate::graphql::schema::sdl;

const HEAD: &str = "# Who may do what

<!-- Generated from infrastructure/src/auth and api/src/graphql/access; `make docs` rewrites it, a test keeps it \
current. -->

Whoever asks has a role, and a role is a set of permissions. Every operation of the API needs one of them, or none. \
What is missing is answered with the code `FORBIDDEN`, and `extensions.permission` names it. \
[access.md](access.md) says how keys, roles of your own, sign-in and invitations work.
";

fn page() -> String {
    let mut page = HEAD.to_owned();
    let roles = Role::ALL.map(Role::as_str).join(" | ");
    let ruler = "---|".repeat(Role::ALL.len());
    let cells =
        |may: &dyn Fn(Role) -> bool| Role::ALL.map(|role| if may(role) { "✓" } else { "" }).join(" | ");
    let _ = write!(
        page,
        "\n## Roles and permissions\n\n| Permission | Allows to | {roles} |\n|---|---|{ruler}\n"
    );
    for permission in Permission::ALL {
        let (name, about) = (permission.as_str(), permission.about());
        let row = cells(&|role| role.permissions().contains(permission));
        let _ = writeln!(page, "| `{name}` | {about} | {row} |");
    }
    for (kind, title) in
        [(Kind::Query, "Queries"), (Kind::Mutation, "Mutations"), (Kind::Subscription, "Subscriptions")]
    {
        let _ = write!(page, "\n## {title}\n\n| Operation | Needs | {roles} |\n|---|---|{ruler}\n");
        for (_, name, need) in operations().filter(|(of, ..)| *of == kind) {
            let (text, row) = match need {
                Need::KeyInForce => ("a key in force".to_owned(), cells(&|_| true)),
                Need::OfTheThing => ("what seeing the thing needs".to_owned(), cells(&|_| true)),
                Need::One(permission) => (
                    format!("`{}`", permission.as_str()),
                    cells(&|role| role.permissions().contains(permission)),
                ),
            };
            let _ = writeln!(page, "| `{name}` | {text} | {row} |");
        }
    }
    page.push_str(TAIL);
    page
}

const TAIL: &str = "
## Below an operation

- What an operation's answer leads to needs its own permission: `consultation { client { name } }` needs \
`clients:read` as well, `assignee` needs `managers:read`.
- Without `personal:read`, every value that names or quotes a client reads as if it had been erased: null, or an \
empty list. It never leaves the database. Filters on such values are refused with `FORBIDDEN`. Names of managers \
are shown to whoever has `managers:read`.
- A scope of own consultations takes `events:read` away: the log is the whole workspace's.
";

fn fields(root: &str) -> BTreeSet<String> {
    let sdl = sdl();
    let (_, fields) = sdl.split_once(&format!("type {root} {{")).expect("a root");
    let (fields, _) = fields.split_once("\n}").expect("an end");
    // Without the descriptions: what stands between every other pair of quotes.
    let bare: String = fields.split("\"\"\"").step_by(2).collect();
    let lines = bare.lines().filter(|line| {
        line.starts_with('\t') && !line.starts_with("\t\t") && !line.starts_with("\t)") && line.len() > 1
    });
    lines.filter_map(|line| line.trim().split(['(', ':']).next().map(str::to_owned)).collect()
}

#[test]
fn every_operation_of_the_schema_names_what_it_needs_and_no_other_does() {
    for (kind, root) in
        [(Kind::Query, "Query"), (Kind::Mutation, "Mutation"), (Kind::Subscription, "Subscription")]
    {
        let offered = fields(root);
        assert!(offered.len() >= 2, "{offered:?}");
        for name in &offered {
            assert!(need(kind, name).is_some(), "{root}.{name} names no permission: add it to operations.rs");
        }
        let named: Vec<_> =
            operations().filter(|(of, ..)| *of == kind).map(|(_, name, _)| name.to_owned()).collect();
        assert_eq!(named.iter().cloned().collect::<BTreeSet<_>>(), offered, "{root}");
        assert_eq!(named.len(), offered.len(), "{root} names an operation twice");
    }
}

#[test]
fn the_page_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/permissions.md");
    let page = page();
    if env::var_os("LEDGERDESK_WRITE_DOCS").is_some() {
        fs::write(&path, &page).expect("the page can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/permissions.md is stale; `make docs` rewrites it");
}
