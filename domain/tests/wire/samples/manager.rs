use ledgerdesk_domain::{
    consultation::ExternalReference,
    manager::{
        Availability, AvailabilityChanged, CapacityChanged, ManagerDeactivated, ManagerDetailsChanged,
        ManagerErased, ManagerEvent as Event, ManagerReferenceLinked, ManagerRegistered, SkillsChanged,
    },
};

use super::id;

fn reference() -> ExternalReference {
    ExternalReference { system: "1c".into(), kind: "employee".into(), id: "000000042".into() }
}

pub(super) fn all() -> Vec<Event> {
    vec![
        Event::ManagerRegistered(ManagerRegistered {
            name: "Anna Sergeeva".into(),
            email: Some("anna@example.org".into()),
            team: Some("Second line".into()),
            skills: vec!["paper".into(), "printers".into()],
            capacity: 5,
            references: vec![reference()],
        }),
        Event::ManagerDetailsChanged(ManagerDetailsChanged {
            name: Some("Anna Odintsova".into()),
            email: Some("a.odintsova@example.org".into()),
            team: Some("Third line".into()),
        }),
        Event::SkillsChanged(SkillsChanged { skills: vec!["scanners".into()] }),
        Event::CapacityChanged(CapacityChanged { from: 5, to: 8 }),
        Event::AvailabilityChanged(AvailabilityChanged {
            from: Availability::Online,
            to: Availability::Busy,
        }),
        Event::ManagerReferenceLinked(ManagerReferenceLinked { reference: reference() }),
        Event::ManagerDeactivated(ManagerDeactivated {}),
        Event::ManagerErased(ManagerErased { persons: vec![id(0xa1)] }),
    ]
}
