//! The only list of projections.

use crate::{
    calls::Calls, catalogs::Catalogs, clients::Clients, configuration::Configuration,
    consultation_detail::ConsultationDetail, consultation_facts::ConsultationFacts,
    consultation_list::ConsultationList, consultation_versions::ConsultationVersions, handovers::Handovers,
    history::History, managers::Managers, messages::Messages, ratings::Ratings, redates::Redates,
    runtime::Registry, search::Search, steps::Steps, views::Views,
};

/// Every read model, in the order in which it is shown.
pub fn registry() -> Registry {
    Registry::default()
        .with(ConsultationList)
        .with(ConsultationDetail)
        .with(History)
        .with(Messages)
        .with(Search)
        .with(Handovers)
        .with(Redates)
        .with(Calls)
        .with(Ratings)
        .with(ConsultationFacts)
        .with(ConsultationVersions)
        .with(Clients)
        .with(Managers)
        .with(Catalogs)
        .with(Views)
        .with(Steps)
        .with(Configuration)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::{
        read::ReadRow,
        runtime::Projection,
        testing::{Story, everything},
    };

    fn check<P: Projection<Row: ReadRow>>(projection: &P, story: &Story) {
        let definition = projection.definition();
        let name = definition.name;
        let rows = story.fold(projection);
        assert!(!rows.is_empty(), "the story leaves no row in {name}");
        for (key, row) in rows {
            let row = serde_json::to_value(row).unwrap();
            let fields: BTreeSet<_> = row.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(fields, definition.columns.iter().copied().collect(), "{name}");
            assert_eq!(row[definition.key_column], Value::from(key.to_string()), "{name}");
            assert!(fields.contains("workspace_id"), "{name} has no workspace_id");
            assert!(
                fields.contains("person_id") || definition.personal.is_empty(),
                "{name} has personal columns, but no person_id"
            );
        }
        let mask: Value = serde_json::from_str(P::Row::MASK).unwrap();
        for column in definition.personal {
            assert!(definition.columns.contains(column), "{name} has no column {column}");
            // Colleagues are known by their names, whoever asks.
            let shown = (name, *column) == ("managers", "name");
            assert_eq!(mask.get(column), (!shown).then_some(&Value::Null), "{name} shows {column}");
        }
        for column in mask.as_object().unwrap().keys() {
            assert!(definition.columns.contains(&column.as_str()), "{name} has no column {column}");
        }
        let (mut masked, mask) = (row_of::<P>(story, projection), mask.as_object().unwrap().clone());
        masked.as_object_mut().unwrap().extend(mask);
        serde_json::from_value::<P::Row>(masked).expect("a masked row can be read");
    }

    fn row_of<P: Projection>(story: &Story, projection: &P) -> Value {
        let (_, row) = story.fold(projection).into_iter().next().unwrap();
        serde_json::to_value(row).unwrap()
    }

    #[test]
    fn the_rows_have_the_columns_that_their_definition_names() {
        let story = everything();
        check(&ConsultationList, &story);
        check(&ConsultationDetail, &story);
        check(&History, &story);
        check(&Messages, &story);
        check(&Search, &story);
        check(&Handovers, &story);
        check(&Redates, &story);
        check(&Calls, &story);
        check(&Ratings, &story);
        check(&ConsultationFacts, &story);
        check(&ConsultationVersions, &story);
        check(&Clients, &story);
        check(&Managers, &story);
        check(&Catalogs, &story);
        check(&Views, &story);
        check(&Steps, &story);
        check(&Configuration, &story);
    }
}
