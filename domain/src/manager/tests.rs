use super::*;
use crate::{
    consultation::ExternalReference,
    id::PersonId,
    testing::{Given, given},
};

fn reference(id: &str) -> ExternalReference {
    ExternalReference { system: "1c".into(), kind: "employee".into(), id: id.into() }
}

fn list(items: &[&str]) -> Vec<String> {
    items.iter().map(|&item| item.to_owned()).collect()
}

fn person(number: u128) -> PersonId {
    PersonId(uuid::Uuid::from_u128(number))
}

fn register() -> RegisterManager {
    RegisterManager {
        name: "Anna Sergeeva".into(),
        email: None,
        team: None,
        skills: vec![],
        capacity: 5,
        references: vec![],
    }
}

fn registered() -> ManagerRegistered {
    ManagerRegistered {
        name: "Anna Sergeeva".into(),
        email: None,
        team: None,
        skills: vec![],
        capacity: 5,
        references: vec![],
    }
}

fn manager() -> Given<Manager> {
    given([ManagerEvent::ManagerRegistered(registered())])
}

fn inactive() -> Given<Manager> {
    given([
        ManagerEvent::ManagerRegistered(registered()),
        ManagerEvent::ManagerDeactivated(ManagerDeactivated {}),
    ])
}

fn details(name: Option<&str>, email: Option<&str>, team: Option<&str>) -> ManagerCommand {
    ManagerCommand::ChangeManagerDetails(ChangeManagerDetails {
        name: name.map(str::to_owned),
        email: email.map(str::to_owned),
        team: team.map(str::to_owned),
    })
}

fn skills(skills: &[&str]) -> ManagerCommand {
    ManagerCommand::ChangeSkills(ChangeSkills { skills: list(skills) })
}

fn capacity(capacity: u32) -> ManagerCommand {
    ManagerCommand::ChangeCapacity(ChangeCapacity { capacity })
}

fn availability(availability: Availability) -> ManagerCommand {
    ManagerCommand::ChangeAvailability(ChangeAvailability { availability })
}

fn link(reference: ExternalReference) -> ManagerCommand {
    ManagerCommand::LinkManagerReference(LinkManagerReference { reference })
}

const DEACTIVATE: ManagerCommand = ManagerCommand::DeactivateManager(DeactivateManager);

fn erase(persons: Vec<PersonId>) -> ManagerCommand {
    ManagerCommand::EraseManager(EraseManager { persons })
}

/// The command is refused before the registration and after the manager left.
#[track_caller]
fn needs_an_active_manager(command: &ManagerCommand) {
    given::<Manager>([]).when(command.clone()).then_rejected("manager_not_found");
    inactive().when(command.clone()).then_rejected("manager_inactive");
}

#[test]
fn a_manager_joins_once() {
    given::<Manager>([])
        .when(ManagerCommand::RegisterManager(RegisterManager {
            name: " Anna Sergeeva ".into(),
            email: Some("anna@example.org".into()),
            team: Some("Fire".into()),
            skills: list(&["printers", " fire ", "fire"]),
            references: vec![reference("2"), reference("1")],
            ..register()
        }))
        .then([ManagerEvent::ManagerRegistered(ManagerRegistered {
            email: Some("anna@example.org".into()),
            team: Some("Fire".into()),
            skills: list(&["fire", "printers"]),
            references: vec![reference("1"), reference("2")],
            ..registered()
        })])
        .when(ManagerCommand::RegisterManager(register()))
        .then_rejected("manager_already_exists");
    inactive().when(ManagerCommand::RegisterManager(register())).then_rejected("manager_inactive");
}

#[test]
fn a_registration_has_its_limits() {
    let refused = |command, code, field| {
        given::<Manager>([]).when(ManagerCommand::RegisterManager(command)).then_rejected_at(code, field);
    };
    refused(RegisterManager { name: String::new(), ..register() }, "empty", "name");
    refused(RegisterManager { email: Some("anna".into()), ..register() }, "malformed", "email");
    refused(RegisterManager { team: Some("\0".into()), ..register() }, "nul_character", "team");
    refused(RegisterManager { skills: list(&["a"; 51]), ..register() }, "too_many", "skills");
    refused(RegisterManager { skills: list(&[" "]), ..register() }, "empty", "skills");
    refused(RegisterManager { capacity: 1_001, ..register() }, "out_of_range", "capacity");
    refused(RegisterManager { references: vec![reference(" ")], ..register() }, "empty", "references");
}

#[test]
fn only_the_details_that_differ_change() {
    let changed = |name: Option<&str>, email: Option<&str>, team: Option<&str>| {
        ManagerEvent::ManagerDetailsChanged(ManagerDetailsChanged {
            name: name.map(Into::into),
            email: email.map(Into::into),
            team: team.map(str::to_owned),
        })
    };
    needs_an_active_manager(&details(None, None, Some("Fire")));
    manager()
        .when(details(Some("Anna Sergeeva"), Some("anna@example.org"), Some(" Fire ")))
        .then([changed(None, Some("anna@example.org"), Some("Fire"))])
        .when(details(Some("Anna Sergeeva"), Some("anna@example.org"), Some("Fire")))
        .then_nothing()
        .when(details(Some("Anna Odintsova"), None, None))
        .then([changed(Some("Anna Odintsova"), None, None)]);
}

#[test]
fn details_have_their_limits() {
    manager()
        .when(details(Some(" "), None, None))
        .then_rejected_at("empty", "name")
        .when(details(None, Some("a@b@c"), None))
        .then_rejected_at("malformed", "email")
        .when(details(None, None, Some(" ")))
        .then_rejected_at("empty", "team");
}

#[test]
fn skills_are_replaced_where_they_differ() {
    needs_an_active_manager(&skills(&["fire"]));
    manager()
        .when(skills(&["printers", "fire"]))
        .then([ManagerEvent::SkillsChanged(SkillsChanged { skills: list(&["fire", "printers"]) })])
        .when(skills(&["fire", "printers", "fire"]))
        .then_nothing()
        .when(skills(&["a\0"]))
        .then_rejected_at("nul_character", "skills");
}

#[test]
fn the_capacity_changes_within_its_limit() {
    needs_an_active_manager(&capacity(7));
    manager()
        .when(capacity(0))
        .then([ManagerEvent::CapacityChanged(CapacityChanged { from: 5, to: 0 })])
        .when(capacity(0))
        .then_nothing()
        .when(capacity(1_000))
        .then([ManagerEvent::CapacityChanged(CapacityChanged { from: 0, to: 1_000 })])
        .when(capacity(1_001))
        .then_rejected_at("out_of_range", "capacity");
}

#[test]
fn a_manager_comes_and_takes_a_break() {
    let changed = |from, to| ManagerEvent::AvailabilityChanged(AvailabilityChanged { from, to });
    needs_an_active_manager(&availability(Availability::Online));
    manager()
        .when(availability(Availability::Offline))
        .then_nothing()
        .when(availability(Availability::Online))
        .then([changed(Availability::Offline, Availability::Online)])
        .when(availability(Availability::Online))
        .then_nothing()
        .when(availability(Availability::Busy))
        .then([changed(Availability::Online, Availability::Busy)]);
}

#[test]
fn the_same_person_elsewhere_becomes_known_once() {
    needs_an_active_manager(&link(reference("1")));
    manager()
        .when(link(reference("1")))
        .then([ManagerEvent::ManagerReferenceLinked(ManagerReferenceLinked { reference: reference("1") })])
        .when(link(reference("1")))
        .then_nothing()
        .when(link(reference("")))
        .then_rejected_at("empty", "reference");
}

#[test]
fn there_are_at_most_a_hundred_references() {
    let all = (0..100).map(|number| reference(&number.to_string())).collect();
    given::<Manager>([ManagerEvent::ManagerRegistered(ManagerRegistered {
        references: all,
        ..registered()
    })])
    .when(link(reference("100")))
    .then_rejected_at("too_many", "reference");
}

#[test]
fn who_leaves_is_offline_from_then_on() {
    given::<Manager>([]).when(DEACTIVATE).then_rejected("manager_not_found");
    manager()
        .when(availability(Availability::Online))
        .then_something()
        .when(DEACTIVATE)
        .then([
            ManagerEvent::AvailabilityChanged(AvailabilityChanged {
                from: Availability::Online,
                to: Availability::Offline,
            }),
            ManagerEvent::ManagerDeactivated(ManagerDeactivated {}),
        ])
        .when(DEACTIVATE)
        .then_nothing();
}

#[test]
fn who_left_is_erased_once() {
    given::<Manager>([]).when(erase(vec![person(1)])).then_rejected("manager_not_found");
    manager().when(erase(vec![person(1)])).then_rejected("manager_active");
    inactive()
        .when(erase(vec![person(1)]))
        .then([ManagerEvent::ManagerErased(ManagerErased { persons: vec![person(1)] })])
        .when(erase(vec![person(1)]))
        .then_nothing()
        .when(DEACTIVATE)
        .then_nothing()
        .when(skills(&["fire"]))
        .then_rejected("manager_inactive");
}

#[test]
fn an_erasure_names_the_manager() {
    inactive().when(erase(vec![])).then_rejected_at("empty", "persons");
    inactive().when(erase((0..101).map(person).collect())).then_rejected_at("too_many", "persons");
}

#[test]
fn the_state_forgets_an_erased_manager() {
    use crate::decider::Decider;
    let events = [
        ManagerEvent::ManagerRegistered(registered()),
        ManagerEvent::ManagerErased(ManagerErased { persons: vec![person(1)] }),
    ];
    let state = events.iter().fold(ManagerState::default(), Manager::evolve);
    assert!(!format!("{state:?}").contains("Anna"));
}
