"""Writes the results: JSON with every run, Markdown to read, and the plot. Knows no measurement."""
import datetime
import json
import os
import platform
import subprocess
from dataclasses import asdict
from pathlib import Path
from statistics import median

from .clients import PYTHON

MARKS = {True: "met", False: "missed", None: "-"}


def machine():
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), platform.machine())
    memory = Path("/proc/meminfo").read_text(encoding="utf-8").split()[1]
    return {"cpu": model, "cores": os.cpu_count(), "memory_gib": round(int(memory) / 2**20),
            "kernel": platform.release(), "priority": priority(), "php": version(["php", "-r", "echo PHP_VERSION;"]),
            "exchangelib": version([str(PYTHON), "-c", "import exchangelib; print(exchangelib.__version__)"])}


def priority():
    """How this run was scheduled: on a machine that does other work, only real-time priority gives figures that mean much."""
    return "usual" if os.sched_getscheduler(0) == os.SCHED_OTHER else "real-time"


def version(command):
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False).stdout.strip()


def write(folder, mode, loads, scenarios, rows):
    folder.mkdir(parents=True, exist_ok=True)
    result = {"date": datetime.date.today().isoformat(), "mode": mode, "machine": machine(),
              "load": {"before": loads[0], "after": loads[1]}, "rows": [asdict(r) for r in rows], "scenarios": scenarios}
    (folder / f"{mode}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    (folder / f"{mode}.md").write_text(markdown(result), encoding="utf-8")
    plot = Path(__file__).with_name("plot.py")
    subprocess.run([str(PYTHON), str(plot), str(folder / f"{mode}.json"), str(folder / f"{mode}.svg")], check=True)


def markdown(result):
    m, load = result["machine"], result["load"]
    lines = [
        f"# Speed, {result['mode']} run of {result['date']}", "",
        f"{m['cpu']}, {m['cores']} cores, {m['memory_gib']} GiB, Linux {m['kernel']}, PHP {m['php']}, exchangelib "
        f"{m['exchangelib']}. The test Exchange had one core, each client the other, at {m['priority']} priority; load average "
        f"{load['before']:.2f} before, {load['after']:.2f} after. Medians, with the least and the most in brackets.", "",
        "| work | target | measured | |", "| --- | --- | --- | --- |",
    ]
    lines += [f"| {r['work']} | {r['target']} | {r['measured']} | {MARKS[r['passed']]} |" for r in result["rows"]]
    for scenario in result["scenarios"]:
        lines += ["", f"## {scenario['work']}", "",
                  "| client | messages/s | of this project | client CPU, µs a message | server CPU, s | requests | MB | peak MiB |",
                  "| --- | --- | --- | --- | --- | --- | --- | --- |"]
        own = speed(scenario, "this project")
        for name, runs in scenario["runs"].items():
            rates = sorted(scenario["messages"] / r["seconds"] for r in runs)
            cells = [
                name, f"{median(rates):,.0f} ({rates[0]:,.0f} to {rates[-1]:,.0f})", f"{median(rates) / own:.3f}",
                f"{median(r['cpu'] for r in runs) / scenario['messages'] * 1e6:.1f}",
                f"{median(r['server_cpu'] for r in runs):.2f}", f"{median(r['requests'] for r in runs):,.0f}",
                f"{median(r['bytes'] for r in runs) / 1e6:,.0f}",
                f"{median(r['peak_kib'] for r in runs) / 1024:,.0f}" if "peak_kib" in runs[0] else "",
            ]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + f"\n\n![messages a second]({result['mode']}.svg)\n"


def speed(scenario, name):
    return median(scenario["messages"] / r["seconds"] for r in scenario["runs"][name])
