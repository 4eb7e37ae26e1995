-- What has to be told when its time comes: deadlines of service levels that come near or pass, offers of handovers
-- that run out. All of it follows from the log and can be thrown away: a checkpoint at 0 fills it anew, and nothing is
-- told twice, because the log says what was told.

-- Up to where the log was looked at. Whoever writes timers holds this row, so that one node at a time does.
create table ledgerdesk.timer_checkpoint (
    -- There is one row.
    single      boolean     primary key default true check (single),
    epoch       integer     not null default 0,
    position    bigint      not null default 0 check (position >= 0),
    hash_prefix bytea       not null default '\x0000000000000000' check (octet_length(hash_prefix) = 8),
    -- The node that wrote last. The others look a moment later whether it is still at it.
    holder      text,
    updated_at  timestamptz not null default clock_timestamp()
) with (fillfactor = 40);

insert into ledgerdesk.timer_checkpoint default values;

comment on table ledgerdesk.timer_checkpoint is 'Up to where the log was looked at for timers';

-- Consultations that are open, and so have to be reckoned anew when rules change.
create table ledgerdesk.timed_consultations (
    consultation_id uuid    primary key,
    workspace_id    uuid    not null,
    -- The version of the stream that its timers were reckoned from.
    version         integer not null
);

create index timed_consultations_by_workspace on ledgerdesk.timed_consultations (workspace_id, consultation_id);

comment on table ledgerdesk.timed_consultations is 'Open consultations, whose timers follow the rules';

-- One row for each time that something may have to be told. Looked at once more when the time comes.
create table ledgerdesk.timers (
    consultation_id uuid        not null,
    workspace_id    uuid        not null,
    stage           text        not null check (stage in ('WARN', 'BREACH', 'HANDOVER_EXPIRY')),
    clock           text        not null,
    number          integer     not null,
    fires_at        timestamptz not null,
    -- Later than that after an attempt that failed.
    tried_again_at  timestamptz not null,
    primary key (consultation_id, stage, clock, number, fires_at)
);

create index timers_by_time on ledgerdesk.timers (tried_again_at);
create index timers_of_workspace on ledgerdesk.timers (workspace_id, stage, fires_at, consultation_id);

comment on table ledgerdesk.timers is 'What may have to be told, and when';

-- Workspaces whose rules changed: the open consultations after this one are yet to be reckoned anew.
create table ledgerdesk.timer_replays (
    workspace_id    uuid primary key,
    consultation_id uuid not null
);

comment on table ledgerdesk.timer_replays is 'Workspaces whose timers are reckoned anew';

do $$
begin
    if exists (select from pg_roles where rolname = 'ledgerdesk_app') then
        grant select, insert, update, delete on ledgerdesk.timer_checkpoint, ledgerdesk.timed_consultations,
            ledgerdesk.timers, ledgerdesk.timer_replays to ledgerdesk_app;
    end if;
end
$$;
