use ledgerdesk_domain::catalog::{
    CatalogCommand as C, ChangeCatalogEntry, DefineCatalogEntry, PutCatalogEntry, RestoreCatalogEntry,
    RetireCatalogEntry,
};

use super::*;
use crate::testing::{Story, at};

fn definition(title: &str) -> DefineCatalogEntry {
    DefineCatalogEntry {
        kind: "section".to_owned(),
        external_id: "17".to_owned(),
        title: title.to_owned(),
        parent: Some(CatalogReference { catalog: "product".to_owned(), key: "3".to_owned() }),
        attributes: Attributes::new(),
    }
}

fn defined() -> Story {
    Story::default().catalog(1, C::DefineCatalogEntry(definition("Printing")))
}

#[test]
fn an_entry_is_what_it_was_defined_as() {
    let row = defined().row(&Catalogs, 1);
    assert_eq!(
        (row.kind.as_str(), row.external_id.as_str(), row.title.as_str()),
        ("section", "17", "Printing")
    );
    assert_eq!(row.parent(), definition("").parent);
    assert_eq!((row.active, row.defined_at, row.changed_at, row.version), (true, at(0), at(0), 1));
}

#[test]
fn an_entry_changes_retires_and_comes_back() {
    let change =
        ChangeCatalogEntry { title: Some("Printers".to_owned()), parent: Some(None), attributes: None };
    let story = defined().catalog(1, C::ChangeCatalogEntry(change));
    let changed = story.row(&Catalogs, 1);
    assert_eq!((changed.title.as_str(), changed.parent(), changed.changed_at), ("Printers", None, at(1)));
    let story = story.catalog(1, C::RetireCatalogEntry(RetireCatalogEntry));
    let retired = story.row(&Catalogs, 1);
    assert_eq!((retired.active, retired.retired_at), (false, Some(at(2))));
    let story = story.catalog(1, C::RestoreCatalogEntry(RestoreCatalogEntry));
    let restored = story.row(&Catalogs, 1);
    assert_eq!((restored.active, restored.retired_at, restored.version), (true, None, 4));
}

#[test]
fn the_position_moves_only_with_the_content() {
    let put = || C::PutCatalogEntry(PutCatalogEntry { entry: definition("Printing"), active: true });
    let position = |story: &Story| story.row(&Catalogs, 1).last_position;
    let story = Story::default().catalog(1, put());
    let before = position(&story);
    let story = story.catalog(1, put());
    assert_eq!(position(&story), before);
    let retire = C::PutCatalogEntry(PutCatalogEntry { entry: definition("Printing"), active: false });
    assert_eq!(position(&story.catalog(1, retire)), before + 1);
}
