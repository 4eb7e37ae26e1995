//! Identifiers: a type for each kind of thing, so that one cannot stand where another belongs.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The bare UUID, for storage and for the wire.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    };
}

id!(/// A workspace: the wall around one team's data.
    WorkspaceId);
id!(/// A consultation (ticket); also the id of its stream.
    ConsultationId);
id!(/// A client: a person or an organisation that asks; also the id of its stream.
    ClientId);
id!(/// A manager: a person who answers; also the id of its stream.
    ManagerId);
id!(/// One event in the log.
    EventId);
id!(/// A message from or to the client.
    MessageId);
id!(/// An internal note.
    NoteId);
id!(/// One handover of a consultation, from its request to its end.
    HandoverId);
id!(/// One redate: a consultation moved to another time.
    RedateId);
id!(/// One call attempt.
    CallId);
id!(/// One rating, with its revisions.
    RatingId);
id!(/// An entry of a catalog; also the id of its stream.
    CatalogEntryId);
id!(/// A saved view of a list.
    ViewId);
id!(/// The person whose key seals personal fields: a client, a manager, or, while nobody is known, the
    /// consultation itself.
    PersonId);

impl CatalogEntryId {
    /// The entry of this catalog with this id in the system that it comes from, whether it is there or not: the same
    /// at every time, and no other workspace's.
    pub fn of(workspace: WorkspaceId, kind: &str, external_id: &str) -> Self {
        // The name of a catalog has no colon.
        let name = format!("catalog:{}:{}", kind.trim(), external_id.trim());
        Self(Uuid::new_v5(&workspace.uuid(), name.as_bytes()))
    }
}

impl From<ClientId> for PersonId {
    fn from(id: ClientId) -> Self {
        Self(id.0)
    }
}

impl From<ManagerId> for PersonId {
    fn from(id: ManagerId) -> Self {
        Self(id.0)
    }
}

impl From<ConsultationId> for PersonId {
    fn from(id: ConsultationId) -> Self {
        Self(id.0)
    }
}
