"""Data for `npm run bench -- loaders`, each format as others write it, seeded:

    python loader_data.py KIND FOLDER COUNT
"""
import gzip
import io
import pathlib
import struct
import sys
import tarfile

import numpy as np
from PIL import Image

DISTINCT = 500  # encoding is slow: further files repeat these


def pictures(count, height, width, channels, seed=1):
    """Waves and a little noise, uint8 [N,H,W,C]: they compress about as photographs do."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width][..., None]
    out = np.empty((min(count, DISTINCT), height, width, channels), np.uint8)
    for image in out:
        a, b, phase = random.random(3)
        wave = np.sin((a * x + b * y) * 24 / width + 6 * phase)
        tints = 0.4 + 0.6 * random.random(channels)
        image[:] = 20 + 190 * (0.5 + 0.5 * wave) * tints + 16 * random.random(image.shape)
    return np.resize(out, (count, height, width, channels))


def encoded(images, kind, **options):
    files = []
    for pixels in images[:DISTINCT]:
        file = io.BytesIO()
        Image.fromarray(pixels.squeeze()).save(file, kind, **options)
        files.append(file.getvalue())
    return [files[i % DISTINCT] for i in range(len(images))]


def write(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def idx(folder, count):
    for split, n in (('train', count), ('t10k', 10)):
        x = pictures(n, 28, 28, 1)
        write(folder / f'{split}-images-idx3-ubyte', struct.pack('>4i', 0x803, n, 28, 28) + x.tobytes())
        write(folder / f'{split}-labels-idx1-ubyte', struct.pack('>2i', 0x801, n) + bytes(i % 10 for i in range(n)))


def idx_gz(folder, count):
    idx(folder, count)
    for path in list(folder.iterdir()):
        write(path.with_name(path.name + '.gz'), gzip.compress(path.read_bytes(), 6))
        path.unlink()


def cifar10(folder, count):
    x = pictures(count, 32, 32, 3).transpose(0, 3, 1, 2).reshape(count, -1)
    records = np.concatenate([np.arange(count, dtype=np.uint8)[:, None] % 10, x], 1)
    write(folder / 'data_batch_1.bin', records.tobytes())
    write(folder / 'test_batch.bin', records[:10].tobytes())


def svhn(folder, count, compressed=False):
    from scipy.io import savemat

    folder.mkdir(parents=True, exist_ok=True)
    x = np.asfortranarray(pictures(count, 32, 32, 3).transpose(1, 2, 3, 0))
    digits = (np.arange(count, dtype=np.uint8) % 10 + 1)[:, None]
    for part in ('train', 'extra', 'test'):
        n = 10 if part != 'extra' else count
        savemat(folder / f'{part}_32x32.mat', {'X': x[..., :n], 'y': digits[:n]}, do_compression=compressed)


def npy(folder, count):
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / 'train.npy', pictures(count, 28, 28, 1)[..., 0])
    np.save(folder / 'test.npy', pictures(10, 28, 28, 1)[..., 0])


def image_folder(folder, files, end):
    for i, data in enumerate(files):
        write(folder / ('train' if i >= 10 else 'test') / f'class-{i % 10}' / f'{i:06}.{end}', data)


def png(folder, count):
    image_folder(folder, encoded(pictures(count, 64, 64, 3), 'png'), 'png')


def jpeg(folder, count):
    image_folder(folder, encoded(pictures(count, 160, 240, 3), 'jpeg', quality=90), 'jpg')


def celeba(folder, count):
    files = encoded(pictures(count, 218, 178, 3), 'jpeg', quality=90)
    for i, data in enumerate(files):
        write(folder / 'img_align_celeba' / f'{i + 1:06}.jpg', data)
    lines = (f'{i + 1:06}.jpg {2 if i < 10 else 0}\n' for i in range(count))
    write(folder / 'list_eval_partition.txt', ''.join(lines).encode())


def tiny_imagenet(folder, count):
    files = encoded(pictures(count, 64, 64, 3), 'jpeg', quality=90)
    ids = [f'n{i:08}' for i in range(200)]
    for id in ids:
        (folder / 'train' / id / 'images').mkdir(parents=True)
    for i, data in enumerate(files):
        id = ids[i % 200]
        write(folder / 'train' / id / 'images' / f'{id}_{i}.JPEG', data)
    write(folder / 'val' / 'images' / 'val_0.JPEG', files[0])
    write(folder / 'val' / 'val_annotations.txt', f'val_0.JPEG\t{ids[0]}\t0\t0\t62\t62\n'.encode())
    write(folder / 'wnids.txt', '\n'.join(ids).encode())


def tar(folder, count):
    folder.mkdir(parents=True)
    files = encoded(pictures(count, 64, 64, 3), 'png')
    shards = {'test-000000': range(10)}
    for first in range(10, count, 1000):
        shards[f'train-{first // 1000:06}'] = range(first, min(count, first + 1000))
    for name, members in shards.items():
        with tarfile.open(folder / f'{name}.tar', 'w', format=tarfile.USTAR_FORMAT) as archive:
            for i in members:
                for end, data in (('png', files[i]), ('cls', f'{i % 10}'.encode())):
                    member = tarfile.TarInfo(f'{i:06}.{end}')
                    member.size = len(data)
                    archive.addfile(member, io.BytesIO(data))


kinds = {
    'idx': idx, 'idx-gz': idx_gz, 'cifar10': cifar10, 'svhn': svhn, 'npy': npy, 'png': png, 'jpeg': jpeg, 'celeba': celeba,
    'svhn-gz': lambda folder, count: svhn(folder, count, True), 'tiny-imagenet': tiny_imagenet, 'tar': tar,
}
kinds[sys.argv[1]](pathlib.Path(sys.argv[2]), int(sys.argv[3]))
