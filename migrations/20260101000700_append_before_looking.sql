-- An append writes first and looks only if something stands in its way.
--
-- The checks of versions and idempotency keys cost as much as a fifth of an append, and nearly always find nothing. The
-- primary keys of `streams` and `commands` know the same; a batch that they refuse is rolled back to where it began,
-- and only then is it asked which of its commands stand in the way.
--
-- Planning its statements again for every call cost a lone command more than executing them: whoever looks at the
-- values of an array believes that a plan made for them must be better than one that is kept.
create or replace function ledgerdesk.append(
    expected_head        bigint,
    recorded             timestamptz,
    -- one element per event, in order of position
    e_workspace_id       uuid[],
    e_workspace_sequence bigint[],
    e_event_id           uuid[],
    e_stream_type        text[],
    e_stream_id          uuid[],
    e_stream_version     integer[],
    e_event_type         text[],
    e_schema_version     smallint[],
    e_payload            text[],
    e_metadata           text[],
    e_sealed             bytea[],
    e_occurred_at        timestamptz[],
    e_hash               bytea[],
    -- one element per stream that grows
    s_command            integer[],
    s_workspace_id       uuid[],
    s_stream_type        text[],
    s_stream_id          uuid[],
    s_expected           integer[],
    s_version            integer[],
    s_last_position      bigint[],
    -- one element per idempotency key
    c_command            integer[],
    c_workspace_id       uuid[],
    c_actor              text[],
    c_key                text[],
    c_digest             bytea[],
    c_stream_type        text[],
    c_stream_id          uuid[],
    c_version            integer[],
    c_position           bigint[],
    c_appended           integer[],
    -- one element per key to make
    k_command            integer[],
    k_person_id          uuid[],
    k_workspace_id       uuid[],
    k_wrapped            bytea[],
    -- one element per key to destroy
    d_person_id          uuid[],
    d_workspace_id       uuid[],
    out applied          boolean,
    out head             bigint,
    out conflicts        integer[],
    out versions         integer[],
    out repeated         integer[],
    out foreign_keys     integer[]
) language plpgsql volatile security definer
-- A plan is kept for the life of the connection, while the tables may grow a thousandfold under it: only plans
-- that go through the indexes are right at every size.
set search_path = ledgerdesk, pg_temp
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
    grown integer;
begin
    applied := false;
    perform from log_head where id = 1 for update;
    select position into head from events order by position desc limit 1;
    head := coalesce(head, 0);
    if head <> expected_head then
        return;
    end if;

    if cardinality(k_command) > 0 then
        select array_agg(k.command) into foreign_keys
        from unnest(k_command, k_person_id, k_wrapped) as k (command, person_id, wrapped)
            join person_keys t on t.person_id = k.person_id
        where t.wrapped is distinct from k.wrapped;
    end if;

    begin
        if foreign_keys is not null then
            raise unique_violation;
        end if;
        if 0 = any (s_expected) then
            insert into streams (stream_id, stream_type, workspace_id, version, last_position)
            select s.stream_id, s.stream_type, s.workspace_id, s.version, s.last_position
            from unnest(s_stream_id, s_stream_type, s_workspace_id, s_expected, s_version, s_last_position)
                as s (stream_id, stream_type, workspace_id, expected, version, last_position)
            where s.expected = 0;
        end if;
        if 0 < any (s_expected) then
            update streams t set version = s.version, last_position = s.last_position
            from unnest(s_stream_id, s_stream_type, s_workspace_id, s_expected, s_version, s_last_position)
                as s (stream_id, stream_type, workspace_id, expected, version, last_position)
            where s.expected > 0 and t.stream_id = s.stream_id and t.stream_type = s.stream_type
                and t.version = s.expected and t.workspace_id = s.workspace_id;
            get diagnostics grown = row_count;
            if grown <> (select count(*) from unnest(s_expected) as s (expected) where s.expected > 0) then
                raise unique_violation;
            end if;
        end if;
        if cardinality(c_command) > 0 then
            insert into commands (
                workspace_id, actor, idempotency_key, digest, stream_type, stream_id, version, position,
                appended, recorded_at
            )
            select c.*, recorded
            from unnest(
                c_workspace_id, c_actor, c_key, c_digest, c_stream_type, c_stream_id, c_version, c_position,
                c_appended
            ) as c;
        end if;
    exception when unique_violation then
        select array_agg(s.command), array_agg(coalesce(t.version, 0))
        into conflicts, versions
        from unnest(s_command, s_workspace_id, s_stream_type, s_stream_id, s_expected)
            as s (command, workspace_id, stream_type, stream_id, expected)
            left join streams t on t.stream_id = s.stream_id and t.stream_type = s.stream_type
        where coalesce(t.version, 0) <> s.expected or t.workspace_id <> s.workspace_id;
        select array_agg(c.command) into repeated
        from unnest(c_command, c_workspace_id, c_actor, c_key) as c (command, workspace_id, actor, key)
            join commands t on t.workspace_id = c.workspace_id and t.actor = c.actor
                and t.idempotency_key = c.key;
        if conflicts is null and repeated is null and foreign_keys is null then
            -- Two commands of one batch claim the same: not for the log to decide.
            raise;
        end if;
        return;
    end;

    insert into events (
        position, workspace_sequence, workspace_id, event_id, stream_id, occurred_at, recorded_at,
        stream_version, schema_version, stream_type, event_type, payload, metadata, sealed, hash
    )
    select
        expected_head + e.ordinality, e.workspace_sequence, e.workspace_id, e.event_id, e.stream_id,
        e.occurred_at, recorded, e.stream_version, e.schema_version, e.stream_type, e.event_type,
        e.payload::json, e.metadata::json, e.sealed, e.hash
    from unnest(
        e_workspace_id, e_workspace_sequence, e_event_id, e_stream_type, e_stream_id, e_stream_version,
        e_event_type, e_schema_version, e_payload, e_metadata, e_sealed, e_occurred_at, e_hash
    ) with ordinality as e (
        workspace_id, workspace_sequence, event_id, stream_type, stream_id, stream_version,
        event_type, schema_version, payload, metadata, sealed, occurred_at, hash, ordinality
    );

    if cardinality(k_command) > 0 then
        -- Two commands of one batch may bring the same new key.
        insert into person_keys (person_id, workspace_id, wrapped, created_at)
        select k.person_id, k.workspace_id, k.wrapped, recorded
        from unnest(k_person_id, k_workspace_id, k_wrapped) as k (person_id, workspace_id, wrapped)
        on conflict (person_id) do nothing;
    end if;
    if cardinality(d_person_id) > 0 then
        -- A person without a key gets a destroyed one, so that none can be made later.
        insert into person_keys (person_id, workspace_id, wrapped, created_at, destroyed_at)
        select distinct on (d.person_id) d.person_id, d.workspace_id, null::bytea, recorded, recorded
        from unnest(d_person_id, d_workspace_id) as d (person_id, workspace_id)
        on conflict (person_id) do update
            set wrapped = null, destroyed_at = coalesce(person_keys.destroyed_at, excluded.destroyed_at)
            where person_keys.workspace_id = excluded.workspace_id;
    end if;

    applied := true;
    head := expected_head + cardinality(e_event_id);
    if cardinality(e_event_id) > 0 then
        perform pg_notify('ledgerdesk_log', head::text);
    end if;
end
$$;
