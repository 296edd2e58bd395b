"""Runs one client once against the test Exchange, and what that cost. Knows no target.

Every client takes one JSON argument: url, login, password, users and contacts (CSV files), concurrency, and options of its
own; it prints one JSON line: seconds and cpu (of the synchronization alone), seen, matched, mime_bytes, peak_kib (most
memory over what the interpreter and its modules had before).
"""
import json
import resource
import subprocess
import time

from .exchange import CLIENT_CORE, LOGIN, PASSWORD, RELEASE, ROOT, on_core

CLIENTS = ROOT / "tests" / "bench" / "clients"
PYTHON = ROOT / "target" / "bench" / "venv" / "bin" / "python"
EXTENSION = RELEASE / "libexchange_sync.so"
CONNECTIONS = 8


class WrongResult(Exception):
    """A client that did not collect what it must is not measured."""


def php(script):
    return ["php", "-d", f"extension={EXTENSION}", str(CLIENTS / script)]


COMMANDS = {
    "this project": php("exchange_sync.php"),
    "exchangelib": [str(PYTHON), str(CLIENTS / "exchangelib_client.py")],
    "PHP SoapClient": ["php", str(CLIENTS / "soap_client.php")],
}


def plan(exchange, url=None, **options):
    return {"url": url or exchange.url, "login": LOGIN, "password": PASSWORD, "users": str(exchange.users),
            "contacts": str(exchange.contacts), "concurrency": CONNECTIONS, **options}


def run_json(command, argument=None):
    """The last line of the command's output as JSON, on the clients' core."""
    full = on_core(CLIENT_CORE, [*command, *([json.dumps(argument)] if argument is not None else [])])
    done = subprocess.run(full, stdout=subprocess.PIPE, text=True, check=False)
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        raise WrongResult(f"{command[0]} ended with status {done.returncode}: {done.stdout[-500:]}")
    return json.loads(lines[-1])


def synchronize(name, exchange, **options):
    """One run of one client, with what the server saw of it; a run that missed mail is an error."""
    exchange.reset()
    server_cpu = exchange.cpu()
    result = run_json(COMMANDS[name], plan(exchange, **options))
    stats = exchange.stats()
    result |= {"server_cpu": exchange.cpu() - server_cpu, "requests": stats["requests"], "peak_requests": stats["peak"],
               "bytes": stats["request_bytes"] + stats["response_bytes"]}
    if result["matched"] != exchange.expected or result["seen"] < exchange.plan.total:
        raise WrongResult(f"{name} saw {result['seen']} of {exchange.plan.total} messages and collected "
                          f"{result['matched']} of {exchange.expected}")
    return result


def share(exchange, processes):
    """This project in so many processes, each with its share of the mailboxes; seconds until the last one is through."""
    head, *users = exchange.users.read_text(encoding="utf-8").splitlines()
    running, begun = [], time.perf_counter()
    for number in range(processes):
        own = exchange.folder / f"users-{number}.csv"
        own.write_text("\n".join([head, *users[number::processes], ""]), encoding="utf-8")
        argument = plan(exchange) | {"mailboxes": str(own)}
        command = [*COMMANDS["this project"], json.dumps(argument)]
        running.append(subprocess.Popen(on_core(CLIENT_CORE, command), stdout=subprocess.PIPE, text=True))
    results = [json.loads(process.communicate()[0]) for process in running]
    seconds = time.perf_counter() - begun
    if sum(r["matched"] for r in results) != exchange.expected:
        raise WrongResult(f"{processes} processes collected {sum(r['matched'] for r in results)} of {exchange.expected}")
    return {"seconds": seconds, "cpu": sum(r["cpu"] for r in results), "peak_kib": max(r["peak_kib"] for r in results)}


def record(name, exchange, file):
    """Records the requests of a client's run; what passed through, as the recorder counted it."""
    recorder = subprocess.Popen([str(RELEASE / "record"), exchange.url, str(file)],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    address = recorder.stdout.readline().strip()
    run_json(COMMANDS[name], plan(exchange, url=address))
    passed, _ = recorder.communicate("")
    return json.loads(passed)


def replay(exchange, file, connections):
    """Sends the recorded requests again, over so many connections."""
    server_cpu = exchange.cpu()
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    result = run_json([str(RELEASE / "replay"), exchange.url, str(file), str(connections)])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return result | {"cpu": cpu, "process_seconds": time.perf_counter() - begun, "bytes": result["answer_bytes"],
                     "server_cpu": exchange.cpu() - server_cpu, "peak_requests": connections}
