//! Of which consultations an export is: the filters of the list.

use chrono::{DateTime, SecondsFormat, Utc};
use ledgerdesk_projections::consultation_list::Filter;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use crate::{
    graphql::{global_id::NodeKind, query::consultation_filter},
    http::rest::{
        extract::{self, List},
        problem::Problem,
        wire::{Channel, Priority, Status},
    },
};

/// Of which consultations. Everything given must hold; a list asks for one of its values.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(in crate::http::rest) struct OfConsultations {
    /// In one of these stages, separated by commas.
    #[param(value_type = Option<Vec<Status>>, style = Form, explode = false)]
    status: Option<List<Status>>,
    /// Of one of these urgencies, separated by commas.
    #[param(value_type = Option<Vec<Priority>>, style = Form, explode = false)]
    priority: Option<List<Priority>>,
    /// Came in over one of these, separated by commas.
    #[param(value_type = Option<Vec<Channel>>, style = Form, explode = false)]
    channel: Option<List<Channel>>,
    /// Held by one of these managers, separated by commas.
    #[param(value_type = Option<Vec<String>>, style = Form, explode = false)]
    assignee: Option<List<String>>,
    /// Of one of these teams, separated by commas.
    #[param(value_type = Option<Vec<String>>, style = Form, explode = false)]
    team: Option<List<String>>,
    /// Of one of these clients, separated by commas.
    #[param(value_type = Option<Vec<String>>, style = Form, explode = false)]
    client: Option<List<String>>,
    /// With all of these tags, separated by commas.
    #[param(value_type = Option<Vec<String>>, style = Form, explode = false)]
    tag: Option<List<String>>,
    /// Opened at or after this time.
    opened_from: Option<DateTime<Utc>>,
    /// Opened before this time.
    opened_before: Option<DateTime<Utc>>,
}

/// What was asked for, and what is told of it.
pub(super) struct Narrowed {
    /// Nothing where all consultations are wanted.
    pub(super) filter: Option<Filter>,
    /// The parameters that were given, as they were read.
    pub(super) asked: Vec<(&'static str, String)>,
}

impl OfConsultations {
    /// The filter of the list, read by the list's own rules; consultations that were merged are in it.
    pub(super) fn read(self) -> Result<Narrowed, Problem> {
        let names = |wires: Vec<&'static str>| wires.into_iter().map(str::to_owned).collect::<Vec<_>>();
        let given: [(&'static str, &'static str, Option<Vec<String>>); 7] = [
            (
                "status",
                "status",
                self.status.map(|list| names(list.0.into_iter().map(Status::as_str).collect())),
            ),
            (
                "priority",
                "priority",
                self.priority.map(|list| names(list.0.into_iter().map(Priority::as_str).collect())),
            ),
            (
                "channel",
                "channel",
                self.channel.map(|list| names(list.0.into_iter().map(Channel::as_str).collect())),
            ),
            ("assignee", "assignee", ids("assignee", NodeKind::Manager, self.assignee)?),
            ("team", "team", self.team.map(|list| list.0)),
            ("client", "client", ids("client", NodeKind::Client, self.client)?),
            ("tag", "tags", self.tag.map(|list| list.0)),
        ];
        let (mut input, mut asked) = (serde_json::Map::new(), Vec::new());
        for (parameter, field, values) in given {
            let Some(values) = values else { continue };
            asked.push((parameter, values.join(",")));
            input.insert(field.to_owned(), values.into());
        }
        for (parameter, time) in [("openedFrom", self.opened_from), ("openedBefore", self.opened_before)] {
            asked.extend(time.map(|time| (parameter, time.to_rfc3339_opts(SecondsFormat::AutoSi, true))));
        }
        if asked.is_empty() {
            return Ok(Narrowed { filter: None, asked });
        }
        input.insert("opened".to_owned(), json!({ "from": self.opened_from, "before": self.opened_before }));
        let filter = Filter { merged: None, ..consultation_filter(Value::Object(input))? };
        Ok(Narrowed { filter: Some(filter), asked })
    }
}

fn ids(field: &str, kind: NodeKind, given: Option<List<String>>) -> Result<Option<Vec<String>>, Problem> {
    given.map(|given| extract::ids(field, kind, Some(given))).transpose()
}
