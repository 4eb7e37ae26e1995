//! A panic is a bug; it costs one request an opaque error, never the connection or the process.

use std::{future::Future, panic::AssertUnwindSafe};

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use futures_util::FutureExt as _;

use super::{error::HttpError, request_id::RequestId};

/// The task panicked; the panic hook has logged where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Panicked;

/// The outcome of `future`, or that it panicked.
pub(crate) async fn caught<F: Future>(future: F) -> Result<F::Output, Panicked> {
    AssertUnwindSafe(future).catch_unwind().await.map_err(|_| Panicked)
}

/// Answers 500 where a handler panics.
pub(crate) async fn catch(request: Request, next: Next) -> Response {
    let id = RequestId::of(&request).0;
    caught(next.run(request)).await.unwrap_or_else(|Panicked| HttpError::internal(id).into_response())
}
