"""`eventsourcing`: an `Application` with `Aggregate`s, its PostgreSQL recorder, `ApplicationSubscription` for catch-up
and tail, and `ProjectionRunner` for the rebuild. What it is called with and what it prints: ../README.md."""

import json
import os
import sys
import threading
import time
import uuid
from itertools import count

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import IntegrityError
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import ApplicationSubscription, Projection, ProjectionRunner
from eventsourcing.utils import get_topic
from psycopg.conninfo import conninfo_to_dict

CALLERS = (1, 16, 64, 128)
WRITERS = 16
EVENTS_PER_STREAM = 10
WARM_UP = 0.5
ATTEMPTS = 1000
# How long a reader may take for an event that nothing is written beside.
PATIENCE = 60.0


def facts():
    """Some 300 bytes of JSON: what the baseline of pgbench writes as payload and metadata."""
    return {
        "channel": "SITE",
        "client_id": str(uuid.uuid4()),
        "priority": "NORMAL",
        "topic": "The printer on the second floor is out of toner",
        "actor": {"kind": "SYSTEM"},
        "correlation_id": str(uuid.uuid4()),
        "source": {"system": "bench"},
    }


class Consultation(Aggregate):
    @event("Opened")
    def __init__(self, facts):
        self.facts = facts
        self.notes = 0

    @event("NoteAdded")
    def add_note(self, facts):
        self.notes += 1


class Helpdesk(Application):
    def open(self):
        consultation = Consultation(facts())
        self.save(consultation)
        return consultation.id

    def add_note(self, consultation_id):
        consultation = self.repository.get(consultation_id)
        consultation.add_note(facts())
        self.save(consultation)

    def tell_story(self):
        """Fills a log: all the events of a stream at once."""
        consultation = Consultation(facts())
        for _ in range(EVENTS_PER_STREAM - 1):
            consultation.add_note(facts())
        self.save(consultation)


class ConsultationRows(PostgresTrackingRecorder):
    """One row per consultation."""

    def _create_table(self, curs):
        super()._create_table(curs)
        curs.execute(
            "CREATE TABLE IF NOT EXISTS consultation_rows "
            "(id uuid PRIMARY KEY, facts jsonb NOT NULL, notes bigint NOT NULL)"
        )

    def opened(self, consultation_id, opened_facts, tracking):
        with self.datastore.transaction(commit=True) as curs:
            self._insert_tracking(curs, tracking)
            curs.execute(
                "INSERT INTO consultation_rows VALUES (%s, %s, 0)",
                (consultation_id, json.dumps(opened_facts)),
                prepare=True,
            )

    def note_added(self, consultation_id, tracking):
        with self.datastore.transaction(commit=True) as curs:
            self._insert_tracking(curs, tracking)
            curs.execute(
                "UPDATE consultation_rows SET notes = notes + 1 WHERE id = %s", (consultation_id,), prepare=True
            )


class ConsultationList(Projection):
    name = "consultation_list"
    topics = (get_topic(Consultation.Opened), get_topic(Consultation.NoteAdded))

    def process_event(self, domain_event, tracking):
        if isinstance(domain_event, Consultation.Opened):
            self.view.opened(domain_event.originator_id, domain_event.facts, tracking)
        else:
            self.view.note_added(domain_event.originator_id, tracking)


def environment(pool):
    server = conninfo_to_dict(os.environ["DATABASE_URL"])
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": server["dbname"],
        "POSTGRES_HOST": server["host"],
        "POSTGRES_PORT": server.get("port", "5432"),
        "POSTGRES_USER": server["user"],
        "POSTGRES_PASSWORD": server["password"],
        "POSTGRES_POOL_SIZE": str(pool),
        "POSTGRES_CONNECT_TIMEOUT": "30",
    }


def rows(statement):
    """What the database itself says, past the library."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        return [row[0] for row in connection.execute(statement)]


def tell(document):
    print(json.dumps(document), flush=True)


def insist(command):
    """Tries until it is done; answers how often somebody else was faster."""
    for conflicts in range(ATTEMPTS):
        try:
            return command(), conflicts
        except IntegrityError:
            pass
    raise RuntimeError(f"{ATTEMPTS} attempts at one command were in vain")


def in_threads(number, work):
    """Does the work in so many threads; what fails in one of them fails here."""
    failures = []

    def guarded():
        try:
            work()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=guarded) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def call(callers, seconds, command):
    """So many callers, each with the next command after its last one was answered."""
    times, results, conflicts = [], [], []
    started = time.perf_counter()

    def caller():
        mine = []
        while time.perf_counter() - started < seconds:
            sent = time.perf_counter()
            result, came_second = insist(command)
            mine.append(time.perf_counter() - sent)
            results.append(result)
            conflicts.append(came_second)
        times.extend(mine)

    in_threads(callers, caller)
    return times, results, sum(conflicts), time.perf_counter() - started


def append(env, seconds):
    with Helpdesk(env=env) as app:
        streams, turn = [], count()

        def add_note():
            app.add_note(streams[next(turn) % len(streams)])

        def measure(work, callers, command):
            times, results, conflicts, took = call(callers, seconds, command)
            times.sort()

            def at(percent):
                return times[min(len(times) * percent // 100, len(times) - 1)] * 1000 if times else 0.0

            tell(
                {
                    "measurement": "append", "work": work, "callers": callers, "commands": len(times),
                    "seconds": took, "p50_ms": at(50), "p99_ms": at(99), "conflicts": conflicts,
                }
            )
            return results

        streams += call(CALLERS[-1], WARM_UP, app.open)[1]
        for callers in CALLERS:
            streams += measure("new", callers, app.open)
            measure("existing", callers, add_note)


def read(env, events, limit):
    with Helpdesk(env=env) as app:
        left = iter(range(events // EVENTS_PER_STREAM))
        lock = threading.Lock()

        def fill():
            while True:
                with lock:
                    if next(left, None) is None:
                        return
                app.tell_story()

        in_threads(WRITERS, fill)
        started = time.perf_counter()
        with ApplicationSubscription(app, gt=0) as subscription:
            for number, _ in enumerate(subscription, start=1):
                if number == events:
                    break
        tell({"measurement": "catch_up", "events": events, "seconds": time.perf_counter() - started})
        last = app.recorder.max_notification_id()
    started = time.perf_counter()
    with ProjectionRunner(
        application_class=Helpdesk, projection_class=ConsultationList, view_class=ConsultationRows, env=env
    ) as runner:
        try:
            # As far as it comes in this time.
            runner.wait(last, timeout=limit)
        except TimeoutError:
            pass
        [folded] = rows("SELECT count(*) + sum(notes)::bigint FROM consultation_rows")
        tell({"measurement": "rebuild", "events": folded, "seconds": time.perf_counter() - started})


def tail(env, seconds):
    with Helpdesk(env=env) as app, ApplicationSubscription(app, gt=0) as subscription:
        delivered, more, failure = set(), threading.Condition(), []

        def follow():
            try:
                for _, tracking in subscription:
                    with more:
                        delivered.add(tracking.notification_id)
                        more.notify()
            except BaseException as error:
                failure.append(error)

        reader = threading.Thread(target=follow)
        reader.start()

        def mark():
            """Writes an event alone, and waits until the reader was handed it."""
            app.open()
            position = app.recorder.max_notification_id()
            with more:
                if not more.wait_for(lambda: position in delivered, timeout=PATIENCE):
                    raise RuntimeError(f"the reader did not come to the end: {failure}")

        # The reader works before anybody writes beside it, and has come to the end when it was handed what was
        # written after everybody had stopped. Twice: nothing that it still meant to hand over can lie between the two.
        mark()
        call(WRITERS, seconds, app.open)
        mark()
        mark()
        subscription.stop()
        reader.join()
        committed = rows("SELECT notification_id FROM helpdesk_events")
        tell(
            {
                "measurement": "tail",
                "committed": len(committed),
                "missed": sum(position not in delivered for position in committed),
            }
        )


def main():
    match sys.argv[1:]:
        case ["append", seconds]:
            append(environment(max(CALLERS) + 8), float(seconds))
        case ["read", events, limit]:
            read(environment(WRITERS + 8), int(events), float(limit))
        case ["tail", seconds]:
            tail(environment(WRITERS + 8), float(seconds))
        case _:
            sys.exit("append SECONDS | read EVENTS SECONDS | tail SECONDS")


main()
