"""The test Exchange as a process of its own, on a core of its own. Knows no client."""
import json
import os
import subprocess
import tempfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path

LOGIN, PASSWORD = "svc", "bench-password"
SERVER_CORE, CLIENT_CORE = "0", "1"
ROOT = Path(__file__).resolve().parents[3]
RELEASE = ROOT / "target" / "release"


def on_core(core, command):
    """The command pinned to one core, where there is more than one."""
    return ["taskset", "-c", core, *command] if (os.cpu_count() or 1) > 1 else command


@dataclass(frozen=True)
class Plan:
    """What the test Exchange generates; the same plan is the same mail."""

    users: int
    messages: int
    matched: float = 0.1
    size: int = 20_000
    contacts: int = 5_000
    latency_ms: int = 0

    @property
    def total(self):
        return self.users * self.messages

    def argument(self):
        return (f"users={self.users},messages={self.messages},contacts={self.contacts},matched={self.matched},"
                f"size={self.size},seed=1")


class Exchange:
    """Runs while the `with` block does."""

    def __init__(self, plan):
        self.plan = plan

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="bench-")
        folder = Path(self._folder.name)
        command = [str(RELEASE / "exchange-server"), "--generate", self.plan.argument(), "--write-book", str(folder),
                   "--user", LOGIN, "--latency", str(self.plan.latency_ms)]
        self._process = subprocess.Popen(
            on_core(SERVER_CORE, command), stdout=subprocess.PIPE, env={**os.environ, "EXCHANGE_SERVER_PASSWORD": PASSWORD})
        ready = json.loads(self._process.stdout.readline())
        self.url, self.expected = ready["url"], ready["expected_matches"]
        self.users, self.contacts, self.folder = folder / "users.csv", folder / "contacts.csv", folder
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()
        self._folder.cleanup()

    def call(self, path, body=None):
        """Asks the control endpoint."""
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(self.url.replace("/EWS/Exchange.asmx", path), data=data) as answer:
            return json.load(answer)

    def stats(self):
        return self.call("/stats")

    def reset(self):
        self.call("/stats/reset", {})

    def cpu(self):
        """Processor seconds of the server so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
