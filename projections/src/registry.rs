//! The only list of projections.

use crate::{
    calls::Calls, clients::Clients, consultation_detail::ConsultationDetail,
    consultation_list::ConsultationList, handovers::Handovers, history::History, managers::Managers,
    messages::Messages, ratings::Ratings, redates::Redates, runtime::Registry,
};

/// Every read model, in the order in which it is shown.
pub fn registry() -> Registry {
    Registry::default()
        .with(ConsultationList)
        .with(ConsultationDetail)
        .with(History)
        .with(Messages)
        .with(Handovers)
        .with(Redates)
        .with(Calls)
        .with(Ratings)
        .with(Clients)
        .with(Managers)
}
