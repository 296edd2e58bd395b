#!/usr/bin/env python3
"""Tells what an e-mail file holds, read by Python's email package, which nobody here wrote: expected.py FILE... Prints JSON."""

import email.policy
import hashlib
import json
import sys


def read(path):
    with open(path, "rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.default)
    body = message.get_body(preferencelist=("html", "plain"))
    return {
        "messageId": str(message["Message-ID"]).strip(),
        "subject": str(message["Subject"] or ""),
        "from": message["From"].addresses[0].addr_spec.lower(),
        "recipients": sorted(
            address.addr_spec.lower() for name in ("To", "Cc", "Bcc") if message[name] for address in message[name].addresses
        ),
        "body": " ".join(body.get_content().split()) if body else "",
        "isText": body is None or body.get_content_type() == "text/plain",
        "attachments": sorted(
            [part.get_filename(), hashlib.sha256(content(part)).hexdigest()]
            for part in leaves(message)
            if part.get_filename()
        ),
    }


def leaves(message):
    """The parts that hold no parts; a message inside is one of them."""
    for part in message.iter_parts():
        if part.get_content_maintype() == "multipart":
            yield from leaves(part)
        else:
            yield part


def content(part):
    if part.get_content_type() == "message/rfc822":
        return part.get_payload(0).as_bytes().replace(b"\r\n", b"\n").strip()
    return part.get_payload(decode=True)


print(json.dumps({path: read(path) for path in sys.argv[1:]}))
