//! From the task that reads the log to the thread that compresses and writes.

use std::io;

use tokio::{sync::mpsc, task::JoinHandle};

use super::{ExportError, sink::Sink};

/// How many bytes are collected before they go to the writer.
const CHUNK: usize = 1 << 18;

/// The way to the thread that compresses and writes.
pub(super) struct Pipe {
    /// What was collected.
    pub(super) chunk: String,
    send: mpsc::Sender<String>,
    writer: JoinHandle<io::Result<Sink>>,
}

impl Pipe {
    pub(super) fn new(mut sink: Sink) -> Self {
        let (send, mut receive) = mpsc::channel::<String>(4);
        let writer = tokio::task::spawn_blocking(move || {
            while let Some(chunk) = receive.blocking_recv() {
                sink.write(chunk.as_bytes())?;
            }
            Ok(sink)
        });
        Self { chunk: String::with_capacity(CHUNK + CHUNK / 4), send, writer }
    }

    /// Adds a record.
    pub(super) async fn line(&mut self, record: &impl serde::Serialize) -> Result<(), ExportError> {
        // Records of our own: nothing in them cannot be serialised.
        self.chunk.push_str(&serde_json::to_string(record).unwrap_or_default());
        self.chunk.push('\n');
        self.flow().await
    }

    /// Passes on what was collected, once there is enough.
    pub(super) async fn flow(&mut self) -> Result<(), ExportError> {
        if self.chunk.len() < CHUNK {
            return Ok(());
        }
        let chunk = std::mem::replace(&mut self.chunk, String::with_capacity(CHUNK + CHUNK / 4));
        self.send.send(chunk).await.map_err(|_| ExportError::CutOff)
    }

    /// Passes on the rest and waits for the writer.
    pub(super) async fn close(self) -> io::Result<Sink> {
        let _ = self.send.send(self.chunk).await;
        drop(self.send);
        self.writer.await.map_err(io::Error::other)?
    }
}
