"""Python's side of `npm run bench -- encode`: a folder of pictures through Pillow and onnxruntime into codes as .npy.

The encoder takes `image` uint8 [N,H,W,C] and gives the mean codes first. Rows are in the order of sorted relative paths.
Prints one JSON line. usage: python encode_folder.py encoder.onnx FOLDER codes.npy [--batch 64] [--threads 2]
"""
import argparse
import json
import pathlib
import time
from concurrent.futures import ThreadPoolExecutor

import numpy
import onnxruntime
from PIL import Image

ENDINGS = {".png", ".jpg", ".jpeg", ".webp"}


def main():
    start = time.perf_counter()
    parser = argparse.ArgumentParser()
    parser.add_argument("encoder")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("output")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    session = onnxruntime.InferenceSession(options.encoder, settings, providers=["CPUExecutionProvider"])
    port = session.get_inputs()[0]
    _, height, width, channels = port.shape

    def pixels(path):
        with Image.open(path) as picture:
            grey_or_rgb = picture.convert("L" if channels == 1 else "RGB")
        if grey_or_rgb.size != (width, height):
            raise SystemExit(f"{path}: {grey_or_rgb.size}, the model takes {width}x{height}")
        return numpy.asarray(grey_or_rgb).reshape(height, width, channels)

    paths = [p for p in options.folder.rglob("*") if p.suffix.lower() in ENDINGS]
    paths.sort(key=lambda p: p.relative_to(options.folder).as_posix())
    codes = []
    with ThreadPoolExecutor(options.threads) as readers:
        for first in range(0, len(paths), options.batch):
            batch = numpy.stack(list(readers.map(pixels, paths[first:first + options.batch])))
            codes.append(session.run(None, {port.name: batch})[0])
    numpy.save(options.output, numpy.concatenate(codes))
    print(json.dumps({
        "what": f"Pillow + onnxruntime {onnxruntime.__version__}",
        "images_per_second": len(paths) / (time.perf_counter() - start),
        "cpu_seconds": time.process_time(),
        "images": len(paths),
    }))


main()
