//! What comes after the solution: ratings, second thoughts, the end.

use chrono::TimeDelta;
use ledgerdesk_domain::{
    consultation::{
        Answer, Close, ConsultationCommand as Command, RequestRating, Resolve, ReviseRating, SubmitRating,
    },
    context::Actor,
    id::RatingId,
};

use super::Script;
use crate::demo::topics::Phrase;

/// The questionnaire that the demo publishes.
pub(in crate::demo) const QUESTIONNAIRE: &str = "service";
/// Its questions: how content, and solved at all.
pub(in crate::demo) const QUESTIONS: [&str; 2] = ["satisfaction", "solved"];

const AGAIN: [Phrase; 2] = [
    Phrase::new("Извините, проблема вернулась.", "Sorry, the problem is back."),
    Phrase::new("Сегодня снова та же ошибка.", "The same error again today."),
];
const FIXED: [Phrase; 2] = [
    Phrase::new("Исправили окончательно, приносим извинения.", "Fixed for good now, our apologies."),
    Phrase::new("Нашли вторую причину, теперь всё в порядке.", "We found a second cause, all is well now."),
];
const PRAISE: [Phrase; 4] = [
    Phrase::new("Быстро и по делу", "Fast and to the point"),
    Phrase::new("Очень вежливый менеджер", "A very polite manager"),
    Phrase::new("Спасибо, что перезвонили", "Thanks for calling back"),
    Phrase::new("Всё понятно объяснили", "Everything was explained well"),
];
const COMPLAINTS: [Phrase; 4] = [
    Phrase::new("Долго ждали ответа", "We waited long for an answer"),
    Phrase::new("Пришлось объяснять трижды", "Had to explain it three times"),
    Phrase::new("Перенесли два раза", "It was put off twice"),
    Phrase::new("Решили, но не с первого раза", "Solved, but not at the first attempt"),
];

impl Script<'_> {
    pub(super) fn aftermath(&mut self) {
        if self.chance.percent(4) {
            self.come_back();
        }
        if self.chance.percent(60) {
            self.rating();
        }
        if self.chance.percent(88) {
            self.now += TimeDelta::hours(self.chance.between(24, 96));
            self.cue(Actor::SYSTEM, Command::Close(Close));
        }
    }

    /// The client writes again, which reopens it, and it is solved once more.
    fn come_back(&mut self) {
        self.minutes(30, 2_000);
        let text = self.phrase(&AGAIN);
        self.hear(text);
        self.working_minutes(5, 200);
        let text = self.phrase(&FIXED);
        self.say(text);
        self.working_minutes(1, 30);
        let code = Some("solved".to_owned());
        self.cue_holder(Command::Resolve(Resolve { resolution: None, code }));
    }

    fn rating(&mut self) {
        self.minutes(1, 30);
        let rating_id = RatingId(self.part("rating"));
        let request = RequestRating {
            rating_id,
            questionnaire: QUESTIONNAIRE.to_owned(),
            questionnaire_version: 1,
            channel: self.channel,
        };
        self.cue(Actor::SYSTEM, Command::RequestRating(request));
        if !self.chance.percent(58) {
            return;
        }
        self.minutes(1, 900);
        let score = self.chance.weighted(&[(58, 5_u8), (21, 4), (9, 3), (5, 2), (7, 1)]);
        let answers = self.answers(score);
        let submit = SubmitRating {
            rating_id,
            questionnaire: QUESTIONNAIRE.to_owned(),
            questionnaire_version: 1,
            answers,
        };
        let client = self.client();
        self.cue(client.clone(), Command::SubmitRating(submit));
        if score < 5 && self.chance.percent(9) {
            self.minutes(5, 600);
            let answers = self.answers(score + 1);
            self.cue(client, Command::ReviseRating(ReviseRating { rating_id, answers }));
        }
    }

    fn answers(&mut self, score: u8) -> Vec<Answer> {
        let comment = self.chance.percent(35).then(|| {
            let phrases = if score >= 4 { &PRAISE } else { &COMPLAINTS };
            self.phrase(phrases).to_owned()
        });
        let solved = if score >= 3 || self.chance.percent(40) { 5 } else { 1 };
        let answer = |question: &str, score: u8, comment: Option<String>| Answer {
            question: question.to_owned(),
            score: Some(score),
            comment,
        };
        let [satisfaction, was_solved] = QUESTIONS;
        vec![answer(satisfaction, score, comment), answer(was_solved, solved, None)]
    }
}
