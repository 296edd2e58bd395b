"""Every client on the same mail, in turns, so that a busy moment of the machine strikes all of them. Knows no target."""
from . import clients
from .exchange import ROOT, Exchange

RECORDING = ROOT / "target" / "bench" / "requests"


def compare(plan, size):
    """Runs by client, and what the recorder counted in a run of this project and in one that asks for bodies alone."""
    with Exchange(plan) as exchange:
        bare = clients.record("PHP SoapClient", exchange, RECORDING)
        passed = clients.record("this project", exchange, RECORDING)
        passed |= {"expected": exchange.expected, "least_mime_answer_bytes": bare["mime_answer_bytes"]}
        own = clients.synchronize("this project", exchange)
        runs = {"this project": [], "replay": [], "PHP SoapClient": [], "exchangelib": []}
        for turn in range(size.repeats):
            runs["this project"].append(clients.synchronize("this project", exchange))
            runs["replay"].append(clients.replay(exchange, RECORDING, own["peak_requests"]))
            if turn < size.peer_repeats:
                runs["PHP SoapClient"].append(clients.synchronize("PHP SoapClient", exchange))
            if turn < size.slow_repeats:
                # Once is enough to see that its fault tolerance costs nothing where nothing fails.
                for tolerant in (False,) if size.quick or plan.latency_ms else (False, True):
                    result = clients.synchronize("exchangelib", exchange, fault_tolerance=tolerant, batch=500)
                    runs["exchangelib"].append(result | {"fault_tolerance": tolerant})
    RECORDING.unlink()
    return {name: results for name, results in runs.items() if results}, passed
