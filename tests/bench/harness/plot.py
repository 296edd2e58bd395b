"""Draws a result file: messages a second of every client, and how one mailbox's time and memory grow. Runs in the venv."""
import json
import sys
from pathlib import Path
from statistics import median

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "bench"
from matplotlib import pyplot  # noqa: E402

COLOURS = {"replay": "#9a9a9a", "this project": "#1f6f8b", "PHP SoapClient": "#c98a2b", "exchangelib": "#a8473c"}


def rates(axes, scenario):
    names = [n for n in COLOURS if n in scenario["runs"]]
    values = [median(scenario["messages"] / r["seconds"] for r in scenario["runs"][n]) for n in names]
    bars = axes.barh(names, values, color=[COLOURS[n] for n in names])
    axes.bar_label(bars, labels=[f"{v:,.0f}" for v in values], padding=3)
    axes.set_xscale("log")
    axes.set_xlim(100, max(values) * 4)
    axes.invert_yaxis()
    axes.set_title(scenario["work"], fontsize=9)
    axes.set_xlabel("messages a second")


def growth(axes, row):
    runs = sorted((int(name.replace(",", "")), results[0]) for name, results in row["runs"].items())
    messages = [m for m, _ in runs]
    axes.loglog(messages, [r["seconds"] for _, r in runs], "o-", color="#1f6f8b", label="seconds")
    axes.loglog(messages, [r["peak_kib"] / 1024 for _, r in runs], "s--", color="#a8473c", label="peak MiB over PHP's")
    axes.set_title(row["work"], fontsize=9)
    axes.set_xlabel("messages in the mailbox")
    axes.legend()


def main(source, target):
    result = json.loads(Path(source).read_text(encoding="utf-8"))
    grown = [r for r in result["rows"] if r["work"].startswith("one mailbox of")]
    parts = [(rates, s) for s in result["scenarios"]] + [(growth, r) for r in grown]
    if not parts:
        return
    figure, all_axes = pyplot.subplots(len(parts), 1, figsize=(8, 3 * len(parts)), squeeze=False)
    for axes, (draw, data) in zip(all_axes[:, 0], parts):
        draw(axes, data)
    figure.suptitle(f"{result['machine']['cpu']}, {result['machine']['cores']} cores, {result['date']}", fontsize=9)
    figure.tight_layout()
    figure.savefig(target, metadata={"Date": None})


main(*sys.argv[1:])
