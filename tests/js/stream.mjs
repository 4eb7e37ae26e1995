// Event streams with the client of the protocol, npm's graphql-sse.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient } from "graphql-sse";
import { authorization, events, httpUrl, open, streamUrl } from "./node.mjs";

const client = createClient({ url: streamUrl, headers: { authorization }, retryAttempts: 0 });

async function all(payload) {
  const results = [];
  for await (const result of client.iterate(payload)) results.push(result);
  return results;
}

const openOne = async (topic) => (await all({ query: open, variables: { topic } }))[0].data.openConsultation;

test("a query and a mutation are one result each", async () => {
  assert.deepEqual(await all({ query: "{ me { role } }" }), [{ data: { me: { role: "OWNER" } } }]);
  const [{ data }] = await all({ query: open, variables: { topic: "over a stream" } });
  assert.deepEqual(data.openConsultation.userErrors, []);
});

test("a subscription shows what was and what happens, without a gap", async () => {
  const positions = [];
  const before = (await openOne("before")).position;
  let last;
  for await (const { data, errors } of client.iterate({ query: events, variables: { after: "0" } })) {
    assert.equal(errors, undefined);
    positions.push(data.events.position);
    // Once it has caught up, something new happens.
    if (data.events.position === before) last = (await openOne("while it runs")).position;
    if (data.events.position === last) break;
  }
  assert.ok(last > before);
  assert.deepEqual(positions, positions.map((_, index) => positions[0] + index));
});

test("what is not valid is told in the stream", async () => {
  const [result, ...more] = await all({ query: "subscription { nothing }" });
  assert.equal(result.errors[0].extensions.code, "GRAPHQL_VALIDATION_FAILED");
  assert.deepEqual(more, []);
});

test("a client that leaves is no longer counted", async () => {
  const subscription = client.iterate({ query: "subscription { events(after: \"0\") { position } }" });
  await subscription.next();
  await subscription.return();
  const metrics = streamUrl.replace("/graphql/stream", "/metrics");
  for (const until = Date.now() + 30_000; Date.now() < until; ) {
    const text = await (await fetch(metrics)).text();
    if (/^ledgerdesk_event_streams 0$/m.test(text)) return;
  }
  assert.fail("the stream is still counted");
});

test("what another site could make a browser send is refused on both paths", async () => {
  const body = JSON.stringify({ query: open, variables: { topic: "forged" } });
  for (const url of [httpUrl, streamUrl]) {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
      const answer = await fetch(url, { method: "POST", headers: { authorization, "content-type": type }, body });
      assert.equal(answer.status, 415, `${url} ${type}`);
    }
    const query = new URLSearchParams({ query: open, variables: JSON.stringify({ topic: "forged" }) });
    assert.equal((await fetch(`${url}?${query}`, { headers: { authorization } })).status, 405, url);
    const headers = { authorization, "content-type": "application/json", origin: "https://evil.example.org" };
    assert.equal((await fetch(url, { method: "POST", headers, body })).status, 403, url);
  }
});
