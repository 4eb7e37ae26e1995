//! Serving until told to stop, and stopping without dropping anybody.

use std::io;

use axum::{Router, serve::ListenerExt as _};
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Serves until `shutdown` is cancelled; then accepts no more, finishes the requests that run, and returns when
/// the last WebSocket of `tasks` has been told and closed. Bound the wait from outside.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: CancellationToken,
    tasks: TaskTracker,
) -> io::Result<()> {
    let listener = listener.tap_io(|stream| tune(stream));
    // Made a service once: a bare router is made one anew, with every route, for each connection.
    let service = router.into_make_service();
    let result = axum::serve(listener, service).with_graceful_shutdown(shutdown.cancelled_owned()).await;
    tasks.close();
    tasks.wait().await;
    result
}

/// How many bytes that are not yet on their way the system may hold for one connection.
const UNSENT: u32 = 4 * 1024;

/// What is written is sent at once: otherwise a small message waits until the one before was acknowledged, which
/// clients delay by up to 40 ms. And it is sent before more is taken: otherwise the system would hold megabytes
/// for a client that does not read, each older than what we could tell it instead. What is on its way is not
/// bounded by this, so that a far client is served as fast as its line allows.
fn tune(stream: &TcpStream) {
    let socket = SockRef::from(stream);
    let tuned = socket.set_tcp_nodelay(true).and_then(|()| socket.set_tcp_notsent_lowat(UNSENT));
    if let Err(error) = tuned {
        tracing::debug!(%error, "a connection could not be tuned");
    }
}
