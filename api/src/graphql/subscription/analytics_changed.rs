//! `analyticsChanged`: a report that is computed anew when the log has moved.

use std::{convert::Infallible, sync::Arc, time::Duration};

use async_graphql::Context;
use ledgerdesk_projections::{
    analytics::{self, Answer, Question, read_models},
    consultation_list,
};
use tokio::time::Instant;

use super::{
    view::Viewed as _,
    watch::{self, Watch},
};
use crate::{
    graphql::{
        error::Fault,
        query::analytics::{
            input::{self, ReportInput},
            report::AnalyticsReport,
        },
    },
    live::{Item, Publisher, Source},
};

/// The shortest time between two reports.
const PAUSE: Duration = Duration::from_secs(1);
/// How many times as long as a report took the next one is put off.
const REST: u32 = 4;
/// How long the read models that the report is made of may take to follow the others.
const WAIT: Duration = Duration::from_secs(2);

/// What was computed, and of what.
pub(super) struct Computed {
    question: Question,
    answer: Answer,
}

pub(super) async fn source(ctx: &Context<'_>, asked: ReportInput) -> Result<impl Source + use<>, Fault> {
    let of = format!("{asked:?}");
    let question = asked.read()?;
    input::reach(ctx, &question)?;
    let terms = input::source(ctx)?;
    watch::join(ctx, "analytics", of, |watch, publisher| keep(watch, (question, terms), publisher)).await
}

/// Computes after each change, but not all the time, and tells what differs.
async fn keep(
    watch: Watch,
    (question, terms): (Question, analytics::Source),
    mut publisher: Publisher,
) -> Result<Infallible, Fault> {
    let (mut follower, mut position) = watch.begin().await?;
    let mut known = None;
    loop {
        // One that does not follow in time is shown by the next report.
        drop(watch.read_side.wait_for(&read_models(&question), position, WAIT).await);
        let started = Instant::now();
        let answer = analytics::report(&terms, watch.reach, &question).await?;
        if known.as_ref() != Some(&answer.reports) {
            known = Some(answer.reports.clone());
            publisher.state(Item::new(Arc::new(Computed { question: question.clone(), answer })));
        }
        tokio::time::sleep_until(started + PAUSE.max(started.elapsed() * REST)).await;
        position = watch.next(&mut follower, consultation_list::Row::keys).await?.position;
    }
}

pub(super) fn show(computed: &Arc<Computed>) -> AnalyticsReport {
    AnalyticsReport::new(&computed.question, computed.answer.clone())
}
