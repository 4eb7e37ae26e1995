//! How far a reader sees: one workspace, perhaps only some of its consultations, perhaps nobody's personal data.
//!
//! Every statement begins with it ([`super::Conditions`]), so that a list, its count, its pages and what hangs below
//! it agree, and what is out of reach is never read.

use ledgerdesk_domain::id::{ManagerId, WorkspaceId};
use sqlx::{Postgres, QueryBuilder};

/// How far a reader sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reach {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Only these consultations and what belongs to them; all if nothing is said.
    pub own: Option<Own>,
    /// Whether names, numbers, addresses and texts are shown; if not, they read as if they were erased.
    pub personal: bool,
}

/// The consultations of one manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Own {
    /// Who holds them; nobody holds any for a reader who is no manager.
    pub manager: Option<ManagerId>,
    /// Also those that wait in the queue and are nobody's.
    pub queued: bool,
}

impl Reach {
    /// Everything in a workspace.
    pub const fn whole(workspace: WorkspaceId) -> Self {
        Self { workspace, own: None, personal: true }
    }
}

/// How the rows of a table belong to consultations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belonging {
    /// A row is a consultation as the list has it.
    Itself,
    /// A row belongs to the consultation in this column.
    Consultation(&'static str),
    /// A row is a client, who is seen with any of their consultations. One who never had any is nobody's yet, and
    /// seen: whoever registers a client opens the consultation next.
    Client,
    /// A row belongs to the whole workspace.
    Workspace,
}

impl Belonging {
    /// Adds the condition that a row of `t` is in reach.
    pub(crate) fn restrict(self, sql: &mut QueryBuilder<Postgres>, own: Option<Own>) {
        let Some(own) = own else { return };
        let outer = match self {
            Self::Workspace => return,
            Self::Itself => return own.holds(sql, "t"),
            Self::Consultation(column) => column,
            Self::Client => "id",
        };
        let inner = if self == Self::Client { "client_id" } else { "id" };
        let of_row = format!(
            "exists (select from read.consultation_list own where own.workspace_id = t.workspace_id \
             and own.{inner} = t.{outer}"
        );
        sql.push(" and (").push(&of_row);
        own.holds(sql, "own");
        sql.push(")");
        if self == Self::Client {
            sql.push(" or not ").push(&of_row).push(")");
        }
        sql.push(")");
    }
}

impl Own {
    fn holds(self, sql: &mut QueryBuilder<Postgres>, table: &'static str) {
        sql.push(format_args!(" and ({table}.assignee = ")).push_bind(self.manager.map(ManagerId::uuid));
        if self.queued {
            sql.push(format_args!(" or ({table}.assignee is null and {table}.status = 'QUEUED')"));
        }
        sql.push(")");
    }
}
