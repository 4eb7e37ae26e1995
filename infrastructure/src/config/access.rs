//! Who is let in besides keys: people who sign in elsewhere, and a front end with a secret.

use std::time::Duration;

use ledgerdesk_domain::id::WorkspaceId;

use super::{
    environment::Reader,
    secret::Secret,
    setting::{Expected, Line, Setting, number},
};
use crate::auth::{FrontEnd, OidcSettings, Role, RoleId, oidc::safe_url};

const ISSUER: Setting<Option<String>> = Setting {
    name: "LEDGERDESK_OIDC_ISSUER",
    about: "The OpenID Connect provider whose access tokens are believed, exactly as it names itself, such as \
            `https://id.example.org/realms/support`. Its keys are found by discovery.",
    default_text: "",
    default: || None,
    expected: Expected::Words("an https address, or an http one on this machine"),
    parse: |text| safe_url(text).map(|_| Some(text.to_owned())).ok_or("not_an_address"),
};

const AUDIENCE: Setting<Option<String>> = Setting {
    name: "LEDGERDESK_OIDC_AUDIENCE",
    about: "Whom tokens must be for (`aud`); needed with LEDGERDESK_OIDC_ISSUER.",
    default_text: "",
    default: || None,
    expected: Expected::Words("a name that the provider puts into the tokens for this API"),
    parse: |text| Ok(Some(text.to_owned())),
};

const ROLE_CLAIM: Setting<String> = Setting {
    name: "LEDGERDESK_OIDC_ROLE_CLAIM",
    about: "Where a token's roles stand, with dots between; `realm_access.roles` for Keycloak.",
    default_text: "roles",
    default: || "roles".to_owned(),
    expected: Expected::Words("the name of a claim"),
    parse: |text| Ok(text.to_owned()),
};

const ROLES: Setting<Vec<(String, RoleId)>> = Setting {
    name: "LEDGERDESK_OIDC_ROLES",
    about: "What the provider's roles are here, such as `desk-lead=supervisor,desk=manager`; the first that a token \
            has counts. Without one, people are let in once they accept an invitation.",
    default_text: "",
    default: Vec::new,
    expected: Expected::Words(
        "pairs THEIRS=OURS with commas between; OURS is a system role or the id of another",
    ),
    parse: roles,
};

const WORKSPACE_CLAIM: Setting<Option<String>> = Setting {
    name: "LEDGERDESK_OIDC_WORKSPACE_CLAIM",
    about: "Where the id of the workspace stands in a token; a token without it opens nothing then.",
    default_text: "",
    default: || None,
    expected: Expected::Words("the name of a claim"),
    parse: |text| Ok(Some(text.to_owned())),
};

const WORKSPACE: Setting<Option<WorkspaceId>> = Setting {
    name: "LEDGERDESK_OIDC_WORKSPACE",
    about: "The workspace that tokens open where no claim says it; without it, the oldest one.",
    default_text: "",
    default: || None,
    expected: Expected::Words("the UUID of a workspace"),
    parse: |text| text.parse().map(|id| Some(WorkspaceId(id))).map_err(|_| "not_an_id"),
};

const MANAGER_CLAIM: Setting<Option<String>> = Setting {
    name: "LEDGERDESK_OIDC_MANAGER_CLAIM",
    about: "Where the UUID of the manager stands in a token as whom its owner acts.",
    default_text: "",
    default: || None,
    expected: Expected::Words("the name of a claim"),
    parse: |text| Ok(Some(text.to_owned())),
};

const SKEW: Setting<u64> = number::<30, 0, 600>(
    "LEDGERDESK_OIDC_CLOCK_SKEW_SECONDS",
    "30",
    "How far the provider's clock may be from this one.",
);

const FRONT_END_SECRET: Setting<Option<Secret>> = Setting {
    name: "LEDGERDESK_FRONTEND_SECRET",
    about: "A secret that lets a front end of your own in, for set-ups without sign-in: whoever has it acts with \
            LEDGERDESK_FRONTEND_ROLE in the oldest workspace. Keep it on a server; a browser keeps no secrets.",
    default_text: "",
    default: || None,
    expected: Expected::Words("at least 32 characters; make one with `head -c 32 /dev/urandom | base64`"),
    parse: |text| {
        let long = text.chars().count() >= FrontEnd::SHORTEST;
        // What looks like a key, an invitation or a token is taken for one.
        let alike =
            text.starts_with("ldk_") || text.starts_with("ldi_") || text.contains(char::is_whitespace);
        if long && !alike { Ok(Some(Secret::new(text))) } else { Err("not_a_secret") }
    },
};

const FRONT_END_ROLE: Setting<RoleId> = Setting {
    name: "LEDGERDESK_FRONTEND_ROLE",
    about: "What that front end may do.",
    default_text: "manager",
    default: || RoleId::System(Role::Manager),
    expected: Expected::Words("a system role or the id of another role"),
    parse: |text| RoleId::parse(text).ok_or("not_a_role"),
};

fn roles(text: &str) -> Result<Vec<(String, RoleId)>, &'static str> {
    let pair = |pair: &str| {
        let (theirs, ours) = pair.rsplit_once('=').ok_or("not_a_pair")?;
        let ours = RoleId::parse(ours.trim()).ok_or("not_a_role")?;
        if theirs.trim().is_empty() { Err("not_a_pair") } else { Ok((theirs.trim().to_owned(), ours)) }
    };
    text.split(',').filter(|part| !part.trim().is_empty()).map(pair).collect()
}

/// Who is let in besides keys.
#[derive(Clone)]
pub struct AccessConfig {
    /// The provider whose tokens are believed.
    pub oidc: Option<OidcSettings>,
    /// The front end that has a secret.
    pub front_end: Option<FrontEnd>,
}

impl AccessConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let issuer = reader.read(&ISSUER);
        let audience = reader.read(&AUDIENCE);
        let role_claim = reader.read(&ROLE_CLAIM);
        let roles = reader.read(&ROLES);
        let workspace_claim = reader.read(&WORKSPACE_CLAIM);
        let workspace = reader.read(&WORKSPACE);
        let manager_claim = reader.read(&MANAGER_CLAIM);
        let clock_skew = Duration::from_secs(reader.read(&SKEW));
        if issuer.is_some() && audience.is_none() {
            // Whoever believed tokens for anybody would believe those that were made for another program.
            reader.fault(
                AUDIENCE.name,
                "missing",
                "must be set together with LEDGERDESK_OIDC_ISSUER".to_owned(),
            );
        }
        let oidc = issuer.zip(audience).map(|(issuer, audience)| OidcSettings {
            issuer,
            audience,
            role_claim,
            roles,
            workspace_claim,
            workspace,
            manager_claim,
            clock_skew,
            refetch: OidcSettings::REFETCH,
        });
        let role = reader.read(&FRONT_END_ROLE);
        let front_end = reader.read(&FRONT_END_SECRET).map(|secret| FrontEnd::new(secret.reveal(), role));
        Self { oidc, front_end }
    }

    pub(super) fn lines() -> Vec<Line> {
        vec![
            (&ISSUER).into(),
            (&AUDIENCE).into(),
            (&ROLE_CLAIM).into(),
            (&ROLES).into(),
            (&WORKSPACE_CLAIM).into(),
            (&WORKSPACE).into(),
            (&MANAGER_CLAIM).into(),
            (&SKEW).into(),
            (&FRONT_END_SECRET).into(),
            (&FRONT_END_ROLE).into(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_roles_of_a_provider_are_pairs() {
        let read = roles(" desk-lead=supervisor, a=b=manager,").unwrap();
        assert_eq!(read[0], ("desk-lead".to_owned(), RoleId::System(Role::Supervisor)));
        assert_eq!(read[1], ("a=b".to_owned(), RoleId::System(Role::Manager)));
        for (text, code) in [("desk", "not_a_pair"), ("=manager", "not_a_pair"), ("desk=root", "not_a_role")]
        {
            assert_eq!(roles(text).unwrap_err(), code, "{text}");
        }
    }
}
