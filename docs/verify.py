#!/usr/bin/env python3
"""Verifies an export of a ledgerdesk log, and a signed checkpoint, without ledgerdesk.

    python3 verify.py EXPORT [--checkpoint FILE --public-key KEY|FILE] [--consultation ID]

Needs Python 3.11 and nothing else. It shares no code with the program that wrote the export; docs/verifying.md
describes what it checks. It finds the same as `ledgerdesk log verify --file` and says it in the same words.
With --consultation it also says what the export proves of the history of that consultation; the export may then be
one that `ledgerdesk log export --consultation` wrote, which begins with its first event.
"""

import argparse, base64, datetime, hashlib, io, json, sys, uuid, zlib

GENESIS = bytes(32)
EVENT = ("record", "position", "workspace_id", "workspace_sequence", "event_id", "stream_type", "stream_id",
         "stream_version", "event_type", "schema_version", "occurred_at", "recorded_at", "payload", "metadata",
         "sealed", "hash")
NUMBERS = {"position": 63, "workspace_sequence": 63, "stream_version": 31, "schema_version": 15,
           "occurred_at": 63, "recorded_at": 63}


class Fault(Exception):
    """What is wrong, with its code."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


def canonical(value):
    """The canonical form of JSON: sorted keys, no blanks, nothing escaped that need not be."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def is_whole(value):
    """Whether a JSON value has only whole numbers of 64 bits and no NUL, as every stored value."""
    if isinstance(value, float):
        return False
    if isinstance(value, int) and not isinstance(value, bool):
        return -(1 << 63) <= value < 1 << 64
    if isinstance(value, str):
        return "\0" not in value
    if isinstance(value, list):
        return all(map(is_whole, value))
    if isinstance(value, dict):
        return all(is_whole(key) and is_whole(item) for key, item in value.items())
    return True


def read_event(record):
    """The event in a record, or None if the record is not one."""
    if set(record) != set(EVENT):
        return None
    try:
        for name, bits in NUMBERS.items():
            number = record[name]
            if type(number) is not int or not -(1 << bits) <= number < 1 << bits:
                return None
        ids = {name: str(uuid.UUID(record[name])) for name in ("workspace_id", "event_id", "stream_id")}
        sealed = record["sealed"] and base64.b64decode(record["sealed"], validate=True)
        digest = record["hash"]
        if len(digest) != 64 or digest != digest.lower():
            return None
        return record | ids | {"sealed": sealed, "hash": bytes.fromhex(digest)}
    except (ValueError, TypeError, AttributeError):
        return None


def belongs_at(event, position, sequence, previous):
    """Whether the event's hash is the one that it has at this place."""
    if not is_whole(event["payload"]) or not is_whole(event["metadata"]):
        return False
    sealed = None if event["sealed"] is None else hashlib.sha256(event["sealed"]).hexdigest()
    line = ["ledgerdesk-event-v1", position, event["workspace_id"], sequence, event["event_id"],
            event["stream_type"], event["stream_id"], event["stream_version"], event["event_type"],
            event["schema_version"], event["occurred_at"], event["recorded_at"], event["payload"],
            event["metadata"], sealed]
    return hashlib.sha256(previous + canonical(line)).digest() == event["hash"]


class Walk:
    """A walk along the log: every event is where it belongs and follows from the one before it."""

    def __init__(self, header):
        self.position = header["from"] - 1
        self.events = 0
        self.ends = {}  # workspace: (sequence, hash)
        self.streams = {}  # (type, id): version
        self.is_selection = header["workspace"] is not None
        self.follows_streams = header["from"] == 1 and not self.is_selection

    def step(self, event):
        """Goes one event on; answers what is wrong instead, as (code, text)."""
        position, expected = event["position"], self.position + 1
        if position < expected:
            return self.out_of_place(event, "its position", expected, position)
        if position > expected and not self.is_selection:
            return "log_gap", f"the event at position {expected} is missing; the next one is at {position}"
        sequence, previous = self.ends.get(event["workspace_id"], (0, GENESIS))
        if event["workspace_sequence"] != sequence + 1:
            return self.out_of_place(event, "its number in the workspace", sequence + 1, event["workspace_sequence"])
        if not belongs_at(event, position, sequence + 1, previous):
            return "event_changed", (f"the event {event['event_id']} at position {position} ({event['event_type']}) "
                                     "was changed: its hash does not follow")
        if self.follows_streams:
            stream = event["stream_type"], event["stream_id"]
            version = self.streams.get(stream, 0) + 1
            if event["stream_version"] != version:
                return self.out_of_place(event, "its version in the stream", version, event["stream_version"])
            self.streams[stream] = version
        self.ends[event["workspace_id"]] = sequence + 1, event["hash"]
        self.position, self.events, self.last = position, self.events + 1, event["hash"]
        return None

    last = GENESIS
    known = 0  # the last position that a command knows of

    def look_closer(self, bad, next_event):
        """Was the event slipped in, or put into another's place? The one behind it tells, proven by hashes."""
        position = self.position + 1
        sequence, previous = self.ends.get(next_event["workspace_id"], (0, GENESIS))
        if not belongs_at(next_event, position, sequence + 1, previous):
            return None
        if bad["workspace_id"] == next_event["workspace_id"]:
            behind = sequence + 2, next_event["hash"]
        else:
            sequence, previous = self.ends.get(bad["workspace_id"], (0, GENESIS))
            behind = sequence + 1, previous
        if belongs_at(bad, position + 1, *behind):
            return "events_swapped", (f"the events {bad['event_id']} and {next_event['event_id']} were swapped: the "
                                      f"second belongs at position {position}, the first behind it")
        return "event_inserted", (f"the event {bad['event_id']} at position {position} ({bad['event_type']}) was "
                                  "inserted: the chain goes on without it")

    @staticmethod
    def out_of_place(event, what, expected, found):
        return "event_out_of_place", (f"the event {event['event_id']} at position {event['position']} is out of its "
                                      f"place: {what} is {found}, not {expected}")


class Gunzip(io.RawIOBase):
    """Decompressed bytes. Unlike the module gzip it gives all that is there before it says that the rest is not."""

    def __init__(self, file):
        self.file, self.unzip, self.left = file, zlib.decompressobj(31), b""

    def readable(self):
        return True

    def readinto(self, buffer):
        while True:
            data = self.left or self.file.read(1 << 16)
            if not data and not self.unzip.eof:
                raise EOFError
            if self.unzip.eof:
                if not data:
                    return 0
                self.unzip = zlib.decompressobj(31)
            out = self.unzip.decompress(data, len(buffer))
            self.left = self.unzip.unused_data if self.unzip.eof else self.unzip.unconsumed_tail
            if out:
                buffer[:len(out)] = out
                return len(out)


class Lines:
    """The lines of a file, compressed or not, and the hash over those that were read."""

    def __init__(self, path):
        file = open(path, "rb")
        start = file.read(2)
        file.seek(0)
        self.file = io.BufferedReader(Gunzip(file)) if start == b"\x1f\x8b" else file
        self.number = self.whole = 0
        self.digest = hashlib.sha256()

    def next(self):
        """The next line, b"" at the end, or None where the file breaks off."""
        try:
            line = self.file.readline()
        except EOFError:
            return None
        except (OSError, zlib.error) as error:
            raise Fault("export_io", f"the export cannot be read: {error}") from error
        if not line:
            return b""
        self.digest.update(line)
        self.number += 1
        if line.endswith(b"\n"):
            self.whole = self.number
        elif parse(line) is None:
            return None
        return line


def parse(line):
    """The JSON object in a line, or None."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def read_header(line):
    header = parse(line or b"") or {}
    if header.get("record") != "header" or header.get("format") != "ledgerdesk-export":
        raise Fault("export_unrecognised", "line 1: this is no export of a ledgerdesk log: the header is missing")
    if header.get("version") != 1:
        raise Fault("export_version", f"line 1: the export has version {header.get('version')} of the format; this "
                                      "program reads version 1")
    return header


class Story:
    """The events of one consultation, as they come by."""

    def __init__(self, consultation):
        self.consultation, self.version, self.first, self.last = consultation, 0, None, None

    def pass_by(self, event):
        if (event["stream_type"], event["stream_id"]) != ("consultation", self.consultation):
            return
        expected = self.version + 1
        if event["stream_version"] != expected:
            raise Fault(*Walk.out_of_place(event, "its version in the stream", expected, event["stream_version"]))
        self.version, self.last = expected, event["position"]
        self.first = self.first or event["position"]


def verify(path, checkpoint, story=None):
    """Reads an export to its end; answers what it found to be right."""
    lines = Lines(path)
    header = read_header(lines.next())
    # The hash of an event covers all before it, and a history begins with its own first event.
    if checkpoint and header["from"] > 1 and not (story and header["workspace"]):
        raise Fault("export_partial", "the export does not begin with the first event; nothing can be proven about "
                                      "what lies before")
    walk, counts, stage, proof = Walk(header), {"command": 0, "person_key": 0}, 0, None
    stages = {"event": 0, "anchor": 0, "command": 1, "person_key": 2, "trailer": 3}
    while True:
        digest = lines.digest.hexdigest()
        line = lines.next()
        if not line:
            raise broken_off(lines, walk, header)
        number, record = lines.number, parse(line)
        malformed = Fault("export_malformed", f"line {number}: this is no record that an export has here")
        kind = record.get("record") if record else None
        if not isinstance(kind, str) or stages.get(kind, -1) < stage:
            raise malformed
        stage = stages[kind]
        if kind == "anchor":
            if header["from"] == 1 or record["workspace_id"] in walk.ends:
                raise malformed
            walk.ends[record["workspace_id"]] = record["workspace_sequence"], bytes.fromhex(record["hash"])
        elif kind == "event":
            event = read_event(record)
            if event is None or header["workspace"] not in (None, event["workspace_id"]):
                raise malformed
            if checkpoint and proof is None and event["position"] > checkpoint["head"]["position"]:
                proof = compare(checkpoint, walk, header)
            if wrong := walk.step(event):
                following = read_event(parse(lines.next() or b"") or {})
                code, text = (following and walk.look_closer(event, following)) or wrong
                raise Fault(code, f"line {number}: {text}")
            if story:
                story.pass_by(event)
        elif kind == "trailer":
            check_trailer(record, number, walk, header, counts, digest)
            if (more := lines.next()) is None:
                raise broken_off(lines, walk, header)
            if more:
                raise Fault("export_malformed", f"line {number + 1}: this is no record that an export has here")
            if checkpoint and proof is None:
                proof = prove_at_end(checkpoint, walk, header)
            return header, walk, proof
        else:
            counts[kind] += 1
            if kind == "command":
                if type(record.get("position")) is not int or record["position"] < 0:
                    raise malformed
                walk.known = max(walk.known, record["position"])


def broken_off(lines, walk, header):
    return Fault("export_truncated", f"line {lines.whole}: the export breaks off behind this line, at position "
                                     f"{walk.position} of {header['to']}")


def check_trailer(trailer, number, walk, header, counts, digest):
    last = trailer["last"]
    is_short = walk.known > walk.position or (header["workspace"] is None and walk.position != header["to"])
    if trailer["events"] != walk.events or last["position"] != walk.position or is_short:
        raise Fault("export_truncated",
                    f"line {number}: the export ends with {walk.events} events at position {walk.position}, but goes "
                    f"on to {trailer['events']} events and position {max(last['position'], header['to'], walk.known)}; the event "
                    f"at position {walk.position + 1} is missing")
    said = last["hash"], trailer["sha256"], trailer["commands"], trailer["person_keys"]
    if said != (walk.last.hex(), digest, counts["command"], counts["person_key"]):
        raise Fault("export_changed", f"line {number}: the bytes before the trailer are not those that were exported")


# Checkpoints ---------------------------------------------------------------------------------------------------

def merkle_root(ends):
    """Over [workspace, sequence, hash in hex], sorted by workspace."""
    level = [hashlib.sha256(b"\0" + canonical(end)).digest() for end in ends]
    while len(level) > 1:
        pairs = [level[i:i + 2] for i in range(0, len(level), 2)]
        level = [hashlib.sha256(b"\1" + b"".join(pair)).digest() if len(pair) == 2 else pair[0] for pair in pairs]
    return (level or [GENESIS])[0].hex()


def read_checkpoint(path, key_text):
    """The statement of a checkpoint that was signed with this key."""
    key = read_key(key_text)
    with open(path, "rb") as file:
        checkpoint = parse(file.read())
    if not checkpoint or checkpoint.get("statement", {}).get("format") != "ledgerdesk-checkpoint-v1":
        raise Fault("checkpoint_malformed", f"{path} is no checkpoint of the format ledgerdesk-checkpoint-v1")
    expected = base64.b64encode(key).decode()
    if checkpoint["public_key"] != expected:
        raise Fault("checkpoint_foreign_key", f"the checkpoint was signed with the key {checkpoint['public_key']}, "
                                              f"not with {expected}; it proves nothing here")
    statement, ends = checkpoint["statement"], checkpoint["workspaces"]
    if not ed25519_verify(key, canonical(statement), base64.b64decode(checkpoint["signature"])):
        raise Fault("checkpoint_signature_invalid",
                    "the checkpoint was changed after it had been signed, or signed by somebody else")
    if merkle_root(ends) != statement["root"] or len(ends) != statement["workspaces"]:
        raise Fault("checkpoint_signature_invalid",
                    "the checkpoint's list of workspaces is not the one that was signed")
    return statement | {"ends": {workspace: (sequence, digest) for workspace, sequence, digest in ends}}


def read_key(text):
    for candidate in (lambda: text, lambda: open(text, encoding="ascii").read().strip()):
        try:
            key = base64.b64decode(candidate(), validate=True)
        except (ValueError, OSError):
            continue
        if len(key) == 32:
            return key
    raise Fault("public_key_invalid", "a public key is 32 bytes in base64; `ledgerdesk log signing-key` prints it")


def compare(checkpoint, walk, header):
    """Whether the walk up to the stated position is the one that was stated."""
    ends = {workspace: (sequence, digest.hex()) for workspace, (sequence, digest) in walk.ends.items()}
    if workspace := header["workspace"]:
        return "same" if ends.get(workspace) == checkpoint["ends"].get(workspace) else "differs"
    root = merkle_root([[workspace, *ends[workspace]] for workspace in sorted(ends)])
    is_same = (root, len(ends)) == (checkpoint["root"], checkpoint["workspaces"])
    has_head = checkpoint["head"]["hash"] in (digest for _, digest in ends.values())
    return "same" if is_same and has_head else "differs"


def prove_at_end(checkpoint, walk, header):
    reached = header["to"] if header["workspace"] else walk.position
    return compare(checkpoint, walk, header) if reached >= checkpoint["head"]["position"] else "beyond"


# Ed25519 (RFC 8032), verification only ---------------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def decompress(data):
    """The point in its 32 bytes, as (x, y, 1, x * y), or None."""
    number = int.from_bytes(data, "little")
    y, sign = number & ((1 << 255) - 1), number >> 255
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def add(a, b):
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = f - e, d - c, d + c, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar, point):
    result = 0, 1, 1, 0
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


BASE = decompress((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def ed25519_verify(key, message, signature):
    """Whether the signature is the key's over the message."""
    if len(signature) != 64:
        return False
    point, commitment = decompress(key), decompress(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if point is None or commitment is None or scalar >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    left, right = multiply(scalar, BASE), add(commitment, multiply(challenge, point))
    return all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))


# The command line ------------------------------------------------------------------------------------------------

def say_proof(proof, checkpoint, walk):
    position = checkpoint["head"]["position"]
    taken = datetime.datetime.fromtimestamp(checkpoint["taken_at"] // 1_000_000, datetime.UTC)
    at = taken.strftime("%Y-%m-%dT%H:%M:%SZ")
    if proof == "differs":
        raise Fault("checkpoint_differs", f"the history up to position {position} is not the one that was signed at "
                                          f"{at}; it was written anew")
    if proof == "beyond":
        raise Fault("checkpoint_beyond", f"the log ends at position {walk.position}, but was signed up to {position}; "
                                         "the end is missing")
    print(f"The checkpoint of {at} holds: nothing up to position {position} has changed since.")


def say_story(story, checkpoint, proof):
    if not story.version:
        raise Fault("consultation_not_found", f"the export has no event of the consultation {story.consultation}")
    bound = "nothing signed binds it"
    if checkpoint and proof == "same":
        is_later = story.last > checkpoint["head"]["position"]
        bound = "signed in part: it goes on behind the checkpoint" if is_later else "bound to the checkpoint"
    print(f"The history of {story.consultation} is whole: versions 1 to {story.version}, positions {story.first} to "
          f"{story.last}; {bound}.")


def main():
    arguments = argparse.ArgumentParser(description="Verify an export of a ledgerdesk log.")
    arguments.add_argument("export")
    arguments.add_argument("--checkpoint", metavar="FILE")
    arguments.add_argument("--public-key", metavar="KEY|FILE")
    arguments.add_argument("--consultation", metavar="UUID")
    given = arguments.parse_args()
    if bool(given.checkpoint) != bool(given.public_key):
        arguments.error("--checkpoint and --public-key go together")
    try:
        checkpoint = given.checkpoint and read_checkpoint(given.checkpoint, given.public_key)
        story = given.consultation and Story(str(uuid.UUID(given.consultation)))
        header, walk, proof = verify(given.export, checkpoint, story)
        if story:
            say_story(story, checkpoint, proof)
        if checkpoint:
            say_proof(proof, checkpoint, walk)
        is_all = header["from"] == 1 and header["to"] == header["head"]["position"] and header["workspace"] is None
        part = "" if is_all else ", a part of the log"
        print(f"The export is whole: {walk.events} events of {len(walk.ends)} workspace(s){part}.")
    except Fault as fault:
        sys.exit(f"error: {fault}\ncode: {fault.code}")
    except ValueError:
        sys.exit(f"error: {given.consultation} is no UUID of a consultation\ncode: consultation_not_found")
    except OSError as error:
        sys.exit(f"error: {error}\ncode: export_io")


if __name__ == "__main__":
    main()
