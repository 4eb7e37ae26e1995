"""Random operations over a GraphQL schema: no answer is a fault of the server, and every error has a code.

Usage: fuzz_graphql.py URL KEY EXAMPLES SEED [ID...]

The identifiers are used for one in three values of the type `ID`. Prints what was tried, or what was found; a run that
takes long also says how far it is.
"""

import json
import sys
import urllib.request
from collections import Counter

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.graphql import nodes

url, key, examples, seed_number, *known = sys.argv[1:]

times = st.datetimes().map(lambda time: time.isoformat() + "Z")
schemathesis.graphql.scalar("DateTime", times.map(nodes.String))
schemathesis.graphql.scalar("NaiveDate", st.dates().map(str).map(nodes.String))
schemathesis.graphql.scalar("Position", st.integers(-(2**63), 2**63).map(str).map(nodes.String))
schemathesis.graphql.scalar("UUID", st.uuids().map(str).map(nodes.String))
schemathesis.graphql.scalar("JSON", st.text().map(nodes.String))
if known:
    ids = st.one_of(st.sampled_from(known), st.text(max_size=40), st.integers().map(str))
    schemathesis.graphql.scalar("ID", ids.map(nodes.String))

told = Counter()
asked = Counter()


def ask(document):
    request = urllib.request.Request(
        url,
        data=json.dumps({"query": document}).encode(),
        headers={"content-type": "application/json", "authorization": f"Bearer {key}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def check(document):
    status, body = ask(document)
    what = f"{status} {body[:2000]!r} to\n{document}"
    assert status < 500, what
    answer = json.loads(body)
    for error in answer.get("errors", []):
        code = error.get("extensions", {}).get("code")
        told[code] += 1
        assert code and code != "INTERNAL_SERVER_ERROR", what


schema = schemathesis.graphql.from_url(url, headers={"authorization": f"Bearer {key}"})
operations = [result.ok() for result in schema.get_all_operations()]
for number, operation in enumerate(operations, start=1):
    if int(examples) >= 100:
        print(f"seed {seed_number}: {number} of {len(operations)}, {operation.label}", file=sys.stderr, flush=True)

    @seed(int(seed_number))
    @settings(
        max_examples=int(examples),
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def fuzz(case):
        asked[operation.label] += 1
        body = case.body if isinstance(case.body, str) else case.body["query"]
        check(body)

    fuzz()

print(f"{len(asked)} operations, {sum(asked.values())} documents, seed {seed_number}; errors told: {dict(told.most_common())}")
