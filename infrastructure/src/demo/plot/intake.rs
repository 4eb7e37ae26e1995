//! From the first message to somebody who holds the consultation.

use ledgerdesk_domain::{
    consultation::{
        Assign, CallDirection, CallOutcome, Cancel, Channel, ConsultationCommand as Command,
        ExternalReference, LinkExternalReference, Party, Resolve, Start,
    },
    context::Actor,
};

use super::{Intake, Script};
use crate::demo::topics::Phrase;

const GREETINGS: [Phrase; 3] = [
    Phrase::new(
        "Здравствуйте! Я помощник поддержки. Одну минуту, посмотрю, чем могу помочь.",
        "Hello! I am the support assistant. One moment, let me see what I can do.",
    ),
    Phrase::new(
        "Добрый день! Ваше обращение принято, уже разбираюсь.",
        "Hi! Your request has arrived, I am looking into it.",
    ),
    Phrase::new(
        "Приветствую! Уточняю информацию по вашему вопросу.",
        "Welcome! I am checking your question.",
    ),
];
const TO_A_PERSON: [Phrase; 2] = [
    Phrase::new(
        "Передаю вопрос специалисту, он ответит здесь же.",
        "I am passing this on to a colleague who answers right here.",
    ),
    Phrase::new(
        "Здесь нужен человек. Подключаю менеджера.",
        "This needs a person. I am bringing in a manager.",
    ),
];
const SOLVED: [Phrase; 3] = [
    Phrase::new("Спасибо, всё получилось!", "Thanks, that did it!"),
    Phrase::new("Разобрался, благодарю.", "Found it, thank you."),
    Phrase::new("Отлично, вопрос закрыт.", "Great, that is all I needed."),
];
const BOT_REASONS: [Phrase; 3] = [
    Phrase::new("Бот не нашёл ответа", "The bot has no answer"),
    Phrase::new("Клиент просит человека", "The client asks for a person"),
    Phrase::new("Нужен доступ к учётной записи", "Access to the account is needed"),
];

impl Script<'_> {
    pub(super) fn intake(&mut self) -> Intake {
        match self.channel {
            Channel::CallCenter => self.intake_by_phone(),
            Channel::Email | Channel::Api => self.intake_by_letter(),
            _ => self.intake_by_chat(),
        }
    }

    /// Some consultations come out of another system's conversation.
    pub(super) fn link_conversation(&mut self) {
        if self.channel == Channel::CallCenter || !self.chance.percent(15) {
            return;
        }
        let number = self.chance.between(10_000, 99_999);
        let reference = ExternalReference {
            system: "chatwoot".to_owned(),
            kind: "conversation".to_owned(),
            id: number.to_string(),
        };
        self.cue(Actor::SYSTEM, Command::LinkExternalReference(LinkExternalReference { reference }));
    }

    fn intake_by_chat(&mut self) -> Intake {
        self.seconds(1, 20);
        self.hear(self.topic.request);
        self.seconds(3, 12);
        let greeting = self.phrase(&GREETINGS);
        self.say(greeting);
        if self.chance.percent(18) {
            self.seconds(20, 90);
            self.say(self.topic.answer);
            self.minutes(1, 40);
            let thanks = self.phrase(&SOLVED);
            self.hear(thanks);
            self.seconds(5, 60);
            let bot = self.cast.bot.clone();
            let code = Some("bot".to_owned());
            self.cue(bot, Command::Resolve(Resolve { resolution: None, code }));
            return Intake::SolvedByBot;
        }
        self.seconds(10, 60);
        let farewell = self.phrase(&TO_A_PERSON);
        self.say(farewell);
        let reason = self.phrase(&BOT_REASONS);
        let bot = self.cast.bot.clone();
        if self.chance.percent(3) {
            self.minutes(2, 60);
            let reason = Some("duplicate".to_owned());
            self.cue(Actor::SYSTEM, Command::Cancel(Cancel { reason }));
            return Intake::Over;
        }
        if self.request_handover(bot, Party::Bot, reason, self.team) { Intake::Held } else { Intake::Waiting }
    }

    fn intake_by_letter(&mut self) -> Intake {
        self.seconds(1, 5);
        self.hear(self.topic.request);
        if self.chance.percent(4) {
            self.minutes(3, 200);
            let reason = Some("spam".to_owned());
            self.cue(Actor::SYSTEM, Command::Cancel(Cancel { reason }));
            return Intake::Over;
        }
        self.working_minutes(3, 90);
        if !self.assign(Actor::SYSTEM) {
            return Intake::Waiting;
        }
        self.working_minutes(1, 120);
        self.cue_holder(Command::Start(Start));
        Intake::Held
    }

    fn intake_by_phone(&mut self) -> Intake {
        // Calls at night go to the answering machine.
        let open = crate::demo::calendar::at_work(self.now) == self.now;
        let outcome = if !open {
            CallOutcome::Voicemail
        } else if self.chance.percent(81) {
            CallOutcome::Answered
        } else {
            CallOutcome::NoAnswer
        };
        if outcome == CallOutcome::Answered {
            if !self.assign(Actor::SYSTEM) {
                return Intake::Waiting;
            }
            self.ring(CallDirection::Inbound, outcome, None);
            self.cue_holder(Command::Start(Start));
            return Intake::Held;
        }
        self.ring(CallDirection::Inbound, outcome, None);
        self.working_minutes(2, 60);
        if !self.assign(Actor::SYSTEM) {
            return Intake::Waiting;
        }
        self.seconds(20, 300);
        self.cue_holder(Command::Start(Start));
        self.call_until_answered(None);
        Intake::Held
    }

    /// Gives it to somebody of the team.
    fn assign(&mut self, by: Actor) -> bool {
        self.holder = self.cast.agent(&mut self.chance, self.team, self.topic.section, None);
        let Some(manager) = self.holder else { return false };
        self.cue(by, Command::Assign(Assign { assignee: Some(manager), team: None, reason: None }));
        true
    }

    /// Calls back until somebody answers, at most four times.
    pub(super) fn call_until_answered(&mut self, redate: Option<ledgerdesk_domain::id::RedateId>) -> bool {
        for _ in 0..4 {
            let outcome = self.chance.weighted(&[
                (62, Some(CallOutcome::Answered)),
                (22, Some(CallOutcome::NoAnswer)),
                (8, Some(CallOutcome::Busy)),
                (4, Some(CallOutcome::Voicemail)),
                (3, Some(CallOutcome::Rejected)),
                (1, Some(CallOutcome::Failed)),
            ]);
            let outcome = outcome.unwrap_or(CallOutcome::NoAnswer);
            self.ring(CallDirection::Outbound, outcome, redate);
            if outcome == CallOutcome::Answered {
                return true;
            }
            self.working_minutes(10, 150);
        }
        false
    }
}
