//! The rules of a manager.

use super::{
    Availability, AvailabilityChanged, CapacityChanged, ChangeAvailability, ChangeCapacity,
    ChangeManagerDetails, ChangeSkills, EraseManager, LinkManagerReference, ManagerCommand as Command,
    ManagerDeactivated, ManagerDetailsChanged, ManagerErased, ManagerEvent as Event, ManagerReferenceLinked,
    ManagerRegistered, ManagerRejection as Rejection, ManagerState, RegisterManager, SkillsChanged,
    state::Standing,
};
use crate::{
    consultation::{MAX_REFERENCES, checked_reference, checked_references},
    personal::Personal,
    text::{self, InvalidInput, SHORT_TEXT},
};

/// Most skills of a manager.
const MAX_SKILLS: usize = 50;
/// Most open consultations at once.
const MAX_CAPACITY: u32 = 1_000;
/// Most persons of one erasure.
const MAX_PERSONS: usize = 100;

/// What a rule answers; no events if what was asked for already holds.
type Decision = Result<Vec<Event>, Rejection>;

pub(super) fn decide(state: &ManagerState, command: Command) -> Decision {
    match command {
        Command::RegisterManager(command) => register(state, &command),
        Command::ChangeManagerDetails(command) => change_details(state, &command),
        Command::ChangeSkills(command) => change_skills(state, &command),
        Command::ChangeCapacity(command) => change_capacity(state, &command),
        Command::ChangeAvailability(command) => change_availability(state, &command),
        Command::LinkManagerReference(command) => link_reference(state, &command),
        Command::DeactivateManager(_) => deactivate(state),
        Command::EraseManager(command) => erase(state, command),
    }
}

fn register(state: &ManagerState, command: &RegisterManager) -> Decision {
    match state.standing {
        Standing::Unregistered => {}
        Standing::Active => return Err(Rejection::AlreadyExists),
        Standing::Inactive | Standing::Erased => return Err(Rejection::Inactive),
    }
    let email = command.email.as_deref().map(|email| text::email("email", email)).transpose()?;
    Ok(vec![Event::ManagerRegistered(ManagerRegistered {
        name: text::label("name", &command.name, SHORT_TEXT)?.into(),
        email: email.map(Personal::from),
        team: text::optional_label("team", command.team.as_deref(), SHORT_TEXT)?,
        skills: text::keys("skills", &command.skills, MAX_SKILLS)?,
        capacity: checked_capacity(command.capacity)?,
        references: checked_references("references", &command.references)?,
    })])
}

fn change_details(state: &ManagerState, command: &ChangeManagerDetails) -> Decision {
    state.active()?;
    let name = command.name.as_deref().map(|name| text::label("name", name, SHORT_TEXT)).transpose()?;
    let email = command.email.as_deref().map(|email| text::email("email", email)).transpose()?;
    let team = command.team.as_deref().map(|team| text::label("team", team, SHORT_TEXT)).transpose()?;
    let changed = ManagerDetailsChanged {
        name: name.map(Personal::from).filter(|name| state.name.as_ref() != Some(name)),
        email: email.map(Personal::from).filter(|email| state.email.as_ref() != Some(email)),
        team: team.filter(|team| state.team.as_ref() != Some(team)),
    };
    if changed.name.is_none() && changed.email.is_none() && changed.team.is_none() {
        return Ok(vec![]);
    }
    Ok(vec![Event::ManagerDetailsChanged(changed)])
}

fn change_skills(state: &ManagerState, command: &ChangeSkills) -> Decision {
    state.active()?;
    let skills = text::keys("skills", &command.skills, MAX_SKILLS)?;
    if skills == state.skills {
        return Ok(vec![]);
    }
    Ok(vec![Event::SkillsChanged(SkillsChanged { skills })])
}

fn change_capacity(state: &ManagerState, command: &ChangeCapacity) -> Decision {
    state.active()?;
    let (from, to) = (state.capacity, checked_capacity(command.capacity)?);
    if from == to {
        return Ok(vec![]);
    }
    Ok(vec![Event::CapacityChanged(CapacityChanged { from, to })])
}

fn change_availability(state: &ManagerState, command: &ChangeAvailability) -> Decision {
    state.active()?;
    Ok(availability_changed(state, command.availability).into_iter().collect())
}

fn availability_changed(state: &ManagerState, to: Availability) -> Option<Event> {
    let from = state.availability;
    (from != to).then_some(Event::AvailabilityChanged(AvailabilityChanged { from, to }))
}

fn link_reference(state: &ManagerState, command: &LinkManagerReference) -> Decision {
    state.active()?;
    let reference = checked_reference("reference", &command.reference)?;
    if state.references.contains(&reference) {
        return Ok(vec![]);
    }
    text::check_count("reference", state.references.len() + 1, MAX_REFERENCES)?;
    Ok(vec![Event::ManagerReferenceLinked(ManagerReferenceLinked { reference })])
}

/// Who leaves is offline from then on.
fn deactivate(state: &ManagerState) -> Decision {
    match state.standing {
        Standing::Unregistered => return Err(Rejection::NotFound),
        Standing::Active => {}
        Standing::Inactive | Standing::Erased => return Ok(vec![]),
    }
    let mut events = Vec::from_iter(availability_changed(state, Availability::Offline));
    events.push(Event::ManagerDeactivated(ManagerDeactivated {}));
    Ok(events)
}

fn erase(state: &ManagerState, command: EraseManager) -> Decision {
    match state.standing {
        Standing::Unregistered => return Err(Rejection::NotFound),
        Standing::Active => return Err(Rejection::Active),
        Standing::Inactive => {}
        Standing::Erased => return Ok(vec![]),
    }
    let mut persons = command.persons;
    if persons.is_empty() {
        return Err(InvalidInput::empty("persons").into());
    }
    persons.sort_unstable();
    persons.dedup();
    text::check_count("persons", persons.len(), MAX_PERSONS)?;
    Ok(vec![Event::ManagerErased(ManagerErased { persons })])
}

fn checked_capacity(capacity: u32) -> Result<u32, InvalidInput> {
    if capacity <= MAX_CAPACITY {
        return Ok(capacity);
    }
    Err(InvalidInput::out_of_range("capacity", "0 to 1000"))
}
