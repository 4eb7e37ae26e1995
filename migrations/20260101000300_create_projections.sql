-- Bookkeeping of the read side. The rows of a read model and its checkpoint commit in one transaction, so the
-- checkpoint lives beside them.

-- The read models that queries see, the ones that are rebuilt beside them, and those that a rebuild replaced.
create schema if not exists read;
create schema if not exists rebuild;
create schema if not exists previous;

-- One row per projection and build: the live one, and while a rebuild runs, the one beside it.
create table ledgerdesk.projections (
    name           text        not null,
    build          text        not null check (build in ('live', 'rebuild')),
    version        integer     not null,
    -- The cursor after the last event that was folded.
    epoch          integer     not null default 0,
    position       bigint      not null default 0 check (position >= 0),
    hash_prefix    bytea       not null default '\x0000000000000000' check (octet_length(hash_prefix) = 8),
    status         text        not null default 'running' check (status in ('running', 'paused')),
    -- Why it is paused.
    reason         text,
    -- The lease. The token rises with every takeover and is checked in every transaction of the projection;
    -- a node that was away too long finds another token and stops. No holder: it was given back.
    holder         text,
    token          bigint      not null default 0,
    expires_at     timestamptz not null default '-infinity',
    -- An attempt on events that are suspected of being poison, counted before it is made: up to which
    -- position, and how often.
    suspect_to     bigint,
    attempts       integer     not null default 0,
    -- Rises whenever something else than the leader changes what is parked.
    parked_changes bigint      not null default 0,
    started_at     timestamptz not null default clock_timestamp(),
    updated_at     timestamptz not null default clock_timestamp(),
    primary key (name, build)
) with (fillfactor = 40);

comment on table ledgerdesk.projections is 'Checkpoint, lease and state of each projection';

-- Events that a projection could not apply, and the later events of the same row that wait behind them, in
-- order. Holds no personal data: the events themselves stay in the log, errors are given without values.
create table ledgerdesk.parked_events (
    projection   text        not null,
    build        text        not null,
    key          uuid        not null,
    position     bigint      not null,
    event_id     uuid        not null,
    workspace_id uuid        not null,
    -- How often it was tried; 0 for one that waits behind an earlier one.
    attempts     integer     not null default 0,
    -- Why it could not be applied; null for one that waits.
    error        text,
    parked_at    timestamptz not null default clock_timestamp(),
    primary key (projection, build, key, position),
    foreign key (projection, build) references ledgerdesk.projections (name, build) on delete cascade
);

comment on table ledgerdesk.parked_events is 'Events that wait to be applied again by a replay';

do $$
begin
    if exists (select from pg_roles where rolname = 'ledgerdesk_app') then
        grant select, insert, update, delete on ledgerdesk.projections, ledgerdesk.parked_events
            to ledgerdesk_app;
    end if;
end
$$;
