//! `typing` and `presence`: what is told and never stored.

use std::sync::Arc;

use async_graphql::{Context, ID, SimpleObject};
use chrono::{DateTime, Utc};
use ledgerdesk_domain::id::WorkspaceId;
use uuid::Uuid;

use crate::{
    graphql::{
        caller::Caller,
        consistency::has_consultation,
        error::Fault,
        global_id::{self, NodeKind},
        model::{actor::Actor, enums::PresenceStatus},
    },
    live::{
        Source, TopicKey, Topics,
        ephemeral::{Ephemeral, Place, Says, Sign},
    },
};

/// Somebody types.
#[derive(SimpleObject)]
pub(super) struct Typing {
    /// Who types; where the client does, the program that says so.
    actor: Actor,
    /// Whether it is the client of the consultation who types.
    is_client: bool,
    /// Since when.
    since: DateTime<Utc>,
}

/// Somebody is there.
#[derive(SimpleObject)]
pub(super) struct Presence {
    /// Who.
    actor: Actor,
    /// As what.
    status: PresenceStatus,
    /// Since when.
    since: DateTime<Utc>,
}

pub(super) async fn typing(ctx: &Context<'_>, consultation: ID) -> Result<impl Source + use<>, Fault> {
    let id = global_id::decode_kind(&consultation, NodeKind::Consultation)?;
    if !has_consultation(ctx, id).await? {
        return Err(Fault::NotFound { what: "consultation" });
    }
    let workspace = ctx.data::<Caller>()?.workspace_id;
    join(ctx, "typing", workspace, Place::Typing(workspace, id), id).await
}

pub(super) async fn presence(ctx: &Context<'_>) -> Result<impl Source + use<>, Fault> {
    let workspace = ctx.data::<Caller>()?.workspace_id;
    join(ctx, "presence", workspace, Place::Presence(workspace), workspace.uuid()).await
}

async fn join(
    ctx: &Context<'_>,
    kind: &'static str,
    workspace: WorkspaceId,
    place: Place,
    of: Uuid,
) -> Result<impl Source + use<>, Fault> {
    let ephemeral = ctx.data::<Ephemeral>()?.clone();
    let key = TopicKey { kind, workspace, of: of.to_string() };
    ctx.data::<Topics>()?.join(key, |publisher| ephemeral.keep(place, publisher)).await
}

pub(super) fn show_typing(signs: &Arc<Vec<Sign>>) -> Vec<Typing> {
    let typing = signs.iter().map(|sign| Typing {
        actor: (&sign.who).into(),
        is_client: sign.says == Says::ClientTyping,
        since: sign.since,
    });
    typing.collect()
}

pub(super) fn show_presence(signs: &Arc<Vec<Sign>>) -> Vec<Presence> {
    let there = signs.iter().map(|sign| Presence {
        actor: (&sign.who).into(),
        status: match sign.says {
            Says::Away => PresenceStatus::Away,
            Says::Busy => PresenceStatus::Busy,
            Says::Online | Says::Typing | Says::ClientTyping => PresenceStatus::Online,
        },
        since: sign.since,
    });
    there.collect()
}
