// The clients that front ends use, as they come: Apollo Client, urql, graphql-ws.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";
import { authorization, events, httpUrl, open, socketUrl } from "./node.mjs";

const connect = () =>
  createClient({ url: socketUrl, webSocketImpl: WebSocket, connectionParams: { authorization }, retryAttempts: 0 });

test("Apollo Client: query, mutation, error, subscription", async () => {
  const socket = connect();
  const apollo = new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.split(
      ({ operationType }) => operationType === "subscription",
      new GraphQLWsLink(socket),
      new HttpLink({ uri: httpUrl, headers: { authorization } }),
    ),
  });
  const { data } = await apollo.query({ query: gql`{ me { role } }` });
  assert.equal(data.me.role, "OWNER");
  const first = new Promise((resolve, reject) => {
    apollo.subscribe({ query: gql(events), variables: { after: "0" } }).subscribe({ next: resolve, error: reject });
  });
  const opened = await apollo.mutate({ mutation: gql(open), variables: { topic: "from Apollo" } });
  assert.deepEqual(opened.data.openConsultation.userErrors, []);
  assert.equal((await first).data.events.position, 1);
  const refused = await apollo.query({ query: gql`{ nothing }` }).catch((error) => error);
  assert.ok(CombinedGraphQLErrors.is(refused), String(refused));
  assert.equal(refused.errors[0].extensions.code, "GRAPHQL_VALIDATION_FAILED");
  apollo.stop();
  await socket.dispose();
});

test("urql: query, mutation, error, subscription", async () => {
  const socket = connect();
  const urql = new Client({
    url: httpUrl,
    preferGetMethod: true,
    fetchOptions: { headers: { authorization } },
    exchanges: [
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink) }),
        }),
      }),
    ],
  });
  const { data } = await urql.query("{ me { role } }", {}).toPromise();
  assert.equal(data.me.role, "OWNER");
  const opened = await urql.mutation(open, { topic: "from urql" }).toPromise();
  assert.deepEqual(opened.data.openConsultation.userErrors, []);
  const event = await new Promise((resolve) => {
    const { unsubscribe } = urql.subscription(events, { after: "0" }).subscribe((result) => {
      resolve(result);
      queueMicrotask(() => unsubscribe());
    });
  });
  assert.equal(event.error, undefined);
  assert.equal(event.data.events.position, 1);
  const refused = await urql.query("{ nothing }", {}).toPromise();
  assert.equal(refused.error.graphQLErrors[0].extensions.code, "GRAPHQL_VALIDATION_FAILED");
  await socket.dispose();
});

test("graphql-ws: query, mutation, resumed subscription, several at once", async () => {
  const socket = connect();
  const one = async (query, variables) => (await socket.iterate({ query, variables }).next()).value;
  assert.equal((await one("{ me { role } }")).data.me.role, "OWNER");
  const before = (await one(open, { topic: "one" })).data.openConsultation.position;
  const seen = [];
  let cursor = "0";
  for await (const { data } of socket.iterate({ query: events, variables: { after: cursor } })) {
    seen.push(data.events.position);
    cursor = data.events.cursor;
    if (data.events.position === before) break;
  }
  const after = (await one(open, { topic: "two" })).data.openConsultation.position;
  const both = [1, 2].map(async () => {
    for await (const { data } of socket.iterate({ query: events, variables: { after: cursor } })) {
      if (data.events.position === after) return data.events.position;
    }
  });
  assert.deepEqual(await Promise.all(both), [after, after]);
  assert.deepEqual(seen, seen.map((_, index) => 1 + index));
  await socket.dispose();
});
