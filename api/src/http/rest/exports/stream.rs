//! From the reader of rows to the client: bounded on every step, so that a client that reads slowly slows the reader.

use std::io::{self, Write};

use axum::{
    body::{Body, Bytes},
    http::{HeaderName, HeaderValue, header},
    response::Response,
};
use ledgerdesk_projections::analytics::Refusal;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::{
    Format,
    file::{About, Column, Value, write},
};
use crate::http::rest::problem::Problem;

/// Rows that go to the writer together, and how many such groups wait for it.
const ROWS: usize = 1_000;
const GROUPS: usize = 4;
/// Bytes that go to the client together, and how many such pieces wait for it.
const PIECE: usize = 64 * 1_024;
const PIECES: usize = 8;

/// What comes from the reader.
pub(super) enum Group {
    Rows(Vec<Vec<Value>>),
    /// There are no more; without it, the file is broken off.
    End,
}

/// Takes rows.
pub(super) struct Sink {
    rows: Vec<Vec<Value>>,
    groups: mpsc::Sender<Group>,
}

impl Sink {
    pub(super) async fn row(&mut self, row: Vec<Value>) -> Result<(), Refusal> {
        self.rows.push(row);
        if self.rows.len() < ROWS { Ok(()) } else { self.flush().await }
    }

    async fn flush(&mut self) -> Result<(), Refusal> {
        self.send(Group::Rows(Vec::new())).await
    }

    async fn send(&mut self, group: Group) -> Result<(), Refusal> {
        let rows = std::mem::replace(&mut self.rows, Vec::with_capacity(ROWS));
        let gone = |_| Refusal::Database(sqlx::Error::Io(io::ErrorKind::BrokenPipe.into()));
        self.groups.send(Group::Rows(rows)).await.map_err(gone)?;
        match group {
            Group::End => self.groups.send(group).await.map_err(gone),
            Group::Rows(_) => Ok(()),
        }
    }

    pub(super) async fn end(mut self) -> Result<(), Refusal> {
        self.send(Group::End).await
    }
}

/// The answer whose body is the file: read by one task, written by a thread that may block, sent as the client reads.
pub(super) fn answer<F>(
    (format, about, columns): (Format, About, Vec<Column>),
    read: impl FnOnce(Sink) -> F,
) -> Result<Response, Problem>
where
    F: Future<Output = Result<(), Refusal>> + Send + 'static,
{
    let (groups, waiting) = mpsc::channel(GROUPS);
    let (pieces, body) = mpsc::channel(PIECES);
    let reading = read(Sink { rows: Vec::with_capacity(ROWS), groups });
    tokio::spawn(async move {
        if let Err(refusal) = reading.await {
            // The writer sees no end and breaks the file off.
            tracing::warn!(%refusal, "an export ended early");
        }
    });
    let headers = headers(format, &about)?;
    tokio::task::spawn_blocking(move || {
        let mut pipe = Pipe { piece: Vec::with_capacity(PIECE), pieces: pieces.clone() };
        let written =
            write(format, (&about, &columns), Incoming(waiting), &mut pipe).and_then(|()| pipe.flush());
        if let Err(error) = written {
            // Whoever reads must not take a part for the whole.
            drop(pieces.blocking_send(Err(error)));
        }
    });
    let mut response = Response::new(Body::from_stream(ReceiverStream::new(body)));
    response.headers_mut().extend(headers);
    Ok(response)
}

fn headers(format: Format, about: &About) -> Result<Vec<(HeaderName, HeaderValue)>, Problem> {
    let value = |text: String| HeaderValue::try_from(text).map_err(|error| Problem::internal(&error));
    let (media_type, extension) = match format {
        Format::Csv => ("text/csv; charset=utf-8; header=present", "csv"),
        Format::Ndjson => ("application/x-ndjson", "ndjson"),
        Format::Xlsx => ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
        Format::Parquet => ("application/vnd.apache.parquet", "parquet"),
    };
    let position = about.position.0;
    let file = format!("attachment; filename=\"{}-at-{position}.{extension}\"", about.what);
    Ok(vec![
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CONTENT_DISPOSITION, value(file)?),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (HeaderName::from_static("ledgerdesk-position"), value(position.to_string())?),
        (HeaderName::from_static("ledgerdesk-definitions"), value(about.definitions())?),
    ])
}

/// Groups of rows as they come.
pub(super) struct Incoming(mpsc::Receiver<Group>);

impl Incoming {
    /// The next rows; nothing at the end. An error where the reader broke off.
    pub(super) fn next(&mut self) -> io::Result<Option<Vec<Vec<Value>>>> {
        match self.0.blocking_recv() {
            Some(Group::Rows(rows)) => Ok(Some(rows)),
            Some(Group::End) => Ok(None),
            None => Err(io::Error::other("the rows could not be read to their end")),
        }
    }

    /// Of these rows, for tests.
    #[cfg(test)]
    pub(super) fn of(rows: Vec<Vec<Value>>) -> Self {
        let (groups, waiting) = mpsc::channel(2);
        groups.try_send(Group::Rows(rows)).ok().unwrap();
        groups.try_send(Group::End).ok().unwrap();
        Self(waiting)
    }
}

/// The way to the client, for a writer that blocks.
struct Pipe {
    piece: Vec<u8>,
    pieces: mpsc::Sender<io::Result<Bytes>>,
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        self.pieces.blocking_send(Ok(piece.into())).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}
