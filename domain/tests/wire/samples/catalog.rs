use ledgerdesk_domain::{
    catalog::{
        CatalogEntryChanged, CatalogEntryDefined, CatalogEntryRestored, CatalogEntryRetired,
        CatalogEvent as Event,
    },
    consultation::{AttributeValue, Attributes, CatalogReference},
};

fn parent(key: &str) -> CatalogReference {
    CatalogReference { catalog: "product".into(), key: key.into() }
}

fn attributes(order: i64) -> Attributes {
    [("order".to_owned(), AttributeValue::Integer(order))].into()
}

pub(super) fn all() -> Vec<Event> {
    vec![
        Event::CatalogEntryDefined(CatalogEntryDefined {
            kind: "section".into(),
            external_id: "000000017".into(),
            title: "Печать документов".into(),
            parent: Some(parent("000000003")),
            attributes: attributes(4),
        }),
        Event::CatalogEntryChanged(CatalogEntryChanged {
            title: "Печать и сканирование".into(),
            parent: Some(parent("000000005")),
            attributes: attributes(2),
        }),
        Event::CatalogEntryRetired(CatalogEntryRetired {}),
        Event::CatalogEntryRestored(CatalogEntryRestored {}),
    ]
}
