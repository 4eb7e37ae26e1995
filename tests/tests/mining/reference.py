"""What pm4py says about an event log, as JSON on standard output.

    reference.py cut CASES SOURCE TARGET     the rows of the first so many cases
    reference.py source NAME SOURCE          a public log, with the columns that its mapping takes
    reference.py xes FILE                    an export
    reference.py ocel FILE [SCHEMA]          an export; JSON is held to the schema, if one is given
"""

import json
import sys
import warnings

warnings.filterwarnings("ignore")

import numpy
import pandas
import pm4py

CASE, ACTIVITY, TIME = "case:concept:name", "concept:name", "time:timestamp"
RESOURCE, TEAM = "org:resource", "org:group"
# Whoever is not known. pm4py cannot have nothing there.
NOBODY = "nobody"

CASES = {"helpdesk": "Case ID", "uci_incident": "number"}


def cut(cases, source, target):
    rows = pandas.read_csv(source, dtype=str, keep_default_na=False)
    case = next(column for column in rows.columns if column in [*CASES.values(), CASE])
    first = set(rows[case].unique()[:cases])
    rows[rows[case].isin(first)].to_csv(target, index=False)


def source(name, path):
    rows = pandas.read_csv(path, dtype=str, keep_default_na=False)
    log = pandas.DataFrame()
    if name == "helpdesk":
        log[CASE], log[ACTIVITY], log[RESOURCE] = rows["Case ID"], rows["Activity"], rows["Resource"]
        log[TIME] = pandas.to_datetime(rows["Complete Timestamp"], format="%Y/%m/%d %H:%M:%S.%f", utc=True)
        log[TEAM] = "Workgroup " + rows["workgroup"]
    elif name == "uci_incident":
        log[CASE], log[ACTIVITY] = rows["number"], rows["incident_state"]
        log[TIME] = pandas.to_datetime(rows["sys_updated_at"], format="%d/%m/%Y %H:%M", utc=True)
        log[RESOURCE] = rows["sys_updated_by"].replace({"?": NOBODY, "": NOBODY})
        log[TEAM] = rows["assignment_group"].replace({"?": NOBODY, "": NOBODY})
    else:
        log[CASE] = rows[CASE]
        # The log's own classifier.
        log[ACTIVITY] = rows["concept:name"] + "/" + rows["lifecycle:transition"]
        log[TIME] = pandas.to_datetime(rows[TIME], utc=True)
        country = rows["resource country"].replace({"": "-"})
        known = ~rows["org:resource"].isin(["", "-"])
        log[RESOURCE] = (rows["org:resource"] + " (" + country + ")").where(known, NOBODY)
        team = rows["organization involved" if name == "bpic2013_closed_problems" else "org:group"]
        log[TEAM] = team.replace({"": NOBODY, "-": NOBODY})
    return pm4py.format_dataframe(log, case_id=CASE, activity_key=ACTIVITY, timestamp_key=TIME)


def xes(path):
    log = pm4py.read_xes(path)
    for column in (RESOURCE, TEAM):
        if column in log.columns:
            log[column] = log[column].fillna(NOBODY)
        else:
            log[column] = NOBODY
    return log


def hands(log, column):
    found = pm4py.discover_handover_of_work_network(log, beta=0, resource_key=column)
    return [[one, other, share] for (one, other), share in found.connections.items()]


def said(log, with_hands=True):
    spans = pm4py.discover_performance_dfg(log, perf_aggregation_key="raw_values")[0]
    follows = pm4py.discover_dfg(log)[0]
    durations = numpy.array(pm4py.get_all_case_durations(log))
    answer = {
        "cases": int(log[CASE].nunique()),
        "events": len(log),
        "activities": pm4py.get_event_attribute_values(log, ACTIVITY),
        "starts": pm4py.get_start_activities(log),
        "ends": pm4py.get_end_activities(log),
        "follows": [
            [one, other, int(count), *(1000 * float(f(spans[one, other])) for f in (numpy.mean, numpy.median, p90))]
            for (one, other), count in follows.items()
        ],
        "variants": [[list(path), int(count)] for path, count in pm4py.get_variants(log).items()],
        "durations": [1000 * float(f(durations)) for f in (numpy.mean, numpy.median, p90)],
        "rework": pm4py.get_rework_cases_per_activity(log),
    }
    if with_hands:
        answer["people"], answer["teams"] = hands(log, RESOURCE), hands(log, TEAM)
    return answer


def p90(spans):
    return numpy.percentile(spans, 90)


def ocel(path, schema=None):
    if schema:
        import jsonschema

        with open(schema) as schema, open(path) as file:
            jsonschema.Draft7Validator(json.load(schema)).validate(json.load(file))
    log = pm4py.read_ocel2_sqlite(path) if path.endswith(".sqlite") else pm4py.read_ocel2_json(path)
    # pm4py reads SQLite one type of events after the other, so that those of the same instant lose their order; ids have it.
    flat = pm4py.ocel_flattening(log, "consultation")
    flat = flat.sort_values([TIME, "ocel:eid"], kind="stable").reset_index(drop=True)
    # What counts paths wants one case after the other.
    flat = pm4py.format_dataframe(flat, case_id=CASE, activity_key=ACTIVITY, timestamp_key=TIME)
    answer = said(flat, with_hands=False)
    answer["objects"] = log.objects["ocel:type"].value_counts().to_dict()
    answer["ocel_events"] = len(log.events)
    answer["relations"] = log.relations["ocel:qualifier"].value_counts().to_dict()
    answer["between_objects"] = len(log.o2o)
    return answer


def main(what, *arguments):
    if what == "cut":
        return cut(int(arguments[0]), *arguments[1:])
    if what == "ocel":
        return ocel(*arguments)
    return said(source(*arguments) if what == "source" else xes(*arguments))


def plain(value):
    """numpy's numbers as Python's."""
    return value.item()


json.dump(main(*sys.argv[1:]), sys.stdout, default=plain)
