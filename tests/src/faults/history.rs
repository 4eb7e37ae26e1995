//! The judge of a run: what the log has become, beside what everybody was told.

use std::collections::{BTreeSet, HashMap};

use ledgerdesk_infrastructure::{
    db::{self, PoolSettings},
    event_store::verify,
};
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

use super::{
    load::{Command, Told},
    postgres::Postgres,
    tail::Seen,
};

/// Whose commands an import's are: they come from files, and no writer of a run has sent them.
const IMPORT: &str = "import";

/// What is wrong, in words.
pub type Findings = Vec<String>;

#[derive(FromRow)]
struct Event {
    position: i64,
    stream_id: Uuid,
    stream_version: i32,
    hash: String,
}

#[derive(FromRow)]
struct Kept {
    actor: String,
    idempotency_key: String,
    stream_id: Uuid,
    version: i32,
    position: i64,
    appended: i32,
}

/// The log and its bookkeeping, as they are when everybody has stopped writing.
pub struct History {
    pool: PgPool,
    events: Vec<Event>,
    kept: HashMap<String, Kept>,
    streams: HashMap<Uuid, (i32, i64)>,
}

impl History {
    /// Reads it.
    ///
    /// # Panics
    /// If it cannot be read.
    pub async fn read(postgres: &Postgres) -> Self {
        let pool =
            db::connect(&postgres.url(), PoolSettings::default()).await.expect("the database is there");
        let events = sqlx::query_as(
            "select position, stream_id, stream_version, encode(hash, 'hex') as hash from ledgerdesk.events \
             order by position",
        )
        .fetch_all(&pool);
        let events = events.await.expect("the log can be read");
        let kept: Vec<Kept> = sqlx::query_as(
            "select actor, idempotency_key, stream_id, version, position, appended from ledgerdesk.commands",
        )
        .fetch_all(&pool)
        .await
        .expect("the commands can be read");
        let streams: Vec<(Uuid, i32, i64)> =
            sqlx::query_as("select stream_id, version, last_position from ledgerdesk.streams")
                .fetch_all(&pool)
                .await
                .expect("the streams can be read");
        Self {
            pool,
            events,
            kept: kept.into_iter().map(|kept| (kept.idempotency_key.clone(), kept)).collect(),
            streams: streams.into_iter().map(|(id, version, last)| (id, (version, last))).collect(),
        }
    }

    /// The last position.
    pub fn head(&self) -> i64 {
        self.events.last().map_or(0, |event| event.position)
    }

    /// Everything that is wrong with the log itself: gaps, streams that are not contiguous, a broken chain,
    /// events that no command of `commands` has made, or more than one.
    pub async fn of_the_log(&self, commands: &[Command]) -> Findings {
        let mut findings = Findings::new();
        for (place, event) in (1_i64..).zip(&self.events) {
            if event.position != place {
                findings.push(format!("position {place} is missing: the next is {}", event.position));
                break;
            }
        }
        let mut versions: HashMap<Uuid, (i32, i64)> = HashMap::new();
        for event in &self.events {
            let last = versions.entry(event.stream_id).or_default();
            if event.stream_version != last.0 + 1 {
                let (stream, version) = (event.stream_id, event.stream_version);
                findings.push(format!("{stream} goes from version {} to {version}", last.0));
            }
            *last = (event.stream_version, event.position);
        }
        if versions != self.streams {
            findings.push("the streams are not at the versions that their events leave".to_owned());
        }
        match verify(&self.pool, |_, _| ()).await {
            Ok(verification) => findings.extend(verification.finding.map(|finding| finding.to_string())),
            Err(error) => findings.push(format!("the log cannot be verified: {error}")),
        }
        findings.extend(self.of_the_makers(commands));
        findings
    }

    /// Each event of a consultation was made by exactly one command: the versions that the kept results name
    /// cover every stream, and none twice.
    fn of_the_makers(&self, commands: &[Command]) -> Findings {
        let mut findings = Findings::new();
        let mut made: BTreeSet<(Uuid, i32)> = BTreeSet::new();
        for kept in self.kept.values() {
            for version in kept.version - kept.appended + 1..=kept.version {
                if !made.insert((kept.stream_id, version)) {
                    let stream = kept.stream_id;
                    findings.push(format!("two commands have made version {version} of {stream}"));
                }
            }
        }
        let written: BTreeSet<Uuid> = self.kept.values().map(|kept| kept.stream_id).collect();
        let there: BTreeSet<(Uuid, i32)> = self
            .events
            .iter()
            .filter(|event| written.contains(&event.stream_id))
            .map(|event| (event.stream_id, event.stream_version))
            .collect();
        if there != made {
            let stray: Vec<_> = there.symmetric_difference(&made).take(5).collect();
            findings.push(format!("events without a command, or commands without an event: {stray:?}"));
        }
        let sent: BTreeSet<&str> = commands.iter().map(|command| command.key.as_str()).collect();
        let unknown = self.kept.values().filter(|kept| kept.actor != IMPORT);
        let unknown = unknown.filter(|kept| !sent.contains(kept.idempotency_key.as_str()));
        findings.extend(unknown.map(|kept| format!("nobody has sent the command {}", kept.idempotency_key)));
        findings
    }

    /// Everything that is wrong with what one sender was told.
    pub fn of_the_command(&self, command: &Command) -> Findings {
        let kept = self.kept.get(&command.key);
        let finding = match (&command.told, kept) {
            (Told::Done { .. }, None) => Some("was acknowledged and is lost".to_owned()),
            (Told::Done { position, version }, Some(kept)) => {
                let there = (kept.position, i64::from(kept.version));
                (there != (*position, *version)).then(|| format!("stands at {there:?}"))
            }
            // One of its attempts may have been carried out after another one had been refused.
            (Told::Refused(_), Some(_)) if command.in_doubt == 0 => {
                Some("was refused and is there".to_owned())
            }
            _ => None,
        };
        finding.map(|finding| format!("{command:?} {finding}")).into_iter().collect()
    }

    /// Whether the command is in the log.
    pub fn has(&self, command: &Command) -> bool {
        self.kept.contains_key(&command.key)
    }

    /// Everything that is wrong with what a reader saw: not the log, or in another order, or something twice.
    pub fn of_the_reader(&self, who: &str, seen: &[(i64, String)]) -> Findings {
        let mut findings = Findings::new();
        for (event, seen) in self.events.iter().zip(seen) {
            if (event.position, &event.hash) != (seen.0, &seen.1) {
                findings.push(format!("{who} saw {seen:?} where the log has {}", event.position));
                return findings;
            }
        }
        if self.events.len() != seen.len() {
            findings.push(format!("{who} saw {} of {} events", seen.len(), self.events.len()));
        }
        findings
    }

    /// Everything that is wrong with what a subscriber was told.
    pub fn of_the_subscriber(&self, who: &str, seen: &Seen) -> Findings {
        let mut findings = self.of_the_reader(who, &seen.events);
        for code in ["CURSOR_OF_ANOTHER_HISTORY", "UNAUTHENTICATED", "BAD_USER_INPUT"] {
            if let Some(times) = seen.errors.get(code) {
                findings.push(format!("{who} was told {code} {times} times"));
            }
        }
        findings
    }
}
