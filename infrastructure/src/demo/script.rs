//! A consultation as commands with their times: what happens if nobody interferes.

use chrono::{DateTime, TimeDelta, Utc};
use ledgerdesk_domain::{
    consultation::{
        Attributes, CallDirection, CallOutcome, CatalogReference, Channel, ConsultationCommand as Command,
        LogCall, OpenConsultation, Party, Priority, ReceiveMessage, SendMessage,
    },
    context::Actor,
    id::{CallId, ConsultationId, ManagerId, MessageId, RedateId},
};
use uuid::Uuid;

use super::{
    calendar,
    cast::{Asker, Cast},
    chance::Chance,
    topics::{Language, Phrase, Topic},
};
use crate::import::ids;

/// One command of a script.
#[derive(Debug, Clone)]
pub(super) struct Cue {
    pub(super) at: DateTime<Utc>,
    pub(super) actor: Actor,
    pub(super) command: Command,
}

/// A script that is being written.
#[derive(Debug)]
pub(super) struct Script<'a> {
    pub(super) cast: &'a Cast,
    pub(super) chance: Chance,
    pub(super) id: ConsultationId,
    pub(super) language: Language,
    pub(super) topic: &'static Topic,
    pub(super) asker: &'a Asker,
    pub(super) channel: Channel,
    /// The team that is asked first.
    pub(super) team: &'static str,
    /// Who holds it now.
    pub(super) holder: Option<ManagerId>,
    pub(super) now: DateTime<Utc>,
    parts: u32,
    pub(super) cues: Vec<Cue>,
}

impl<'a> Script<'a> {
    /// An empty script.
    pub(super) fn new(
        cast: &'a Cast,
        mut chance: Chance,
        id: ConsultationId,
        start: DateTime<Utc>,
    ) -> Option<Self> {
        let language = chance.weighted(&[(70, Language::Russian), (30, Language::English)]);
        let topic = chance.pick(language.topics())?;
        let asker = cast.asker(&mut chance, language)?;
        let team = match language {
            Language::Russian => super::cast::FIRST_LINE,
            Language::English => super::cast::ENGLISH_DESK,
        };
        let channel = super::plot::channel(&mut chance);
        Some(Self {
            cast,
            chance,
            id,
            language,
            topic,
            asker,
            channel,
            team,
            holder: None,
            now: start,
            parts: 0,
            cues: Vec::new(),
        })
    }

    /// Adds a command.
    pub(super) fn cue(&mut self, actor: Actor, command: Command) {
        self.cues.push(Cue { at: self.now, actor, command });
    }

    /// Adds a command of whoever holds the consultation.
    pub(super) fn cue_holder(&mut self, command: Command) {
        let actor = self.holder.map_or(Actor::SYSTEM, Actor::manager);
        self.cue(actor, command);
    }

    /// Lets seconds pass, mostly few.
    pub(super) fn seconds(&mut self, low: i64, high: i64) {
        self.now += TimeDelta::seconds(self.chance.mostly_low(low, high));
    }

    /// Lets minutes pass, mostly few, and some seconds.
    pub(super) fn minutes(&mut self, low: i64, high: i64) {
        self.now += TimeDelta::minutes(self.chance.mostly_low(low, high));
        self.now += TimeDelta::seconds(self.chance.between(0, 59));
    }

    /// Lets minutes pass, and waits for the shift.
    pub(super) fn working_minutes(&mut self, low: i64, high: i64) {
        self.minutes(low, high);
        self.now = calendar::at_work(self.now);
    }

    /// A new id for a part.
    pub(super) fn part(&mut self, kind: &str) -> Uuid {
        self.parts += 1;
        ids::part(self.id, kind, self.parts)
    }

    /// One of these phrases, in the consultation's language.
    pub(super) fn phrase(&mut self, phrases: &[Phrase]) -> &'static str {
        let language = self.language;
        self.chance.pick(phrases).map_or("", |phrase| phrase.text(language))
    }

    /// The client, as who acts and as party.
    pub(super) fn client(&self) -> Actor {
        Actor::client(self.asker.id)
    }

    /// The holder as party.
    pub(super) fn holder_party(&self) -> Party {
        self.holder.map_or(Party::System, Party::Manager)
    }

    /// The first command.
    pub(super) fn open(&mut self, priority: Priority, tags: Vec<String>) {
        let catalog =
            |catalog: &str, key: &str| CatalogReference { catalog: catalog.to_owned(), key: key.to_owned() };
        let command = Command::OpenConsultation(OpenConsultation {
            client_id: Some(self.asker.id),
            topic: self.topic.title.to_owned(),
            description: Some(self.topic.request.to_owned()),
            channel: self.channel,
            priority,
            language: Some(self.language.code().to_owned()),
            team: Some(self.team.to_owned()),
            tags,
            catalog: vec![catalog("product", self.topic.product), catalog("section", self.topic.section)],
            attributes: Attributes::new(),
        });
        let client = self.client();
        self.cue(client, command);
    }

    /// The client writes.
    pub(super) fn hear(&mut self, text: &str) {
        let command = Command::ReceiveMessage(ReceiveMessage {
            message_id: MessageId(self.part("message")),
            channel: self.channel,
            text: text.to_owned(),
            attachments: Vec::new(),
            in_reply_to: None,
        });
        let client = self.client();
        self.cue(client, command);
    }

    /// The holder writes, or the bot while nobody holds it.
    pub(super) fn say(&mut self, text: &str) {
        let (actor, author) = match self.holder {
            Some(manager) => (Actor::manager(manager), Party::Manager(manager)),
            None => (self.cast.bot.clone(), Party::Bot),
        };
        let command = Command::SendMessage(SendMessage {
            message_id: MessageId(self.part("message")),
            channel: self.channel,
            author,
            text: text.to_owned(),
            attachments: Vec::new(),
            in_reply_to: None,
        });
        self.cue(actor, command);
    }

    /// A call, which takes its time.
    pub(super) fn ring(
        &mut self,
        direction: CallDirection,
        outcome: CallOutcome,
        redate_id: Option<RedateId>,
    ) {
        let wait = match outcome {
            CallOutcome::Failed | CallOutcome::Busy => self.chance.between(1, 4),
            _ => self.chance.mostly_low(4, 45),
        };
        let talk = if outcome == CallOutcome::Answered { self.chance.mostly_low(40, 900) } else { 0 };
        let command = Command::LogCall(LogCall {
            call_id: CallId(self.part("call")),
            direction,
            outcome,
            started_at: self.now,
            wait_seconds: u32::try_from(wait).ok(),
            duration_seconds: u32::try_from(talk).ok().filter(|talk| *talk > 0),
            manager_id: self.holder,
            phone: Some(self.asker.phone.clone()),
            recording: None,
            redate_id,
        });
        self.cue_holder(command);
        self.now += TimeDelta::seconds(wait + talk);
    }
}
