//! From hand to hand: teams, persons and handovers.

use ledgerdesk_domain::{
    consultation::{
        AcceptHandover, ConsultationCommand as Command, ExpireHandover, RequestHandover, ResolveHandover,
        Status, Unassign,
    },
    id::{HandoverId, ManagerId},
};

use super::Story;
use crate::import::ids;

impl Story<'_> {
    /// Another team becomes responsible. With a person of that team who takes over work that somebody else has
    /// begun, it is a handover; without one, whoever held it does no longer.
    pub(super) fn route(&mut self) {
        let Some(team) = self.row_team() else { return };
        let person = self.person();
        if self.team.as_ref() == Some(&team) {
            return self.hold_by(person, None);
        }
        let holder = self.assignee();
        match person {
            Some(person)
                if self.status() == Some(Status::InProgress)
                    && holder.is_some_and(|holder| holder != person) =>
            {
                self.hand_over(Some(team), person);
            }
            Some(person) => self.hold_by(Some(person), Some(team)),
            None => {
                self.hold_by(None, Some(team));
                self.let_go();
            }
        }
    }

    /// The person takes it and works on it: accepts the handover that waits, takes it over from another one, or
    /// takes it from the queue.
    pub(super) fn take(&mut self) {
        if let Some(person) = self.person() {
            let in_hand =
                matches!(self.status(), Some(Status::InProgress | Status::WaitingForClient | Status::OnHold));
            let another = self.assignee().is_some_and(|holder| holder != person);
            match self.handover.clone() {
                Some(open) if !open.accepted => self.accept(open.id, person),
                _ if in_hand && another => self.hand_over(None, person),
                _ => {}
            }
            self.hold_by(Some(person), self.row_team());
        }
        self.work();
    }

    /// It waits in a team's queue: from the start, or handed over with nobody who has taken it yet.
    pub(super) fn enqueue(&mut self) {
        let team = self.row_team();
        if self.status() == Some(Status::Queued) {
            self.hold_by(None, team);
            return self.let_go();
        }
        let waits = self.handover.as_ref().is_some_and(|open| !open.accepted && open.to_team == team);
        if !waits {
            self.request(team, None, None);
        }
    }

    /// Somebody asks for help, without saying whom.
    pub(super) fn escalate(&mut self) {
        let reason = Some(self.words());
        if self.handover.as_ref().is_some_and(|open| open.accepted) {
            self.end_handover();
        }
        let request = self.request_command(None, None, reason);
        self.act(request);
    }

    /// Requests a handover and accepts it.
    fn hand_over(&mut self, team: Option<String>, person: ManagerId) {
        if let Some(id) = self.request(team, Some(person), None) {
            self.accept(id, person);
        }
    }

    fn request(
        &mut self,
        team: Option<String>,
        manager: Option<ManagerId>,
        reason: Option<String>,
    ) -> Option<HandoverId> {
        self.end_handover();
        let request = self.request_command(team, manager, reason);
        self.act(request);
        self.handover.as_ref().map(|open| open.id)
    }

    fn request_command(
        &self,
        to_team: Option<String>,
        to_manager: Option<ManagerId>,
        reason: Option<String>,
    ) -> Command {
        Command::RequestHandover(RequestHandover {
            handover_id: HandoverId(ids::part(self.id, "handover", self.row.index)),
            requested_by: self.party(),
            reason,
            to_team,
            to_manager,
        })
    }

    /// The next handover ends the one before: done if somebody had taken it, else nobody ever took it.
    fn end_handover(&mut self) {
        let Some(open) = &self.handover else { return };
        let handover_id = open.id;
        let command = if open.accepted {
            Command::ResolveHandover(ResolveHandover { handover_id })
        } else {
            Command::ExpireHandover(ExpireHandover { handover_id })
        };
        self.act(command);
    }

    pub(super) fn accept(&mut self, handover_id: HandoverId, manager_id: ManagerId) {
        self.act(Command::AcceptHandover(AcceptHandover { handover_id, manager_id }));
    }

    fn let_go(&mut self) {
        if self.assignee().is_some() {
            self.act(Command::Unassign(Unassign { reason: None }));
        }
    }
}
