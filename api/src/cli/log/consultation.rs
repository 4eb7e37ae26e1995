//! A consultation, as the commands of the log name it.

use anyhow::Result;
use ledgerdesk_domain::{
    id::WorkspaceId,
    stream::{Position, StreamId, StreamType},
};
use ledgerdesk_infrastructure::event_store::{Link, LinkEnd, Proof, StreamProof};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    cli::failure::Failure,
    graphql::global_id::{self, NodeKind},
};

/// Reads the id of a consultation: the opaque one of the API, or a UUID.
pub(super) fn parse(text: &str) -> Result<Uuid, String> {
    match (Uuid::parse_str(text), global_id::decode(text)) {
        (Ok(id), _) | (_, Ok((NodeKind::Consultation, id))) => Ok(id),
        _ => Err("this is no id of a consultation; give the one that the API shows, or its UUID".to_owned()),
    }
}

/// Where a consultation is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) workspace: WorkspaceId,
    pub(super) stream: StreamId,
    /// Its first event.
    pub(super) first: Position,
}

/// Looks a consultation up.
pub(super) async fn find(pool: &PgPool, id: Uuid) -> Result<Place> {
    let stream = StreamId::new(StreamType::Consultation, id);
    let found: Option<(Uuid, i64)> = sqlx::query_as(
        "select workspace_id, position from ledgerdesk.events where stream_type = $1 and stream_id = $2 \
          order by stream_version limit 1",
    )
    .bind(stream.stream_type.as_str())
    .bind(id)
    .fetch_optional(pool)
    .await?;
    let (workspace, first) = found.ok_or_else(|| Failure {
        code: "consultation_not_found",
        message: format!("the log has no consultation {id}; `ledgerdesk log tail` shows which there are"),
    })?;
    Ok(Place { workspace: WorkspaceId(workspace), stream, first: Position(first) })
}

/// What a proof says, a line each; a failure if something is wrong.
pub(super) fn said(id: Uuid, proof: &StreamProof) -> Result<Vec<String>, Failure> {
    if let Some(finding) = &proof.finding {
        let message =
            format!("{finding}; {} events of the consultation before it are whole", proof.events.len());
        return Err(Failure { code: finding.code(), message });
    }
    let (first, last) = match (proof.events.first(), proof.events.last()) {
        (Some(first), Some(last)) => (first.position, last.position),
        _ => (0, 0),
    };
    let mut lines = vec![format!(
        "The history of {id} is whole: versions 1 to {}, positions {first} to {last}; {} events of its workspace \
         follow from one another.",
        proof.events.len(),
        proof.walked
    )];
    for link in &proof.links {
        lines.push(link_said(link)?);
    }
    Ok(lines)
}

fn link_said(link: &Link) -> Result<String, Failure> {
    let Link { from, to, events, end } = link;
    match end {
        LinkEnd::Checkpoint { proof: Proof::Same { position, taken_at }, .. } => Ok(format!(
            "The checkpoint of {} holds: it binds {events} of its events, from position {from}, up to position \
             {position}.",
            taken_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
        )),
        LinkEnd::Checkpoint { proof, .. } => super::verify::proven(proof),
        LinkEnd::Head => Ok(format!(
            "No checkpoint was signed behind position {from}: {events} of its events are bound to the end of the log \
             only, position {to}."
        )),
        LinkEnd::OutOfReach => Ok(format!(
            "The next checkpoint behind position {from} is too far away for one walk; `ledgerdesk log verify` goes \
             all the way."
        )),
        LinkEnd::Refused { code, message } => Err(Failure { code, message: message.clone() }),
    }
}
