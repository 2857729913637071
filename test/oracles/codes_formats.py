"""Codes as pyarrow and safetensors write them, and what they say of those that alix wrote.

pip install pyarrow safetensors numpy pandas
python codes_formats.py                     writes ../fixtures/io/codes-python.{parquet,safetensors} (pyarrow 26, safetensors 0.8)
python codes_formats.py check FOLDER        compares codes.{safetensors,parquet,jsonl} of one run of `alix encode` with its codes.npy
"""
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from safetensors import safe_open
from safetensors.numpy import save_file

MODEL = {"name": "tiny", "sha256": "b" * 64}
NAMES = ["a/1.png", 'b "quoted".png', "ü\n3.png", "4", "5"]


def codes():
    return (np.arange(15, dtype=np.float32) / np.float32(7) - 1).reshape(5, 3)


def make(folder):
    save_file({"codes": codes()}, folder / "codes-python.safetensors",
              metadata={"names": json.dumps(NAMES), "model": MODEL["name"], "sha256": MODEL["sha256"]})
    table = pa.table({"name": pa.array(NAMES), "code": pa.array(list(codes()), pa.list_(pa.float32()))})
    table = table.replace_schema_metadata({"alix": json.dumps({"model": MODEL})})
    pq.write_table(table, folder / "codes-python.parquet", row_group_size=2)


def check(folder):
    wanted = np.load(folder / "codes.npy")
    beside = json.loads((folder / "codes.npy.json").read_text())
    names, model = beside.pop("names"), beside["model"]
    with safe_open(folder / "codes.safetensors", "np") as file:
        told = file.metadata()
        assert np.array_equal(file.get_tensor("codes"), wanted)
    assert json.loads(told["names"]) == names and json.loads(told["alix"]) == beside
    assert (told["model"], told["sha256"]) == (model["name"], model["sha256"])
    table = pq.read_table(folder / "codes.parquet")
    assert table.schema.field("code").type.value_type == pa.float32()
    assert table["name"].to_pylist() == names and json.loads(table.schema.metadata[b"alix"]) == beside
    assert np.array_equal(np.stack(pd.read_parquet(folder / "codes.parquet")["code"]), wanted)
    lines = pd.read_json(folder / "codes.jsonl", lines=True, dtype={"name": str})
    assert lines["name"].tolist() == names and set(lines["sha256"]) == {model["sha256"]}
    assert np.array_equal(np.array(lines["code"].tolist(), dtype=np.float32), wanted)
    print(f"{len(names)} codes of {wanted.shape[1]} values are the same in all four")


if sys.argv[1:2] == ["check"]:
    check(Path(sys.argv[2]))
else:
    make(Path(__file__).parent / "../fixtures/io")
