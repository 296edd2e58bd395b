"""Reads messages with GMime (Debian: gir1.2-gmime-3.0, python3-gi) and prints, a line of JSON each, what
tests/differential.rs compares.

Usage: gmime_reader.py FILE...
"""

import hashlib
import json
import sys

import gi

gi.require_version("GMime", "3.0")
from gi.repository import GMime  # noqa: E402

GMime.init()


def content_of(part):
    wrapper = part.get_content()
    if wrapper is None:
        return b""
    stream = GMime.StreamMem.new()
    wrapper.write_to_stream(stream)
    stream.flush()
    array = stream.get_byte_array()
    return bytes(array) if array is not None else b""


def text_of(part):
    try:
        return part.get_text()
    except UnicodeDecodeError:  # GMime leaves what it can't convert as it came.
        return None


def leaf(part):
    kind = part.get_content_type().get_mime_type().lower()
    if isinstance(part, GMime.MessagePart):
        return {"kind": kind, "name": None, "size": None, "digest": None, "attachment": True}
    content = content_of(part)
    disposition = part.get_disposition()
    return {
        "kind": kind,
        "name": part.get_filename(),
        "size": len(content),
        "digest": hashlib.sha256(content).hexdigest(),
        "attachment": disposition is not None and disposition.lower() == "attachment",
        "text": text_of(part) if isinstance(part, GMime.TextPart) and kind in ("text/plain", "text/html") else None,
    }


def leaves(part):
    if isinstance(part, GMime.Multipart):
        for number in range(part.get_count()):
            yield from leaves(part.get_part(number))
    elif part is not None:
        yield leaf(part)


def read(path):
    with open(path, "rb") as file:
        raw = file.read()
    parser = GMime.Parser.new_with_stream(GMime.StreamMem.new_with_buffer(raw))
    message = parser.construct_message(None)
    if message is None:
        return {"file": path, "leaves": {"error": "no message"}}
    return {"file": path, "leaves": list(leaves(message.get_mime_part()))}


for path in sys.argv[1:]:
    print(json.dumps(read(path)))
