//! What can be allowed, one by one.

use serde::{Deserialize, Serialize};

/// What can be allowed. The names are permanent; what needs which is in the API's table of operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum Permission {
    /// See consultations and all the work with them.
    ConsultationsRead,
    /// Work with consultations: open, change, write, call, redate, hand over, rate, close.
    ConsultationsWrite,
    /// Decide whose a consultation is: assign, take away, offer to somebody, merge.
    ConsultationsAssign,
    /// See what names or quotes a person: names, numbers, addresses, texts.
    PersonalRead,
    /// See clients.
    ClientsRead,
    /// Register and change clients.
    ClientsWrite,
    /// Erase a client or a manager for good.
    PersonsErase,
    /// See the team.
    ManagersRead,
    /// Register, change and deactivate managers.
    ManagersWrite,
    /// See the catalogs.
    CatalogsRead,
    /// Define, change, retire and restore entries of catalogs.
    CatalogsWrite,
    /// Read the log of the whole workspace and follow it.
    EventsRead,
    /// See how far the log and the read models are.
    StatusRead,
    /// Change the settings and questionnaires of the workspace.
    WorkspaceConfigure,
    /// See who may do what: roles, keys, sessions, invitations and how they came about.
    AccessRead,
    /// Ask what somebody else's key may do.
    KeysIntrospect,
    /// Make and revoke keys, end sessions.
    KeysManage,
    /// Define, change and delete roles.
    RolesManage,
    /// Invite people, and take an invitation back.
    MembersManage,
    /// Make and unmake owners: who has it can hand over the workspace itself.
    OwnersManage,
    /// Take numbers and facts out of the program, as files without a limit.
    DataExport,
}

impl Permission {
    /// Every permission, in the order in which they are shown.
    pub const ALL: [Self; 21] = [
        Self::ConsultationsRead,
        Self::ConsultationsWrite,
        Self::ConsultationsAssign,
        Self::PersonalRead,
        Self::ClientsRead,
        Self::ClientsWrite,
        Self::PersonsErase,
        Self::ManagersRead,
        Self::ManagersWrite,
        Self::CatalogsRead,
        Self::CatalogsWrite,
        Self::EventsRead,
        Self::StatusRead,
        Self::WorkspaceConfigure,
        Self::AccessRead,
        Self::KeysIntrospect,
        Self::KeysManage,
        Self::RolesManage,
        Self::MembersManage,
        Self::OwnersManage,
        Self::DataExport,
    ];

    /// The permanent name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConsultationsRead => "consultations:read",
            Self::ConsultationsWrite => "consultations:write",
            Self::ConsultationsAssign => "consultations:assign",
            Self::PersonalRead => "personal:read",
            Self::ClientsRead => "clients:read",
            Self::ClientsWrite => "clients:write",
            Self::PersonsErase => "persons:erase",
            Self::ManagersRead => "managers:read",
            Self::ManagersWrite => "managers:write",
            Self::CatalogsRead => "catalogs:read",
            Self::CatalogsWrite => "catalogs:write",
            Self::EventsRead => "events:read",
            Self::StatusRead => "status:read",
            Self::WorkspaceConfigure => "workspace:configure",
            Self::AccessRead => "access:read",
            Self::KeysIntrospect => "keys:introspect",
            Self::KeysManage => "keys:manage",
            Self::RolesManage => "roles:manage",
            Self::MembersManage => "members:manage",
            Self::OwnersManage => "owners:manage",
            Self::DataExport => "data:export",
        }
    }

    /// What it allows, in a sentence without its subject.
    pub const fn about(self) -> &'static str {
        match self {
            Self::ConsultationsRead => "see consultations and all the work with them",
            Self::ConsultationsWrite => {
                "work with consultations: open, change, write, call, redate, hand over, rate, close"
            }
            Self::ConsultationsAssign => {
                "decide whose a consultation is: assign, take away, offer to somebody, merge"
            }
            Self::PersonalRead => "see what names or quotes a client: names, numbers, addresses, texts",
            Self::ClientsRead => "see clients",
            Self::ClientsWrite => "register and change clients",
            Self::PersonsErase => "erase a client or a manager for good",
            Self::ManagersRead => "see the team",
            Self::ManagersWrite => "register, change and deactivate managers",
            Self::CatalogsRead => "see the catalogs",
            Self::CatalogsWrite => "define, change, retire and restore entries of catalogs",
            Self::EventsRead => "read the log of the whole workspace and follow it",
            Self::StatusRead => "see how far the log and the read models are",
            Self::WorkspaceConfigure => "change the settings and questionnaires of the workspace",
            Self::AccessRead => "see roles, keys, sessions, invitations, and how they came about",
            Self::KeysIntrospect => "ask what somebody else's key may do",
            Self::KeysManage => "make and revoke keys, end sessions",
            Self::RolesManage => "define, change and delete roles",
            Self::MembersManage => "invite people, and take an invitation back",
            Self::OwnersManage => "make and unmake owners",
            Self::DataExport => "export reports and facts as files",
        }
    }

    /// The permission with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.as_str() == name)
    }

    const fn bit(self) -> u32 {
        1 << (self as u32)
    }
}

impl From<Permission> for &'static str {
    fn from(permission: Permission) -> Self {
        permission.as_str()
    }
}

impl TryFrom<String> for Permission {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::parse(&name).ok_or_else(|| format!("there is no permission {name}"))
    }
}

/// A set of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Permissions(u32);

impl Permissions {
    /// Nothing at all.
    pub const NONE: Self = Self(0);
    /// Everything.
    pub const ALL: Self = Self::of(&Permission::ALL);

    /// These.
    pub const fn of(permissions: &[Permission]) -> Self {
        let mut bits = 0;
        let mut index = 0;
        while index < permissions.len() {
            bits |= permissions[index].bit();
            index += 1;
        }
        Self(bits)
    }

    /// These without that one.
    pub const fn without(self, permission: Permission) -> Self {
        Self(self.0 & !permission.bit())
    }

    /// Whether it is among them.
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// Those of `wanted` that are not among these.
    pub const fn missing(self, wanted: Self) -> Self {
        Self(wanted.0 & !self.0)
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each of them, in the order in which they are shown.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.into_iter().filter(move |permission| self.contains(*permission))
    }

    /// Their names.
    pub fn names(self) -> Vec<String> {
        self.iter().map(|permission| permission.as_str().to_owned()).collect()
    }

    /// The permissions with these names. One that this program does not know is left out: a newer one gave it, and
    /// nothing here needs it.
    pub(super) fn stored(names: &[String]) -> Self {
        names.iter().filter_map(|name| Permission::parse(name)).collect()
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |bits, permission| bits | permission.bit()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_survives_its_name_and_stands_for_itself_alone() {
        for (place, permission) in Permission::ALL.into_iter().enumerate() {
            assert_eq!(permission as usize, place, "{permission:?} is listed in its place");
            assert_eq!(Permission::parse(permission.as_str()), Some(permission));
            let alone = Permissions::of(&[permission]);
            assert_eq!(alone.iter().collect::<Vec<_>>(), [permission]);
            assert!(!Permissions::ALL.without(permission).contains(permission));
            assert_eq!(Permissions::ALL.without(permission).missing(Permissions::ALL), alone);
        }
        assert_eq!(Permission::parse("consultations"), None);
    }
}
