//! Reads of `search`.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::id::{ConsultationId, PersonId};
use serde::Deserialize;
use sqlx::{PgPool, types::Json};
use uuid::Uuid;

use super::{
    Headline, Row, TextSource,
    headline::{BEGIN, END},
};
use crate::read::{self, Belonging, Concerned, Conditions, Filter as _, Key, Keyset, Reach, ReadRow};

/// So many texts are ranked, the newest of those that hold the words.
pub const MOST_RANKED: i32 = 500;
/// So many texts of one consultation are shown.
const MOST_TEXTS: i32 = 3;

/// The condition on words of a consultation's topic, description or messages; `{}` stands for them. An array, which is
/// made once: as a join, it was made for every row on tables that were filled a moment ago and have no statistics yet.
/// `$1` is the workspace in every statement.
pub const MATCHES_TEXT: &str = "t.id = any (array (select s.consultation_id from read.search s \
    where s.workspace_id = $1 and s.words @@ websearch_to_tsquery('russian', {})))";

impl ReadRow for Row {
    const TABLE: &'static str = "read.search";
    const KEY: &'static str = "id";
    const BELONGS: Belonging = Belonging::Consultation("consultation_id");
    const MASK: &'static str = r#"{"topic":null,"body":null}"#;
    const SHOWN_AS: &'static [&'static str] = &["text"];

    fn concerned(&self) -> Concerned {
        Concerned::in_consultation(self.consultation_id, self.person_id)
    }
}

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Words in Russian or English; quotes, `or` and `-` as in web search.
    pub text: String,
}

impl read::Filter for Filter {
    fn restrict(&self, conditions: &mut Conditions) {
        conditions.with_text("t.words @@ websearch_to_tsquery('russian', {})", Some(&self.text));
    }

    fn reads_personal(&self) -> bool {
        true
    }
}

/// The best first; the place is the score.
pub const ORDER: Keyset = Keyset::number(1, "score", true);

/// A consultation that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Which.
    pub consultation_id: ConsultationId,
    /// Whose words these are.
    pub person_id: PersonId,
    /// How well its best text fits, in millionths; comparable within one search only.
    pub score: i64,
    /// The texts that fit best, the best first; at least one.
    pub found: Vec<Found>,
}

impl Hit {
    /// Whose personal data it holds.
    pub fn concerned(&self) -> Concerned {
        Concerned::in_consultation(self.consultation_id, self.person_id)
    }

    /// Its place among the hits.
    pub fn key(&self) -> Key {
        Key { value: self.score, id: self.consultation_id.uuid() }
    }
}

/// A text that holds the words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The consultation's or the message's id.
    pub id: Uuid,
    /// Which of the two.
    pub source: TextSource,
    /// When it was written.
    pub written_at: DateTime<Utc>,
    /// The topic, if it holds a word.
    pub topic: Option<Headline>,
    /// A piece of the description or the message, if it holds a word.
    pub body: Option<Headline>,
}

/// As the statement gives it.
#[derive(Deserialize)]
struct FoundRow {
    id: Uuid,
    source: TextSource,
    written_at: DateTime<Utc>,
    topic: Option<String>,
    body: Option<String>,
}

impl From<FoundRow> for Found {
    fn from(row: FoundRow) -> Self {
        let headline = |marked: Option<String>| {
            marked.map(|marked| Headline::parse(&marked)).filter(|headline| !headline.marks.is_empty())
        };
        let FoundRow { id, source, written_at, topic, body } = row;
        Self { id, source, written_at, topic: headline(topic), body: headline(body) }
    }
}

/// The rest of the statement, after the `newest` texts that hold the words, the query `q` of the words, and what is
/// `given` otherwise. What is long is looked through up to 20,000 characters for the piece that is shown; the words are
/// found anywhere. The signs that begin and end a word are those of [`BEGIN`] and [`END`].
const RANKED: &str = "
    texts as materialized (
        select n.id, n.consultation_id, n.person_id, n.source, n.topic, n.body, n.written_at,
               (ts_rank_cd(n.words, q.query, 1) * 1000000)::bigint as score
          from newest n, q),
    hits as (
        select consultation_id, (array_agg(person_id))[1] as person_id, max(score) as score
          from texts group by consultation_id),
    page as (
        select hits.* from hits, given
         where given.score is null or (hits.score, consultation_id) < (given.score, given.id)
         order by hits.score desc, consultation_id desc limit (select size from given))
    select p.consultation_id, p.person_id, p.score, (
               select jsonb_agg(jsonb_build_object(
                          'id', b.id, 'source', b.source, 'written_at', b.written_at,
                          'topic', ts_headline('russian', translate(b.topic, given.signs, ''), q.query,
                                               'HighlightAll=true, ' || given.marks),
                          'body', ts_headline('russian', translate(left(b.body, 20000), given.signs, ''), q.query,
                                              'MaxFragments=2, MaxWords=24, MinWords=8, ' || given.marks))
                          order by b.score desc, b.written_at desc)
                 from (select t.* from texts t where t.consultation_id = p.consultation_id
                        order by t.score desc, t.written_at desc limit (select texts from given)) b)
      from page p, q, given
     order by p.score desc, p.consultation_id desc";

/// The consultations that fit best, after a place; at most `limit`.
pub async fn ranked(
    pool: &PgPool,
    reach: Reach,
    filter: &Filter,
    after: Option<Key>,
    limit: i32,
) -> Result<Vec<Hit>, sqlx::Error> {
    let mut newest = Conditions::selecting::<Row>("with newest as materialized (select t.*", reach);
    filter.restrict(&mut newest);
    let mut sql = newest.0;
    sql.push(format_args!(" order by t.written_at desc, t.id desc limit {MOST_RANKED}), "));
    sql.push("q as (select websearch_to_tsquery('russian', ").push_bind(&filter.text).push(") as query), ");
    sql.push("given as (select ").push_bind(after.map(|key| key.value)).push("::bigint as score, ");
    sql.push_bind(after.map(|key| key.id)).push("::uuid as id, ");
    sql.push_bind(format!("StartSel={BEGIN}, StopSel={END}, FragmentDelimiter=\" … \""))
        .push("::text as marks, ");
    sql.push_bind(format!("{BEGIN}{END}")).push("::text as signs, ");
    sql.push(format_args!("{limit} as size, {MOST_TEXTS} as texts), {RANKED}"));
    let rows: Vec<(Uuid, Uuid, i64, Json<Vec<FoundRow>>)> = sql.build_query_as().fetch_all(pool).await?;
    let hit = |(consultation, person, score, Json(found)): (Uuid, Uuid, i64, Json<Vec<FoundRow>>)| Hit {
        consultation_id: ConsultationId(consultation),
        person_id: PersonId(person),
        score,
        found: found.into_iter().map(Found::from).collect(),
    };
    Ok(rows.into_iter().map(hit).collect())
}
