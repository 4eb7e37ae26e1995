//! What each operation needs: the only table of it. An operation that is not in it is refused, and a test names it.

use std::{collections::HashMap, sync::LazyLock};

use ledgerdesk_infrastructure::auth::Permission::{
    self, AccessRead, CatalogsRead, CatalogsWrite, ClientsRead, ClientsWrite, ConsultationsAssign,
    ConsultationsRead, ConsultationsWrite, EventsRead, KeysManage, ManagersRead, ManagersWrite,
    MembersManage, PersonalRead, PersonsErase, RolesManage, StatusRead, WorkspaceConfigure,
};

use Need::{KeyInForce, OfTheThing, One};

/// What an operation needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// A key in force, whatever it allows.
    KeyInForce,
    /// What seeing a thing of its kind needs; the kind is in the id, and the loaders look at it.
    OfTheThing,
    /// This permission.
    One(Permission),
}

/// A kind of operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Asks.
    Query,
    /// Changes.
    Mutation,
    /// Follows.
    Subscription,
}

type Table = &'static [(Need, &'static [&'static str])];

const QUERIES: Table = &[
    (KeyInForce, &["me"]),
    (OfTheThing, &["node", "nodes"]),
    (
        One(ConsultationsRead),
        &[
            "consultation",
            "consultationDiff",
            "consultations",
            "consultationCounts",
            "messages",
            "history",
            "views",
            "handovers",
            "redates",
            "calls",
            "ratings",
            "processMining",
            "analytics",
            "deadlines",
        ],
    ),
    // What is found tells what is written in it.
    (One(PersonalRead), &["search", "searchConsultations"]),
    (One(ClientsRead), &["client", "clients"]),
    (One(ConsultationsRead), &["calendars", "slaTables"]),
    (One(ManagersRead), &["manager", "managers"]),
    (One(CatalogsRead), &["catalogEntry", "catalogs", "catalogRevision"]),
    (One(EventsRead), &["events", "verify"]),
    (One(StatusRead), &["logHead", "projections"]),
    (
        One(AccessRead),
        &["roles", "apiKeys", "sessions", "invitations", "accessLog", "configurationLog", "disclosures"],
    ),
];

const MUTATIONS: Table = &[
    (
        One(ConsultationsWrite),
        &[
            "saveView",
            "deleteView",
            "openConsultation",
            "changeConsultationDetails",
            "changePriority",
            "changeTags",
            "setCustomAttributes",
            "linkExternalReference",
            "startConsultation",
            "waitForClient",
            "putOnHold",
            "resumeConsultation",
            "resolveConsultation",
            "reopenConsultation",
            "closeConsultation",
            "closeConsultations",
            "prioritizeConsultations",
            "tagConsultations",
            "cancelConsultation",
            "receiveMessage",
            "sendMessage",
            "addNote",
            "appointConsultation",
            "redateConsultation",
            "logCall",
            "requestHandover",
            "acceptHandover",
            "declineHandover",
            "expireHandover",
            "resolveHandover",
            "returnHandover",
            "requestRating",
            "submitRating",
            "reviseRating",
            "setTyping",
            "setPresence",
        ],
    ),
    (
        One(ConsultationsAssign),
        &[
            "assignConsultation",
            "assignConsultations",
            "unassignConsultation",
            "offerHandover",
            "mergeConsultation",
            "unmergeConsultation",
        ],
    ),
    (
        One(ClientsWrite),
        &["registerClient", "changeClientDetails", "changeClientContacts", "linkClientReference"],
    ),
    (One(PersonsErase), &["eraseClient", "eraseManager"]),
    (
        One(ManagersWrite),
        &[
            "registerManager",
            "changeManagerDetails",
            "changeManagerSkills",
            "changeManagerCapacity",
            "changeManagerAvailability",
            "linkManagerReference",
            "deactivateManager",
        ],
    ),
    (
        One(CatalogsWrite),
        &[
            "defineCatalogEntry",
            "putCatalogEntry",
            "changeCatalogEntry",
            "retireCatalogEntry",
            "restoreCatalogEntry",
        ],
    ),
    (
        One(WorkspaceConfigure),
        &[
            "changeWorkspaceSettings",
            "publishQuestionnaire",
            "publishCalendar",
            "importHolidays",
            "publishSlaPolicies",
        ],
    ),
    (One(KeysManage), &["createApiKey", "revokeApiKey", "revokeSession"]),
    (One(MembersManage), &["inviteMember", "revokeInvitation"]),
    // Whoever has the link may use it; it is good for nothing else.
    (KeyInForce, &["acceptInvitation"]),
    (One(RolesManage), &["defineRole", "changeRole", "deleteRole"]),
];

const SUBSCRIPTIONS: Table = &[
    (One(EventsRead), &["events"]),
    (
        One(ConsultationsRead),
        &[
            "consultationChanged",
            "consultationsChanged",
            "handoversChanged",
            "queueCounts",
            "analyticsChanged",
            "typing",
        ],
    ),
    (One(ManagersRead), &["presence"]),
    (One(StatusRead), &["projectionLag"]),
];

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Query, Self::Mutation, Self::Subscription];

    const fn table(self) -> Table {
        match self {
            Self::Query => QUERIES,
            Self::Mutation => MUTATIONS,
            Self::Subscription => SUBSCRIPTIONS,
        }
    }
}

/// Every operation with what it needs, in the order of the table.
pub fn operations() -> impl Iterator<Item = (Kind, &'static str, Need)> {
    Kind::ALL.into_iter().flat_map(|kind| {
        let rows = kind.table().iter();
        rows.flat_map(move |(need, names)| names.iter().map(move |name| (kind, *name, *need)))
    })
}

/// What an operation needs; nothing if it is in no table.
pub fn need(kind: Kind, name: &str) -> Option<Need> {
    static NEEDS: LazyLock<HashMap<(Kind, &str), Need>> =
        LazyLock::new(|| operations().map(|(kind, name, need)| ((kind, name), need)).collect());
    NEEDS.get(&(kind, name)).copied()
}
