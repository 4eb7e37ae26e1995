//! What a request says, checked. Whatever is wrong is a [`Problem`], never a text of a library.

use std::{collections::BTreeSet, error::Error as _, fmt, marker::PhantomData};

use axum::{
    extract::{FromRequest, FromRequestParts, MatchedPath, Path, Request},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use chrono::{DateTime, Utc};
use ledgerdesk_domain::stream::StreamVersion;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as DeError, Visitor},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{document, etag, problem::Problem};
use crate::{
    graphql::global_id::{self, NodeKind},
    http::{graphql::read_body, state::SharedState},
};

/// An id as the API answered it, or a bare UUID: the opaque form.
pub(super) fn id(field: &str, kind: NodeKind, given: &str) -> Result<String, Problem> {
    if let Ok(uuid) = Uuid::try_parse(given) {
        return Ok(global_id::encode(kind, uuid));
    }
    match global_id::decode_kind(given, kind) {
        Ok(_) => Ok(given.to_owned()),
        Err(_) => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "invalid_id",
            format!("`{field}` is not such an id; pass one that the API returned, unchanged, or a UUID"),
            format!("`{field}` — не идентификатор такого объекта; передайте полученный от API без изменений или UUID"),
        )
        .at(field)),
    }
}

/// Ids in a list.
pub(super) fn ids(field: &str, kind: NodeKind, given: Option<List<String>>) -> Result<Vec<String>, Problem> {
    given.map(|list| list.0).unwrap_or_default().iter().map(|given| id(field, kind, given)).collect()
}

/// The consultation in the path, in the opaque form of its id.
pub(super) struct Consultation(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Consultation {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        accepts_json(&parts.headers)?;
        let Segment(given) = Segment::from_request_parts(parts, state).await?;
        id("id", NodeKind::Consultation, &given).map(Self)
    }
}

/// The one variable segment of the path.
pub(super) struct Segment(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let Path(segment) = path.map_err(|_| unreadable("the path", "путь"))?;
        if segment.contains('\0') { Err(unreadable("the path", "путь")) } else { Ok(Self(segment)) }
    }
}

/// The query part. A parameter that the document does not describe is refused, so that a slip of the keyboard does
/// not widen a list in silence.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        accepts_json(&parts.headers)?;
        let path = MatchedPath::from_request_parts(parts, state).await;
        let known = document::parameters(path.as_ref().map_or("", MatchedPath::as_str));
        let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        let axum::extract::Query(pairs) =
            pairs.map_err(|_| unreadable("the query part", "строку запроса"))?;
        let mut seen = BTreeSet::new();
        for (name, value) in &pairs {
            if !known.contains(name.as_str()) {
                let all = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                return Err(bad_parameter(
                    name,
                    &format!("`{name}` is no parameter of this path; it takes {all}"),
                    &format!("у этого пути нет параметра `{name}`; есть {all}"),
                ));
            }
            if !seen.insert(name) {
                return Err(bad_parameter(
                    name,
                    &format!("`{name}` is given twice; separate several values by commas"),
                    &format!("`{name}` указан дважды; несколько значений разделяйте запятыми"),
                ));
            }
            if value.contains('\0') {
                return Err(bad_parameter(
                    name,
                    &format!("`{name}` holds a NUL character (U+0000); remove it"),
                    &format!("в `{name}` есть символ NUL (U+0000); удалите его"),
                ));
            }
        }
        let parsed = axum::extract::Query::<T>::try_from_uri(&parts.uri);
        parsed.map(|axum::extract::Query(parameters)| Self(parameters)).map_err(|rejection| {
            // What it says first is that it is a rejection; the cause names the parameter and says why.
            let cause = rejection.source().map_or_else(|| rejection.to_string(), ToString::to_string);
            let (english, russian) = (
                format!("a parameter cannot be read: {cause}"),
                format!("параметр не удалось прочитать: {cause}"),
            );
            Problem::new(StatusCode::BAD_REQUEST, "BAD_USER_INPUT", english, russian)
        })
    }
}

fn bad_parameter(name: &str, english: &str, russian: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "BAD_USER_INPUT", english, russian).at(name)
}

fn unreadable(english: &str, russian: &str) -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "BAD_REQUEST",
        format!("{english} cannot be read; send UTF-8, percent-encoded"),
        format!("не удалось прочитать {russian}; нужен UTF-8 с процентным кодированием"),
    )
}

/// A whole number between these two.
#[derive(Debug, Clone, Copy)]
pub(super) struct Number<const LEAST: i64, const MOST: i64>(pub(super) i64);

impl<'de, const LEAST: i64, const MOST: i64> Deserialize<'de> for Number<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = String::deserialize(deserializer)?;
        let number = given.parse().ok().filter(|number| (LEAST..=MOST).contains(number));
        number.map(Self).ok_or_else(|| {
            <D::Error as DeError>::custom(format!("it must be a whole number from {LEAST} to {MOST}"))
        })
    }
}

/// A moment of the past: a time, or a position of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// A time.
    Time(DateTime<Utc>),
    /// A position.
    Position(i64),
}

impl Moment {
    /// As the schema takes it.
    pub(super) fn input(self) -> Value {
        match self {
            Self::Time(time) => json!({ "time": time }),
            Self::Position(position) => json!({ "position": position }),
        }
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = String::deserialize(deserializer)?;
        if let Ok(position) = given.parse::<i64>()
            && position >= 0
        {
            return Ok(Self::Position(position));
        }
        let time = DateTime::parse_from_rfc3339(&given).map(|time| Self::Time(time.to_utc()));
        time.map_err(|_| {
            <D::Error as DeError>::custom(
                "it must be a time such as 2026-01-05T09:00:00Z, its plus sign percent-encoded, or a position of the \
                 log, a whole number",
            )
        })
    }
}

/// Values separated by commas, at most 100; nothing at all is none.
#[derive(Debug, Clone)]
pub(super) struct List<T>(pub(super) Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Commas<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Commas<T> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("values separated by commas")
            }

            fn visit_str<E: DeError>(self, text: &str) -> Result<Vec<T>, E> {
                const MOST: usize = 100;
                if text.is_empty() {
                    return Ok(Vec::new());
                }
                if text.split(',').any(str::is_empty) {
                    return Err(E::custom("a value of the list is empty; leave it out with its comma"));
                }
                let values = text
                    .split(',')
                    .map(|item| T::deserialize(serde::de::value::StringDeserializer::new(item.to_owned())))
                    .collect::<Result<Vec<T>, E>>()?;
                if values.len() > MOST {
                    return Err(E::custom(format!("a list has at most {MOST} values; send fewer")));
                }
                Ok(values)
            }
        }
        deserializer.deserialize_str(Commas(PhantomData)).map(Self)
    }
}

/// A JSON body.
pub(super) struct Json<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<SharedState> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &SharedState) -> Result<Self, Problem> {
        accepts_json(request.headers())?;
        if media_type(request.headers()) != Some("application/json") {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "BAD_REQUEST",
                "send the body as `Content-Type: application/json`",
                "передайте тело запроса с `Content-Type: application/json`",
            )
            .at("Content-Type"));
        }
        let body = read_body(state, request).await.map_err(Problem::of_edge)?;
        read_json(&body).map(Self)
    }
}

/// Text that is no JSON is told apart from JSON that does not fit.
pub(super) fn read_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| {
        if error.is_data() {
            return Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "BAD_USER_INPUT",
                format!("the body does not fit: {error}"),
                format!("тело запроса не подходит: {error}"),
            );
        }
        Problem::new(
            StatusCode::BAD_REQUEST,
            "BAD_REQUEST",
            format!("the body is no JSON: {error}"),
            format!("тело запроса — не JSON: {error}"),
        )
    })
}

/// The media type of a body, without its parameters; nothing if it is none, or says that it is not UTF-8.
pub(super) fn media_type(headers: &HeaderMap) -> Option<&'static str> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let mut parts = value.split(';');
    let name = parts.next()?.trim();
    let utf8 = parts.all(|parameter| match parameter.trim().split_once('=') {
        Some((name, charset)) if name.eq_ignore_ascii_case("charset") => {
            charset.trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    });
    let known = ["application/json", "application/x-www-form-urlencoded"];
    known.into_iter().find(|known| utf8 && name.eq_ignore_ascii_case(known))
}

/// Whoever says what it takes must take JSON.
pub(super) fn accepts_json(headers: &HeaderMap) -> Result<(), Problem> {
    let mut named = false;
    for value in headers.get_all(header::ACCEPT) {
        for range in value.to_str().unwrap_or_default().split(',') {
            let (name, parameters) = range.split_once(';').unwrap_or((range, ""));
            let name = name.trim();
            named |= !name.is_empty();
            let excluded = parameters.split(';').any(|parameter| {
                let weight = parameter.trim().strip_prefix("q=").map(str::trim);
                weight.is_some_and(|weight| weight.parse() == Ok(0.0_f32))
            });
            let json = ["application/json", "application/*", "*/*"];
            if !excluded && json.iter().any(|json| name.eq_ignore_ascii_case(json)) {
                return Ok(());
            }
        }
    }
    if !named {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::NOT_ACCEPTABLE,
        "BAD_REQUEST",
        "answers are `application/json`; accept that",
        "ответы имеют тип `application/json`; укажите его в `Accept`",
    )
    .at("Accept"))
}

/// How to carry a command out, as headers say it.
pub(super) struct Options {
    /// `Idempotency-Key`.
    pub(super) idempotency_key: Option<String>,
    /// The version in `If-Match`.
    pub(super) expected_version: Option<StreamVersion>,
}

impl<S: Send + Sync> FromRequestParts<S> for Options {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        const KEY: &str = "Idempotency-Key";
        let mut keys = parts.headers.get_all(KEY).iter();
        let idempotency_key = match (keys.next(), keys.next()) {
            (None, _) => None,
            (Some(key), None) => Some(key.to_str().map(str::to_owned).map_err(|_| invalid_key())?),
            (Some(_), Some(_)) => return Err(invalid_key()),
        };
        Ok(Self { idempotency_key, expected_version: etag::expected(&parts.headers)? })
    }
}

fn invalid_key() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "invalid_idempotency_key",
        "send one idempotency key of 1 to 200 ASCII characters",
        "передайте один ключ идемпотентности: от 1 до 200 символов ASCII",
    )
    .at("Idempotency-Key")
}
