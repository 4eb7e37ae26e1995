-- One row for each open consultation, with the next time at which something may have to be told of it, in place of a row
-- for each such time and another that says that it is open: a fifth of what opening a consultation wrote was timers.
-- Filled anew from the log, like the clocks beside it; nothing is told twice.

create table ledgerdesk.reminders (
    consultation_id uuid    not null,
    -- The version of the stream that it was reckoned from. There may be more than one for a moment: what follows the log
    -- never waits for what tells.
    version         integer not null,
    workspace_id    uuid    not null,
    -- When to look. Nothing, while nothing is ahead: other rules would change that.
    looks_at        timestamptz,
    primary key (consultation_id, version)
);

create index reminders_by_time on ledgerdesk.reminders (looks_at) where looks_at is not null;
create index reminders_of_workspace on ledgerdesk.reminders (workspace_id, consultation_id);

comment on table ledgerdesk.reminders is 'Open consultations, and when something may have to be told of them';

drop table ledgerdesk.timers, ledgerdesk.timed_consultations;
delete from ledgerdesk.clocks;
delete from ledgerdesk.timer_replays;
update ledgerdesk.timer_checkpoint set epoch = 0, position = 0, hash_prefix = '\x0000000000000000';

do $$
begin
    if exists (select from pg_roles where rolname = 'ledgerdesk_app') then
        grant select, insert, update, delete on ledgerdesk.reminders to ledgerdesk_app;
    end if;
end
$$;
