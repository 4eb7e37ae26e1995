//! From the first answer to the solution.

use chrono::TimeDelta;
use ledgerdesk_domain::{
    consultation::{
        AddNote, Cancel, ChangePriority, ConsultationCommand as Command, Hold, Priority, Resolve, Resume,
        WaitForClient,
    },
    context::Actor,
    id::NoteId,
};

use super::Script;
use crate::demo::topics::Phrase;

const HELLO: [Phrase; 3] = [
    Phrase::new("Добрый день! Помогу с вашим вопросом.", "Hello, I am taking care of your request."),
    Phrase::new("Здравствуйте! Вижу ваш вопрос, проверяю.", "Hi, I have your question in front of me."),
    Phrase::new("Здравствуйте, спасибо за ожидание.", "Hello, thank you for waiting."),
];
const STILL_BROKEN: [Phrase; 3] = [
    Phrase::new("Попробовали — к сожалению, то же самое.", "We tried it, sadly still the same."),
    Phrase::new("Помогло наполовину, часть ошибок осталась.", "It helped halfway, some errors are left."),
    Phrase::new("Пока не получилось, можно подробнее?", "No luck yet, could you explain it in more detail?"),
];
const SECOND_TRY: [Phrase; 2] = [
    Phrase::new(
        "Проверил ещё раз вместе с коллегами: теперь всё должно работать.",
        "I checked it again with a colleague, now it should work.",
    ),
    Phrase::new("Нашёл причину и исправил с нашей стороны.", "I found the cause and fixed it on our side."),
];
const NOTES: [Phrase; 4] = [
    Phrase::new(
        "Проверил журнал: ошибка повторяется с утра.",
        "Checked the log: it fails since this morning.",
    ),
    Phrase::new("Клиент торопится, держать в курсе.", "The client is in a hurry, keep them posted."),
    Phrase::new(
        "Похоже на прошлое обращение, решение там же.",
        "Looks like the earlier request, same solution.",
    ),
    Phrase::new("Доступ запросил у администратора.", "Asked the administrator for access."),
];
const HOLDS: [Phrase; 3] = [
    Phrase::new("Ждём ответа поставщика", "Waiting for the supplier"),
    Phrase::new("Ждём исправления от разработки", "Waiting for a fix from development"),
    Phrase::new("Ждём доставку оборудования", "Waiting for the equipment"),
];
const GOODBYE: [Phrase; 3] = [
    Phrase::new("Спасибо большое, всё работает!", "Thank you, it works!"),
    Phrase::new("Да, теперь хорошо. Спасибо!", "Yes, all good now. Thanks!"),
    Phrase::new("Супер, спасибо за помощь.", "Perfect, thanks for your help."),
];

impl Script<'_> {
    /// Works on it; whether it was solved.
    pub(super) fn work(&mut self) -> bool {
        self.working_minutes(0, 45);
        let hello = self.phrase(&HELLO);
        self.say(hello);
        self.seconds(20, 240);
        self.say(self.topic.question);
        if self.chance.percent(12) {
            self.note();
        }
        if self.chance.percent(70) && !self.wait_for_client() {
            return false;
        }
        if self.chance.percent(6) {
            let priority = if self.chance.percent(70) { Priority::High } else { Priority::Urgent };
            self.cue_holder(Command::ChangePriority(ChangePriority { priority }));
        }
        if self.chance.percent(13) {
            self.escalate();
        }
        if self.chance.percent(12) {
            self.hold();
        }
        if self.chance.percent(17) {
            self.visit();
        }
        self.working_minutes(3, 240);
        self.say(self.topic.answer);
        self.discuss();
        self.working_minutes(0, 30);
        let code =
            self.chance.weighted(&[(70, "solved"), (18, "explained"), (8, "fixed"), (4, "workaround")]);
        let resolve = Resolve { resolution: Some(self.topic.answer.to_owned()), code: Some(code.to_owned()) };
        self.cue_holder(Command::Resolve(resolve));
        true
    }

    /// Gives the client the turn; whether an answer came.
    fn wait_for_client(&mut self) -> bool {
        self.seconds(5, 60);
        self.cue_holder(Command::WaitForClient(WaitForClient { reason: None }));
        if self.chance.percent(4) {
            self.now += TimeDelta::days(3);
            let reason = Some("no answer".to_owned());
            self.cue(Actor::SYSTEM, Command::Cancel(Cancel { reason }));
            return false;
        }
        self.minutes(2, 600);
        self.hear(self.topic.detail);
        true
    }

    fn discuss(&mut self) {
        if self.chance.percent(16) {
            self.minutes(5, 240);
            let text = self.phrase(&STILL_BROKEN);
            self.hear(text);
            self.working_minutes(5, 200);
            let text = self.phrase(&SECOND_TRY);
            self.say(text);
        }
        if self.chance.percent(55) {
            self.minutes(1, 180);
            let text = self.phrase(&GOODBYE);
            self.hear(text);
        }
    }

    fn note(&mut self) {
        self.seconds(10, 200);
        let text = self.phrase(&NOTES).to_owned();
        let note = AddNote { note_id: NoteId(self.part("note")), author: self.holder_party(), text };
        self.cue_holder(Command::AddNote(note));
    }

    fn hold(&mut self) {
        self.working_minutes(2, 60);
        let reason = Some(self.phrase(&HOLDS).to_owned());
        let until = Some(self.now + TimeDelta::hours(self.chance.between(4, 72)));
        self.cue_holder(Command::Hold(Hold { reason, until }));
        self.working_minutes(120, 4_000);
        self.cue_holder(Command::Resume(Resume));
    }
}
