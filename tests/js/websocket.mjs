// graphql-transport-ws case by case: what a server answers to raw frames. The reference server of the protocol, npm's
// graphql-ws, is asked the same as a control, so that a wrong expectation shows.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { GraphQLObjectType, GraphQLSchema, GraphQLString } from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { WebSocket, WebSocketServer } from "ws";
import { authorization, socketUrl } from "./node.mjs";

const PATIENCE = 30_000;

/// The reference server, with a field and a subscription that never says anything.
async function startReference() {
  const text = { type: GraphQLString };
  const schema = new GraphQLSchema({
    query: new GraphQLObjectType({ name: "Query", fields: { hello: { ...text, resolve: () => "hello" } } }),
    subscription: new GraphQLObjectType({
      name: "Subscription",
      fields: {
        silence: {
          ...text,
          subscribe: () => {
            let end;
            const never = new Promise((resolve) => (end = () => resolve({ done: true, value: undefined })));
            const stop = async () => (end(), { done: true });
            return { [Symbol.asyncIterator]() { return this; }, next: () => never, return: stop };
          },
        },
      },
    }),
  });
  const http = createServer();
  const server = new WebSocketServer({ server: http, path: "/graphql" });
  const serving = useServer(
    { schema, onConnect: ({ connectionParams }) => connectionParams?.authorization === authorization },
    server,
  );
  await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
  const stop = async () => {
    await serving.dispose();
    http.close();
  };
  return { url: `ws://127.0.0.1:${http.address().port}/graphql`, stop };
}

/// One raw connection: texts out, texts and the close code in.
class Probe {
  #waiting = [];
  #seen = [];

  constructor(url, protocols = ["graphql-transport-ws"]) {
    this.socket = new WebSocket(url, protocols);
    this.socket.on("message", (data) => this.#note({ message: JSON.parse(data.toString()) }));
    this.socket.on("close", (code, reason) => this.#note({ code, reason: reason.toString() }));
    this.socket.on("error", () => {});
    this.opened = new Promise((resolve) => this.socket.on("open", resolve));
  }

  #note(what) {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(what);
    else this.#seen.push(what);
  }

  async next() {
    if (this.#seen.length > 0) return this.#seen.shift();
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error("nothing came")), PATIENCE);
    });
    const noted = new Promise((resolve) => this.#waiting.push(resolve));
    return Promise.race([noted, late]).finally(() => clearTimeout(timer));
  }

  send(message) {
    this.socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  async acknowledged() {
    await this.opened;
    this.send({ type: "connection_init", payload: { authorization } });
    assert.deepEqual(await this.next(), { message: { type: "connection_ack" } });
    return this;
  }

  async closed() {
    for (;;) {
      const { code, reason } = await this.next();
      if (code !== undefined) {
        assert.ok(Buffer.byteLength(reason) <= 123, reason);
        return code;
      }
    }
  }
}

const subscribe = (id, query, more = {}) => ({ type: "subscribe", id, payload: { query, ...more } });

/// Frames that are sent after `connection_ack`, and the code with which the socket closes.
const closing = (...frames) => async (url) => {
  const probe = await new Probe(url).acknowledged();
  for (const frame of frames) probe.send(frame);
  return probe.closed();
};

/// Frames that are sent at once, and the code with which the socket closes.
const closingAtOnce = (...frames) => async (url) => {
  const probe = new Probe(url);
  await probe.opened;
  for (const frame of frames) probe.send(frame);
  return probe.closed();
};

/// The types of the messages about one operation, up to an answer to a later ping.
const messages = (...frames) => async (url) => {
  const probe = await new Probe(url).acknowledged();
  for (const frame of frames) probe.send(frame);
  const types = [];
  let pinged = false;
  for (;;) {
    const { message, code } = await probe.next();
    if (code !== undefined) return `closed ${code}`;
    if (message.type === "pong" && message.payload?.last) break;
    types.push(message.type);
    // What the operation had to say has been said; whatever came behind it would come before the pong.
    if (!pinged && ["complete", "error"].includes(message.type)) {
      pinged = true;
      probe.send({ type: "ping", payload: { last: true } });
    }
  }
  probe.socket.terminate();
  return types.join(" ");
};

const silence = (server) => (server === "reference" ? "subscription { silence }" : "subscription { events { position } }");
const hello = (server) => (server === "reference" ? "{ hello }" : "{ me { role } }");

/// Longer than the reason of a close frame may be.
const LONG = "я".repeat(200);

/// Where the reference fails with 4500, an internal error of its own, and the protocol asks for something else.
const reference = (server, fails, expected) => (server === "reference" ? fails : expected);

// Case, what the protocol asks for, how it is tried.
const table = (server) => [
  ["subscribe before the acknowledgement", 4401, closingAtOnce(subscribe("1", hello(server)))],
  ["a second connection_init", 4429, closing({ type: "connection_init" })],
  ["an id that is in use", 4409, closing(subscribe("1", silence(server)), subscribe("1", silence(server)))],
  ["a long id that is in use", reference(server, 4500, 4409), closing(subscribe(LONG, silence(server)), subscribe(LONG, silence(server)))],
  ["no JSON", 4400, closing("nonsense")],
  ["no object", 4400, closing("[]")],
  ["no id", 4400, closing({ type: "subscribe", payload: { query: hello(server) } })],
  ["an id that is a number", 4400, closing({ type: "subscribe", id: 1, payload: { query: hello(server) } })],
  ["no payload", 4400, closing({ type: "subscribe", id: "1" })],
  ["variables that are a list", 4400, closing(subscribe("1", hello(server), { variables: [] }))],
  ["an unknown type", 4400, closing({ type: "x".repeat(500) })],
  ["a message of the older protocol", 4400, closing({ type: "start", id: "1", payload: { query: hello(server) } })],
  ["a message that only servers send", reference(server, 4500, 4400), closing({ type: "next", id: "1", payload: {} })],
  ["a payload of connection_init that is a text", 4400, closingAtOnce({ type: "connection_init", payload: "key" })],
  ["no key", 4403, closingAtOnce({ type: "connection_init" })],
  ["a wrong key", 4403, closingAtOnce({ type: "connection_init", payload: { authorization: "Bearer ldk_no" } })],
  ["no connection_init", 4408, closingAtOnce()],
  ["no subprotocol", 4406, (url) => new Probe(url, []).closed()],
  ["a query", "next complete", messages(subscribe("1", hello(server)))],
  ["a query that is not valid", "error", messages(subscribe("1", "{ nothing }"))],
  ["a query that cannot be parsed", reference(server, "closed 4500", "error"), messages(subscribe("1", "{"))],
  [
    "complete from the client",
    "next complete",
    // Nothing about "1" comes any more, and its id is free.
    messages(subscribe("1", silence(server)), { type: "complete", id: "1" }, subscribe("1", hello(server))),
  ],
  ["complete of an id that is not known", "next complete", messages({ type: "complete", id: "7" }, subscribe("1", hello(server)))],
  [
    "a ping with a payload",
    '{"type":"pong","payload":{"at":1}}',
    async (url) => {
      const probe = await new Probe(url).acknowledged();
      probe.send({ type: "ping", payload: { at: 1 } });
      const { message } = await probe.next();
      probe.socket.terminate();
      return JSON.stringify({ type: message.type, payload: message.payload });
    },
  ],
  [
    "a ping before connection_init",
    "pong",
    async (url) => {
      const probe = new Probe(url);
      await probe.opened;
      probe.send({ type: "ping" });
      const { message } = await probe.next();
      probe.socket.terminate();
      return message.type;
    },
  ],
];

const control = await startReference();
for (const [server, url] of [["reference", control.url], ["ledgerdesk", socketUrl]]) {
  for (const [name, expected, run] of table(server)) {
    test(`${server}: ${name}: ${expected}`, async () => assert.equal(await run(url), expected));
  }
}
test("the control stops", () => control.stop());
