// The node under test, as the suite `conformance` names it.
const address = process.env.LEDGERDESK_ADDRESS;
const key = process.env.LEDGERDESK_KEY;
if (!address || !key) throw new Error("LEDGERDESK_ADDRESS and LEDGERDESK_KEY name the node under test");

export const authorization = `Bearer ${key}`;
export const httpUrl = `http://${address}/graphql`;
export const streamUrl = `http://${address}/graphql/stream`;
export const socketUrl = `ws://${address}/graphql/ws`;

// A mutation that appends one event, and a subscription that shows it.
export const open = `mutation($topic: String!) {
  openConsultation(input: { topic: $topic, channel: SITE }) { createdId position userErrors { code } }
}`;
export const events = `subscription($after: String) { events(after: $after) { position type cursor } }`;
