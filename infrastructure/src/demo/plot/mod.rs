//! How a consultation goes: intake, work, aftermath.

mod aftermath;
mod handover;
mod intake;
mod visit;
mod work;

pub(super) use aftermath::{QUESTIONNAIRE, QUESTIONS};

use ledgerdesk_domain::consultation::{Channel, Priority};

use super::{chance::Chance, script::Script};

/// Where consultations come in.
pub(super) fn channel(chance: &mut Chance) -> Channel {
    let channels = [
        (26, Entrance(Channel::Telegram)),
        (22, Entrance(Channel::Site)),
        (20, Entrance(Channel::Whatsapp)),
        (14, Entrance(Channel::Email)),
        (16, Entrance(Channel::CallCenter)),
        (2, Entrance(Channel::Api)),
    ];
    chance.weighted(&channels).0
}

#[derive(Clone, Copy)]
struct Entrance(Channel);

impl Default for Entrance {
    fn default() -> Self {
        Self(Channel::Site)
    }
}

/// How an intake ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Intake {
    /// Somebody holds it.
    Held,
    /// The bot has solved it.
    SolvedByBot,
    /// Nobody took it; it waits.
    Waiting,
    /// It is over.
    Over,
}

impl Script<'_> {
    /// Writes the whole script.
    pub(super) fn write(&mut self) {
        let priority = self.chance.weighted(&[
            (66, Priority::Normal),
            (12, Priority::Low),
            (17, Priority::High),
            (5, Priority::Urgent),
        ]);
        let mut tags = vec![self.topic.section.to_owned()];
        if self.chance.percent(5) {
            tags.push("vip".to_owned());
        }
        if self.chance.percent(7) {
            tags.push("repeat".to_owned());
        }
        self.open(priority, tags);
        self.link_conversation();
        match self.intake() {
            Intake::Waiting | Intake::Over => return,
            Intake::SolvedByBot => {}
            Intake::Held => {
                if !self.work() {
                    return;
                }
            }
        }
        self.aftermath();
    }
}
