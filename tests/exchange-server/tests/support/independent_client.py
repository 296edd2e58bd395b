"""Reads, synchronizes and edits a mailbox of the test Exchange with exchangelib, an independent client.

Takes the URL, the login, the password and the mailbox; the mailbox holds one message "hello" with the attachment
o.pdf, and is told by the lines "MORE" and "READ" on standard output when to get another message and a read flag.
"""
import sys

from exchangelib import BASIC, IMPERSONATION, Account, Configuration, Credentials

url, login, password, mailbox = sys.argv[1:5]


def tell(word):
    print(word, flush=True)
    sys.stdin.readline()


configuration = Configuration(service_endpoint=url, credentials=Credentials(login, password), auth_type=BASIC)
account = Account(mailbox, config=configuration, autodiscover=False, access_type=IMPERSONATION)
has_aqs = account.version.build.major_version > 8
inbox = account.inbox
assert (inbox.name, inbox.total_count, inbox.unread_count) == ("Inbox", 1, 1), inbox
assert "Customers" in account.msg_folder_root.tree()

found = list(inbox.filter(subject="hello"))
assert [m.sender.email_address for m in found] == ["ann@customer.example"]
assert [r.email_address for r in found[0].to_recipients] == [mailbox]
assert [(a.name, a.content) for a in found[0].attachments] == [("o.pdf", b"Hello")]
assert b"Message-ID: <hello@customer.example>" in inbox.get(subject="hello").mime_content
if has_aqs:
    assert [m.subject for m in inbox.filter("participants:ann@customer.example")] == ["hello"]

assert [kind for kind, _ in inbox.sync_items(only_fields=["subject"])] == ["create"]
state = inbox.item_sync_state
tell("MORE")
tell("READ")
changes = sorted(kind for kind, _ in inbox.sync_items(sync_state=state, only_fields=["subject"]))
assert changes == ["create", "read_flag_change" if has_aqs else "update"], changes

message = inbox.get(subject="more")
message.is_read = True
message.save(update_fields=["is_read"])
assert inbox.get(subject="more").is_read

if has_aqs:
    with inbox.streaming_subscription() as subscription:
        tell("MORE")
        events = inbox.get_streaming_events(subscription, connection_timeout=1, max_notifications_returned=1)
        assert "NewMailEvent" in [type(event).__name__ for n in events for event in n.events]
with inbox.pull_subscription() as (subscription, watermark):
    tell("MORE")
    events = [type(event).__name__ for n in inbox.get_events(subscription, watermark) for event in n.events]
    assert "NewMailEvent" in events, events
assert [m.email_address for m in account.protocol.resolve_names([mailbox])] == [mailbox]
print("DONE", flush=True)
