//! Promised times, their redates, and the calls that serve them.

use chrono::{DateTime, TimeDelta, Utc};
use ledgerdesk_domain::{
    consultation::{Appoint, ConsultationCommand as Command, Party, Redate},
    id::RedateId,
};

use super::Script;
use crate::demo::{calendar, topics::Phrase};

const BY_CLIENT: [Phrase; 4] = [
    Phrase::new("Клиент в отъезде", "The client is travelling"),
    Phrase::new("Не готово помещение", "The room is not ready"),
    Phrase::new("Нужен ответственный сотрудник", "The person in charge is away"),
    Phrase::new("Попросили позже", "Asked for a later time"),
];
const BY_US: [Phrase; 3] = [
    Phrase::new("Инженер заболел", "The technician is ill"),
    Phrase::new("Оборудование не доставлено", "The equipment did not arrive"),
    Phrase::new("Предыдущий выезд затянулся", "The visit before took longer"),
];

/// What a client is told: "between two and four".
const VISIT_WINDOW: TimeDelta = TimeDelta::hours(2);

impl Script<'_> {
    /// Promises a time, moves it as life goes, and calls when it comes.
    pub(super) fn visit(&mut self) {
        self.working_minutes(2, 60);
        let mut promised = self.another_day(self.now);
        self.cue_holder(Command::Appoint(Appoint {
            appointed_for: promised,
            appointed_until: Some(promised + VISIT_WINDOW),
        }));
        let moves = self.chance.weighted(&[(55, 0_u32), (28, 1), (12, 2), (5, 3)]);
        let mut redate = None;
        for _ in 0..moves {
            if self.chance.percent(40) {
                self.now = promised - TimeDelta::hours(2);
                self.call_until_answered(redate);
            }
            // Before the promised time, so that it is a move and no broken promise.
            self.now = (promised - TimeDelta::minutes(self.chance.between(20, 600))).max(self.now);
            if self.now >= promised {
                break;
            }
            let to = self.another_day(promised);
            redate = Some(self.redate(to));
            promised = to;
        }
        self.now = self.now.max(promised);
        self.call_until_answered(redate);
    }

    fn redate(&mut self, to: DateTime<Utc>) -> RedateId {
        let redate_id = RedateId(self.part("redate"));
        let by_client = self.chance.percent(65);
        let reason = self.phrase(if by_client { &BY_CLIENT } else { &BY_US });
        let initiator = if by_client { Party::Client(Some(self.asker.id)) } else { self.holder_party() };
        let redate = Redate { redate_id, to, reason: Some(reason.to_owned()), initiator };
        self.cue_holder(Command::Redate(redate));
        redate_id
    }

    /// A working half-hour, one to five days later.
    fn another_day(&mut self, after: DateTime<Utc>) -> DateTime<Utc> {
        let days = self.chance.mostly_low(1, 5);
        let at = calendar::at_work(
            after + TimeDelta::days(days) + TimeDelta::minutes(self.chance.between(0, 300)),
        );
        let seconds = at.timestamp();
        DateTime::from_timestamp(seconds - seconds.rem_euclid(1_800), 0).unwrap_or(at)
    }
}
