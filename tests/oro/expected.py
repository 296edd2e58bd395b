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
            [part.get_filename(), hashlib.sha256(content(part)).hexdigest()] for part in message.iter_attachments()
        ),
    }


def content(part):
    value = part.get_content()
    if isinstance(value, str):
        return part.get_payload(decode=True)
    return value if isinstance(value, bytes) else value.as_bytes()


print(json.dumps({path: read(path) for path in sys.argv[1:]}))
