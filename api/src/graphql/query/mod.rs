//! Everything that can be asked. One file per field of the root; this is the only list.

mod access;
pub(super) mod analytics;
mod call_list;
mod catalog;
mod catalog_list;
mod client;
mod client_list;
mod condition;
mod configuration_log;
mod consultation;
mod consultation_counts;
mod consultation_diff;
pub(super) mod consultation_list;
mod consultation_search;
mod deadline_list;
mod disclosures;
pub(super) mod event_list;
pub(super) mod handover_list;
mod history;
mod input;
mod log_head;
mod manager;
mod manager_list;
mod me;
mod message_list;
mod node;
mod process_mining;
mod projections;
mod rating_list;
mod redate_list;
mod search;
mod service_level;
mod verify;
mod view_list;

use async_graphql::MergedObject;

use super::access::Guarded;

pub(crate) use consultation_list::consultation_filter;
pub(super) use input::check_time;
pub use process_mining::MostSteps;

/// The filters and orders that lists below other things take, too.
pub(in crate::graphql) mod filters {
    pub(in crate::graphql) use super::{
        call_list::CallFilter,
        consultation_list::{ConsultationFilter, ConsultationOrder},
        handover_list::HandoverFilter,
        history::HistoryFilter,
        message_list::MessageFilter,
        rating_list::RatingFilter,
        redate_list::RedateFilter,
    };
}

/// Everything that can be asked, by those who may.
pub type QueryRoot = Guarded<Queries>;

/// Everything that can be asked.
#[derive(MergedObject, Default)]
#[graphql(name = "Query")]
pub struct Queries(
    Consultations,
    Work,
    People,
    Catalogs,
    Mining,
    analytics::AnalyticsQuery,
    Log,
    General,
    Access,
);

/// Consultations and what was said.
#[derive(MergedObject, Default)]
struct Consultations(
    consultation::ConsultationQuery,
    consultation_list::ConsultationListQuery,
    consultation_search::ConsultationSearchQuery,
    search::SearchQuery,
    consultation_counts::ConsultationCountsQuery,
    consultation_diff::ConsultationDiffQuery,
    message_list::MessageListQuery,
    history::HistoryQuery,
    view_list::ViewListQuery,
    service_level::CalendarsQuery,
    service_level::SlaTablesQuery,
    deadline_list::DeadlineListQuery,
);

/// The parts of consultations, over all of them.
#[derive(MergedObject, Default)]
struct Work(
    handover_list::HandoverListQuery,
    redate_list::RedateListQuery,
    call_list::CallListQuery,
    rating_list::RatingListQuery,
);

/// Clients and managers.
#[derive(MergedObject, Default)]
struct People(
    client::ClientQuery,
    client_list::ClientListQuery,
    manager::ManagerQuery,
    manager_list::ManagerListQuery,
);

/// What consultations can be about.
#[derive(MergedObject, Default)]
struct Catalogs(catalog::CatalogQuery, catalog_list::CatalogListQuery);

/// What the work tells about itself.
#[derive(MergedObject, Default)]
struct Mining(process_mining::ProcessMiningQuery);

/// The log and what follows it.
#[derive(MergedObject, Default)]
struct Log(
    event_list::EventListQuery,
    log_head::LogHeadQuery,
    projections::ProjectionsQuery,
    verify::VerifyQuery,
);

/// Who may do what.
#[derive(MergedObject, Default)]
struct Access(
    access::RolesQuery,
    access::ApiKeysQuery,
    access::SessionsQuery,
    access::InvitationsQuery,
    access::AccessLogQuery,
    disclosures::DisclosuresQuery,
    configuration_log::ConfigurationLogQuery,
);

/// Anything by its id, and the caller.
#[derive(MergedObject, Default)]
struct General(node::NodeQuery, me::MeQuery);
