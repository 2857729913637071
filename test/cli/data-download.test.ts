/** alix data download, as a user types it, and whole data sets: unpacked, recorded, gone on with after a kill. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { createRandom } from '@alix/infer/io/random';
import { type PublishedSet, publishedSets } from '@alix/train/datasets/download/published';
import { downloadSet, RECORD } from '@alix/train/datasets/download/set';
import { datasets, openDataset } from '@alix/train/datasets/index';
import { beforeEach, expect, test, vi } from 'vitest';
import { transferNote } from '../../cli/dist/data/transfer-bar.js';
import { alix } from '../fixtures/cli.js';
import { fileServer } from '../fixtures/file-server.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { smallDisk, whyNoDisk } from '../fixtures/small-disk.js';
import { tarOf } from '../fixtures/tar.js';
import { zip } from '../train/tensorflow/zip.js';

const root = temporaryFolder();
const random = createRandom(2);
const content = Buffer.from(Uint8Array.from({ length: 400_000 }, () => random.integer(0, 255)));
const hash = (kind: string, bytes: Buffer) => createHash(kind).update(bytes).digest('hex');
const sha256 = hash('sha256', content);
const server = await fileServer(content);
const address = `${server.origin}/data%20set.bin`;
const name = 'data set.bin';
const quick = { wait: 1, patience: 500, tries: 2 };
let cwd = '';
let count = 0;
beforeEach(() => {
  cwd = join(root, `${count++}`);
  mkdirSync(cwd);
  server.serve(content);
  server.always(undefined);
});

/** Each path has its own file; others are 404. */
function serveAll(files: Readonly<Record<string, Buffer>>): void {
  server.always((request, response, honest) => {
    const file = files[request.url ?? ''];
    if (!file) return void response.writeHead(404).end();
    server.serve(file);
    honest();
  });
}
const download = (...args: string[]) => alix(['data', 'download', ...args], cwd);

test('an address: the licence first, then the file and its checksum', async () => {
  const { code, stdout, stderr } = await download(address, '-o', 'new/folder');
  expect([code, stdout]).toEqual([0, '']);
  expect(stderr).toMatch(/^licence: unknown to alix/);
  expect(stderr).toContain(`400,000 bytes, unverified, no checksum is known; its sha256 is ${sha256}`);
  expect(readFileSync(join(cwd, 'new/folder', name)).equals(content)).toBe(true);
  const again = await download(address, '-o', 'new/folder', '--sha256', sha256, '--json');
  expect(JSON.parse(again.stdout)).toEqual({
    path: join('new/folder', name),
    status: 'present',
    bytes: 400_000,
    sha256,
    verified: 'sha256',
  });
});

test('what is not what it should be gets no name, and the exit code says so', async () => {
  const wrong = await download(address, '--sha256', 'f'.repeat(64), '--retries', '0');
  expect([wrong.code, readdirSync(cwd)]).toEqual([1, []]);
  expect(wrong.stderr.split('\n').filter((line) => line.startsWith('alix: '))).toEqual([
    expect.stringMatching(/sha256 is another than the published one \(expected f{64}, found [0-9a-f]{64}\)/),
  ]);
  server.always((_request, response) => response.writeHead(503).end());
  const silent = await download(address, '--retries', '1', '--json');
  expect([silent.code, JSON.parse(silent.stdout).error.code]).toEqual([1, 'download-failed']);
  expect(silent.stderr).toMatch(/answered 503; again in [\d.]+ s \(1 of 1\)/);
  expect(server.requests).toHaveLength(2);
  for (const [args, words] of [
    [['mnst'], /did you mean mnist\?/],
    [['ftp://x/y'], /nothing of that name/],
    [[`${server.origin}/`], /does not end in the name of a file/],
    [[`${server.origin}/a%2f..%2fb`], /does not end in the name of a file/],
    [[address, '--sha256', 'abc'], /64 hexadecimal digits/],
    [[address, '--mirror', server.origin], /published data sets/],
    [['svhn', '--only', 'x.mat', '-o', '.'], /its files are: train_32x32.mat/],
    [['mnist', '--mirror', 'nowhere', '-o', '.'], /begins with http/],
  ] as const) {
    const ran = await download(...args);
    expect([args, ran.code !== 0, ran.stderr]).toEqual([args, true, expect.stringMatching(words)]);
  }
  expect(readdirSync(cwd)).toEqual([]);
});

/** Runs it against a slow server, sends the signal in the middle, and gives how it ended. */
async function broken(signal: 'SIGKILL' | 'SIGINT') {
  server.always((_request, _response, honest) => honest({ pace: 2000 }));
  const part = join(cwd, `${name}.part`);
  return alix(['data', 'download', address], cwd, async (child) => {
    while (!(existsSync(part) && statSync(part).size > 40_000)) await sleep(5);
    child.kill(signal);
  });
}

test.skipIf(process.platform === 'win32')('killed in the middle, the next run goes on to the same bytes', async () => {
  expect((await broken('SIGKILL')).code).toBe(null);
  expect(existsSync(join(cwd, name))).toBe(false);
  server.always(undefined);
  expect((await download(address)).code).toBe(0);
  expect(server.requests).toEqual([expect.objectContaining({ range: expect.stringMatching(/^bytes=[1-9]\d{4,5}-$/) })]);
  expect(readFileSync(join(cwd, name)).equals(content)).toBe(true);
  expect(readdirSync(cwd)).toEqual([name]);
});

test.skipIf(process.platform === 'win32')('Ctrl-C keeps the part and exits with 130', async () => {
  const { code, stderr } = await broken('SIGINT');
  expect([code, stderr]).toEqual([130, expect.stringMatching(/alix: interrupted/)]);
  expect(readdirSync(cwd).sort()).toEqual([`${name}.part`, `${name}.part.json`]);
});

test('a published set from a mirror with other bytes is refused, its licence shown all the same', async () => {
  serveAll({ '/mnist/train-images-idx3-ubyte.gz': content });
  const ran = await alix(['data', 'download', 'mnist', '-o', 'mnist', '--mirror', `${server.origin}/mnist/`], cwd);
  expect(ran.stderr).toMatch(/^MNIST, .*\nlicence: /);
  expect(ran.stderr).toMatch(/alix: .*another length than the published one \(expected 9912422 bytes, found 400000\)/);
  expect([ran.code, readdirSync(cwd)]).toEqual([1, []]);
  const celeba = await alix(['data', 'download', 'celeba', '-o', 'celeba'], cwd);
  expect([celeba.code, celeba.stderr]).toEqual([1, expect.stringMatching(/agreement.*put them into the folder/s)]);
});

const record = (label: number) => Buffer.concat([Buffer.of(label), Buffer.alloc(3072, 20 * label)]);
const tarball = gzipSync(
  tarOf([
    { name: 'cifar-10-batches-bin/', type: '5' },
    ...[1, 2, 3, 4, 5].map((i) => ({ name: `cifar-10-batches-bin/data_batch_${i}.bin`, data: record(i) })),
    { name: 'cifar-10-batches-bin/test_batch.bin', data: record(9) },
    { name: 'elsewhere/secret.bin', data: 'x' },
  ]),
);
const setOf = (file: PublishedSet['files'][number]): PublishedSet => ({
  name: 'test',
  title: 'a test',
  page: 'http://nowhere',
  licence: 'none',
  folder: 'test',
  files: [file],
});
const cifar = (archive: Buffer) =>
  setOf({
    name: 'a.tar.gz',
    addresses: [`${server.origin}/a.tar.gz`],
    sha256: hash('sha256', archive),
    unpack: { format: 'tar.gz', below: 'cifar-10-batches-bin/' },
  });

test('an archive is unpacked into a folder that --data takes; then nothing is fetched again', async () => {
  serveAll({ '/a.tar.gz': tarball });
  const [first] = await downloadSet(cifar(tarball), cwd, quick);
  expect(first).toMatchObject({ name: 'a.tar.gz', status: 'downloaded', verified: 'sha256', unpacked: 6 });
  expect(readdirSync(cwd).sort()).toEqual([
    RECORD,
    ...[1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`),
    'test_batch.bin',
  ]);
  const data = await openDataset(cwd, { split: 'train', seed: 0, options: { partial: true } });
  expect([data.name, data.count, [...(data.labels ?? [])]]).toEqual(['cifar10', 5, [1, 2, 3, 4, 5]]);
  server.requests.length = 0;
  expect(await downloadSet(cifar(tarball), cwd, quick)).toMatchObject([{ status: 'present', unpacked: 6 }]);
  expect(server.requests).toEqual([]);
  // what is cut short is noticed, and made whole
  writeFileSync(join(cwd, 'data_batch_3.bin'), 'short');
  expect(await downloadSet(cifar(tarball), cwd, quick)).toMatchObject([{ status: 'downloaded' }]);
  expect(readFileSync(join(cwd, 'data_batch_3.bin')).equals(record(3))).toBe(true);
});

test('two that want one set, and what a killed unpacking left, come to one whole folder', async () => {
  serveAll({ '/a.tar.gz': tarball });
  mkdirSync(join(cwd, '.unpacking-0'));
  writeFileSync(join(cwd, '.unpacking-0', 'half'), 'x');
  const both = await Promise.all([downloadSet(cifar(tarball), cwd, quick), downloadSet(cifar(tarball), cwd, quick)]);
  expect(both.map(([file]) => file?.status).sort()).toEqual(['downloaded', 'present']);
  expect(server.requests).toHaveLength(1);
  expect(readdirSync(cwd)).toHaveLength(7);
});

test('ALIX_DATA and ALIX_MIRROR have a folder for each data set', async () => {
  vi.stubEnv('ALIX_DATA', join(cwd, 'all'));
  vi.stubEnv('ALIX_MIRROR', `${server.origin}/mirror/`);
  try {
    serveAll({});
    const { code, stderr } = await download('tiny-imagenet');
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/mirror\/tiny-imagenet\/tiny-imagenet-200.zip: the server answered 404/),
    ]);
    // the authors' site is not asked behind the user's back
    expect(server.requests.map(({ path }) => path)).toEqual(['/mirror/tiny-imagenet/tiny-imagenet-200.zip']);
    expect(readdirSync(cwd)).toEqual([]);
    mkdirSync(join(cwd, 'all/celeba'), { recursive: true });
    writeFileSync(join(cwd, 'all/celeba/list_attr_celeba.txt'), 'not the published one');
    vi.stubEnv('ALIX_MIRROR', '');
    const celeba = await download('celeba', '--only', 'list_attr_celeba.txt');
    expect([celeba.code, celeba.stderr]).toEqual([
      1,
      expect.stringMatching(/there is another file of this name \(expected 75e2/),
    ]);
  } finally {
    vi.unstubAllEnvs();
  }
});

test('files placed by hand are checked and unpacked; the mirror stands in for an address', async () => {
  const archive = zip({ 'img/1.jpg': 'one', 'img/2.jpg': 'two', '__MACOSX/img/._1.jpg': 'junk' });
  const byHand = setOf({
    name: 'img.zip',
    addresses: [],
    md5: hash('md5', archive),
    unpack: { format: 'zip', below: '' },
  });
  await expect(downloadSet(byHand, cwd, quick)).rejects.toMatchObject({ code: 'by-hand' });
  writeFileSync(join(cwd, 'img.zip'), archive);
  expect(await downloadSet(byHand, cwd, quick)).toMatchObject([{ status: 'present', verified: 'md5', unpacked: 2 }]);
  expect((readdirSync(cwd, { recursive: true }) as string[]).sort()).toEqual([RECORD, 'img', 'img/1.jpg', 'img/2.jpg']);
  serveAll({ '/faces/img.zip': archive });
  const mirror = `${server.origin}/faces`;
  expect(await downloadSet(byHand, join(cwd, 'other'), { ...quick, mirror })).toMatchObject([{ status: 'downloaded' }]);
});

test('archives that climb out, hold links or are damaged leave nothing unpacked', async () => {
  for (const archive of [
    gzipSync(tarOf([{ name: 'cifar-10-batches-bin/../../x', data: 'x' }])),
    gzipSync(tarOf([{ name: 'cifar-10-batches-bin/a', type: '2' }])),
    tarball.subarray(0, tarball.length - 40),
    Buffer.from('no archive at all'),
  ]) {
    const folder = join(cwd, `${count++}`);
    serveAll({ '/a.tar.gz': archive });
    await expect(downloadSet(cifar(archive), folder, quick)).rejects.toMatchObject({
      code: expect.stringMatching(/^bad-/),
    });
    expect(readdirSync(folder)).toEqual(['a.tar.gz']);
  }
  expect(existsSync(join(cwd, 'x'))).toBe(false);
});

test.skipIf(whyNoDisk(root))(
  'a disk that is too small is told of before it is filled, and the part is kept where it fills',
  async () => {
    const disk = smallDisk(join(cwd, 'disk'), 256);
    try {
      const told = await download(address, '-o', 'disk');
      expect([told.code, told.stderr]).toEqual([1, expect.stringMatching(/too little disk space/)]);
      // no length is said: it fills
      server.always((_request, response) => {
        response.write(content);
        response.end();
      });
      const full = await download(address, '-o', 'disk');
      expect([full.code, full.stderr]).toEqual([1, expect.stringMatching(/no space left on the disk/)]);
      expect(existsSync(join(disk.folder, name))).toBe(false);
      disk.remount('size=2m');
      server.always(undefined);
      expect((await download(address, '-o', 'disk', '--sha256', sha256)).code).toBe(0);
      expect(readFileSync(join(disk.folder, name)).equals(content)).toBe(true);
    } finally {
      disk.remove();
    }
  },
);

test('the table: every address, checksum and folder is well-formed, and each set is one that is read', () => {
  expect(Object.keys(publishedSets)).toEqual(['mnist', 'cifar10', 'svhn', 'celeba', 'tiny-imagenet']);
  for (const set of Object.values(publishedSets)) {
    expect(datasets[set.name]?.summary).toContain(set.folder);
    expect(set.licence.length).toBeGreaterThan(10);
    for (const file of set.files) {
      expect([file.name, file.sha256 ?? file.md5]).toEqual([file.name, expect.stringMatching(/^([0-9a-f]{32}){1,2}$/)]);
      for (const source of file.addresses) expect(new URL(source).pathname.endsWith(`/${file.name}`)).toBe(true);
      expect(file.addresses.length > 0 || set.byHand !== undefined).toBe(true);
    }
  }
});

test('the rate is that of the last seconds, and what an earlier run left is no part of it', () => {
  expect(transferNote([{ at: 1000, done: 50e6 }], 100e6)).toEqual({
    note: '50.0 of 100.0 MB, 0.0 MB/s',
    secondsLeft: 0,
  });
  const past = [
    { at: 1000, done: 50e6 },
    { at: 3000, done: 60e6 },
  ];
  expect(transferNote(past, 100e6)).toEqual({ note: '60.0 of 100.0 MB, 5.0 MB/s', secondsLeft: 8 });
  expect(transferNote(past, undefined).note).toBe('60.0 MB, 5.0 MB/s');
});
