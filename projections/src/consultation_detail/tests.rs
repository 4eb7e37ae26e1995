use ledgerdesk_domain::consultation::{
    AttributeValue, Cancel, ChangeDetails, ConsultationCommand as C, LinkExternalReference, Reopen,
    SetCustomAttributes, Unmerge, WaitForClient,
};

use super::*;
use crate::testing::{Story, id, merge, open, resolve};

fn opened() -> Story {
    Story::default().consultation(1, open(Some(7), "Printer"))
}

#[test]
fn a_page_shows_what_was_asked_and_who_opened_it_from_where() {
    let row = opened().row(&ConsultationDetail, 1);
    assert_eq!(row.description.as_deref(), Some("Printer, at length"));
    assert_eq!((row.opened_by_kind, row.opened_by_id), (ActorKind::System, None));
    assert_eq!(row.source_system, "test");
}

#[test]
fn attributes_are_set_replaced_and_removed_by_key() {
    let set = |set: &[(&str, i64)], remove: &[&str]| {
        C::SetCustomAttributes(SetCustomAttributes {
            set: set
                .iter()
                .map(|(key, value)| ((*key).to_owned(), AttributeValue::Integer(*value)))
                .collect(),
            remove: remove.iter().map(|key| (*key).to_owned()).collect(),
        })
    };
    let row = opened()
        .consultation(1, set(&[("floor", 1), ("room", 2)], &[]))
        .consultation(1, set(&[("floor", 3)], &["room"]))
        .row(&ConsultationDetail, 1);
    let expected = Attributes::from([("floor".to_owned(), AttributeValue::Integer(3))]);
    assert_eq!(row.attributes, expected);
}

#[test]
fn a_resolution_stays_until_it_turns_out_to_be_none() {
    let story = opened().by_manager(77).consultation(1, resolve());
    let resolved = story.row(&ConsultationDetail, 1);
    assert_eq!(resolved.resolution.as_deref(), Some("restarted it"));
    assert_eq!((resolved.resolution_code.as_deref(), resolved.resolved_by), (Some("fixed"), Some(id(77))));

    let reason = Some("it broke again".to_owned());
    let reopened = story.consultation(1, C::Reopen(Reopen { to: None, reason })).row(&ConsultationDetail, 1);
    assert_eq!(reopened.resolution, None);
    assert_eq!((reopened.resolution_code, reopened.resolved_by), (None, None));
    assert_eq!(reopened.status_reason.as_deref(), Some("it broke again"));
}

#[test]
fn the_reason_is_that_of_the_present_status() {
    let reason = |reason: &str| Some(reason.to_owned());
    let row = opened()
        .consultation(1, C::WaitForClient(WaitForClient { reason: reason("the serial number") }))
        .consultation(1, C::Cancel(Cancel { reason: reason("bought a new one") }))
        .row(&ConsultationDetail, 1);
    assert_eq!(row.status_reason.as_deref(), Some("bought a new one"));
}

#[test]
fn an_empty_description_takes_the_old_one_away() {
    let row = opened()
        .consultation(
            1,
            C::ChangeDetails(ChangeDetails {
                topic: None,
                description: Some(String::new()),
                client_id: None,
                language: None,
                catalog: None,
            }),
        )
        .row(&ConsultationDetail, 1);
    assert_eq!(row.description, None);
}

#[test]
fn the_consultation_that_carries_on_knows_those_that_went_into_it() {
    let reference = ExternalReference { system: "1c".into(), kind: "order".into(), id: "5".into() };
    let story = opened()
        .consultation(2, open(Some(8), "Printer again"))
        .consultation(2, C::LinkExternalReference(LinkExternalReference { reference: reference.clone() }))
        .consultation(2, merge(2, 1));
    let into = story.row(&ConsultationDetail, 1);
    assert_eq!(into.merged_from, [id(2)]);
    assert_eq!((into.person_id, into.external_references), (id(7), Vec::new()), "nothing else comes along");
    assert_eq!(story.row(&ConsultationDetail, 2).external_references, [reference]);

    let left = story.consultation(2, C::Unmerge(Unmerge)).row(&ConsultationDetail, 1);
    assert_eq!(left.merged_from, []);
}
