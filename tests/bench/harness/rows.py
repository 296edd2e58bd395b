"""The rows of the speed table: each function measures one piece of work and says whether it meets its target."""
import base64
import json
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from statistics import median

from . import clients, peers
from .exchange import Exchange, Plan, ROOT

MIB = 1024
PAGE = 512


@dataclass
class Row:
    """One target: what was measured, and the runs behind it."""

    work: str
    target: str
    measured: str
    passed: bool | None
    runs: dict = field(default_factory=dict)


def spread(values, unit="", digits=2):
    """Median, with the least and the most."""
    values = list(values)
    text = f"{median(values):.{digits}f}{unit}"
    return text if len(values) == 1 else f"{text} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def first_sync(size, latency_ms):
    """The same mail with every client in turns, and the replay of this project's requests."""
    plan = Plan(users=50, messages=size.messages // 50, latency_ms=latency_ms)
    runs, passed = peers.compare(plan, size)
    rate = {name: median(plan.total / r["seconds"] for r in results) for name, results in runs.items()}
    own = rate["this project"]
    over = [r["seconds"] / f["seconds"] for r, f in zip(runs["this project"], runs["replay"])]
    work = f"first sync, {plan.total:,} messages in 50 mailboxes, 10 % matched"
    if latency_ms:
        work += f", {latency_ms} ms latency, {clients.CONNECTIONS} connections"
        return [Row(work, "wall at most 1.1x the raw replay", spread(over, "x"), median(over) <= 1.1, runs)]
    rows = [Row(f"{work}, no latency", f"at least {least}x {name}'s messages/s", f"{own / rate[name]:.1f}x",
                own / rate[name] >= least, {name: runs[name]})
            for name, least in (("exchangelib", 20), ("PHP SoapClient", 10)) if name in runs]
    rows.append(Row(f"{work}, no latency", "wall at most 1.3x the raw replay", spread(over, "x"), median(over) <= 1.3, runs))
    return [*rows, fetched(plan, passed)]


def fetched(plan, passed):
    """Bodies of what matched, each once, over the answers to a client that asks for these bodies and nothing else."""
    over = passed["mime_answer_bytes"] / passed["least_mime_answer_bytes"] - 1
    once = passed["mime_items"] == passed["mime_ids"] == passed["expected"]
    text = f"{passed['mime_items']:,} bodies for {passed['expected']:,} matches, {over:.1%} over answers with bodies alone"
    return Row(f"bytes fetched, {plan.total:,} messages", "bodies only of what matched, within 2 % of the least possible",
               text, once and over <= 0.02, {"recorded": [passed]})


def processor(size):
    """Two mailboxes' worth of mail of which nothing, then everything matches."""
    runs = {}
    for name, plan, options in (
        ("unmatched", Plan(users=8, messages=size.messages // 8, matched=0), {}),
        ("matched", Plan(users=8, messages=size.messages // 80, matched=1), {}),
        ("matched and read", Plan(users=8, messages=size.messages // 80, matched=1), {"read": True}),
    ):
        with Exchange(plan) as exchange:
            results = [clients.synchronize("this project", exchange, **options) for _ in range(size.repeats)]
        runs[name] = [r | {"microseconds": r["cpu"] / plan.total * 1e6} for r in results]
    cost = {name: [r["microseconds"] for r in results] for name, results in runs.items()}
    return [
        Row("client CPU per unmatched message", "at most 10 µs", spread(cost["unmatched"], " µs"),
            median(cost["unmatched"]) <= 10, {"unmatched": runs["unmatched"]}),
        Row("client CPU per matched 20 kB message", "at most 100 µs",
            spread(cost["matched"], " µs") + "; text, HTML and attachments read: " + spread(cost["matched and read"], " µs"),
            median(cost["matched and read"]) <= 100, {k: runs[k] for k in ("matched", "matched and read")}),
    ]


def idle(size):
    """A run over the same mailboxes, in a new process, with nothing new since the one before.

    A folder's stamp has whole seconds, so that the first run can't tell yet that nothing else came within its second.
    """
    plan = Plan(users=size.idle_mailboxes, messages=4, matched=0.5, size=2_000)
    with Exchange(plan) as exchange:
        first, kept = str(exchange.folder / "first"), str(exchange.folder / "kept")
        clients.synchronize("this project", exchange, save=first)
        time.sleep(3)
        clients.run_json(clients.COMMANDS["this project"], clients.plan(exchange, resume=first, save=kept))
        runs = []
        for _ in range(size.repeats):
            exchange.reset()
            result = clients.run_json(clients.COMMANDS["this project"], clients.plan(exchange, resume=kept))
            stats = exchange.stats()
            runs.append(result | {"requests": stats["requests"], "operations": stats["operations"]})
    requests = median(r["requests"] for r in runs) / plan.users
    memory, cpu = median(r["peak_kib"] for r in runs) / MIB, [r["cpu"] for r in runs]
    allowed = 2 * plan.users / 10_000
    return [Row(f"idle tick over {plan.users:,} mailboxes", f"one request per mailbox; at most 60 MB; CPU under {allowed:g} s",
                f"{requests:.2f} requests; {memory:.1f} MiB; CPU {spread(cpu, ' s')}; wall {spread([r['seconds'] for r in runs], ' s')}",
                requests <= 1 and memory <= 60e6 / 2**20 and median(cpu) < allowed, {"idle": runs})]


def address_book(size):
    runs = [clients.run_json([*clients.php("address_book.php"), str(size.contacts), "10000"]) for _ in range(size.repeats)]
    seconds, octets = [r["seconds"] for r in runs], [r["bytes_per_address"] for r in runs]
    source = median(r["source_seconds"] for r in runs)
    return [Row(f"address book of {size.contacts:,} contacts + 10,000 users from PHP",
                "under 1 s, at most 64 bytes an address all told",
                f"{spread(seconds, ' s')}, of which PHP's generator {source:.2f} s; {spread(octets, ' bytes', 1)}",
                median(seconds) < 1 and median(octets) <= 64, {"address book": runs}), match()]


def match():
    """The Rust benchmark beside the address book, for what cannot be told apart from PHP."""
    subprocess.run(["cargo", "bench", "-q", "-p", "sync", "--bench", "address_book"], cwd=ROOT, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    folder = ROOT / "target" / "criterion" / "a match in 1,010,000 addresses"
    figures = {}
    for name in ("recurring", "unknown", "known"):
        for case, addresses in (("alone", 1), ("page", PAGE)):
            file = folder / (name if case == "alone" else f"{name}, a page") / "new" / "estimates.json"
            figures[name, case] = json.loads(file.read_text(encoding="utf-8"))["median"]["point_estimate"] / addresses
    page = [figures[name, "page"] for name in ("recurring", "unknown", "known")]
    alone = [figures[name, "alone"] for name in ("recurring", "unknown", "known")]
    text = "{:.0f} ns for one of 1,000 contacts that recur, {:.0f} ns for a stranger, {:.0f} ns for a contact never asked for before"
    return Row("a match in 1,010,000 addresses", "under 100 ns",
               f"{text.format(*page)}, in a page of {PAGE} as senders are looked up; alone " + ", ".join(f"{ns:.0f}" for ns in alone) +
               " ns: the last one waits for memory three times",
               max(page) < 100, {"match": [{f"{name} {case}": ns for (name, case), ns in figures.items()}]})


def memory(size):
    plan = Plan(users=8, messages=size.large_messages // 8, matched=1, size=660_000)
    with Exchange(plan) as exchange:
        runs = [clients.synchronize("this project", exchange, read=True) for _ in range(size.repeats)]
    peak = [r["peak_kib"] / MIB for r in runs]
    return [Row(f"peak memory over PHP's, {plan.total:,} messages of up to 1 MB, all matched", "at most 64 MiB",
                spread(peak, " MiB", 1), max(peak) <= 64, {"large": runs}), huge()]


def huge():
    """One message of 60 MB, read to the last byte by the host."""
    with Exchange(Plan(users=1, messages=0)) as exchange, tempfile.TemporaryDirectory():
        user, contact = (Path(f).read_text(encoding="utf-8").splitlines()[1].split(",")[0]
                         for f in (exchange.users, exchange.contacts))
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = contact, user, "Plans", "<plans@customer.example>"
        mail["Date"] = "Mon, 02 Jun 2025 10:00:00 +0000"
        mail.set_content("The plans.")
        mail.add_attachment(bytes(range(256)) * (44_000_000 // 256), maintype="application", subtype="pdf", filename="plans.pdf")
        eml = mail.as_bytes()
        exchange.call("/control", {"command": "deliver", "mailbox": user, "eml_base64": base64.b64encode(eml).decode()})
        exchange.expected = 1
        result = clients.synchronize("this project", exchange, read=True, options={"max_message_bytes": 100_000_000})
    times = result["peak_kib"] * 1024 / len(eml)
    return Row(f"peak memory over PHP's, one message of {len(eml) / 1e6:.0f} MB", "at most 3x its size", f"{times:.2f}x",
               times <= 3, {"huge": [result]})


def growth(size):
    """One mailbox, ten times as large each time."""
    runs = {}
    for messages, repeats in zip(size.growth, (size.repeats, size.repeats, 1)):
        with Exchange(Plan(users=1, messages=messages, matched=0.01)) as exchange:
            runs[f"{messages:,}"] = [clients.synchronize("this project", exchange) for _ in range(repeats)]
    rates = {m: median(m / r["seconds"] for r in runs[f"{m:,}"]) for m in size.growth}
    peaks = {m: max(r["peak_kib"] for r in runs[f"{m:,}"]) / MIB for m in size.growth}
    first, last = size.growth[0], size.growth[-1]
    text = "; ".join(f"{m:,}: {m / rates[m]:.1f} s, {rates[m]:,.0f} messages/s, {peaks[m]:.0f} MiB" for m in size.growth)
    flat = peaks[last] <= max(1.25 * peaks[first], peaks[first] + 8)
    return [Row(f"one mailbox of {last:,} messages, 1 % matched", "memory flat, time linear", text,
                flat and rates[last] >= 0.8 * max(rates.values()), runs)]


def consumers(size):
    """The same mail, shared by several processes, as several queue consumers share it."""
    plan = Plan(users=48, messages=size.messages // 48, latency_ms=100)
    with Exchange(plan) as exchange:
        runs = {str(n): [clients.share(exchange, n) for _ in range(size.repeats)] for n in (1, 2, 4)}
    seconds = {n: median(r["seconds"] for r in results) for n, results in runs.items()}
    text = "; ".join(f"{n}: {s:.1f} s, {seconds['1'] / s:.2f}x" for n, s in seconds.items())
    return [Row(f"{plan.total:,} messages in 48 mailboxes, 100 ms latency, shared by processes of 8 connections",
                "no figure asked: how work spreads over consumers", text, None, runs)]
