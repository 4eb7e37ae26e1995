create table {schema}.search (
    id uuid primary key,
    workspace_id uuid not null,
    person_id uuid not null,
    consultation_id uuid not null,
    source text not null,
    topic text,
    body text,
    written_at timestamptz not null,
    last_position bigint not null,
    -- The configuration `russian` stems words in Latin letters as English ones. Made from the texts, so that it goes
    -- with them when they are erased.
    words tsvector generated always as (
        setweight(to_tsvector('russian', coalesce(topic, '')), 'A')
            || setweight(to_tsvector('russian', coalesce(body, '')), 'B')
    ) stored
);

create index on {schema}.search using gin (words);
-- The newest of what is found, for words that are everywhere.
create index on {schema}.search (workspace_id, written_at, id);
