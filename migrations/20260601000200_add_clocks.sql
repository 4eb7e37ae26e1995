-- Clocks of service levels that run, with the time at which each is due: what is due next, and what is late. Follows from
-- the log like the timers, beside which it is written, and is filled for the consultations that are open now.

create table ledgerdesk.clocks (
    consultation_id uuid        not null,
    workspace_id    uuid        not null,
    clock           text        not null,
    number          integer     not null,
    -- The handover, for a clock of one.
    handover_id     uuid,
    warn_at         timestamptz,
    due_at          timestamptz not null,
    -- What a page is continued by.
    id              uuid        not null default gen_random_uuid(),
    primary key (consultation_id, clock, number)
);

create index clocks_of_workspace on ledgerdesk.clocks (workspace_id, due_at, id);

comment on table ledgerdesk.clocks is 'Clocks that run, and when they are due';

-- Every workspace is reckoned anew, a few hundred consultations at a time, by whichever node comes to it.
insert into ledgerdesk.timer_replays (workspace_id, consultation_id)
select distinct workspace_id, '00000000-0000-0000-0000-000000000000'::uuid from ledgerdesk.timed_consultations
    on conflict (workspace_id) do update set consultation_id = excluded.consultation_id;

do $$
begin
    if exists (select from pg_roles where rolname = 'ledgerdesk_app') then
        grant select, insert, update, delete on ledgerdesk.clocks to ledgerdesk_app;
    end if;
end
$$;
