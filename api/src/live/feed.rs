//! How a field of the subscription root serves both sides: it says what is followed, and it shows each thing.

use std::{
    any::Any,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{Context, Result};
use async_stream::stream;
use futures_util::{Stream, StreamExt as _, stream};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::{
    Item, Source,
    audience::{Checks, Door},
};
use crate::{
    graphql::{error::Fault, loaders::Loaders, read_log, subscription::Boxed},
    http::auth::Session,
};

/// What a subscription opened: taken by whoever delivers it.
pub(super) struct Opened {
    pub(super) source: Box<dyn Source>,
    /// The field, under the name that the client gave it.
    pub(super) field: String,
}

/// Where an opening leaves what it opened; in the data of the request that opens.
#[derive(Clone, Default)]
pub(super) struct Slot(Arc<Mutex<Option<Opened>>>);

impl Slot {
    pub(super) fn take(&self) -> Option<Opened> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put(&self, opened: Opened) -> Result<(), Fault> {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.is_some() {
            return Err(Fault::bad_input(
                "a subscription has one root field; send the others as operations of their own",
            ));
        }
        *slot = Some(opened);
        Ok(())
    }
}

/// Things that were taken from the sources of others, to be shown one by one; in the data of the request that
/// resolves for all of them.
pub(super) struct Feed(Mutex<Option<mpsc::Receiver<Item>>>);

impl Feed {
    pub(super) fn new(items: mpsc::Receiver<Item>) -> Self {
        Self(Mutex::new(Some(items)))
    }

    fn take(&self) -> Option<mpsc::Receiver<Item>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A field of the subscription root: `source` is what is followed, asked for once for each subscriber, and `show`
/// is what a thing of it looks like, asked for once for all who are shown the same.
pub(crate) async fn subscribe<S, V, T>(
    ctx: &Context<'_>,
    source: impl Future<Output = Result<S, Fault>> + Send,
    show: impl Fn(&Arc<V>) -> T + Send + 'static,
) -> Result<Boxed<T>>
where
    S: Source,
    V: Any + Send + Sync,
    T: Send + 'static,
{
    if let Some(feed) = ctx.data_opt::<Feed>() {
        // It was noted who is shown this when each of them began.
        if let Some(loaders) = ctx.data_opt::<Loaders>() {
            loaders.reading().end();
        }
        let items = feed.take().ok_or(Fault::Internal)?;
        return Ok(Box::pin(shown(ReceiverStream::new(items), show)));
    }
    let source = source.await?;
    read_log::subscribed(ctx).await?;
    if let Some(slot) = ctx.data_opt::<Slot>() {
        let field = ctx.item.node.response_key().node.to_string();
        slot.put(Opened { source: Box::new(source), field })?;
        return Ok(Box::pin(stream::empty()));
    }
    alone(ctx, source, show)
}

/// Things of one type, shown; those of another type are a fault of the program.
fn shown<V, T>(
    items: impl Stream<Item = Item> + Send,
    show: impl Fn(&Arc<V>) -> T + Send,
) -> impl Stream<Item = Result<T>> + Send
where
    V: Any + Send + Sync,
{
    items.map(move |item| match item.get::<V>() {
        Some(value) => Ok(show(&value)),
        None => Err(Fault::Internal.into()),
    })
}

/// Where nobody shares: the subscriber's own source, shown to it alone.
fn alone<S, V, T>(
    ctx: &Context<'_>,
    mut source: S,
    show: impl Fn(&Arc<V>) -> T + Send + 'static,
) -> Result<Boxed<T>>
where
    S: Source,
    V: Any + Send + Sync,
    T: Send + 'static,
{
    let mut door = Door::new(ctx.data::<Session>()?.clone(), Checks::default());
    let items = stream! {
        loop {
            let items = match source.next().await {
                Ok(items) => items,
                Err(fault) => {
                    yield Err(fault);
                    return;
                }
            };
            for item in items {
                if let Err(fault) = door.pass().await {
                    yield Err(fault);
                    return;
                }
                yield Ok(item);
            }
        }
    };
    Ok(Box::pin(items.map(move |item: Result<Item, Fault>| match item?.get::<V>() {
        Some(value) => Ok(show(&value)),
        None => Err(Fault::Internal.into()),
    })))
}
