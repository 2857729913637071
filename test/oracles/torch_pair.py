"""A small convolutional VAE that PyTorch exports, and what PyTorch itself makes of two images: test/fixtures/foreign/.

Run with torch, onnx and onnxscript:  python test/oracles/torch_pair.py
"""
import json
import pathlib

import numpy as np
import onnx
import torch
from torch import nn

OUT = pathlib.Path(__file__).parent.parent / 'fixtures' / 'foreign'
H, W, C, D = 8, 12, 3, 4
MEAN, STD = [0.5, 0.4, 0.3], [0.2, 0.25, 0.5]


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(
            nn.Conv2d(C, 6, 4, 2, 1), nn.BatchNorm2d(6), nn.LeakyReLU(0.2), nn.Dropout(0.5), nn.Conv2d(6, 8, 4, 2, 1), nn.SiLU()
        )
        self.head = nn.Linear(8 * (H // 4) * (W // 4), 2 * D)

    def forward(self, x):
        mean, logvar = self.head(self.trunk(x).flatten(1)).chunk(2, dim=1)
        return mean, logvar


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.row = nn.Linear(D, 8 * (H // 4) * (W // 4))
        self.net = nn.Sequential(
            nn.ConvTranspose2d(8, 6, 4, 2, 1), nn.BatchNorm2d(6), nn.ReLU(), nn.ConvTranspose2d(6, C, 4, 2, 1), nn.Sigmoid()
        )

    def forward(self, z):
        return self.net(self.row(z).view(-1, 8, H // 4, W // 4))


def trained(net):
    """Running statistics that are not those of a new batch norm."""
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.3)
            module.running_var.uniform_(0.5, 2)
    return net.eval()


def main():
    OUT.mkdir(exist_ok=True)
    torch.manual_seed(0)
    encoder, decoder = trained(Encoder()), trained(Decoder())
    pixels = np.random.default_rng(0).integers(0, 256, (2, H, W, C), dtype=np.uint8)
    x = torch.from_numpy(pixels).permute(0, 3, 1, 2).double() / 255
    x = ((x - torch.tensor(MEAN).double().view(3, 1, 1)) / torch.tensor(STD).double().view(3, 1, 1)).float()
    open_batch = torch.export.Dim('batch')
    # the newer exporter, and the older one
    torch.onnx.export(
        encoder, (x,), OUT / 'encoder.onnx', dynamo=True, external_data=False, dynamic_shapes=({0: open_batch},),
        input_names=['x'], output_names=['mu', 'logvar'],
    )
    torch.onnx.export(
        decoder, (torch.zeros(2, D),), OUT / 'decoder.onnx', dynamo=False, opset_version=17,
        input_names=['z'], output_names=['x_hat'], dynamic_axes={'z': {0: 'batch'}},
    )
    # the newer exporter writes stack traces, with the paths of this machine
    written = onnx.load(OUT / 'encoder.onnx')
    for message in [*written.graph.node, *written.graph.value_info, written.graph]:
        del message.metadata_props[:]
    onnx.save(written, OUT / 'encoder.onnx')
    with torch.no_grad():
        mean, log_variance = encoder(x)
        image = decoder(mean).permute(0, 2, 3, 1)
    numbers = {
        'torch': torch.__version__,
        'pixels': pixels.ravel().tolist(),
        'mean': mean.ravel().tolist(),
        'log_variance': log_variance.ravel().tolist(),
        'image': [round(v, 7) for v in image.ravel().tolist()],
        'tolerance': 1e-5,
    }
    (OUT / 'answers.json').write_text(json.dumps(numbers) + '\n')
    manifest = {
        'name': 'torch-vae',
        'system': 'vae',
        'dataset': 'none',
        'licence': 'Apache-2.0',
        'image': {'height': H, 'width': W, 'channels': C, 'layout': 'NCHW', 'range': {'mean': MEAN, 'std': STD}},
        'latent': {'size': D, 'prior': 'normal'},
        'encoder': {'file': 'encoder.onnx', 'mean': 'mu', 'log_variance': 'logvar'},
        'decoder': {'file': 'decoder.onnx', 'range': [0, 1]},
    }
    (OUT / 'manifest.json').write_text(json.dumps(manifest, indent=2) + '\n')


main()
