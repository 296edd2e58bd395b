"""Reads messages with Python's email package and prints, a line of JSON each, what tests/differential.rs compares.

Usage: email_reader.py FILE...
"""

import email
import email.policy
import hashlib
import json
import sys


def decoded(part):
    content = part.get_payload(decode=True)
    return b"" if content is None else content


def leaf(part):
    kind = part.get_content_type()
    if kind.startswith("message/") and part.is_multipart():
        # As it stands there; what was read of it may be written otherwise.
        return {"kind": kind, "name": None, "size": None, "digest": None, "attachment": True, "id": None}
    if kind.startswith("multipart/"):
        # Without parts its text is all there is.
        kind = "text/plain"
    name = part.get_filename()
    content = decoded(part)
    return {
        "kind": kind,
        "name": None if name is None else str(email.header.make_header(email.header.decode_header(name))),
        "size": len(content),
        "digest": hashlib.sha256(content).hexdigest(),
        "attachment": part.get_content_disposition() == "attachment",
        "text": text(part, content) if kind in ("text/plain", "text/html") else None,
    }


def text(part, content):
    charset = part.get_content_charset() or "utf-8"
    try:
        return content.decode(charset)
    except (LookupError, UnicodeError):
        return None


def leaves(part):
    if part.is_multipart() and part.get_content_maintype() == "multipart":
        for child in part.get_payload():
            yield from leaves(child)
    else:
        yield leaf(part)


def attempt(function):
    try:
        return function()
    except Exception as error:  # The reader's own faults are differences to explain, not reasons to stop.
        return {"error": type(error).__name__}


def read(path):
    with open(path, "rb") as file:
        raw = file.read()
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    return {"file": path, "leaves": attempt(lambda: list(leaves(message)))}


for path in sys.argv[1:]:
    print(json.dumps(read(path)))
