"""The peers of `npm run bench -- loaders`: plain readers, as one writes them with NumPy, SciPy, Pillow, tarfile or webdataset.

    python loaders.py READER PATH SECONDS CHECK COUNT

Opens the data and goes through them in minibatches of 100, uint8 [100,H,W,C]: once, then on until SECONDS are over. Prints one JSON
line. Writes the pixels of the COUNT images with the first keys to CHECK, where it is not '-'.
"""
import glob
import gzip
import io
import json
import os
import pathlib
import struct
import sys
import tarfile
import time

import numpy as np

BATCH = 100
random = np.random.default_rng(1)


class Array:
    """Images in an array; the keys are their numbers."""

    def __init__(self, images, what=f'NumPy {np.__version__}'):
        self.images, self.what = images, what

    def batches(self):
        order = random.permutation(len(self.images))
        for start in range(0, len(order), BATCH):
            yield np.asarray(self.images[order[start : start + BATCH]])

    def first(self, count):
        return self.images[:count]


class Files:
    """Image files; the keys are their paths."""

    def __init__(self, root, pattern, prepare=lambda image: image):
        import PIL

        self.root, self.prepare, self.what = root, prepare, f'Pillow {PIL.__version__}'
        self.paths = [p for p in glob.glob(pattern, root_dir=root, recursive=True)]

    def read(self, path):
        from PIL import Image

        with Image.open(os.path.join(self.root, path)) as image:
            return np.asarray(self.prepare(image.convert('RGB')))

    def batches(self):
        order = random.permutation(len(self.paths))
        for start in range(0, len(order), BATCH):
            yield np.stack([self.read(self.paths[i]) for i in order[start : start + BATCH]])

    def first(self, count):
        return np.stack([self.read(path) for path in sorted(self.paths)[:count]])


class Shards:
    """Images of tar archives in the order they lie in; the keys are their names. Members are of one size."""

    def __init__(self, root):
        import PIL

        self.what = f'tarfile, Pillow {PIL.__version__}'
        self.paths = sorted(glob.glob(f'{root}/*train*.tar'))

    def samples(self):
        from PIL import Image

        for path in self.paths:
            with tarfile.open(path) as archive:
                for member in archive:
                    if member.name.endswith('.png'):
                        file = io.BytesIO(archive.extractfile(member).read())
                        yield member.name, np.asarray(Image.open(file).convert('RGB'))

    def batches(self):
        batch = []
        for _, image in self.samples():
            batch.append(image)
            if len(batch) == BATCH:
                yield np.stack(batch)
                batch = []
        if batch:
            yield np.stack(batch)

    def first(self, count):
        return np.stack([image for _, image in sorted(self.samples(), key=lambda sample: sample[0])[:count]])


class WebDataset(Shards):
    """The same through webdataset, which shuffles among the images that it holds."""

    def __init__(self, root):
        import webdataset

        super().__init__(root)
        made = webdataset.WebDataset(self.paths, shardshuffle=False, empty_check=False).shuffle(1000)
        self.what, self.dataset = f'webdataset {webdataset.__version__}', made.decode('rgb8')

    def samples(self):
        for sample in self.dataset:
            yield f"{sample['__key__']}.png", sample['png']


def idx(path):
    pack = lambda name: (gzip.open(name) if name.endswith('.gz') else open(name, 'rb')).read()
    data = pack(glob.glob(f'{path}/train-images*')[0])
    return Array(np.frombuffer(data, np.uint8, offset=16).reshape(*struct.unpack('>3i', data[4:16]), 1))


def cifar10(path):
    names = sorted(glob.glob(f'{path}/data_batch_*.bin'))
    records = np.concatenate([np.fromfile(name, np.uint8).reshape(-1, 3073) for name in names])
    return Array(np.ascontiguousarray(records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)))


def svhn(path):
    import scipy
    from scipy.io import loadmat

    x = loadmat(f'{path}/extra_32x32.mat')['X']
    return Array(np.ascontiguousarray(x.transpose(3, 0, 1, 2)), f'SciPy {scipy.__version__}')


def square(side, size):
    """A centred square, the shorter side's where `side` is 0, scaled by Pillow's antialiased bilinear rule."""

    def prepare(image):
        from PIL import Image

        width, height = image.size
        s = side or min(width, height)
        left, top = (width - s) // 2, (height - s) // 2
        return image.crop((left, top, left + s, top + s)).resize((size, size), Image.Resampling.BILINEAR)

    return prepare


readers = {
    'idx': idx,
    'cifar10': cifar10,
    'svhn': svhn,
    'npy': lambda path: Array(np.load(f'{path}/train.npy', mmap_mode='r')[..., None]),
    'folder': lambda path: Files(path, 'train/**/*.*'),
    'squares': lambda path: Files(path, 'train/**/*.*', square(0, 64)),
    'celeba': lambda path: CelebA(path),
    'tar': Shards,
    'webdataset': WebDataset,
}


def CelebA(path):
    files = Files(f'{path}/img_align_celeba', '*.jpg', square(108, 64))
    lines = pathlib.Path(path, 'list_eval_partition.txt').read_text().split('\n')
    parts = dict(line.split() for line in lines if line)
    files.paths = [name for name in files.paths if parts[name] == '0']
    return files


name, path, seconds, check, count = sys.argv[1:]
start, cpu = time.perf_counter(), time.process_time()
loader = readers[name](path)
opened = time.perf_counter()
images = sum(len(batch) for batch in loader.batches())
first = time.perf_counter()
more, end, used = 0, first, time.process_time()
while end - first < float(seconds):
    for batch in loader.batches():
        more += len(batch)
        end = time.perf_counter()
        if end - first >= float(seconds):
            break
later = time.process_time() - used
if check != '-':
    pathlib.Path(check).write_bytes(np.ascontiguousarray(loader.first(int(count))).tobytes())
print(json.dumps({
    'what': loader.what,
    'images_per_second': more / (end - first),
    'cpu_seconds': time.process_time(),
    'images': images,
    'from_start': images / (first - start),
    'cpu_per_image': later / more,
}))
