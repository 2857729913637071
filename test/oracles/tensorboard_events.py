"""Reads a run's event file as TensorBoard does, and compares it with the run's metrics.jsonl, number by number.

    python test/oracles/tensorboard_events.py RUN

Needs `pip install tensorboard` (checked with 2.21). Fails where a number, a step or a tag differs, or stands there twice.
"""
import json
import math
import pathlib
import struct
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

GROUPS = {"step": "train", "epoch": "epoch"}


def float32(value):
    return struct.unpack("<f", struct.pack("<f", float(value)))[0]


def main(run):
    expected = {}
    for line in (run / "metrics.jsonl").read_text().splitlines():
        entry = json.loads(line)
        kind, step, _ = entry.pop("kind"), entry.pop("step"), entry.pop("epoch")
        for name, value in entry.items():
            expected.setdefault(f"{GROUPS[kind]}/{name}", []).append((step, float32(value)))
    log = EventAccumulator(str(run), size_guidance={"scalars": 0}, purge_orphaned_data=False)
    log.Reload()
    found = {tag: [(event.step, event.value) for event in log.Scalars(tag)] for tag in log.Tags()["scalars"]}
    assert found.keys() == expected.keys(), found.keys() ^ expected.keys()
    for tag, events in expected.items():
        same = len(events) == len(found[tag]) and all(
            a[0] == b[0] and (a[1] == b[1] or math.isnan(a[1]) and math.isnan(b[1])) for a, b in zip(events, found[tag])
        )
        assert same, f"{tag}: {events} in metrics.jsonl, {found[tag]} in TensorBoard"
    times = [event.wall_time for tag in found for event in log.Scalars(tag)]
    assert times and min(times) > 1.6e9, "events without a time"
    print(f"{run}: {sum(map(len, found.values()))} numbers under {len(found)} tags, all as in metrics.jsonl")


main(pathlib.Path(sys.argv[1]))
