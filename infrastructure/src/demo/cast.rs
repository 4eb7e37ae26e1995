//! Who takes part: the team and the clients.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    client::{Client, ClientCommand, ClientKind, ContactKind, NewContact, RegisterClient},
    context::{Actor, Context},
    decider::Decider,
    event::{DomainEvent, Event},
    id::{ClientId, ManagerId},
    manager::{Availability, ChangeAvailability, Manager, ManagerCommand, RegisterManager},
    stream::StreamId,
};
use uuid::Uuid;

use super::{chance::Chance, topics::Language};
use crate::import::ids::Ids;

/// The team that answers first in Russian.
pub(super) const FIRST_LINE: &str = "Первая линия";
/// The team that answers in English.
pub(super) const ENGLISH_DESK: &str = "English desk";
/// The team that knows more.
pub(super) const TECHNICAL: &str = "Техническая поддержка";

/// Name, transliteration for the address, team, skills, how many consultations at once.
const TEAM: [(&str, &str, &str, &[&str], u32); 14] = [
    ("Мария Ковалёва", "kovaleva", FIRST_LINE, &["ru", "access", "billing"], 12),
    ("Дмитрий Осипов", "osipov", FIRST_LINE, &["ru", "reports"], 10),
    ("Екатерина Лапина", "lapina", FIRST_LINE, &["ru", "signature", "exchange"], 10),
    ("Артём Гусев", "gusev", FIRST_LINE, &["ru", "cash"], 8),
    ("Ольга Шестакова", "shestakova", FIRST_LINE, &["ru", "training", "billing"], 10),
    ("Никита Рябов", "ryabov", FIRST_LINE, &["ru", "stock", "hardware"], 8),
    ("Сергей Мельник", "melnik", TECHNICAL, &["ru", "integration", "cash"], 6),
    ("Анна Воронцова", "vorontsova", TECHNICAL, &["ru", "en", "signature"], 6),
    ("Павел Дроздов", "drozdov", TECHNICAL, &["ru", "hardware"], 5),
    ("Ирина Соболь", "sobol", TECHNICAL, &["ru", "en", "integration", "reports"], 6),
    ("Максим Чернов", "chernov", TECHNICAL, &["ru", "exchange", "stock"], 5),
    ("Helen Carter", "carter", ENGLISH_DESK, &["en", "billing", "access"], 10),
    ("Tom Whitfield", "whitfield", ENGLISH_DESK, &["en", "integration", "hardware"], 8),
    ("Priya Raman", "raman", ENGLISH_DESK, &["en", "reports", "shipping"], 10),
];

const RU_FIRST: [&str; 16] = [
    "Алексей",
    "Наталья",
    "Игорь",
    "Светлана",
    "Роман",
    "Юлия",
    "Виктор",
    "Татьяна",
    "Андрей",
    "Людмила",
    "Константин",
    "Вера",
    "Глеб",
    "Алина",
    "Тимур",
    "Зоя",
];
const RU_LAST: [&str; 16] = [
    "Макаренко",
    "Жук",
    "Бондаренко",
    "Савченко",
    "Коваль",
    "Левченко",
    "Мороз",
    "Грин",
    "Шульга",
    "Мельниченко",
    "Дубровин",
    "Кравец",
    "Сорока",
    "Литвин",
    "Галкин",
    "Приходько",
];
const EN_FIRST: [&str; 12] = [
    "Alice", "Robert", "Grace", "Daniel", "Sophie", "Marcus", "Nora", "Oliver", "Ruth", "Ethan", "Clara",
    "Hugo",
];
const EN_LAST: [&str; 12] = [
    "Bennett", "Fischer", "Novak", "Larsen", "Moreau", "Keller", "Doyle", "Hughes", "Santos", "Ivers",
    "Blake", "Quinn",
];
const RU_COMPANIES: [&str; 12] = [
    "ООО «Северный склад»",
    "ИП Макаренко",
    "ООО «Ромашка и партнёры»",
    "АО «Линия света»",
    "ООО «Тёплый хлеб»",
    "ООО «Мост-Логистика»",
    "Кафе «Причал»",
    "ООО «Зелёный двор»",
    "ТД «Меридиан»",
    "ООО «Аптека на углу»",
    "ООО «Кварта»",
    "Студия «Контур света»",
];
const EN_COMPANIES: [&str; 8] = [
    "Harbour Books Ltd",
    "Blue Kite Logistics",
    "Northwind Bakery",
    "Pinecone Studios",
    "Atlas Bikes",
    "Fernhill Clinic",
    "Lighthouse Foods",
    "Copper & Oak",
];

/// How many clients there are.
const RU_CLIENTS: u32 = 260;
const EN_CLIENTS: u32 = 100;

/// Somebody who answers.
#[derive(Debug, Clone)]
pub(super) struct Agent {
    pub(super) id: ManagerId,
    pub(super) team: &'static str,
    skills: &'static [&'static str],
}

/// Somebody who asks.
#[derive(Debug, Clone)]
pub(super) struct Asker {
    pub(super) id: ClientId,
    pub(super) phone: String,
}

/// Everybody.
#[derive(Debug)]
pub(super) struct Cast {
    agents: Vec<Agent>,
    russian: Vec<Asker>,
    english: Vec<Asker>,
    /// The identity of the bot.
    pub(super) bot: Actor,
    /// The events by which everybody becomes known.
    pub(super) entrances: Vec<(StreamId, Vec<Event>)>,
}

impl Cast {
    /// The same people for the same ids and seed, known since `since`.
    pub(super) fn new(ids: &Ids, seed: u64, since: DateTime<Utc>) -> Self {
        let mut entrances = Vec::new();
        let mut agents = Vec::new();
        for (name, address, team, skills, capacity) in TEAM {
            let id = ids.manager(address);
            entrances.push((
                stream::<Manager>(id.uuid()),
                agent_events(name, address, team, skills, capacity, since),
            ));
            agents.push(Agent { id, team, skills });
        }
        let mut chance = Chance::of(seed, u64::MAX);
        let mut askers = |language: Language, count: u32| -> Vec<Asker> {
            (0..count)
                .map(|number| {
                    let (asker, command) = asker(ids, &mut chance, language, number);
                    let events = decide::<Client>(&[command], since);
                    entrances.push((stream::<Client>(asker.id.uuid()), events));
                    asker
                })
                .collect()
        };
        let russian = askers(Language::Russian, RU_CLIENTS);
        let english = askers(Language::English, EN_CLIENTS);
        Self { agents, russian, english, bot: Actor::bot(ids.manager("bot").uuid()), entrances }
    }

    /// Somebody of a team, rather one who knows the section, and not `but`.
    pub(super) fn agent(
        &self,
        chance: &mut Chance,
        team: &str,
        section: &str,
        but: Option<ManagerId>,
    ) -> Option<ManagerId> {
        let free: Vec<&Agent> =
            self.agents.iter().filter(|agent| agent.team == team && Some(agent.id) != but).collect();
        let skilled: Vec<&Agent> =
            free.iter().copied().filter(|agent| agent.skills.contains(&section)).collect();
        let among = if !skilled.is_empty() && chance.percent(60) { skilled } else { free };
        chance.pick(&among).map(|agent| agent.id)
    }

    /// Somebody who asks in this language; a few ask often.
    pub(super) fn asker(&self, chance: &mut Chance, language: Language) -> Option<&Asker> {
        let askers = match language {
            Language::Russian => &self.russian,
            Language::English => &self.english,
        };
        let last = i64::try_from(askers.len()).unwrap_or(1) - 1;
        let place = if chance.percent(30) { chance.mostly_low(0, last) } else { chance.between(0, last) };
        askers.get(usize::try_from(place).unwrap_or(0))
    }
}

fn agent_events(
    name: &str,
    address: &str,
    team: &str,
    skills: &[&str],
    capacity: u32,
    since: DateTime<Utc>,
) -> Vec<Event> {
    let register = ManagerCommand::RegisterManager(RegisterManager {
        name: name.to_owned(),
        email: Some(format!("{address}@ledgerdesk.example")),
        team: Some(team.to_owned()),
        skills: skills.iter().map(|skill| (*skill).to_owned()).collect(),
        capacity,
        references: Vec::new(),
    });
    let online =
        ManagerCommand::ChangeAvailability(ChangeAvailability { availability: Availability::Online });
    decide::<Manager>(&[register, online], since)
}

fn asker(ids: &Ids, chance: &mut Chance, language: Language, number: u32) -> (Asker, ClientCommand) {
    let (first, last, companies, code): (&[&str], &[&str], &[&'static str], _) = match language {
        Language::Russian => (&RU_FIRST, &RU_LAST, &RU_COMPANIES, "ru"),
        Language::English => (&EN_FIRST, &EN_LAST, &EN_COMPANIES, "en"),
    };
    let place = |count: usize, step: u32| (number as usize / step as usize) % count.max(1);
    let first_name = first.get(place(first.len(), 1)).copied().unwrap_or_default();
    let last_name =
        last.get(place(last.len(), u32::try_from(first.len()).unwrap_or(1))).copied().unwrap_or_default();
    // Numbers and addresses that belong to nobody.
    let phone = match language {
        Language::Russian => format!("+7000{:07}", 1_000_000 + chance.between(0, 8_999_999)),
        Language::English => format!("+1202555{:04}", 100 + number),
    };
    let id = ids.client(&format!("{code}-{number}"));
    let email =
        NewContact { kind: ContactKind::Email, value: format!("client-{code}-{number}@mail.example") };
    let contacts = vec![NewContact { kind: ContactKind::Phone, value: phone.clone() }, email];
    let command = ClientCommand::RegisterClient(RegisterClient {
        kind: if chance.percent(15) { ClientKind::Organisation } else { ClientKind::Person },
        name: format!("{first_name} {last_name}"),
        company: chance.percent(70).then(|| chance.text(companies).to_owned()),
        contacts,
        language: Some(code.to_owned()),
        references: Vec::new(),
    });
    (Asker { id, phone }, command)
}

fn stream<D: Decider>(id: Uuid) -> StreamId {
    StreamId::new(D::Event::STREAM_TYPE, id)
}

/// The events of these commands; one that the rules refuse adds none.
fn decide<D: Decider>(commands: &[D::Command], at: DateTime<Utc>) -> Vec<Event> {
    let context = Context { occurred_at: at, actor: Actor::SYSTEM };
    let mut state = D::State::default();
    let mut events = Vec::new();
    for command in commands {
        for event in D::decide(&state, command.clone(), &context).unwrap_or_default() {
            state = D::evolve(state, &event);
            events.push(event.into());
        }
    }
    events
}
