//! `roles`, `apiKeys`, `sessions`, `invitations`, `accessLog`: who may do what, and how that came about.

use async_graphql::{
    Context, Object,
    connection::{Connection, CursorType, Edge},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ledgerdesk_infrastructure::auth::{ApiKeyRecord, ApiKeys, AuthError, IdentityRecord, InvitationRecord};
use uuid::Uuid;

use crate::graphql::{
    caller::Caller,
    error::Fault,
    model::access::{AccessLogEntry, ApiKey, Invitation, Role, Session},
    paging,
};

const REFUSED: &str = "this is not a cursor of this list; pass one that it returned, unchanged";

/// A place in a list by time, of a key, a session or an invitation; opaque to clients, and good for its own list only.
pub(super) struct TimeCursor<const LIST: char>(DateTime<Utc>, Uuid);

type KeyCursor = TimeCursor<'k'>;
type SessionCursor = TimeCursor<'s'>;
type InvitationCursor = TimeCursor<'i'>;

impl<const LIST: char> CursorType for TimeCursor<LIST> {
    type Error = &'static str;

    fn decode_cursor(text: &str) -> Result<Self, Self::Error> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| REFUSED)?;
        let bytes: [u8; 25] = bytes.try_into().map_err(|_| REFUSED)?;
        let ([layout], rest) = bytes.split_first_chunk::<1>().ok_or(REFUSED)?;
        let (at, id) = rest.split_first_chunk::<8>().ok_or(REFUSED)?;
        let at = DateTime::from_timestamp_micros(i64::from_be_bytes(*at)).ok_or(REFUSED)?;
        let in_time = (0..=253_402_300_799).contains(&at.timestamp());
        let id = Uuid::from_slice(id).map_err(|_| REFUSED)?;
        if char::from(*layout) == LIST && in_time { Ok(Self(at, id)) } else { Err(REFUSED) }
    }

    fn encode_cursor(&self) -> String {
        let mut bytes = [0_u8; 25];
        bytes[0] = u8::try_from(LIST).unwrap_or_default();
        bytes[1..9].copy_from_slice(&self.0.timestamp_micros().to_be_bytes());
        bytes[9..].copy_from_slice(self.1.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

/// The place of an entry in the access log or among the disclosures, opaque to clients.
pub(super) struct EntryCursor(pub(super) i64);

impl CursorType for EntryCursor {
    type Error = &'static str;

    fn decode_cursor(text: &str) -> Result<Self, Self::Error> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| REFUSED)?;
        match <[u8; 9]>::try_from(bytes) {
            Ok([b'a', number @ ..]) => Ok(Self(i64::from_be_bytes(number))),
            _ => Err(REFUSED),
        }
    }

    fn encode_cursor(&self) -> String {
        let mut bytes = [b'a'; 9];
        bytes[1..].copy_from_slice(&self.0.to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

/// The place behind which a page begins.
pub(super) fn place<C: CursorType<Error = &'static str>>(after: Option<&str>) -> Result<Option<C>, Fault> {
    after.map(C::decode_cursor).transpose().map_err(|error| Fault::bad_input(format!("`after`: {error}")))
}

/// A page of what was found; one more was asked for, to know whether there is more.
pub(super) fn connection<C: CursorType + Send + Sync, R, N: async_graphql::OutputType + From<R>>(
    mut found: Vec<R>,
    size: u8,
    follows: bool,
    cursor: impl Fn(&R) -> C,
) -> Connection<C, N> {
    let more = found.len() > usize::from(size);
    found.truncate(usize::from(size));
    let mut connection = Connection::new(follows, more);
    connection.edges.extend(found.into_iter().map(|row| Edge::new(cursor(&row), N::from(row))));
    connection
}

impl From<AuthError> for Fault {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Database(error) => error.into(),
            other => Self::bad_input(other.to_string()),
        }
    }
}

#[derive(Default)]
pub(super) struct RolesQuery;

#[Object]
impl RolesQuery {
    /// The roles of the workspace: those that every workspace has, then its own by name.
    async fn roles(&self, ctx: &Context<'_>) -> Result<Vec<Role>, Fault> {
        let workspace = ctx.data::<Caller>()?.workspace_id;
        let roles = ctx.data::<ApiKeys>()?.roles().list(workspace).await?;
        Ok(roles.into_iter().map(Role::from).collect())
    }
}

#[derive(Default)]
pub(super) struct ApiKeysQuery;

#[Object]
impl ApiKeysQuery {
    /// The keys of the workspace, the newest first, those that were revoked included.
    async fn api_keys(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
    ) -> Result<Connection<KeyCursor, ApiKey>, Fault> {
        let size = paging::size("first", first)?;
        let after = place::<KeyCursor>(after.as_deref())?.map(|TimeCursor(at, id)| (at, id));
        let workspace = ctx.data::<Caller>()?.workspace_id;
        let found = ctx.data::<ApiKeys>()?.page(workspace, after, size + 1).await?;
        Ok(connection(found, size, after.is_some(), |key: &ApiKeyRecord| TimeCursor(key.created_at, key.id)))
    }
}

#[derive(Default)]
pub(super) struct SessionsQuery;

#[Object]
impl SessionsQuery {
    /// The people who signed in with the OpenID Connect provider, those who came for the first time last first.
    async fn sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
    ) -> Result<Connection<SessionCursor, Session>, Fault> {
        let size = paging::size("first", first)?;
        let after = place::<SessionCursor>(after.as_deref())?.map(|TimeCursor(at, id)| (at, id));
        let workspace = ctx.data::<Caller>()?.workspace_id;
        let found = ctx.data::<ApiKeys>()?.identities().page(workspace, after, size + 1).await?;
        let cursor = |of: &IdentityRecord| TimeCursor(of.first_seen_at, of.id);
        Ok(connection(found, size, after.is_some(), cursor))
    }
}

#[derive(Default)]
pub(super) struct InvitationsQuery;

#[Object]
impl InvitationsQuery {
    /// The invitations to the workspace, the newest first, those that were accepted, taken back or have expired
    /// included.
    async fn invitations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
    ) -> Result<Connection<InvitationCursor, Invitation>, Fault> {
        let size = paging::size("first", first)?;
        let after = place::<InvitationCursor>(after.as_deref())?.map(|TimeCursor(at, id)| (at, id));
        let workspace = ctx.data::<Caller>()?.workspace_id;
        let found = ctx.data::<ApiKeys>()?.invitations().page(workspace, after, size + 1).await?;
        let cursor = |of: &InvitationRecord| TimeCursor(of.created_at, of.id);
        Ok(connection(found, size, after.is_some(), cursor))
    }
}

#[derive(Default)]
pub(super) struct AccessLogQuery;

#[Object]
impl AccessLogQuery {
    /// Every change of roles, keys, sessions and invitations, the newest first.
    async fn access_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
    ) -> Result<Connection<EntryCursor, AccessLogEntry>, Fault> {
        let size = paging::size("first", first)?;
        let after = place::<EntryCursor>(after.as_deref())?.map(|EntryCursor(id)| id);
        let workspace = ctx.data::<Caller>()?.workspace_id;
        let found = ctx.data::<ApiKeys>()?.log().before(workspace, after, size + 1).await?;
        Ok(connection(found, size, after.is_some(), |entry| EntryCursor(entry.id)))
    }
}
