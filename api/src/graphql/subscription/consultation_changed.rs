//! `consultationChanged`: one consultation, kept current.

use std::{convert::Infallible, sync::Arc};

use async_graphql::{Context, ID};
use ledgerdesk_domain::{event::Recorded, stream::StreamType};
use ledgerdesk_projections::{consultation_list::Row, read};
use uuid::Uuid;

use super::watch::{self, Watch};
use crate::{
    graphql::{
        error::Fault,
        global_id::{self, NodeKind},
    },
    live::{Item, Publisher, Source},
};

pub(super) async fn source(ctx: &Context<'_>, id: ID) -> Result<impl Source + use<>, Fault> {
    let id = global_id::decode_kind(&id, NodeKind::Consultation)?;
    watch::join(ctx, "consultation", id.to_string(), move |watch, publisher| keep(watch, id, publisher)).await
}

/// Keeps the consultation for all who watch it: read once for each change, however many they are.
async fn keep(watch: Watch, id: Uuid, mut publisher: Publisher) -> Result<Infallible, Fault> {
    let of_it = move |event: &Recorded, keys: &mut Vec<Uuid>| {
        if event.stream.stream_type == StreamType::Consultation && event.stream.id == id {
            keys.push(id);
        }
    };
    let (mut follower, _) = watch.begin().await?;
    publisher.state(read_it(&watch, id).await?);
    loop {
        watch.next(&mut follower, of_it).await?;
        publisher.state(read_it(&watch, id).await?);
    }
}

async fn read_it(watch: &Watch, id: Uuid) -> Result<Item, Fault> {
    let found: Vec<Row> = read::by_ids(&watch.pool, watch.reach, &[id]).await?;
    let row = found.into_iter().next().ok_or(Fault::NotFound { what: "consultation" })?;
    Ok(Item::new(Arc::new(row)))
}
