"""Looks at a model bundle with ONNX's own tools and Python's ONNX Runtime, which share nothing with alix.

usage: python onnx_check.py MODEL_FOLDER [CODES.npy IMAGES]
Checks the sizes and sha256 of model.json, onnx.checker in full, strict shape inference, the inputs and outputs of the
contract for every graph in every precision, the golden pairs of each, and that no answer depends on the batch. CODES.npy (float32 [N,d]) are means
that alix gave for IMAGES, a .npy of uint8 [N,H,W,C] or
an IDX file of [N,H,W]: they must be Python's to 1e-5. Prints one JSON line; ends with 1 where something is wrong.
"""
import base64, gzip, hashlib, json, pathlib, sys
import numpy as np, onnx, onnxruntime


def contract(bundle):
    """Inputs and outputs of each graph; None stands for a size that the graph alone states. A critic may read codes or not."""
    if "image" in bundle:
        h, w, c = (bundle["image"][k] for k in ("height", "width", "channels"))
        data = ("image", "tensor(uint8)", ["N", h, w, c])
        made = [("image", "tensor(float)", ["N", h, w, c]), ("pixels", "tensor(uint8)", ["N", h, w, c])]
        mask = [("mask", "tensor(float)", ["N", h, w, 1])]
    else:
        data = ("points", "tensor(float)", ["N", bundle["points"]["size"]])
        made, mask = [data], []
    d = bundle.get("latent", {}).get("size")
    code = lambda name: (name, "tensor(float)", ["N", d])
    any_size = lambda name: (name, "tensor(float)", ["N", None])
    codes = [code("mean")] if bundle.get("encoder", {}).get("deterministic") else [code("mean"), code("log_variance")]
    return {
        "encoder.onnx": ([data], codes),
        "masked_encoder.onnx": ([data, *mask], codes),
        "decoder.onnx": ([code("latent")], made),
        "critic.onnx": ([data, code("latent")], [any_size("logit")]),
        "features.onnx": ([data], [any_size("features")]),
        "classifier.onnx": ([data], [any_size("logit")]),
        "refine.onnx": (
            [code("latent"), ("target", *data[1:]), ("weight", "tensor(float)", ["N", *data[2][1:3], 1])],
            [("loss", "tensor(float)", ["N"]), code("gradient")],
        ),
    }


def fits(found, wanted):
    """Ports as the contract has them, where None is any fixed size."""
    same = lambda a, b: a == b or (b is None and isinstance(a, int) and a > 0)
    return len(found) == len(wanted) and all(
        f[:2] == w[:2] and len(f[2]) == len(w[2]) and all(map(same, f[2], w[2])) for f, w in zip(found, wanted)
    )


def ports(values):
    return [(v.name, v.type, list(v.shape)) for v in values]


def self_test(bundle, golden, of):
    """Largest differences from the golden pairs, by what they are of."""
    n = golden["n"]
    raw = lambda key, kind: np.frombuffer(base64.b64decode(golden[key]), kind).reshape(n, -1)
    worst = lambda found, key: float(np.abs(found.reshape(n, -1) - raw(key, np.float32)).max())
    found, given = {}, {}
    if "image" in golden:
        given = {"image": raw("image", np.uint8).reshape([n, *(bundle["image"][k] for k in ("height", "width", "channels"))])}
    elif "points" in golden:
        given = {"points": raw("points", np.float32)}
    if of("encoder"):
        found["codes"] = worst(of("encoder").run(["mean"], given)[0], "mean")
    if of("decoder"):
        decoded, *pixels = of("decoder").run(None, {"latent": raw("mean" if "mean" in golden else "latent", np.float32)})
        found["images"] = worst(decoded, "decoded")
        if pixels:
            assert (pixels[0] == np.floor(np.float32(255) * decoded + np.float32(0.5)).astype(np.uint8)).all(), "pixels"
    if of("classifier"):
        found["logits"] = worst(of("classifier").run(["logit"], given)[0], "logit")
    return found


def images_of(path, bundle):
    if path.endswith(".npy"):
        return np.load(path)
    data = (gzip.open if path.endswith(".gz") else open)(path, "rb").read()
    assert data[:4] == b"\0\0\x08\x03", f"{path}: not an IDX file of uint8 images"
    n, h, w = np.frombuffer(data, ">i4", 3, 4)
    return np.frombuffer(data, np.uint8, offset=16).reshape(n, h, w, 1)


def main(folder, codes=None, images=None):
    folder = pathlib.Path(folder)
    bundle = json.loads((folder / "model.json").read_text())
    report = {"model": folder.name, "onnx": onnx.__version__, "onnxruntime": onnxruntime.__version__}
    sessions = {}
    for name, entry in bundle["files"].items():
        data = (folder / name).read_bytes()
        assert len(data) == entry["bytes"], f"{name}: {len(data)} bytes"
        assert hashlib.sha256(data).hexdigest() == entry["sha256"], f"{name}: sha256"
        model = onnx.load_from_string(data)
        onnx.checker.check_model(model, full_check=True)
        inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
        known = {v.name for v in [*inferred.graph.value_info, *inferred.graph.output]}
        unknown = [o for node in model.graph.node for o in node.output if o not in known]
        assert not unknown, f"{name}: no shape for {unknown}"
        assert model.opset_import[0].version == bundle["opset"], f"{name}: opset {model.opset_import[0].version}"
        assert model.producer_name == "alix" and model.producer_version, f"{name}: no producer"
        session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
        graph = name.split(".")[0] + ".onnx"
        if graph in contract(bundle):
            inputs, outputs = contract(bundle)[graph]
            if graph == "critic.onnx" and len(session.get_inputs()) == 1:
                inputs = inputs[:1]
            found = (ports(session.get_inputs()), ports(session.get_outputs()))
            assert fits(found[0], inputs) and fits(found[1], outputs), f"{name}: {found}"
        sessions[name] = session
        report[name] = {"nodes": len(model.graph.node), "ir": model.ir_version, "opset": bundle["opset"], "bytes": len(data)}

    n = bundle["golden"]["n"]
    variants = bundle.get("variants", {})
    for precision in [bundle["precision"], *variants]:
        golden = {**bundle["golden"], **variants.get(precision, {}).get("golden", {})}
        of = lambda graph: sessions.get(f"{graph}.{precision}.onnx" if precision in variants else f"{graph}.onnx")
        found = self_test(bundle, golden, of)
        report["golden" if precision == bundle["precision"] else f"golden_{precision}"] = found
        assert max(found.values()) <= golden["tolerance"], report
    # the other graphs have no golden pairs: they run, at a batch of n and of 1, and give the same numbers
    rng = np.random.default_rng(1)
    for name, session in sessions.items():
        feeds = {
            p.name: (rng.integers(0, 256, [n, *p.shape[1:]], np.uint8) if "uint8" in p.type else rng.random([n, *p.shape[1:]], np.float32))
            for p in session.get_inputs()
        }
        whole = session.run(None, feeds)
        first = session.run(None, {k: v[:1] for k, v in feeds.items()})
        for value, alone in zip(whole, first):
            assert np.isfinite(value).all() and np.allclose(value[:1], alone, atol=1 if value.dtype == np.uint8 else 1e-4), name

    if codes:
        given, x = np.load(codes), images_of(images, bundle)
        encode = lambda x: sessions["encoder.onnx"].run(["mean"], {"image": x})[0]
        assert given.dtype == np.float32 and given.shape == (len(x), bundle["latent"]["size"]), (given.dtype, given.shape)
        ours = np.concatenate([encode(np.ascontiguousarray(x[i : i + 500])) for i in range(0, len(x), 500)])
        report["codes"] = {"n": len(x), "largest_difference": float(np.abs(ours - given).max())}
        assert report["codes"]["largest_difference"] <= 1e-5, report
    print(json.dumps(report))


if __name__ == "__main__":
    if len(sys.argv) not in (2, 4):
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except AssertionError as error:
        sys.exit(f"wrong: {error}")
