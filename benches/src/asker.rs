//! Asks a GraphQL server as fast as it answers, at next to no cost of its own: what is measured has the machine.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
};

use crate::times::Times;

/// One connection, kept open.
pub(crate) struct Asker {
    stream: TcpStream,
    head: String,
    answer: Vec<u8>,
}

impl Asker {
    /// Connects to `http://host:port`. The key may be empty.
    pub(crate) async fn connect(address: &str, key: &str) -> Result<Self> {
        let host = address.trim_start_matches("http://");
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        let authorization =
            if key.is_empty() { String::new() } else { format!("authorization: Bearer {key}\r\n") };
        let head = format!(
            "POST /graphql HTTP/1.1\r\nhost: {host}\r\n{authorization}content-type: application/json\r\n\
             accept: application/json\r\ncontent-length: "
        );
        Ok(Self { stream, head, answer: Vec::new() })
    }

    /// The body of the answer to this body. An answer with errors is none.
    pub(crate) async fn ask(&mut self, body: &str) -> Result<&[u8]> {
        let request = format!("{}{}\r\n\r\n{body}", self.head, body.len());
        self.stream.write_all(request.as_bytes()).await?;
        self.answer.clear();
        let (start, end) = loop {
            if self.stream.read_buf(&mut self.answer).await? == 0 {
                bail!("the server closed the connection");
            }
            if let Some((start, end)) = place_of_body(&self.answer)? {
                break (start, end);
            }
        };
        while self.answer.len() < end {
            ensure!(self.stream.read_buf(&mut self.answer).await? > 0, "the answer ends early");
        }
        let answer = &self.answer[start..end];
        let is_well = self.answer.starts_with(b"HTTP/1.1 200") && !contains(answer, b"\"errors\"");
        ensure!(is_well, "{}", String::from_utf8_lossy(&self.answer));
        Ok(answer)
    }
}

/// Where the body begins and ends, once all headers are there.
fn place_of_body(answer: &[u8]) -> Result<Option<(usize, usize)>> {
    let Some(end) = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { return Ok(None) };
    let headers = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let length = headers.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.context("an answer without its length")?.trim().parse()?;
    Ok(Some((end + 4, end + 4 + length)))
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|bytes| bytes == word)
}

/// As many connections as wait for their answers, for so long; each goes round the bodies from a place of its own.
pub(crate) async fn round(
    (address, key): (&str, &str),
    connections: usize,
    bodies: &[String],
    round: Duration,
) -> Result<Times> {
    let mut askers = Vec::new();
    for _ in 0..connections {
        askers.push(Asker::connect(address, key).await?);
    }
    let started = Instant::now();
    let mut asking = JoinSet::new();
    for (number, mut asker) in askers.into_iter().enumerate() {
        let bodies = bodies.to_vec();
        asking.spawn(async move {
            let mut times = Vec::new();
            for body in bodies.iter().cycle().skip(number * bodies.len() / connections) {
                if started.elapsed() > round {
                    break;
                }
                let sent = Instant::now();
                asker.ask(body).await?;
                times.push(sent.elapsed());
            }
            Ok::<_, anyhow::Error>(times)
        });
    }
    let mut times = Vec::new();
    while let Some(done) = asking.join_next().await {
        times.extend(done??);
    }
    Ok(Times::new(times, started.elapsed()))
}
