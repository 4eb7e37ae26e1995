-- Who read whose personal data, beside who took data out: one story of what was disclosed, in one table. Entries of
-- exports are kept for good; those of reading as long as the operator wants, thirty days at least.

alter table ledgerdesk.disclosures
    add column kind text not null default 'EXPORT' check (kind in ('EXPORT', 'READ', 'SUBSCRIPTION')),
    -- The fields of the API that were asked for.
    add column operations text[] not null default '{}',
    -- Whose personal values were shown.
    add column consultations uuid[] not null default '{}',
    add column clients uuid[] not null default '{}',
    add column managers uuid[] not null default '{}';

-- Whose data, and by which operation. Entries gather in its pending list, so that keeping one stays cheap.
create index disclosures_of_whom on ledgerdesk.disclosures using gin (consultations, clients, managers, operations)
    where kind <> 'EXPORT';
create index disclosures_by_actor on ledgerdesk.disclosures (workspace_id, actor_id, id);
create index disclosures_by_time on ledgerdesk.disclosures using brin (at);
-- Exports are few among all that is read.
create index disclosures_exports on ledgerdesk.disclosures (workspace_id, id) where kind = 'EXPORT';

drop trigger disclosures_are_append_only on ledgerdesk.disclosures;

create trigger disclosures_are_append_only
    before update or truncate on ledgerdesk.disclosures
    for each statement execute function ledgerdesk.refuse_change();

-- Nothing is deleted but by the function below, and no export by anybody.
create function ledgerdesk.refuse_deletion() returns trigger language plpgsql as $$
begin
    if old.kind <> 'EXPORT' and current_setting('ledgerdesk.pruning', true) = 'on' then
        return old;
    end if;
    raise exception 'the log is append-only: delete of % is refused', tg_table_name
        using errcode = 'restrict_violation',
              hint = 'Entries of reading end by LEDGERDESK_READ_LOG_DAYS.';
end
$$;

create trigger disclosures_are_not_deleted
    before delete on ledgerdesk.disclosures
    for each row execute function ledgerdesk.refuse_deletion();

-- Deletes entries of reading that are older than so many days, at most `most` of them; answers how many. The
-- application has no other way to delete one.
create function ledgerdesk.prune_readings(days integer, most integer) returns bigint
    language plpgsql security definer set search_path = pg_catalog as $$
declare
    pruned bigint;
begin
    if days < 30 then
        raise exception 'entries of reading are kept for 30 days at least, not %', days
            using errcode = 'check_violation';
    end if;
    perform set_config('ledgerdesk.pruning', 'on', true);
    with old as (
        select id from ledgerdesk.disclosures
         where kind <> 'EXPORT' and at < now() - make_interval(days => days)
         order by id limit most for update skip locked)
    delete from ledgerdesk.disclosures d using old where d.id = old.id;
    get diagnostics pruned = row_count;
    perform set_config('ledgerdesk.pruning', 'off', true);
    return pruned;
end
$$;

revoke all on function ledgerdesk.prune_readings(integer, integer) from public;

do $$
begin
    if exists (select from pg_roles where rolname = 'ledgerdesk_app') then
        grant execute on function ledgerdesk.prune_readings(integer, integer) to ledgerdesk_app;
    end if;
end
$$;
