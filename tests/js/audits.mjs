// The audits of GraphQL over HTTP by graphql-http, against a serving node.
import { auditServer } from "graphql-http";
import { authorization, httpUrl } from "./node.mjs";

const audits = await auditServer({
  url: httpUrl,
  fetchFn: (url, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set("authorization", authorization);
    return fetch(url, { ...init, headers });
  },
});
const failed = audits.filter((audit) => audit.status !== "ok");
for (const { status, id, name, reason } of failed) console.log(`${status} ${id} ${name}: ${reason}`);
console.log(`${audits.length - failed.length} of ${audits.length} audits`);
