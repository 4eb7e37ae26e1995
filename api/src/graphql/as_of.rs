//! A consultation as it was: which of its events count, and what they leave.
//!
//! The events are read from the log and folded in memory ([`Snapshot`]), so the answer is never behind the log.

use std::sync::Arc;

use async_graphql::{Context, OneofObject};
use chrono::{DateTime, SecondsFormat, Utc};
use ledgerdesk_domain::{
    event::Recorded,
    id::ConsultationId,
    stream::{Position as LogPosition, StreamId, StreamType, StreamVersion},
};
use ledgerdesk_infrastructure::{clock::Clock, event_store::EventStore};
use ledgerdesk_projections::as_of::Snapshot;

use super::{
    caller::Caller,
    error::Fault,
    model::{loaders, position::Position},
};

/// A moment of the past. As `asOf`: the log's first events up to a position, or what had happened by a time. As
/// `asKnownAt`: what was recorded up to a position, or by a time.
#[derive(Debug, Clone, Copy, OneofObject)]
pub(in crate::graphql) enum AsOf {
    /// A time, that moment included. Code `AS_OF_AHEAD` where it lies in the future.
    Time(DateTime<Utc>),
    /// A position of the log, that event included. Code `AS_OF_AHEAD` where the log does not reach that far,
    /// `AS_OF_TOO_EARLY` for 0.
    Position(Position),
}

/// Most events of a consultation that are folded for one answer.
const MAX_EVENTS: usize = 20_000;
/// How many are read at once.
pub(in crate::graphql) const PAGE: usize = 1_000;

/// Under which names personal values of a consultation and its parts are shown, `from` and `to` in a difference.
const SHOWN_AS: &[&str] = &[
    "topic",
    "description",
    "statusReason",
    "resolution",
    "reason",
    "declineReason",
    "returnReason",
    "phone",
    "recording",
    "comment",
    "text",
    "attachments",
    "from",
    "to",
];

/// Which events count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::graphql) struct Cut {
    /// What happened until then.
    happened: Option<DateTime<Utc>>,
    /// What was recorded until then.
    recorded: Option<DateTime<Utc>>,
    /// What the log had until there.
    position: Option<i64>,
}

impl Cut {
    /// Reads the two arguments. `of` and `known` are their names, for refusals.
    pub(in crate::graphql) async fn read(
        ctx: &Context<'_>,
        (of, as_of): (&str, Option<AsOf>),
        (known, known_at): (&str, Option<AsOf>),
    ) -> Result<Self, Fault> {
        let mut cut = Self::default();
        match as_of {
            Some(AsOf::Time(time)) => cut.happened = Some(past(ctx, of, time)?),
            Some(AsOf::Position(Position(place))) => cut.position = Some(reached(ctx, of, place.0).await?),
            None => {}
        }
        match known_at {
            Some(AsOf::Time(time)) => cut.recorded = Some(past(ctx, known, time)?),
            Some(AsOf::Position(Position(place))) => {
                let place = reached(ctx, known, place.0).await?;
                cut.position = Some(cut.position.map_or(place, |position| position.min(place)));
            }
            None => {}
        }
        Ok(cut)
    }

    /// Whether it leaves every event: nothing was asked for.
    pub(in crate::graphql) fn is_now(self) -> bool {
        self == Self::default()
    }

    /// What happened until then, if that was asked.
    pub(in crate::graphql) fn happened(self) -> Option<DateTime<Utc>> {
        self.happened
    }

    /// The position up to which events count, if it follows from what was asked.
    pub(in crate::graphql) async fn position(self, ctx: &Context<'_>) -> Result<Option<LogPosition>, Fault> {
        let Some(recorded) = self.recorded else { return Ok(self.position.map(LogPosition)) };
        let recorded = ctx.data::<EventStore>()?.recorded_by(recorded).await?;
        Ok(Some(self.position.map_or(recorded, |position| recorded.min(LogPosition(position)))))
    }

    /// The same events, as long as nothing else is appended, by position and time alone.
    pub(in crate::graphql) fn up_to(self, position: LogPosition) -> Self {
        Self { happened: self.happened, recorded: None, position: Some(position.0) }
    }

    pub(in crate::graphql) fn has(self, event: &Recorded) -> bool {
        self.happened.is_none_or(|until| event.occurred_at <= until)
            && self.recorded.is_none_or(|until| event.recorded_at <= until)
            && self.position.is_none_or(|until| event.position.0 <= until)
    }

    /// Whether whatever counts here counts there, too.
    pub(in crate::graphql) fn is_within(self, later: Self) -> bool {
        fn bound<T: Ord>(earlier: Option<T>, later: Option<T>) -> bool {
            match (earlier, later) {
                (_, None) => true,
                (None, Some(_)) => false,
                (Some(earlier), Some(later)) => earlier <= later,
            }
        }
        bound(self.happened, later.happened)
            && bound(self.recorded, later.recorded)
            && bound(self.position, later.position)
    }
}

/// A time that is not in the future.
fn past(ctx: &Context<'_>, argument: &str, time: DateTime<Utc>) -> Result<DateTime<Utc>, Fault> {
    let now = ctx.data::<Arc<dyn Clock>>()?.now();
    if time <= now {
        return Ok(time);
    }
    let (asked, now) = (text(time), text(now));
    Err(Fault::AsOfAhead {
        message: format!(
            "`{argument}.time` is {asked}, which is in the future; ask for a time up to now, {now}"
        ),
    })
}

/// A position that the log has.
async fn reached(ctx: &Context<'_>, argument: &str, position: i64) -> Result<i64, Fault> {
    if position < 1 {
        let message =
            format!("`{argument}.position` is 0, where the log had no event; the first position is 1");
        return Err(Fault::AsOfTooEarly { message });
    }
    let store = ctx.data::<EventStore>()?;
    let mut head = store.head().position.0;
    // What this node last saw may be a wake-up behind.
    if position > head {
        head = store.fetch_head().await?.position.0;
    }
    if position <= head {
        return Ok(position);
    }
    let message =
        format!("`{argument}.position` is {position}, but the log ends at {head}; ask for one up to there");
    Err(Fault::AsOfAhead { message })
}

/// All events of a consultation, in the order of its stream.
pub(in crate::graphql) async fn events(
    ctx: &Context<'_>,
    id: ConsultationId,
) -> Result<Vec<Arc<Recorded>>, Fault> {
    let (store, workspace) = (ctx.data::<EventStore>()?, ctx.data::<Caller>()?.workspace_id);
    let stream = StreamId::new(StreamType::Consultation, id.uuid());
    let (mut events, mut after) = (Vec::new(), StreamVersion::NONE);
    loop {
        let page = store.read_stream(workspace, stream, after, PAGE).await?;
        let full = page.len() == PAGE;
        events.extend(page);
        after = events.last().map_or(after, |event: &Arc<Recorded>| event.version);
        if !full {
            return Ok(events);
        }
        check_length(events.len())?;
    }
}

/// Refuses a consultation with more events than are gone through.
pub(in crate::graphql) fn check_length(events: usize) -> Result<(), Fault> {
    if events <= MAX_EVENTS {
        return Ok(());
    }
    let message = format!(
        "the consultation has more than {MAX_EVENTS} events, too many to go through for one answer; read its \
         `history`, which is paged"
    );
    Err(Fault::HistoryTooLong { message })
}

/// The consultation as those of its events that count leave it; nothing where it had not begun.
pub(in crate::graphql) fn fold(
    ctx: &Context<'_>,
    events: &[Arc<Recorded>],
    cut: Cut,
) -> Result<Option<Arc<Snapshot>>, Fault> {
    let loaders = loaders(ctx)?;
    let reach = loaders.reach_into_log(SHOWN_AS);
    let counted: Vec<&Recorded> =
        events.iter().map(|event| &**event).filter(|event| cut.has(event)).collect();
    let snapshot = Snapshot::fold(&counted, reach).map_err(|error| Fault::internal(&error))?;
    loaders.saw(reach, snapshot.iter().map(|snapshot| &*snapshot.consultation));
    Ok(snapshot.map(Arc::new))
}

/// A consultation had not begun.
pub(in crate::graphql) fn too_early(argument: &str, events: &[Arc<Recorded>]) -> Fault {
    let Some(first) = events.first() else { return Fault::NotFound { what: "consultation" } };
    Fault::AsOfTooEarly {
        message: format!(
            "the consultation had not begun at `{argument}`; it began at {}, which was recorded at {}, at position {}",
            text(first.occurred_at),
            text(first.recorded_at),
            first.position
        ),
    }
}

fn text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

#[cfg(test)]
mod tests {
    use ledgerdesk_projections::{
        calls, consultation_detail, consultation_list, handovers, history, messages, ratings,
        read::ReadRow as _, redates,
    };

    use super::*;

    #[test]
    fn a_snapshot_is_shown_under_the_names_of_all_its_parts() {
        let parts = [
            consultation_list::Row::SHOWN_AS,
            consultation_detail::Row::SHOWN_AS,
            handovers::Row::SHOWN_AS,
            redates::Row::SHOWN_AS,
            calls::Row::SHOWN_AS,
            ratings::Row::SHOWN_AS,
            messages::Row::SHOWN_AS,
            history::Row::SHOWN_AS,
        ];
        assert!(parts.iter().all(|names| !names.is_empty()));
        assert!(parts.concat().iter().all(|name| SHOWN_AS.contains(name)));
    }

    #[test]
    fn a_cut_lies_within_one_that_asks_for_no_less() {
        let at = |second| DateTime::from_timestamp(second, 0);
        let cut = |happened, recorded, position| Cut { happened, recorded, position };
        let all = Cut::default();
        assert!(all.is_within(all) && cut(at(1), None, None).is_within(all));
        assert!(!all.is_within(cut(at(1), None, None)));
        assert!(cut(at(1), None, None).is_within(cut(at(1), None, None)));
        assert!(!cut(at(2), None, None).is_within(cut(at(1), None, None)));
        assert!(cut(at(1), at(1), None).is_within(cut(at(1), at(2), None)));
        assert!(!cut(None, None, Some(3)).is_within(cut(at(9), None, None)));
        assert!(cut(None, None, Some(3)).is_within(cut(None, None, Some(4))));
    }
}
