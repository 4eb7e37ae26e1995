-- A projection that is far behind catches up in lanes: a stretch of the log is split by the keys of the rows, and each
-- part commits for itself. What is here between the first of these commits and the one that moves the checkpoint says
-- which parts need not, and must not, be applied again.

-- One row per part of a stretch that was committed. The stretch begins at the checkpoint.
create table ledgerdesk.projection_lanes (
    name         text    not null,
    build        text    not null,
    lane         integer not null,
    -- How many lanes the stretch has.
    lanes        integer not null,
    -- The cursor of its end.
    epoch        integer not null,
    end_position bigint  not null,
    end_hash     bytea   not null check (octet_length(end_hash) = 8),
    primary key (name, build, lane),
    check (lane >= 0 and lane < lanes),
    foreign key (name, build) references ledgerdesk.projections (name, build) on delete cascade
);

comment on table ledgerdesk.projection_lanes is 'Parts of a stretch of the log that are ahead of a checkpoint';

-- Whoever moves a checkpoint past rows that are ahead of it would apply events twice: also a program that does not know
-- of lanes. It is refused, and tries again until a program that knows has completed the stretch.
create function ledgerdesk.refuse_checkpoint_between_lanes() returns trigger language plpgsql as $$
begin
    if exists (select from ledgerdesk.projection_lanes l where l.name = new.name and l.build = new.build) then
        raise exception 'lanes of % (%) are ahead of its checkpoint', new.name, new.build
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    return new;
end
$$;

create trigger refuse_checkpoint_between_lanes before update of position on ledgerdesk.projections
    for each row when (new.position is distinct from old.position)
    execute function ledgerdesk.refuse_checkpoint_between_lanes();

do $$
begin
    if exists (select from pg_roles where rolname = 'ledgerdesk_app') then
        grant select, insert, update, delete on ledgerdesk.projection_lanes to ledgerdesk_app;
    end if;
end
$$;
