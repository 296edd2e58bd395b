"""First synchronization with exchangelib: headers of everything, matched in memory, MIME of what matched.

Takes one JSON argument (see harness/clients.py) and prints one JSON line. A thread for each of `concurrency` mailboxes at
a time; whole pages and big batches, only the fields that the rule needs.
"""
import csv
import json
import logging
import os
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from exchangelib import BASIC, IMPERSONATION, Account, Build, Configuration, Credentials, FaultTolerance, Version
from exchangelib.folders import DeletedItems, Drafts, JunkEmail, Outbox

plan = json.loads(sys.argv[1])
logging.disable(logging.CRITICAL)
NOT_COLLECTED = (Drafts, JunkEmail, Outbox, DeletedItems)
FIELDS = ("author", "sender", "to_recipients", "cc_recipients", "bcc_recipients", "message_id", "item_class", "size",
          "is_read", "datetime_received")
PAGE = 1_000
BATCH = plan.get("batch", 200)
MIME_BATCH = 50


def addresses(path):
    with open(path, newline="", encoding="utf-8") as lines:
        return {row["email"].lower() for row in csv.DictReader(lines)}


users, contacts = addresses(plan["users"]), addresses(plan["contacts"])
with open(plan["users"], newline="", encoding="utf-8") as lines:
    mailboxes = [row["email"] for row in csv.DictReader(lines)]
settings = {"retry_policy": FaultTolerance(max_wait=60)} if plan.get("fault_tolerance") else {}
configuration = Configuration(
    service_endpoint=plan["url"],
    credentials=Credentials(plan["login"], plan["password"]),
    auth_type=BASIC,
    version=Version(build=Build(15, 2, 1118, 7)),
    max_connections=plan["concurrency"],
    **settings,
)


def matches(message):
    sender = message.author or message.sender
    if not sender or not sender.email_address:
        return False
    sender = sender.email_address.lower()
    if sender not in contacts and sender not in users:
        return False
    others = {
        to.email_address.lower()
        for to in (*(message.to_recipients or ()), *(message.cc_recipients or ()), *(message.bcc_recipients or ()))
        if to.email_address
    } - {sender}
    return (sender in contacts and not others.isdisjoint(users)) or (
        sender in users and not others.isdisjoint(contacts)
    )


def collect(mailbox):
    account = Account(mailbox, config=configuration, autodiscover=False, access_type=IMPERSONATION)
    seen = found = octets = 0
    for folder in account.msg_folder_root.walk():
        if folder.folder_class != "IPF.Note" or isinstance(folder, NOT_COLLECTED) or not folder.total_count:
            continue
        headers = folder.all().only(*FIELDS)
        headers.page_size, headers.chunk_size = PAGE, BATCH
        wanted = []
        for message in headers:
            seen += 1
            if matches(message):
                wanted.append(message)
        for message in account.fetch(wanted, folder=folder, only_fields=("mime_content",), chunk_size=MIME_BATCH):
            found += 1
            octets += len(message.mime_content)
    return seen, found, octets


def usage():
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime


def status(key):
    with open("/proc/self/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith(key + ":"))


with open("/proc/self/clear_refs", "w", encoding="ascii") as refs:
    refs.write("5")
base, cpu, begun = status("VmRSS"), usage(), time.perf_counter()
with ThreadPoolExecutor(plan["concurrency"]) as pool:
    results = list(pool.map(collect, mailboxes))
print(json.dumps({
    "seconds": time.perf_counter() - begun,
    "cpu": usage() - cpu,
    "seen": sum(r[0] for r in results),
    "matched": sum(r[1] for r in results),
    "mime_bytes": sum(r[2] for r in results),
    "peak_kib": status("VmHWM") - base,
}), flush=True)
os._exit(0)
