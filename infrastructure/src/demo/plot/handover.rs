//! From hand to hand.

use chrono::TimeDelta;
use ledgerdesk_domain::{
    consultation::{
        AcceptHandover, Assign, ConsultationCommand as Command, DeclineHandover, ExpireHandover,
        OfferHandover, Party, RequestHandover, ReturnHandover,
    },
    context::Actor,
    id::{HandoverId, ManagerId},
};

use super::Script;
use crate::demo::{cast::TECHNICAL, topics::Phrase};

/// How long an offer stands.
const OFFER: TimeDelta = TimeDelta::minutes(15);

const NO: [Phrase; 4] = [
    Phrase::new("Уже шесть открытых обращений", "I have six open ones already"),
    Phrase::new("Ухожу на обед", "Going to lunch"),
    Phrase::new("Не моя тема", "Not my subject"),
    Phrase::new("На встрече до конца часа", "In a meeting until the full hour"),
];
const WHY: [Phrase; 4] = [
    Phrase::new("Нужен доступ к серверу", "Access to the server is needed"),
    Phrase::new("Похоже на ошибку, нужен технический специалист", "Looks like a defect, needs a technician"),
    Phrase::new("Клиент просит профильного специалиста", "The client asks for a specialist"),
    Phrase::new("Смена заканчивается", "My shift ends"),
];
const BACK: [Phrase; 2] = [
    Phrase::new(
        "Вопрос решается на первой линии, инструкция в заметке",
        "First line can solve this, see the note",
    ),
    Phrase::new("Не хватает данных от клиента", "Details from the client are missing"),
];

/// How somebody takes an offer.
#[derive(Debug, Clone, Copy, Default)]
enum Answer {
    #[default]
    Accepts,
    Declines,
    StaysSilent,
}

impl Script<'_> {
    /// Asks a team to take over and offers it until somebody does; whether somebody did.
    pub(super) fn request_handover(&mut self, by: Actor, party: Party, reason: &str, team: &str) -> bool {
        let mut handover = self.request(by, party, reason, team);
        let mut asked = self.holder;
        for _ in 0..5 {
            self.working_minutes(0, 6);
            let Some(manager) = self.cast.agent(&mut self.chance, team, self.topic.section, asked) else {
                return false;
            };
            asked = Some(manager);
            let expires_at = self.now + OFFER;
            let offer =
                OfferHandover { handover_id: handover, manager_id: manager, expires_at: Some(expires_at) };
            self.cue(Actor::SYSTEM, Command::OfferHandover(offer));
            let answers = [(82, Answer::Accepts), (11, Answer::Declines), (7, Answer::StaysSilent)];
            match self.chance.weighted(&answers) {
                Answer::Accepts => {
                    self.accept(handover, manager);
                    return true;
                }
                Answer::Declines => self.decline(handover, manager),
                Answer::StaysSilent => {
                    self.now = expires_at;
                    let expire = ExpireHandover { handover_id: handover };
                    self.cue(Actor::SYSTEM, Command::ExpireHandover(expire));
                    handover = self.request(Actor::SYSTEM, Party::System, reason, team);
                }
            }
        }
        false
    }

    fn request(&mut self, by: Actor, party: Party, reason: &str, team: &str) -> HandoverId {
        let handover_id = HandoverId(self.part("handover"));
        let request = RequestHandover {
            handover_id,
            requested_by: party,
            reason: Some(reason.to_owned()),
            to_team: Some(team.to_owned()),
            to_manager: None,
        };
        self.cue(by, Command::RequestHandover(request));
        handover_id
    }

    fn accept(&mut self, handover_id: HandoverId, manager_id: ManagerId) {
        self.seconds(15, 600);
        let accept = AcceptHandover { handover_id, manager_id };
        self.cue(Actor::manager(manager_id), Command::AcceptHandover(accept));
        self.holder = Some(manager_id);
    }

    fn decline(&mut self, handover_id: HandoverId, manager_id: ManagerId) {
        self.seconds(15, 500);
        let reason = Some(self.phrase(&NO).to_owned());
        let decline = DeclineHandover { handover_id, manager_id, reason };
        self.cue(Actor::manager(manager_id), Command::DeclineHandover(decline));
    }

    /// Somebody else knows more: technical support, or a colleague when it was there already. It may come back.
    pub(super) fn escalate(&mut self) {
        let Some(before) = self.holder else { return };
        // What a bot has handed over is done with the first answer; only then it can be handed on.
        self.finish_handover();
        let reason = self.phrase(&WHY);
        let taken = self.request_handover(Actor::manager(before), Party::Manager(before), reason, TECHNICAL);
        let Some(holder) = self.holder.filter(|_| taken) else { return };
        if self.chance.percent(14) {
            self.working_minutes(5, 120);
            let reason = Some(self.phrase(&BACK).to_owned());
            if let Some(handover_id) = self.last_handover() {
                let back = ReturnHandover { handover_id, reason };
                self.cue(Actor::manager(holder), Command::ReturnHandover(back));
            }
            self.minutes(0, 5);
            let assign = Assign { assignee: Some(before), team: Some(self.team.to_owned()), reason: None };
            self.cue(Actor::SYSTEM, Command::Assign(assign));
            self.holder = Some(before);
        }
    }

    /// Marks an accepted handover done.
    fn finish_handover(&mut self) {
        if let Some(handover_id) = self.last_handover() {
            let resolve = ledgerdesk_domain::consultation::ResolveHandover { handover_id };
            self.cue_holder(Command::ResolveHandover(resolve));
        }
    }

    /// The handover that was accepted last.
    fn last_handover(&self) -> Option<HandoverId> {
        self.cues.iter().rev().find_map(|cue| match &cue.command {
            Command::AcceptHandover(accept) => Some(accept.handover_id),
            _ => None,
        })
    }
}
