use ledgerdesk_domain::{
    client::{
        ClientDetailsChanged, ClientEvent as Event, ClientKind, ClientReferenceLinked, ClientRegistered,
        Contact, ContactKind, ContactsChanged, PersonErased,
    },
    consultation::ExternalReference,
};

use super::id;

fn reference() -> ExternalReference {
    ExternalReference { system: "crm".into(), kind: "contact".into(), id: "1742".into() }
}

pub(super) fn all() -> Vec<Event> {
    vec![
        Event::ClientRegistered(ClientRegistered {
            kind: ClientKind::Person,
            name: "Vera Pavlova".into(),
            company: Some("Crystal".into()),
            contacts: vec![
                Contact { kind: ContactKind::Phone, value: "+74951234567".into() },
                Contact { kind: ContactKind::Email, value: "vera@example.org".into() },
            ],
            language: Some("ru".into()),
            references: vec![reference()],
        }),
        Event::ClientDetailsChanged(ClientDetailsChanged {
            name: Some("Vera Rozalskaya".into()),
            company: Some("Crystal & Co".into()),
            language: Some("en".into()),
        }),
        Event::ContactsChanged(ContactsChanged {
            contacts: vec![
                Contact { kind: ContactKind::Telegram, value: "@vera".into() },
                Contact { kind: ContactKind::Whatsapp, value: "+74951234567".into() },
            ],
        }),
        Event::ClientReferenceLinked(ClientReferenceLinked { reference: reference() }),
        Event::PersonErased(PersonErased { persons: vec![id(0xc1), id(0x10)] }),
    ]
}
