//! The steps of a mapping as commands.

use ledgerdesk_domain::{
    consultation::{
        Assign, Cancel, Close, ConsultationCommand as Command, Hold, Reopen, ReopenTo, Resolve, Resume,
        Start, Status, Unassign, WaitForClient,
    },
    context::Actor,
};

use super::Story;
use crate::import::mapping::{Field, Step};

impl Story<'_> {
    /// Does one step. Steps towards a status that the consultation has already do nothing.
    pub(super) fn step(&mut self, step: Step) {
        match step {
            Step::Start => self.towards(Status::InProgress, Command::Start(Start)),
            Step::Resume => self.towards(Status::InProgress, Command::Resume(Resume)),
            Step::Wait => {
                let reason = Some(self.words());
                self.towards(Status::WaitingForClient, Command::WaitForClient(WaitForClient { reason }));
            }
            Step::Hold => {
                let reason = Some(self.words());
                self.towards(Status::OnHold, Command::Hold(Hold { reason, until: None }));
            }
            Step::Resolve => self.resolve(),
            Step::Close => self.towards(Status::Closed, Command::Close(Close)),
            Step::Finish if self.status() != Some(Status::Closed) => {
                self.resolve();
                self.towards(Status::Closed, Command::Close(Close));
            }
            Step::Cancel => {
                let reason = Some(self.words());
                self.towards(Status::Cancelled, Command::Cancel(Cancel { reason }));
            }
            Step::Reopen => self.reopen(None),
            Step::Work => self.work(),
            Step::Assign => self.assign(),
            Step::Team => self.change_team(),
            Step::Unassign => _ = self.act(Command::Unassign(Unassign { reason: None })),
            Step::Route => self.route(),
            Step::Take => self.take(),
            Step::Enqueue => self.enqueue(),
            Step::Escalate => self.escalate(),
            Step::Receive => self.receive(),
            Step::Send => self.send(),
            Step::Note => self.note(),
            Step::Appoint => self.appoint(),
            Step::Call => self.call(),
            Step::Rate => self.rate(),
            Step::Fact => self.refuse("kept_as_fact"),
            Step::Finish => {}
        }
    }

    fn towards(&mut self, status: Status, command: Command) {
        if self.status() != Some(status) {
            self.act(command);
        }
    }

    /// If the mapping says so, work on an ended consultation takes it up again first.
    pub(super) fn reopen_for(&mut self, steps: &[Step]) {
        if !self.meaning.mapping.reopen_on_work {
            return;
        }
        let Some(status @ (Status::Resolved | Status::Closed | Status::Cancelled)) = self.status() else {
            return;
        };
        let reopens = |step: &Step| step.is_work() || (*step == Step::Resolve && status != Status::Resolved);
        if steps.iter().any(reopens) {
            let to = if steps.contains(&Step::Enqueue) { ReopenTo::Queued } else { ReopenTo::InProgress };
            self.reopen(Some(to));
        }
    }

    fn reopen(&mut self, to: Option<ReopenTo>) {
        if self.status().is_some_and(|status| !status.is_open()) {
            self.act(Command::Reopen(Reopen { to, reason: None }));
        }
    }

    /// Into work by the way that leads there from where it is.
    pub(super) fn work(&mut self) {
        match self.status() {
            Some(Status::Queued) => _ = self.act(Command::Start(Start)),
            Some(Status::WaitingForClient | Status::OnHold) => _ = self.act(Command::Resume(Resume)),
            Some(Status::InProgress) | None => {}
            // Refused: the mapping does not let work reopen.
            Some(Status::Resolved | Status::Closed | Status::Cancelled) => {
                self.act(Command::Start(Start));
            }
        }
    }

    fn resolve(&mut self) {
        let row = self.row.index;
        let code = self.meaning.owned(Field::ResolutionCode, row);
        let actor = self.actor.clone();
        if let Some(resolver) = self.meaning.resolved_by.get(row) {
            self.actor = Actor::manager(*resolver);
        }
        self.towards(Status::Resolved, Command::Resolve(Resolve { resolution: None, code }));
        self.actor = actor;
    }

    fn assign(&mut self) {
        let Some(person) = self.person() else { return };
        match self.handover.clone() {
            Some(open) if !open.accepted => self.accept(open.id, person),
            _ => {}
        }
        self.hold_by(Some(person), self.row_team());
    }

    fn change_team(&mut self) {
        if let Some(team) = self.row_team() {
            self.hold_by(None, Some(team));
        }
    }

    /// Makes a person, a team or both responsible; nothing if they are.
    pub(super) fn hold_by(
        &mut self,
        assignee: Option<ledgerdesk_domain::id::ManagerId>,
        team: Option<String>,
    ) {
        let same_person = assignee.is_none() || assignee == self.assignee();
        let same_team = team.is_none() || team == self.team;
        if !same_person || !same_team {
            self.act(Command::Assign(Assign { assignee, team, reason: None }));
        }
    }
}
