//! Serving until told to stop, and stopping without dropping anybody.

use std::io;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Serves until `shutdown` is cancelled; then accepts no more, finishes the requests that run, and returns when
/// the last WebSocket of `tasks` has been told and closed. Bound the wait from outside.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: CancellationToken,
    tasks: TaskTracker,
) -> io::Result<()> {
    let result = axum::serve(listener, router).with_graceful_shutdown(shutdown.cancelled_owned()).await;
    tasks.close();
    tasks.wait().await;
    result
}
