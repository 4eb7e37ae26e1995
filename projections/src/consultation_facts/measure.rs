//! Every measure of a consultation, folded from its journal.

use chrono::{DateTime, TimeDelta, Utc};
use ledgerdesk_domain::{consultation::Status, context::ActorKind, id::ManagerId};

use super::{Answered, Ended, Happening, Kept, Promise, Row, Step, Stretch};

impl Row {
    /// Measures anew.
    pub(super) fn measure(&mut self) {
        let journal = std::mem::take(&mut self.journal);
        let mut fold = Fold::new(self);
        for step in journal.iter().filter(|step| step.what.is_measured()) {
            fold.pass(step.at);
            fold.take(step);
        }
        fold.end();
        self.journal = journal;
    }

    fn clear(&mut self) {
        self.first_reply_at = None;
        self.first_reply_ms = None;
        self.first_reply_by = None;
        self.first_reply_team = None;
        self.first_reply_position = None;
        self.first_response_at = None;
        self.first_response_ms = None;
        self.first_response_by = None;
        self.first_response_team = None;
        self.first_response_position = None;
        self.first_resolution_at = None;
        self.first_resolution_ms = None;
        self.first_resolution_by = None;
        self.first_resolution_team = None;
        self.first_resolution_position = None;
        self.first_attempt_at = None;
        self.first_attempt_by = None;
        self.attempt_count = 0;
        self.answered_attempt_at = None;
        self.answered_attempt_by = None;
        self.answered_attempt = None;
        self.responses.clear();
        self.resolutions.clear();
        self.reopenings.clear();
        self.promises.clear();
        self.stretches.clear();
        self.stand(None);
    }

    /// The resolution that stands, or none.
    fn stand(&mut self, standing: Option<&Standing>) {
        self.full_resolution_at = standing.map(|it| it.end.at);
        self.full_resolution_ms = standing.map(|it| (it.end.at - self.opened_at).num_milliseconds());
        self.full_resolution_open_ms = standing.map(|it| it.open.num_milliseconds());
        self.full_resolution_by = standing.and_then(|it| it.end.by);
        self.full_resolution_team = standing.and_then(|it| it.end.team.clone());
        self.full_resolution_position = standing.map(|it| it.end.stop);
        self.requester_wait_ms = standing.map(|it| it.wait.num_milliseconds());
        self.agent_work_ms = standing.map(|it| it.work.num_milliseconds());
        self.reply_count = standing.map(|it| it.replies);
        self.reopen_count = standing.map(|it| it.reopenings);
        self.assignee_stations = standing.map(|it| it.assignees);
        self.team_stations = standing.map(|it| it.teams);
    }
}

/// What is counted along the way, and what it was when it was last resolved.
#[derive(Clone)]
struct Standing {
    end: Ended,
    open: TimeDelta,
    wait: TimeDelta,
    work: TimeDelta,
    replies: i32,
    reopenings: i32,
    assignees: i32,
    teams: i32,
}

/// A promise that nobody has kept, missed or moved yet.
struct Pending {
    at: DateTime<Utc>,
    until: DateTime<Utc>,
    initiator: Option<ActorKind>,
    start: i64,
}

struct Fold<'r> {
    row: &'r mut Row,
    now: DateTime<Utc>,
    status: Status,
    by: Option<ManagerId>,
    team: Option<String>,
    /// Without a life of its own.
    merged: bool,
    /// Where the present stretch began.
    since: (DateTime<Utc>, i64),
    /// The oldest message of the client without an answer, once there was a first response.
    waiting: Option<(DateTime<Utc>, i64)>,
    pending: Option<Pending>,
    /// The end of the last promise, whatever became of it.
    promised_until: Option<DateTime<Utc>>,
    so_far: Standing,
    standing: Option<Standing>,
}

impl<'r> Fold<'r> {
    fn new(row: &'r mut Row) -> Self {
        row.clear();
        let (at, stop, team) = (row.opened_at, row.opened_position, row.opened_team.clone());
        let so_far = Standing {
            end: Ended { at, by: None, team: None, stop },
            open: TimeDelta::zero(),
            wait: TimeDelta::zero(),
            work: TimeDelta::zero(),
            replies: 0,
            reopenings: 0,
            assignees: 0,
            teams: i32::from(team.is_some()),
        };
        Self {
            row,
            now: at,
            status: Status::Queued,
            by: None,
            team,
            merged: false,
            since: (at, stop),
            waiting: None,
            pending: None,
            promised_until: None,
            so_far,
            standing: None,
        }
    }

    /// Time passes in the present stage.
    fn pass(&mut self, to: DateTime<Utc>) {
        let span = to - self.now;
        self.now = to;
        if self.merged {
            return;
        }
        let so_far = &mut self.so_far;
        if self.status.is_open() {
            so_far.open += span;
        }
        if matches!(self.status, Status::Queued | Status::InProgress | Status::OnHold) {
            so_far.wait += span;
        }
        if matches!(self.status, Status::Queued | Status::InProgress) {
            so_far.work += span;
        }
    }

    fn take(&mut self, step: &Step) {
        self.miss(step);
        match &step.what {
            Happening::Wrote => {
                if self.row.first_response_at.is_some() && self.waiting.is_none() {
                    self.waiting = Some((step.at, step.position));
                }
            }
            Happening::Replied(by) => self.reply(*by, step),
            Happening::BotReplied => self.reply(None, step),
            Happening::Entered(status) => self.enter(*status, step),
            Happening::Reopened(status) => {
                let moment = self.moment(step);
                self.row.reopenings.push(moment);
                self.so_far.reopenings += 1;
                self.standing = None;
                self.enter(*status, step);
            }
            Happening::Merged => {
                self.close(step);
                self.merged = true;
                self.waiting = None;
                self.pending = None;
            }
            Happening::Unmerged(status) => {
                self.close(step);
                self.merged = false;
                self.status = *status;
                if status.is_open() {
                    self.standing = None;
                }
            }
            Happening::Held(by, team) => self.hold(*by, team.clone(), step),
            Happening::Released => {
                let team = self.team.clone();
                self.hold(None, team, step);
            }
            Happening::Promised(at, until) => self.promise(*at, *until, None, step),
            Happening::Moved(from, to, initiator) => {
                // A window moves as a whole.
                let length = self.promised_until.map_or(TimeDelta::zero(), |until| until - *from);
                let until = to.checked_add_signed(length.max(TimeDelta::zero())).unwrap_or(*to);
                self.promise(*to, until, Some(*initiator), step);
            }
            Happening::Called { outbound, answered, by, .. } => self.call((*outbound, *answered), *by, step),
            // Only the clocks of service levels are made of these.
            Happening::Opened(_)
            | Happening::Prioritised(_)
            | Happening::Detailed(..)
            | Happening::Tagged(..)
            | Happening::Asked(_)
            | Happening::Taken(_)
            | Happening::Over(_) => {}
        }
    }

    fn moment(&self, step: &Step) -> Ended {
        Ended { at: step.at, by: self.by, team: self.team.clone(), stop: step.position }
    }

    fn reply(&mut self, by: Option<ManagerId>, step: &Step) {
        let ms = (step.at - self.row.opened_at).num_milliseconds();
        if self.row.first_reply_at.is_none() {
            self.row.first_reply_at = Some(step.at);
            self.row.first_reply_ms = Some(ms);
            self.row.first_reply_by = by;
            self.row.first_reply_team.clone_from(&self.team);
            self.row.first_reply_position = Some(step.position);
        }
        if by.is_none() {
            return;
        }
        self.so_far.replies += 1;
        if self.row.first_response_at.is_none() {
            self.row.first_response_at = Some(step.at);
            self.row.first_response_ms = Some(ms);
            self.row.first_response_by = by;
            self.row.first_response_team.clone_from(&self.team);
            self.row.first_response_position = Some(step.position);
        } else if let Some((since, start)) = self.waiting.take() {
            let ms = (step.at - since).num_milliseconds();
            let team = self.team.clone();
            self.row.responses.push(Answered {
                at: step.at,
                since,
                ms,
                by,
                team,
                start,
                stop: step.position,
            });
        }
    }

    fn enter(&mut self, status: Status, step: &Step) {
        let was_resolved = matches!(self.status, Status::Resolved | Status::Closed);
        self.close(step);
        self.status = status;
        if !status.is_open() {
            self.waiting = None;
            // Whoever has the answer needs no call: the promise fell away.
            self.pending = None;
        }
        match status {
            Status::Resolved | Status::Closed if !was_resolved => self.resolve(step),
            Status::Resolved | Status::Closed => {}
            _ => self.standing = None,
        }
    }

    fn resolve(&mut self, step: &Step) {
        let end = self.moment(step);
        if self.row.first_resolution_at.is_none() {
            self.row.first_resolution_at = Some(end.at);
            self.row.first_resolution_ms = Some((end.at - self.row.opened_at).num_milliseconds());
            self.row.first_resolution_by = end.by;
            self.row.first_resolution_team.clone_from(&end.team);
            self.row.first_resolution_position = Some(end.stop);
        }
        self.row.resolutions.push(end.clone());
        self.standing = Some(Standing { end, ..self.so_far.clone() });
    }

    fn hold(&mut self, by: Option<ManagerId>, team: Option<String>, step: &Step) {
        if by == self.by && team == self.team {
            return;
        }
        self.close(step);
        self.so_far.assignees += i32::from(by.is_some() && by != self.by);
        self.so_far.teams += i32::from(team.is_some() && team != self.team);
        self.by = by;
        self.team = team;
    }

    /// Ends the present stretch. One without length was none.
    fn close(&mut self, step: &Step) {
        self.keep(Some(step.at));
        self.since = (step.at, step.position);
    }

    fn keep(&mut self, until: Option<DateTime<Utc>>) {
        let (from, start) = self.since;
        if !self.merged && until.is_none_or(|until| until > from) {
            let (by, team, status) = (self.by, self.team.clone(), self.status);
            self.row.stretches.push(Stretch { status, by, team, from, until, start });
        }
    }

    /// A promise that is replaced before its end was not broken: it moved.
    fn promise(
        &mut self,
        at: DateTime<Utc>,
        until: DateTime<Utc>,
        initiator: Option<ActorKind>,
        step: &Step,
    ) {
        self.promised_until = Some(until);
        self.pending = Some(Pending { at, until, initiator, start: step.position });
    }

    /// The end of a promise passed before this step.
    fn miss(&mut self, step: &Step) {
        if let Some(pending) = self.pending.take_if(|pending| pending.until < step.at) {
            self.decide(&pending, Kept::Missed, None, step);
        }
    }

    fn decide(&mut self, pending: &Pending, kept: Kept, ms: Option<i64>, step: &Step) {
        self.row.promises.push(Promise {
            at: pending.at,
            kept,
            ms,
            initiator: pending.initiator,
            by: self.by,
            team: self.team.clone(),
            start: pending.start,
            stop: step.position,
        });
    }

    fn call(&mut self, (outbound, answered): (bool, bool), by: Option<ManagerId>, step: &Step) {
        if outbound {
            self.row.attempt_count += 1;
            if self.row.first_attempt_at.is_none() {
                self.row.first_attempt_at = Some(step.at);
                self.row.first_attempt_by = by;
            }
            if answered && self.row.answered_attempt_at.is_none() {
                self.row.answered_attempt_at = Some(step.at);
                self.row.answered_attempt_by = by;
                self.row.answered_attempt = Some(self.row.attempt_count);
            }
        }
        if answered && let Some(pending) = self.pending.take() {
            let ms = (step.at - pending.at).num_milliseconds();
            self.decide(&pending, Kept::Kept, Some(ms), step);
        }
    }

    fn end(mut self) {
        self.keep(None);
        let standing = self.standing.take();
        self.row.stand(standing.as_ref());
    }
}
