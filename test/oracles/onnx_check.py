"""Looks at a model bundle with ONNX's own tools and Python's ONNX Runtime, which share nothing with alix.

usage: python onnx_check.py MODEL_FOLDER [CODES.npy IMAGES]
Checks the sizes and sha256 of model.json, onnx.checker in full, strict shape inference, the inputs and outputs of the
contract, and the golden pairs. CODES.npy (float32 [N,d]) are means that alix gave for IMAGES, a .npy of uint8 [N,H,W,C] or
an IDX file of [N,H,W]: they must be Python's to 1e-5. Prints one JSON line; ends with 1 where something is wrong.
"""
import base64, gzip, hashlib, json, pathlib, sys
import numpy as np, onnx, onnxruntime


def contract(bundle):
    h, w, c = (bundle["image"][k] for k in ("height", "width", "channels"))
    d = bundle["latent"]["size"]
    codes = ["mean"] if bundle["encoder"]["deterministic"] else ["mean", "log_variance"]
    return {
        "encoder.onnx": ([("image", "tensor(uint8)", ["N", h, w, c])], [(k, "tensor(float)", ["N", d]) for k in codes]),
        "decoder.onnx": (
            [("latent", "tensor(float)", ["N", d])],
            [("image", "tensor(float)", ["N", h, w, c]), ("pixels", "tensor(uint8)", ["N", h, w, c])],
        ),
    }


def ports(values):
    return [(v.name, v.type, list(v.shape)) for v in values]


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
        if name in contract(bundle):
            found = (ports(session.get_inputs()), ports(session.get_outputs()))
            assert found == contract(bundle)[name], f"{name}: {found}"
        sessions[name] = session
        report[name] = {"nodes": len(model.graph.node), "ir": model.ir_version, "opset": bundle["opset"], "bytes": len(data)}

    golden, n = bundle["golden"], bundle["golden"]["n"]
    raw = lambda key, kind: np.frombuffer(base64.b64decode(golden[key]), kind).reshape(n, -1)
    shape = [n, *(bundle["image"][k] for k in ("height", "width", "channels"))]
    encode = lambda x: sessions["encoder.onnx"].run(["mean"], {"image": x})[0]
    means = encode(raw("image", np.uint8).reshape(shape))
    decoded, pixels = sessions["decoder.onnx"].run(None, {"latent": raw("mean", np.float32)})
    report["golden_codes"] = float(np.abs(means - raw("mean", np.float32)).max())
    report["golden_images"] = float(np.abs(decoded.reshape(n, -1) - raw("decoded", np.float32)).max())
    assert max(report["golden_codes"], report["golden_images"]) <= golden["tolerance"], report
    assert (pixels == np.floor(np.float32(255) * decoded + np.float32(0.5)).astype(np.uint8)).all(), "pixels"

    if codes:
        given, x = np.load(codes), images_of(images, bundle)
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
