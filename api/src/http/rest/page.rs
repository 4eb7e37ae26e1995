//! Pages of a list: the items, and where the next page begins, in the body and as a `Link` (RFC 8288).

use axum::{
    Json,
    http::{HeaderValue, Uri, header},
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use super::{
    execute::{self, typed},
    extract::Number,
    problem::Problem,
};
use crate::http::{auth::Session, state::SharedState};

/// Which part of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(super) struct Paging {
    /// How many items, 1 to 100; 20 if not given.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100, default = 20, example = 20)]
    limit: Option<Number<1, 100>>,
    /// Where to go on: `next` of the page before, unchanged. The other parameters stay the same.
    cursor: Option<String>,
    /// Which end comes first.
    #[param(inline)]
    order: Option<Order>,
    /// Waits, at most 2 seconds, until the answer shows this position: read your writes.
    #[param(value_type = Option<i64>, minimum = 0)]
    min_position: Option<Number<0, { i64::MAX }>>,
}

/// Which end of a list comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Order {
    /// The oldest.
    Asc,
    /// The newest.
    Desc,
}

impl Paging {
    /// The order, if the request names one.
    pub(super) fn order_or(&self, order: Order) -> Order {
        self.order.unwrap_or(order)
    }

    /// The variables of a document for a connection that has its own argument for the order.
    pub(super) fn variables(&self, order: Order) -> Map<String, Value> {
        let direction = if self.order_or(order) == Order::Asc { "ASC" } else { "DESC" };
        let pairs = [
            ("first", self.limit.map(|limit| limit.0).into()),
            ("after", self.cursor.clone().into()),
            ("direction", direction.into()),
            ("minPosition", self.min_position.map(|position| position.0).into()),
        ];
        pairs.into_iter().map(|(name, value): (&str, Value)| (name.to_owned(), value)).collect()
    }

    /// The variables for a connection with one order, which is read from either end.
    pub(super) fn variables_of_either_end(&self, order: Order) -> Map<String, Value> {
        let (size, place) = match self.order_or(order) {
            Order::Asc => ("first", "after"),
            Order::Desc => ("last", "before"),
        };
        let size_or_default = self.limit.map_or(20, |limit| limit.0);
        let pairs = [
            (size, size_or_default.into()),
            (place, self.cursor.clone().into()),
            ("minPosition", self.min_position.map(|position| position.0).into()),
        ];
        pairs.into_iter().map(|(name, value): (&str, Value)| (name.to_owned(), value)).collect()
    }
}

/// A connection of the schema.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound = "")]
struct Connection<T: DeserializeOwned> {
    nodes: Vec<T>,
    page_info: PageInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    has_previous_page: bool,
    start_cursor: Option<String>,
    end_cursor: Option<String>,
}

/// A page.
#[derive(Debug, Serialize)]
pub(super) struct Page<T> {
    /// The items.
    pub(super) items: Vec<T>,
    /// Where the next page begins.
    pub(super) next: Option<String>,
}

impl<T: DeserializeOwned> Page<T> {
    /// From a connection that was read from its start.
    pub(super) fn of(connection: Value) -> Result<Self, Problem> {
        let Connection { nodes, page_info } = typed(connection)?;
        Ok(Self { items: nodes, next: page_info.end_cursor.filter(|_| page_info.has_next_page) })
    }

    /// From a connection that was read from its end: the last comes first.
    pub(super) fn of_end(connection: Value) -> Result<Self, Problem> {
        let Connection { nodes, page_info } = typed(connection)?;
        let items = nodes.into_iter().rev().collect();
        Ok(Self { items, next: page_info.start_cursor.filter(|_| page_info.has_previous_page) })
    }
}

impl<T: Serialize> Page<T> {
    /// The answer to a request for this place.
    pub(super) fn answer(self, uri: &Uri) -> Response {
        let link = links(uri, self.next.as_deref());
        let mut response = Json(self).into_response();
        let headers = response.headers_mut();
        if let Ok(link) = HeaderValue::from_str(&link) {
            headers.insert(header::LINK, link);
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// A page of what a consultation has, the newest first unless asked otherwise. The document asks for the consultation,
/// too, so that one that does not exist is told apart from one that has nothing.
pub(super) async fn below<T: DeserializeOwned + Serialize>(
    (state, session): (&SharedState, &Session),
    (document, field): (&'static str, &str),
    (consultation, filter): (String, Value),
    paging: &Paging,
    uri: &Uri,
) -> Result<Response, Problem> {
    let mut variables = paging.variables(Order::Desc);
    variables.insert("filter".to_owned(), filter);
    variables.insert("id".to_owned(), consultation.into());
    let mut data = execute::read(state, session, document, variables.into()).await?;
    Ok(Page::<T>::of(data[field].take())?.answer(uri))
}

/// The same path with other cursors. What the request said is kept as it was spelled.
fn links(uri: &Uri, next: Option<&str>) -> String {
    let others: Vec<&str> = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty() && pair.split('=').next() != Some("cursor"))
        .collect();
    let link = |cursor: Option<&str>, relation: &str| {
        let cursor = cursor.map(|cursor| format!("cursor={cursor}"));
        let pairs: Vec<&str> = others.iter().copied().chain(cursor.as_deref()).collect();
        let mark = if pairs.is_empty() { "" } else { "?" };
        format!("<{}{mark}{}>; rel=\"{relation}\"", uri.path(), pairs.join("&"))
    };
    let first = link(None, "first");
    next.map_or(first.clone(), |next| format!("{}, {first}", link(Some(next), "next")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_keeps_what_was_asked_and_changes_the_place() {
        let uri: Uri = "/api/calls?outcome=BUSY,FAILED&cursor=old&limit=5".parse().unwrap();
        let expected = "</api/calls?outcome=BUSY,FAILED&limit=5&cursor=new>; rel=\"next\", \
                        </api/calls?outcome=BUSY,FAILED&limit=5>; rel=\"first\"";
        assert_eq!(links(&uri, Some("new")), expected);
        assert_eq!(links(&"/api/calls".parse().unwrap(), None), "</api/calls>; rel=\"first\"");
    }
}
