"""Makes test/fixtures/io/tars.json: small archives written by GNU tar and by Python's tarfile, with the names, offsets, sizes and
(the beginnings of) sha256 of their members as Python's tarfile reads them.

Run from the repository's root, with GNU tar:  python3 test/oracles/tar_formats.py
"""
import base64
import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile

# pads to one block instead of twenty, so that the archives stay small
tarfile.RECORDSIZE = tarfile.BLOCKSIZE

LONG = 'a-long-folder-name-' * 7 + '/' + 'n' * 120 + '.png'
FILES = {
    'cat/0001.png': bytes(range(256)) * 3,
    'cat/0001.cls': b'7\n',
    'dog/empty.txt': b'',
    'dog/block.webp': b'b' * 512,
    # fits POSIX's own prefix of 155 bytes
    'p' * 90 + '/' + 'q' * 60 + '.jpg': b'prefix',
    LONG: b'a long name',
    'katze-ä-猫.png': 'ä'.encode(),
}


def entry(raw):
    with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
        members = [
            [m.name.removeprefix('./'), m.offset_data, m.size, hashlib.sha256(archive.extractfile(m).read()).hexdigest()[:8]]
            for m in archive if m.isfile()
        ]
    return {'gzip': base64.b64encode(gzip.compress(raw, mtime=0)).decode(), 'members': members}


def python(format, names):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode='w', format=format) as archive:
        archive.addfile(folder('cat'))
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = len(FILES[name])
            # a time with a fraction makes a pax header of its own
            info.mtime = 1.5 if format == tarfile.PAX_FORMAT else 1
            archive.addfile(info, io.BytesIO(FILES[name]))
    return entry(buffer.getvalue())


def folder(name):
    info = tarfile.TarInfo(name)
    info.type = tarfile.DIRTYPE
    return info


def gnu_tar(*options):
    with tempfile.TemporaryDirectory() as root:
        for name, content in FILES.items():
            path = os.path.join(root, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, 'wb') as file:
                file.write(content)
        command = ['tar', '-C', root, '-c', '-b', '1', '--sort=name', '--mtime=@1.5', '--owner=0', '--group=0', '--numeric-owner', *options, '.']
        return entry(subprocess.run(command, check=True, stdout=subprocess.PIPE, env={**os.environ, 'LC_ALL': 'C.UTF-8'}).stdout)


short = [name for name in FILES if name != LONG]
large = tarfile.TarInfo('large.png')
large.size = 9 * 2**30 + 5
version = subprocess.run(['tar', '--version'], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[0]
out = {
    'made with': f'{version}, Python {sys.version.split()[0]}',
    'archives': {
        'GNU tar, gnu': gnu_tar('--format=gnu'),
        'GNU tar, posix': gnu_tar('--format=posix'),
        'GNU tar, v7': gnu_tar('--format=v7', '--exclude=a-long*', '--exclude=ppp*'),
        'tarfile, gnu': python(tarfile.GNU_FORMAT, FILES),
        'tarfile, pax': python(tarfile.PAX_FORMAT, FILES),
        'tarfile, ustar': python(tarfile.USTAR_FORMAT, short),
    },
    # headers alone of a file beyond octal's 8 GiB: in binary, and in a pax record
    'large': {
        'size': large.size,
        'gnu': base64.b64encode(large.tobuf(tarfile.GNU_FORMAT)).decode(),
        'pax': base64.b64encode(large.tobuf(tarfile.PAX_FORMAT)).decode(),
    },
}
with open('test/fixtures/io/tars.json', 'w') as file:
    file.write(json.dumps(out, ensure_ascii=False).replace('], [', '],\n[').replace('}, ', '},\n') + '\n')
