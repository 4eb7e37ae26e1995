//! Many consultations in their read model at once, written by one statement: what reading costs depends on the rows,
//! and not on the log that they usually come from.

use ledgerdesk_domain::id::WorkspaceId;
use sqlx::PgConnection;

/// Nine of ten are closed, some managers hold many and some few, one entrance is hardly used; what is open waits.
const CONSULTATIONS: &str = "
    insert into read.consultation_list
        (id, workspace_id, person_id, client_id, topic, status, priority, priority_rank, channel, language, team,
         assignee, tags, opened_at, updated_at, status_since, waiting_since, appointed_for, appointed_until,
         redate_count, message_count, note_count, call_count, handover_count, reopen_count, closed_at, version,
         last_position)
    select ('00000000-0000-7000-8000-' || lpad(to_hex(i * 7919 % 100000007), 12, '0'))::uuid, $1,
           ('00000000-0000-0000-0001-' || lpad((i % least($2 / 10, 40000))::text, 12, '0'))::uuid,
           ('00000000-0000-0000-0001-' || lpad((i % least($2 / 10, 40000))::text, 12, '0'))::uuid,
           'topic ' || i, status, (array['LOW', 'NORMAL', 'HIGH', 'URGENT'])[rank], rank,
           case when i % 500 = 0 then 'WHATSAPP' else (array['SITE', 'TELEGRAM', 'EMAIL'])[1 + i % 3] end, 'ru',
           'team ' || i % 7,
           case when i % 11 = 0 then null
                else ('00000000-0000-0000-0002-' || lpad((sqrt(i % 1600))::int::text, 12, '0'))::uuid end,
           '[]', at, at + interval '1 minute' * (i * 31 % 100000), at,
           case when status = 'QUEUED' then at end,
           case when i % 3 = 0 then at + interval '3 days' end, case when i % 3 = 0 then at + interval '3 days' end,
           0, 0, 0, 0, 0, 0, case when status = 'CLOSED' then at + interval '2 days' end, 1, i
      from (select i, '2020-01-01Z'::timestamptz
                          + interval '1 minute' * (i * 7 % greatest(500000, 3 * $2)) as at,
                   (case when i % 100 = 0 then 4 when i % 10 = 0 then 3 when i % 4 = 0 then 1 else 2 end)::smallint
                       as rank,
                   case when i % 10 > 0 then 'CLOSED'
                        else (array['QUEUED', 'IN_PROGRESS', 'WAITING_FOR_CLIENT', 'ON_HOLD', 'RESOLVED',
                                    'CANCELLED'])[1 + i / 10 % 6] end as status
              from generate_series(1, $2::bigint) i) made";

/// Fills the list of consultations with so many rows, at least ten, of a workspace. The table must be there.
///
/// # Errors
/// Whatever the database answers.
pub async fn consultations(
    connection: &mut PgConnection,
    workspace: WorkspaceId,
    rows: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(CONSULTATIONS).bind(workspace.uuid()).bind(rows).execute(connection).await.map(drop)
}

/// As the list has them: nine of ten are resolved, and what was measured in each.
const FACTS: &str = "
    insert into read.consultation_facts
        (id, workspace_id, client_id, status, priority, channel, language, team, assignee, tags, catalog, attributes,
         opened_at, opened_position, opened_team, first_response_at, first_response_ms, first_response_by,
         first_response_team, first_response_position, first_resolution_at, first_resolution_ms, first_resolution_by,
         first_resolution_team, first_resolution_position, full_resolution_at, full_resolution_ms,
         full_resolution_open_ms, full_resolution_by, full_resolution_team, full_resolution_position,
         requester_wait_ms, agent_work_ms, reply_count, reopen_count, assignee_stations, team_stations, attempt_count,
         responses, resolutions, reopenings, promises, stretches, journal, last_position)
    select l.id, l.workspace_id, l.client_id, l.status, l.priority, l.channel, l.language, l.team, l.assignee, l.tags,
           '[]', '{}', l.opened_at, n, l.team,
           l.opened_at + interval '1 millisecond' * first, first, l.assignee, l.team, n,
           done, spent, case when done is not null then l.assignee end, case when done is not null then l.team end,
           case when done is not null then n end,
           done, spent, spent, case when done is not null then l.assignee end,
           case when done is not null then l.team end, case when done is not null then n end,
           spent, spent, case when done is not null then (n % 5)::int end, case when done is not null then 0 end,
           case when done is not null then 1 end, case when done is not null then 1 end, 0,
           '[]', '[]', '[]', '[]',
           jsonb_build_array(jsonb_build_object('status', 'QUEUED', 'by', l.assignee, 'team', l.team,
               'from', l.opened_at, 'until', done, 'start', n)),
           '[]', l.last_position
      from (select l.*, l.last_position as n from read.consultation_list l where l.workspace_id = $1) l,
           lateral (select 1000 + (n * 7919 % 86400000) as first,
                           case when l.status = 'CLOSED'
                                then l.opened_at + interval '1 millisecond' * (1000 + n * 104729 % 604800000) end as done,
                           case when l.status = 'CLOSED' then 1000 + n * 104729 % 604800000 end as spent) made
        on conflict (id) do nothing";

/// What happened in each, as far as service levels look at it: opened, taken, two answers, resolved.
const JOURNALS: &str = "
    update read.consultation_facts t set journal = (
        select jsonb_agg(jsonb_build_object('a', at, 'v', v, 'p', t.opened_position, 'k', what) order by v)
          from (values
            (1, t.opened_at, jsonb_build_object('z', jsonb_build_object('p', t.priority, 'c', t.channel))),
            (2, t.opened_at + interval '1 second', jsonb_build_object('h', jsonb_build_array(t.assignee, t.team))),
            (3, t.opened_at + interval '1 second', jsonb_build_object('s', 'IN_PROGRESS')),
            (4, t.first_response_at + interval '2 seconds', jsonb_build_object('r', t.first_response_by)),
            (5, t.first_response_at + interval '10 minutes', to_jsonb('w'::text)),
            (6, t.first_response_at + interval '40 minutes', jsonb_build_object('r', t.first_response_by)),
            (7, greatest(t.full_resolution_at, t.first_response_at + interval '1 hour'),
                jsonb_build_object('s', 'RESOLVED'))) as step (v, at, what)
         where v < 7 or t.full_resolution_at is not null)
     where t.workspace_id = $1";

/// Gives each of the facts that [`facts`] wrote a journal.
///
/// # Errors
/// Whatever the database answers.
pub async fn journals(connection: &mut PgConnection, workspace: WorkspaceId) -> Result<(), sqlx::Error> {
    sqlx::query(JOURNALS).bind(workspace.uuid()).execute(&mut *connection).await?;
    sqlx::raw_sql("vacuum analyze read.consultation_facts").execute(connection).await.map(drop)
}

/// Fills the facts of the consultations that [`consultations`] wrote.
///
/// # Errors
/// Whatever the database answers.
pub async fn facts(connection: &mut PgConnection, workspace: WorkspaceId) -> Result<(), sqlx::Error> {
    sqlx::query(FACTS).bind(workspace.uuid()).execute(&mut *connection).await?;
    sqlx::raw_sql("vacuum analyze read.consultation_facts").execute(connection).await.map(drop)
}
