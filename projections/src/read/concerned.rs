//! Whose personal data a row holds: what is noted when such a row is shown.

use ledgerdesk_domain::id::{ClientId, ConsultationId, ManagerId, PersonId};

/// Whose personal data a row holds. Nothing of it is set for a row that has none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Concerned {
    /// The consultation that it belongs to.
    pub consultation: Option<ConsultationId>,
    /// The client.
    pub client: Option<ClientId>,
    /// The manager.
    pub manager: Option<ManagerId>,
}

impl Concerned {
    /// Nobody: the row has no personal data.
    pub const NOBODY: Self = Self { consultation: None, client: None, manager: None };

    /// The client of a consultation. As long as nobody knows them, the person is the consultation itself.
    pub fn in_consultation(consultation: ConsultationId, person: PersonId) -> Self {
        let client = (person.uuid() != consultation.uuid()).then_some(ClientId(person.uuid()));
        Self { consultation: Some(consultation), client, manager: None }
    }

    /// A client.
    pub const fn client(client: ClientId) -> Self {
        Self { client: Some(client), ..Self::NOBODY }
    }

    /// A manager.
    pub const fn manager(manager: ManagerId) -> Self {
        Self { manager: Some(manager), ..Self::NOBODY }
    }
}
