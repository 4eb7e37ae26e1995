use ledgerdesk_domain::consultation::{
    Assigned, AttributeValue, Attributes, CatalogReference, Channel, ConsultationEvent as Event,
    ConsultationOpened, CustomAttributesChanged, DetailsChanged, ExternalReference, ExternalReferenceLinked,
    FactImported, Merged, Priority, PriorityChanged, Status, TagsChanged, Unassigned, Unmerged,
};

use super::id;

fn attributes() -> Attributes {
    Attributes::from([
        ("floor".into(), AttributeValue::Integer(3)),
        ("leased".into(), AttributeValue::Flag(true)),
        ("model".into(), AttributeValue::Text("LJ-1320".into())),
    ])
}

fn catalog() -> Vec<CatalogReference> {
    vec![CatalogReference { catalog: "product".into(), key: "printer".into() }]
}

pub(super) fn all() -> Vec<Event> {
    vec![
        Event::ConsultationOpened(ConsultationOpened {
            client_id: Some(id(0xc1)),
            topic: "The printer is on fire".into(),
            description: Some("Дым идёт из лотка.".into()),
            channel: Channel::Telegram,
            priority: Priority::High,
            language: Some("ru".into()),
            team: Some("First line".into()),
            tags: vec!["fire".into(), "printer".into()],
            catalog: catalog(),
            attributes: attributes(),
        }),
        Event::DetailsChanged(DetailsChanged {
            topic: Some("The scanner is on fire".into()),
            description: Some("The smoke comes from the lid.".into()),
            client_id: Some(id(0xc2)),
            previous_client_id: Some(id(0xc1)),
            language: Some("en".into()),
            catalog: Some(catalog()),
            is_open: true,
        }),
        Event::PriorityChanged(PriorityChanged { from: Priority::Normal, to: Priority::Urgent }),
        Event::TagsChanged(TagsChanged { added: vec!["smoke".into()], removed: vec!["fire".into()] }),
        Event::CustomAttributesChanged(CustomAttributesChanged {
            set: attributes(),
            removed: vec!["room".into()],
        }),
        Event::Assigned(Assigned {
            assignee: Some(id(0xb1)),
            team: Some("Second line".into()),
            from_assignee: Some(id(0xa1)),
            from_team: Some("First line".into()),
            reason: Some("Knows printers.".into()),
            is_open: true,
        }),
        Event::Unassigned(Unassigned { from_assignee: id(0xa1), reason: Some("Ill.".into()), is_open: true }),
        Event::ExternalReferenceLinked(ExternalReferenceLinked {
            reference: ExternalReference {
                system: "chatwoot".into(),
                kind: "conversation".into(),
                id: "4711".into(),
            },
        }),
        Event::Merged(Merged { into: id(0x20), from: Status::InProgress, assignee: Some(id(0xa1)) }),
        Event::Unmerged(Unmerged { from: id(0x20), status: Status::InProgress, assignee: Some(id(0xa1)) }),
        Event::FactImported(FactImported {
            activity: "Take in charge ticket".into(),
            status: Some("Queued".into()),
            code: "illegal_transition".into(),
            manager_id: Some(id(0xa1)),
            team: Some("Second line".into()),
            attributes: attributes(),
        }),
    ]
}
