// `@event-driven-io/emmett-postgresql`: new streams through `appendToStream`, commands through `CommandHandler`,
// catch-up through `readMessagesBatch`, rebuild through `rebuildPostgreSQLProjections`, tail through a consumer
// with a reactor. What it is called with and what it prints: ../README.md.

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { dumbo } from '@event-driven-io/dumbo';
import { CommandHandler, STREAM_DOES_NOT_EXIST, isExpectedVersionConflictError } from '@event-driven-io/emmett';
import {
  getPostgreSQLEventStore,
  pongoSingleStreamProjection,
  readMessagesBatch,
  rebuildPostgreSQLProjections,
} from '@event-driven-io/emmett-postgresql';
import pg from 'pg';

const CALLERS = [1, 16, 64, 128];
const WRITERS = 16;
const EVENTS_PER_STREAM = 10;
const WARM_UP = 0.5;
const ATTEMPTS = 1000;
// How long a reader may take for an event that nothing is written beside, in milliseconds.
const PATIENCE = 60_000;
// For a rebuild. Its defaults, pages of 100 and a pause of 50 ms after each, are made for following.
const PULLING = { batchSize: 1000, pullingFrequencyInMs: 0 };

const connectionString = process.env.DATABASE_URL;
if (!connectionString) throw new Error('DATABASE_URL is not set');
const pool = new pg.Pool({ connectionString, max: 136 });
const store = getPostgreSQLEventStore(connectionString, { connectionOptions: { pool } });

const tell = (document) => console.log(JSON.stringify(document));
const now = () => performance.now();

// Some 300 bytes of JSON: what the baseline of pgbench writes as payload and metadata.
const facts = () => ({
  channel: 'SITE',
  client_id: randomUUID(),
  priority: 'NORMAL',
  topic: 'The printer on the second floor is out of toner',
  actor: { kind: 'SYSTEM' },
  correlation_id: randomUUID(),
  source: { system: 'bench' },
});

const opened = () => ({ type: 'Opened', data: facts() });
const noteAdded = () => ({ type: 'NoteAdded', data: facts() });

const evolve = (state, { type }) =>
  type === 'Opened' ? { ...state, open: true } : { ...state, notes: state.notes + 1 };
const handle = CommandHandler({ evolve, initialState: () => ({ open: false, notes: 0 }) });

const newStream = () => `consultation-${randomUUID()}`;

const open = (stream) => store.appendToStream(stream, [opened()], { expectedStreamVersion: STREAM_DOES_NOT_EXIST });

const addNote = (stream) =>
  handle(store, stream, (state) => {
    if (!state.open) throw new Error('there is no such consultation');
    return noteAdded();
  });

const tellStory = (stream) =>
  store.appendToStream(stream, [opened(), ...Array.from({ length: EVENTS_PER_STREAM - 1 }, noteAdded)], {
    expectedStreamVersion: STREAM_DOES_NOT_EXIST,
  });

// Tries until it is done; answers how often somebody else was faster.
const insist = async (command, stream) => {
  for (let conflicts = 0; conflicts < ATTEMPTS; conflicts += 1) {
    try {
      await command(stream);
      return conflicts;
    } catch (error) {
      if (!isExpectedVersionConflictError(error)) throw error;
    }
  }
  throw new Error(`${ATTEMPTS} attempts at one command were in vain`);
};

// So many callers, each with the next command after its last one was answered.
const call = async (callers, seconds, name, command, done = () => {}) => {
  const started = now();
  const times = [];
  let conflicts = 0;
  const caller = async () => {
    while (now() - started < seconds * 1000) {
      const sent = now();
      const stream = name();
      conflicts += await insist(command, stream);
      times.push(now() - sent);
      done(stream);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return { times, conflicts, seconds: (now() - started) / 1000 };
};

const append = async (seconds) => {
  const streams = [];
  let next = 0;
  const known = () => streams[next++ % streams.length];
  const remember = (stream) => streams.push(stream);
  const measure = async (work, callers, ...command) => {
    const { times, conflicts, seconds: took } = await call(callers, seconds, ...command);
    times.sort((a, b) => a - b);
    const at = (percent) => times[Math.min(Math.floor((times.length * percent) / 100), times.length - 1)] ?? 0;
    tell({
      measurement: 'append', work, callers, commands: times.length, seconds: took,
      p50_ms: at(50), p99_ms: at(99), conflicts,
    });
  };
  await call(CALLERS.at(-1), WARM_UP, newStream, open, remember);
  for (const callers of CALLERS) {
    await measure('new', callers, newStream, open, remember);
    await measure('existing', callers, known, addNote);
  }
};

const read = async (events, limit) => {
  let left = Math.floor(events / EVENTS_PER_STREAM);
  const fill = async () => {
    while (left-- > 0) await tellStory(newStream());
  };
  await Promise.all(Array.from({ length: WRITERS }, fill));
  await catchUp();
  await rebuild(events, limit);
};

const catchUp = async () => {
  const reader = dumbo({ connectionString, pool });
  const started = now();
  let after = 0n;
  let count = 0;
  for (;;) {
    // The whole order is sorted for each page, so large pages are the kindest.
    const page = await readMessagesBatch(reader.execute, { after, batchSize: 10_000 });
    count += page.messages.length;
    after = page.currentGlobalPosition;
    if (!page.areMessagesLeft) break;
  }
  // Not always the number that was written: at the edges of its pages it repeats some, or passes over some.
  tell({ measurement: 'catch_up', events: count, seconds: (now() - started) / 1000 });
};

const rebuild = async (events, limit) => {
  let folded = 0;
  let whole;
  const done = new Promise((resolve) => (whole = resolve));
  const projection = pongoSingleStreamProjection({
    collectionName: 'consultations',
    canHandle: ['Opened', 'NoteAdded'],
    initialState: () => ({ opened: null, notes: 0 }),
    evolve: (document, { type, data }) => {
      folded += 1;
      if (folded >= events) whole();
      return type === 'Opened' ? { ...document, opened: data } : { ...document, notes: document.notes + 1 };
    },
  });
  const consumer = rebuildPostgreSQLProjections({ connectionString, projections: [projection], pulling: PULLING });
  const started = now();
  const running = consumer.start();
  // As far as it comes in this time.
  const timer = new AbortController();
  await Promise.race([running, done, sleep(limit * 1000, undefined, { signal: timer.signal })]);
  tell({ measurement: 'rebuild', events: folded, seconds: (now() - started) / 1000 });
  timer.abort();
};

const tail = async (seconds) => {
  const delivered = new Set();
  let more = () => {};
  const consumer = store.consumer();
  consumer.reactor({
    processorId: 'recorder',
    eachMessage: (message) => {
      delivered.add(String(message.metadata.globalPosition));
      more();
    },
  });
  const running = consumer.start();
  const failed = running.then(() => {
    throw new Error('the consumer stopped');
  });
  failed.catch(() => {});
  // Writes an event alone, and waits until the reader was handed it.
  const mark = async () => {
    const { lastEventGlobalPosition } = await open(newStream());
    const position = String(lastEventGlobalPosition);
    const handed = new Promise((resolve) => {
      more = () => delivered.has(position) && resolve();
      more();
    });
    const timer = new AbortController();
    const late = sleep(PATIENCE, undefined, { signal: timer.signal }).then(() => {
      throw new Error('the reader did not come to the end');
    });
    await Promise.race([handed, failed, late]);
    late.catch(() => {});
    timer.abort();
  };
  // The reader works before anybody writes beside it, and has come to the end when it was handed what was written
  // after everybody had stopped. Twice: nothing that it still meant to hand over can lie between the two.
  await mark();
  await call(WRITERS, seconds, newStream, open);
  await mark();
  await mark();
  const { rows } = await pool.query('select global_position::text as position from emt_messages');
  const missed = rows.filter(({ position }) => !delivered.has(position)).length;
  tell({ measurement: 'tail', committed: rows.length, missed });
};

const [task, ...args] = process.argv.slice(2);
await store.schema.migrate();
if (task === 'append' && args.length === 1) await append(Number(args[0]));
else if (task === 'read' && args.length === 2) await read(Number(args[0]), Number(args[1]));
else if (task === 'tail' && args.length === 1) await tail(Number(args[0]));
else throw new Error('append SECONDS | read EVENTS SECONDS | tail SECONDS');
// A rebuild that was stopped half-way need not end its page.
process.exit(0);
