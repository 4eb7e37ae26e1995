-- The content of the read model `consultation_list`, as somebody would compute it who has nothing but the log and one
-- statement. What only a program knows is left out: topics, which are sealed, and how tags changed later.
--
-- Events come newest first, so that the first of those that match is what holds now.
create table public.consultation_list as
with events as (
    select
        workspace_id, stream_id, stream_version, position, event_type as type, payload as event,
        (metadata ->> 'person_id')::uuid as person_id, occurred_at as at,
        -- The last time that the client had nothing to wait for any more.
        coalesce(max(stream_version) filter (where event_type in
            ('MessageSent', 'Resolved', 'Closed', 'Cancelled', 'Merged')) over (partition by stream_id), 0) as served,
        event_type in ('ConsultationOpened', 'Started', 'Resumed', 'WaitingForClientStarted', 'PutOnHold',
            'Resolved', 'Closed', 'Cancelled', 'Reopened') as enters
    from ledgerdesk.events
    where stream_type = 'consultation'
    order by stream_id, stream_version desc
), rows as (
    select
        stream_id as id,
        (array_agg(workspace_id))[1] as workspace_id,
        (array_agg(person_id))[1] as person_id,
        (array_agg((event ->> 'client_id')::uuid) filter (where type = 'ConsultationOpened'
            or type = 'DetailsChanged' and event ->> 'client_id' is not null))[1] as client_id,
        null::text as topic,
        (array_agg(case type
            when 'ConsultationOpened' then 'QUEUED'
            when 'Started' then 'IN_PROGRESS'
            when 'Resumed' then 'IN_PROGRESS'
            when 'WaitingForClientStarted' then 'WAITING_FOR_CLIENT'
            when 'PutOnHold' then 'ON_HOLD'
            when 'Reopened' then event ->> 'to'
            when 'Unmerged' then event ->> 'status'
            else upper(type)
        end) filter (where enters or type = 'Unmerged'))[1] as status,
        (array_agg(case type when 'PriorityChanged' then event ->> 'to' else event ->> 'priority' end)
            filter (where type in ('ConsultationOpened', 'PriorityChanged')))[1] as priority,
        (array_agg(event ->> 'channel') filter (where type = 'ConsultationOpened'))[1] as channel,
        (array_agg(event ->> 'language') filter (where type = 'ConsultationOpened'
            or type = 'DetailsChanged' and event ->> 'language' is not null))[1] as language,
        (array_agg(event ->> 'team') filter (where type in ('ConsultationOpened', 'Assigned')))[1] as team,
        (array_agg(case type when 'Assigned' then (event ->> 'assignee')::uuid end)
            filter (where type in ('Assigned', 'Unassigned')))[1] as assignee,
        (array_agg(coalesce((event -> 'tags')::jsonb, '[]')) filter (where type = 'ConsultationOpened'))[1] as tags,
        min(at) filter (where type = 'ConsultationOpened') as opened_at,
        max(at) as updated_at,
        (array_agg(at) filter (where enters))[1] as status_since,
        (array_agg(case type when 'PutOnHold' then (event ->> 'until')::timestamptz end)
            filter (where enters))[1] as hold_until,
        (array_agg(at order by stream_version) filter (where stream_version > served
            and type in ('ConsultationOpened', 'MessageReceived', 'Reopened')))[1] as waiting_since,
        (array_agg(case type when 'Redated' then event ->> 'to' else event ->> 'appointed_for' end::timestamptz)
            filter (where type in ('Appointed', 'Redated')))[1] as appointed_for,
        (array_agg((event ->> 'appointed_until')::timestamptz - (event ->> 'appointed_for')::timestamptz)
            filter (where type = 'Appointed'))[1] as appointed_length,
        count(*) filter (where type = 'Redated')::integer as redate_count,
        count(*) filter (where type in ('MessageReceived', 'MessageSent'))::integer as message_count,
        count(*) filter (where type = 'NoteAdded')::integer as note_count,
        count(*) filter (where type = 'CallLogged')::integer as call_count,
        count(*) filter (where type = 'HandoverRequested')::integer as handover_count,
        count(*) filter (where type = 'Reopened')::integer as reopen_count,
        (array_agg(at order by stream_version) filter (where type = 'MessageSent'))[1] as first_reply_at,
        (array_agg(at) filter (where type = 'MessageSent'
            and (event ->> 'is_first_response')::boolean))[1] as first_response_at,
        (array_agg(case type when 'Resolved' then at end)
            filter (where type in ('Resolved', 'Reopened')))[1] as resolved_at,
        (array_agg(case type when 'Closed' then at end) filter (where type in ('Closed', 'Reopened')))[1] as closed_at,
        (array_agg((event ->> 'handover_id')::uuid) filter (where type like 'Handover%'))[1] as handover_id,
        (array_agg(case type
            when 'HandoverOffered' then 'OFFERED'
            when 'HandoverAccepted' then 'ACCEPTED'
            when 'HandoverRequested' then 'REQUESTED'
            when 'HandoverDeclined' then 'REQUESTED'
        end) filter (where type like 'Handover%'))[1] as open_handover,
        (array_agg(event -> 'answers') filter (where type in ('RatingSubmitted', 'RatingRevised')))[1] as answers,
        (array_agg(case type when 'Merged' then (event ->> 'into')::uuid end)
            filter (where type in ('Merged', 'Unmerged')))[1] as merged_into,
        max(stream_version) as version,
        max(position) as last_position
    from events
    group by stream_id
)
select
    id, workspace_id, person_id, client_id, topic, status, priority,
    (array_position('{LOW,NORMAL,HIGH,URGENT}', priority))::smallint as priority_rank,
    channel, language, team, assignee, tags, opened_at, updated_at, status_since, hold_until, waiting_since,
    appointed_for, appointed_for + coalesce(appointed_length, '0') as appointed_until,
    redate_count, message_count, note_count, call_count, handover_count, reopen_count,
    first_reply_at, first_response_at, resolved_at, closed_at,
    case when open_handover is not null then handover_id end as open_handover_id, open_handover,
    (select (sum((answer ->> 'score')::integer) * 200 + count(*)) / (2 * count(*))
        from json_array_elements(answers) as answer where answer ->> 'score' is not null
        having count(*) > 0)::integer as rating_score,
    merged_into, version, last_position
from rows
