"""The Inception network of FID as an ONNX file for `alix eval --extractor`: torch-fidelity's, with its published weights of 2015.

    pip install torch torch-fidelity onnx
    python fid-inception.py inception.onnx [weights.pth]
    alix eval MODEL --data D --compat torch-fidelity --extractor inception.onnx --extractor-output pool --extractor-range 0,255 \
        --classifier inception.onnx --classifier-output logits --classifier-range 0,255 -o REPORT

Without weights.pth torch-fidelity downloads them. alix resizes (--compat names the filter), so the graph takes float32 [N,3,299,299] in
0..255. Distances are still called FD(digits:pool): the digits are the file's, and the same weights exported by the same versions give them.
"""
import sys

import torch
from torch_fidelity import feature_extractor_inceptionv3 as inception

# the graph takes floats that are resized already
inception.vassert = lambda *_: None
inception.interpolate_bilinear_2d_like_tensorflow1x = lambda x, **_: x

output, *weights = sys.argv[1:]
network = inception.FeatureExtractorInceptionV3("inception-v3-compat", ["2048", "logits_unbiased"], *weights)
torch.onnx.export(
    network,
    (torch.zeros(2, 3, 299, 299),),
    output,
    input_names=["image"],
    output_names=["pool", "logits"],
    dynamic_axes={name: {0: "N"} for name in ("image", "pool", "logits")},
    opset_version=17,
    dynamo=False,
)
