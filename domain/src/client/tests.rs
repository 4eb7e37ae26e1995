use super::*;
use crate::{
    consultation::ExternalReference,
    id::PersonId,
    testing::{Given, given},
};

fn reference(id: &str) -> ExternalReference {
    ExternalReference { system: "crm".into(), kind: "contact".into(), id: id.into() }
}

fn contact(kind: ContactKind, value: &str) -> NewContact {
    NewContact { kind, value: value.into() }
}

fn register() -> RegisterClient {
    RegisterClient {
        kind: ClientKind::Person,
        name: "Vera Pavlova".into(),
        company: None,
        contacts: vec![],
        language: None,
        references: vec![],
    }
}

fn registered() -> ClientRegistered {
    ClientRegistered {
        kind: ClientKind::Person,
        name: "Vera Pavlova".into(),
        company: None,
        contacts: vec![],
        language: None,
        references: vec![],
    }
}

fn client() -> Given<Client> {
    given([ClientEvent::ClientRegistered(registered())])
}

fn erased() -> Given<Client> {
    let erased = PersonErased { persons: vec![person(1)] };
    given([ClientEvent::ClientRegistered(registered()), ClientEvent::PersonErased(erased)])
}

fn person(number: u128) -> PersonId {
    PersonId(uuid::Uuid::from_u128(number))
}

fn details(name: Option<&str>, company: Option<&str>, language: Option<&str>) -> ClientCommand {
    ClientCommand::ChangeClientDetails(ChangeClientDetails {
        name: name.map(str::to_owned),
        company: company.map(str::to_owned),
        language: language.map(str::to_owned),
    })
}

fn details_changed(name: Option<&str>, company: Option<&str>, language: Option<&str>) -> ClientEvent {
    ClientEvent::ClientDetailsChanged(ClientDetailsChanged {
        name: name.map(Into::into),
        company: company.map(Into::into),
        language: language.map(str::to_owned),
    })
}

fn contacts(contacts: Vec<NewContact>) -> ClientCommand {
    ClientCommand::ChangeContacts(ChangeContacts { contacts })
}

fn link(reference: ExternalReference) -> ClientCommand {
    ClientCommand::LinkClientReference(LinkClientReference { reference })
}

fn erase(persons: Vec<PersonId>) -> ClientCommand {
    ClientCommand::ErasePerson(ErasePerson { persons })
}

/// The command is refused before the registration and after the erasure.
#[track_caller]
fn needs_a_client(command: &ClientCommand) {
    given::<Client>([]).when(command.clone()).then_rejected("client_not_found");
    erased().when(command.clone()).then_rejected("client_erased");
}

#[test]
fn a_client_becomes_known_once() {
    given::<Client>([])
        .when(ClientCommand::RegisterClient(RegisterClient {
            name: " Vera Pavlova ".into(),
            company: Some("Crystal".into()),
            contacts: vec![
                contact(ContactKind::Phone, "+7 (495) 123-45-67"),
                contact(ContactKind::Phone, "74951234567"),
                contact(ContactKind::Telegram, " @vera "),
            ],
            language: Some("RU".into()),
            references: vec![reference("2"), reference("1"), reference("2")],
            ..register()
        }))
        .then([ClientEvent::ClientRegistered(ClientRegistered {
            company: Some("Crystal".into()),
            contacts: vec![
                Contact { kind: ContactKind::Phone, value: "+74951234567".into() },
                Contact { kind: ContactKind::Telegram, value: "@vera".into() },
            ],
            language: Some("ru".into()),
            references: vec![reference("1"), reference("2")],
            ..registered()
        })])
        .when(ClientCommand::RegisterClient(register()))
        .then_rejected("client_already_exists");
}

#[test]
fn an_erased_client_is_not_registered_again() {
    erased().when(ClientCommand::RegisterClient(register())).then_rejected("client_erased");
}

#[test]
fn a_registration_has_its_limits() {
    let refused = |command, code, field| {
        given::<Client>([]).when(ClientCommand::RegisterClient(command)).then_rejected_at(code, field);
    };
    refused(RegisterClient { name: " ".into(), ..register() }, "empty", "name");
    refused(RegisterClient { name: "a".repeat(501), ..register() }, "too_long", "name");
    refused(RegisterClient { company: Some("\0".into()), ..register() }, "nul_character", "company");
    refused(RegisterClient { language: Some("r".into()), ..register() }, "malformed", "language");
    refused(RegisterClient { references: vec![reference("")], ..register() }, "empty", "references");
    refused(RegisterClient { references: vec![reference("1"); 101], ..register() }, "too_many", "references");
    let fax = contact(ContactKind::Phone, "fax");
    refused(RegisterClient { contacts: vec![fax], ..register() }, "malformed", "contacts");
}

#[test]
fn only_the_details_that_differ_change() {
    client()
        .when(details(Some("Vera Pavlova"), Some(" Crystal "), Some("EN")))
        .then([details_changed(None, Some("Crystal"), Some("en"))])
        .when(details(Some("Vera Pavlova"), Some("Crystal"), Some("en")))
        .then_nothing()
        .when(details(Some("Vera Rozalskaya"), None, None))
        .then([details_changed(Some("Vera Rozalskaya"), None, None)]);
}

#[test]
fn an_empty_company_takes_the_old_one_away() {
    client()
        .when(details(None, Some(""), None))
        .then_nothing()
        .when(details(None, Some("Crystal"), None))
        .then_something()
        .when(details(None, Some(" "), None))
        .then([details_changed(None, Some(""), None)])
        .when(details(None, Some(""), None))
        .then_nothing();
}

#[test]
fn details_have_their_limits() {
    needs_a_client(&details(Some("Vera"), None, None));
    client()
        .when(details(Some(" "), None, None))
        .then_rejected_at("empty", "name")
        .when(details(None, Some("\0"), None))
        .then_rejected_at("nul_character", "company")
        .when(details(None, None, Some("r2")))
        .then_rejected_at("malformed", "language");
}

#[test]
fn contacts_are_replaced_where_they_differ() {
    let both = vec![
        contact(ContactKind::Email, " vera@example.org "),
        contact(ContactKind::Whatsapp, "8 495 123 45 67"),
    ];
    client()
        .when(contacts(both.clone()))
        .then([ClientEvent::ContactsChanged(ContactsChanged {
            contacts: vec![
                Contact { kind: ContactKind::Email, value: "vera@example.org".into() },
                Contact { kind: ContactKind::Whatsapp, value: "+84951234567".into() },
            ],
        })])
        .when(contacts(both))
        .then_nothing()
        .when(contacts(vec![]))
        .then([ClientEvent::ContactsChanged(ContactsChanged { contacts: vec![] })]);
}

#[test]
fn contacts_are_well_formed() {
    needs_a_client(&contacts(vec![]));
    for (kind, value, code) in [
        (ContactKind::Phone, "1234", "malformed"),
        (ContactKind::Phone, "123456789012345678901", "malformed"),
        (ContactKind::Phone, "+7+4951234567", "malformed"),
        (ContactKind::Whatsapp, "call me", "malformed"),
        (ContactKind::Phone, "12345\0", "malformed"),
        (ContactKind::Email, "vera", "malformed"),
        (ContactKind::Email, "@example.org", "malformed"),
        (ContactKind::Email, "vera@", "malformed"),
        (ContactKind::Email, "vera@crystal@example.org", "malformed"),
        (ContactKind::Email, "vera pavlova@example.org", "malformed"),
        (ContactKind::Email, "vera\0@example.org", "nul_character"),
        (ContactKind::Email, "", "empty"),
        (ContactKind::Telegram, " ", "empty"),
        (ContactKind::Telegram, "@\0", "nul_character"),
    ] {
        client().when(contacts(vec![contact(kind, value)])).then_rejected_at(code, "contacts");
    }
    client()
        .when(contacts(vec![contact(ContactKind::Telegram, "@vera"); 21]))
        .then_rejected_at("too_many", "contacts");
}

#[test]
fn the_same_client_elsewhere_becomes_known_once() {
    needs_a_client(&link(reference("1")));
    client()
        .when(link(reference(" 1 ")))
        .then([ClientEvent::ClientReferenceLinked(ClientReferenceLinked { reference: reference("1") })])
        .when(link(reference("1")))
        .then_nothing()
        .when(link(reference("\0")))
        .then_rejected_at("nul_character", "reference");
}

#[test]
fn there_are_at_most_a_hundred_references() {
    let all = (0..100).map(|number| reference(&number.to_string())).collect();
    given::<Client>([ClientEvent::ClientRegistered(ClientRegistered { references: all, ..registered() })])
        .when(link(reference("99")))
        .then_nothing()
        .when(link(reference("100")))
        .then_rejected_at("too_many", "reference");
}

#[test]
fn a_client_is_erased_once_with_what_it_opened_before_it_was_known() {
    given::<Client>([]).when(erase(vec![person(1)])).then_rejected("client_not_found");
    client()
        .when(erase(vec![person(2), person(1), person(2)]))
        .then([ClientEvent::PersonErased(PersonErased { persons: vec![person(1), person(2)] })])
        .when(erase(vec![person(3)]))
        .then_nothing();
}

#[test]
fn an_erasure_names_the_client() {
    client().when(erase(vec![])).then_rejected_at("empty", "persons");
    let crowd = (0..10_001).map(person).collect();
    client().when(erase(crowd)).then_rejected_at("too_many", "persons");
}

#[test]
fn the_state_forgets_an_erased_client() {
    use crate::decider::Decider;
    let events = [
        ClientEvent::ClientRegistered(registered()),
        ClientEvent::PersonErased(PersonErased { persons: vec![person(1)] }),
    ];
    let state = events.iter().fold(ClientState::default(), Client::evolve);
    assert!(!format!("{state:?}").contains("Vera"));
}
