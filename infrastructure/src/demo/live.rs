//! Traffic that goes on: scripts played through the command executor, now.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    consultation::{Consultation, ConsultationCommand},
    event::Source,
    id::{ConsultationId, WorkspaceId},
    stream::ExpectedVersion,
};
use tokio_util::sync::CancellationToken;

use super::{
    cast::Cast,
    chance::Chance,
    history,
    script::{Cue, Script},
};
use crate::{
    clock::{Clock, IdSource},
    command::{CommandError, CommandExecutor, Envelope},
    event_store::{AppendError, StoreError},
};

/// How many consultations go on at once.
const ON_STAGE: usize = 24;

/// What live traffic needs.
pub struct LiveSettings {
    /// Where it happens.
    pub workspace_id: WorkspaceId,
    /// The seed of the history whose people take part; write it first.
    pub seed: u64,
    /// Commands per second, 0.01 to 1,000.
    pub rate: f64,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes new consultations.
    pub ids: Arc<dyn IdSource>,
}

/// A script on its way.
struct Scene {
    id: ConsultationId,
    cues: std::vec::IntoIter<Cue>,
}

/// Plays scripts until it is stopped; how many commands were executed. A refused command is skipped, as a person
/// would go on; a log that is down for a moment is tried again with the next command.
pub async fn live(
    executor: &CommandExecutor,
    settings: LiveSettings,
    stop: CancellationToken,
) -> Result<u64, StoreError> {
    let ids = history::origin(settings.workspace_id, settings.seed);
    let cast = Cast::new(&ids, settings.seed, settings.clock.now());
    let first = settings.ids.next_id().as_u64_pair();
    let mut chance = Chance::of(first.0, first.1);
    let mut scenes: Vec<Scene> = Vec::new();
    let mut executed = 0;
    let pause = Duration::from_secs_f64(1.0 / settings.rate.clamp(0.01, 1_000.0));
    let mut ticks = tokio::time::interval(pause);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(executed),
            _ = ticks.tick() => {}
        }
        let Some(cue) = next_cue(&settings, &cast, &mut scenes, &mut chance) else { continue };
        match executor.execute::<Consultation>(envelope(&settings, cue.0, cue.1)).await {
            Ok(_) => executed += 1,
            Err(CommandError::Store(error @ StoreError::ShuttingDown)) => return Err(error),
            Err(CommandError::Append(AppendError::Store(error @ StoreError::ShuttingDown))) => {
                return Err(error);
            }
            Err(error) => tracing::warn!(%error, "a demo command was not executed"),
        }
    }
}

/// The next command of one of the scripts; now and then a new script begins.
fn next_cue(
    settings: &LiveSettings,
    cast: &Cast,
    scenes: &mut Vec<Scene>,
    chance: &mut Chance,
) -> Option<(ConsultationId, Cue)> {
    let begin = scenes.is_empty() || (scenes.len() < ON_STAGE && chance.percent(12));
    if begin {
        let id = ConsultationId(settings.ids.next_id());
        let (high, low) = id.uuid().as_u64_pair();
        let mut script = Script::new(cast, Chance::of(high, low), id, settings.clock.now())?;
        script.write();
        scenes.push(Scene { id, cues: script.cues.into_iter() });
    }
    let last = i64::try_from(scenes.len()).unwrap_or(1) - 1;
    let place = if begin { last } else { chance.between(0, last) };
    let place = usize::try_from(place).ok()?;
    let scene = scenes.get_mut(place)?;
    let cue = scene.cues.next().map(|cue| (scene.id, cue));
    if cue.is_none() {
        scenes.swap_remove(place);
    }
    cue
}

fn envelope(settings: &LiveSettings, id: ConsultationId, cue: Cue) -> Envelope<ConsultationCommand> {
    let now = settings.clock.now();
    Envelope {
        workspace_id: settings.workspace_id,
        stream_id: id.uuid(),
        command: rehearsed(cue.command, cue.at, now),
        actor: cue.actor,
        correlation_id: settings.ids.next_id(),
        causation_id: None,
        source: Source::system("demo:live"),
        idempotency: None,
        expected_version: ExpectedVersion::Any,
        occurred_at: None,
        erase: Vec::new(),
    }
}

/// The command with its times moved from the script's hours to now.
fn rehearsed(
    command: ConsultationCommand,
    written_for: DateTime<Utc>,
    now: DateTime<Utc>,
) -> ConsultationCommand {
    let moved = |time: DateTime<Utc>| now + (time - written_for);
    match command {
        ConsultationCommand::LogCall(mut call) => {
            call.started_at = moved(call.started_at);
            ConsultationCommand::LogCall(call)
        }
        ConsultationCommand::OfferHandover(mut offer) => {
            offer.expires_at = None;
            ConsultationCommand::OfferHandover(offer)
        }
        ConsultationCommand::Hold(mut hold) => {
            hold.until = hold.until.map(moved);
            ConsultationCommand::Hold(hold)
        }
        ConsultationCommand::Appoint(mut appoint) => {
            appoint.appointed_for = moved(appoint.appointed_for);
            appoint.appointed_until = appoint.appointed_until.map(moved);
            ConsultationCommand::Appoint(appoint)
        }
        ConsultationCommand::Redate(mut redate) => {
            redate.to = moved(redate.to);
            ConsultationCommand::Redate(redate)
        }
        other => other,
    }
}
