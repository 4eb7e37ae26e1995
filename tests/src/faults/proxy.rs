//! The network between a node and PostgreSQL: a TCP proxy in front of the server's socket that can be cut,
//! made to lose what it carries, delayed, throttled, and made to lose one particular message.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, UnixStream},
};
use tokio_util::sync::CancellationToken;

/// The batch's `Bind` message is longer than this, in bytes; what the appender says besides is shorter.
const BATCH: usize = 500;
/// The largest piece that is carried at once, in bytes.
const PIECE: usize = 16 * 1024;

/// Which message of an append is lost, and the connection with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The request never arrives.
    Request,
    /// The request arrives and is carried out; its answer never comes.
    Answer,
    /// Like `Answer`, but the connection looks alive: nothing comes on it any more.
    AnswerInSilence,
}

/// A proxy. Dropped, it closes everything.
pub struct Proxy {
    address: String,
    line: Arc<Line>,
    closed: CancellationToken,
}

/// What the test does to the connections.
struct Line {
    /// Ends the connections of now; replaced by every cut.
    cut: Mutex<CancellationToken>,
    /// Whether new connections are refused.
    is_cut: AtomicBool,
    /// A connection is lost if it was made before this many others, or while everything is.
    lost_before: AtomicUsize,
    accepted: AtomicUsize,
    /// Milliseconds that each piece is held up.
    delay: AtomicU64,
    /// Bytes in a second and direction; 0 for as many as there are.
    rate: AtomicU64,
    loss: Mutex<Option<Loss>>,
    losses: AtomicUsize,
}

impl Proxy {
    /// Listens on a free port, in front of this Unix socket.
    ///
    /// # Panics
    /// If there is no port to listen on.
    pub async fn start(socket: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it has an address").to_string();
        let line = Arc::new(Line {
            cut: Mutex::default(),
            is_cut: AtomicBool::new(false),
            lost_before: AtomicUsize::new(0),
            accepted: AtomicUsize::new(0),
            delay: AtomicU64::new(0),
            rate: AtomicU64::new(0),
            loss: Mutex::default(),
            losses: AtomicUsize::new(0),
        });
        let closed = CancellationToken::new();
        let accepting = accept(listener, socket, line.clone(), closed.clone());
        tokio::spawn(closed.clone().run_until_cancelled_owned(accepting));
        Self { address, line, closed }
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Closes all connections and refuses new ones, until [`mend`](Self::mend).
    pub fn cut(&self) {
        self.line.is_cut.store(true, Ordering::SeqCst);
        let mut cut = self.line.cut.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *cut).cancel();
    }

    /// Whatever is sent on any connection of now, or on one that is made before [`mend`](Self::mend), vanishes
    /// for ever. No connection is closed: neither side is told anything.
    pub fn lose(&self) {
        self.line.lost_before.store(usize::MAX, Ordering::SeqCst);
    }

    /// From now on connections work again; the lost ones stay lost.
    pub fn mend(&self) {
        self.line.is_cut.store(false, Ordering::SeqCst);
        let accepted = self.line.accepted.load(Ordering::SeqCst);
        if self.line.lost_before.load(Ordering::SeqCst) == usize::MAX {
            self.line.lost_before.store(accepted, Ordering::SeqCst);
        }
    }

    /// Holds up each piece by this time, in both directions.
    pub fn delay(&self, time: Duration) {
        self.line.delay.store(u64::try_from(time.as_millis()).unwrap_or(0), Ordering::SeqCst);
    }

    /// Carries so many bytes a second in each direction of each connection; 0 for as many as there are.
    pub fn throttle(&self, bytes_per_second: u64) {
        self.line.rate.store(bytes_per_second, Ordering::SeqCst);
    }

    /// Loses a message of the next append that comes along.
    pub fn lose_next_append(&self, loss: Loss) {
        *self.line.loss.lock().unwrap_or_else(PoisonError::into_inner) = Some(loss);
    }

    /// How many messages of appends were lost.
    pub fn losses(&self) -> usize {
        self.line.losses.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.closed.cancel();
        self.cut();
    }
}

async fn accept(listener: TcpListener, socket: PathBuf, line: Arc<Line>, closed: CancellationToken) {
    loop {
        let Ok((client, _)) = listener.accept().await else { return };
        let number = line.accepted.fetch_add(1, Ordering::SeqCst);
        if line.is_cut.load(Ordering::SeqCst) {
            continue;
        }
        let cut = line.cut.lock().unwrap_or_else(PoisonError::into_inner).child_token();
        let connection = Connection {
            line: line.clone(),
            number,
            silent: AtomicBool::new(false),
            armed: Mutex::default(),
        };
        let (socket, closed) = (socket.clone(), closed.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = connection.carry(client, socket) => {}
                () = cut.cancelled() => {}
                () = closed.cancelled() => {}
            }
        });
    }
}

/// One connection.
struct Connection {
    line: Arc<Line>,
    number: usize,
    /// Nothing is carried any more, and nobody is told.
    silent: AtomicBool,
    /// The loss that the answer to the request on its way will meet.
    armed: Mutex<Option<Loss>>,
}

/// A connection ends.
struct Closed;

impl Connection {
    async fn carry(&self, client: TcpStream, socket: PathBuf) {
        // A server that is away refuses; the client finds a closed connection.
        let Ok(server) = UnixStream::connect(socket).await else { return };
        let _ = client.set_nodelay(true);
        let (client_out, client_in) = client.into_split();
        let (server_out, server_in) = server.into_split();
        tokio::select! {
            _ = self.pump(client_out, server_in, true) => {}
            _ = self.pump(server_out, client_in, false) => {}
        }
    }

    fn is_lost(&self) -> bool {
        self.number < self.line.lost_before.load(Ordering::SeqCst) || self.silent.load(Ordering::SeqCst)
    }

    /// Carries one direction to its end.
    async fn pump(
        &self,
        mut from: impl AsyncRead + Unpin,
        mut to: impl AsyncWrite + Unpin,
        requests: bool,
    ) -> Result<(), Closed> {
        let mut piece = vec![0; PIECE];
        let mut is_appender = false;
        loop {
            let read = from.read(&mut piece).await.unwrap_or(0);
            if self.is_lost() {
                if read == 0 {
                    // The end of the other side is lost like everything else.
                    std::future::pending::<()>().await;
                }
                continue;
            }
            if read == 0 {
                return Err(Closed);
            }
            let piece = &piece[..read];
            self.hold_up(read).await;
            if requests {
                is_appender = is_appender || contains(piece, b"ledgerdesk-appender");
                if is_appender && piece[0] == b'B' && read >= BATCH {
                    self.meet_request()?;
                }
            } else {
                self.meet_answer()?;
                if self.is_lost() {
                    continue;
                }
            }
            to.write_all(piece).await.map_err(|_| Closed)?;
        }
    }

    async fn hold_up(&self, bytes: usize) {
        let delay = self.line.delay.load(Ordering::SeqCst);
        let rate = self.line.rate.load(Ordering::SeqCst);
        let carrying = u64::try_from(bytes).unwrap_or(0) * 1_000 / rate.max(1);
        let time = delay + if rate == 0 { 0 } else { carrying };
        if time > 0 {
            tokio::time::sleep(Duration::from_millis(time)).await;
        }
    }

    /// A batch is on its way to the server.
    fn meet_request(&self) -> Result<(), Closed> {
        let loss = self.line.loss.lock().unwrap_or_else(PoisonError::into_inner).take();
        if loss == Some(Loss::Request) {
            self.line.losses.fetch_add(1, Ordering::SeqCst);
            return Err(Closed);
        }
        *self.armed.lock().unwrap_or_else(PoisonError::into_inner) = loss;
        Ok(())
    }

    /// The server answered.
    fn meet_answer(&self) -> Result<(), Closed> {
        match self.armed.lock().unwrap_or_else(PoisonError::into_inner).take() {
            None | Some(Loss::Request) => return Ok(()),
            Some(Loss::Answer) => {
                self.line.losses.fetch_add(1, Ordering::SeqCst);
                return Err(Closed);
            }
            Some(Loss::AnswerInSilence) => {
                self.line.losses.fetch_add(1, Ordering::SeqCst);
                self.silent.store(true, Ordering::SeqCst);
            }
        }
        Ok(())
    }
}

fn contains(piece: &[u8], words: &[u8]) -> bool {
    piece.windows(words.len()).any(|window| window == words)
}
