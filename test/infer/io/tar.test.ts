import { createHash } from 'node:crypto';
import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { AlixError } from '@alix/infer/io/errors';
import { FileWindow } from '@alix/infer/io/file-window';
import { createRandom } from '@alix/infer/io/random';
import { type TarMember, tarMembers } from '@alix/infer/io/tar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Entry, paxRecord, sealed, tarOf } from '../../fixtures/tar.js';

/** test/oracles/tar_formats.py makes them with GNU tar and Python's tarfile. */
const tars = JSON.parse(readFileSync(new URL('../../fixtures/io/tars.json', import.meta.url), 'utf8')) as {
  archives: Record<string, { gzip: string; members: [name: string, offset: number, size: number, sha256: string][] }>;
  large: { size: number; gnu: string; pax: string };
};

let root: string;
let path: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'alix-tar-'));
  path = join(root, 'x.tar');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function members(bytes?: Uint8Array): Promise<TarMember[]> {
  if (bytes) writeFileSync(path, bytes);
  const file = await FileWindow.open(path);
  try {
    const found: TarMember[] = [];
    for await (const member of tarMembers(file)) found.push(member);
    return found;
  } finally {
    await file.close();
  }
}

describe('tar archives', () => {
  it.each(Object.entries(tars.archives))(
    'of %s: names, offsets and sizes as tarfile reads them',
    async (_, archive) => {
      const bytes = gunzipSync(Buffer.from(archive.gzip, 'base64'));
      const found = (await members(bytes)).map(({ name, offset, size }) => {
        const content = bytes.subarray(offset, offset + size);
        return [name, offset, size, createHash('sha256').update(content).digest('hex').slice(0, 8)];
      });
      expect(found).toEqual(archive.members);
    },
  );

  it.each(['gnu', 'pax'] as const)('with a member beyond 8 GiB, by the header that %s has for it', async (format) => {
    const { size, ...headers } = tars.large;
    const head = Buffer.from(headers[format], 'base64');
    const tail = tarOf([{ name: 'after.cls', data: '3' }]);
    const behind = head.length + Math.ceil(size / 512) * 512;
    const file = openSync(path, 'w');
    writeSync(file, head);
    // the file system keeps nothing of what is between
    ftruncateSync(file, behind + tail.length);
    writeSync(file, tail, 0, tail.length, behind);
    closeSync(file);
    expect(await members()).toEqual([
      { name: 'large.png', offset: head.length, size },
      { name: 'after.cls', offset: behind + 512, size: 1 },
    ]);
    rmSync(path);
  });

  it('whose numbers have spaces and NULs around them', async () => {
    const entry = (size: string): Entry => ({ name: 'a', data: 'xyz', size });
    for (const size of ['         3 \0', '3 \0\0\0\0', '00000000003\0', '       0003']) {
      const found = await members(tarOf([entry(size), { name: 'b' }]));
      expect(found, size).toEqual([
        { name: 'a', offset: 512, size: 3 },
        { name: 'b', offset: 1536, size: 0 },
      ]);
    }
  });

  it('with ./ before the names, and folders', async () => {
    const archive = tarOf([
      { name: './', type: '5' },
      { name: './a/', type: '5', size: 4096 },
      { name: './a/..b.png' },
    ]);
    expect(await members(archive)).toEqual([{ name: 'a/..b.png', offset: 1536, size: 0 }]);
  });

  const good = [
    { name: 'a.png', data: 'image' },
    { name: 'b.png', data: 'y'.repeat(600) },
  ];

  it.each<[what: string, bytes: () => Uint8Array, message: RegExp]>([
    ['an empty file', () => Buffer.alloc(0), /x\.tar: an empty file/],
    ['text', () => Buffer.from('no tar at all\n'.repeat(100)), /x\.tar: not a tar archive.*name a tar archive/],
    ['gzip', () => gzipSync(tarOf(good)), /x\.tar: a tar compressed by gzip has no random access; .*gunzip/],
    ['zstd', () => Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0]), /compressed by zstd/],
    ['no end', () => tarOf(good, { end: false }), /x\.tar, byte 2560: the archive is truncated/],
    ['half a header', () => tarOf(good).subarray(0, 1300), /byte 1024: the archive is truncated.*found 1300/],
    ['half a member', () => tarOf(good).subarray(0, 2000), /x\.tar:b\.png: .*truncated \(expected at least 2136 bytes/],
    ['a size that lies', () => tarOf([{ name: 'a.png', size: 0o7777 }]), /x\.tar:a\.png: .*truncated/],
    ['a size of letters', () => tarOf([...good, { name: 'c', size: '0000000x' }]), /byte 2560: .*size is not a number/],
    ['a negative size', () => tarOf([...good, binary(0xff)]), /byte 2560: a header's size is negative/],
    ['a size beyond all', () => tarOf([...good, binary(0x80, 0x7f)]), /byte 2560: a header's size is beyond any file/],
    [
      'another magic',
      () => tarOf([...good, { name: 'c', magic: 'USTAR\u000000' }]),
      /byte 2560: .*unknown kind of tar/,
    ],
    ['a flipped bit', () => flipped(tarOf(good), 1024 + 30, 1), /byte 1024: a header's checksum is wrong/],
    ['a parent', () => tarOf([{ name: 'a/../../etc/x.png' }]), /climbs out of the archive.*a\/\.\.\/\.\.\/etc/],
    ['the root', () => tarOf([{ name: '/etc/x.png' }]), /an absolute path/],
    ['the root behind ./', () => tarOf([{ name: './/x.png' }, { name: './/./../x' }]), /climbs out/],
    ['a hard link', () => tarOf([{ name: 'l.png', type: '1' }]), /x\.tar:l\.png: a hard link.*--hard-dereference/],
    ['a symbolic link', () => tarOf([{ name: 'l.png', type: '2' }]), /x\.tar:l\.png: a symbolic link/],
    ['a device', () => tarOf([{ name: 'null', type: '3' }]), /x\.tar:null: a device/],
    ['a sparse file', () => tarOf([{ name: 's.png', type: 'S' }]), /x\.tar:s\.png: a sparse file.*without --sparse/],
    ['another type', () => tarOf([{ name: 's.png', type: 'Z' }]), /x\.tar:s\.png: a member of an unknown type/],
    ['no name', () => tarOf([{ name: '', data: 'x' }]), /without a name/],
    ['a pax parent', () => pax(paxRecord('path', '../x')), /climbs out/],
    ['a pax NUL', () => pax(paxRecord('path', 'a.png\0.txt')), /holds a NUL/],
    ['a pax size', () => pax(paxRecord('size', '99999999')), /x\.tar:a\.png: .*truncated/],
    ['a pax size of letters', () => pax(paxRecord('size', '1e3')), /whose size is not a number \(found "1e3"\)/],
    ['a pax sparse map', () => pax(paxRecord('GNU.sparse.major', '1')), /a sparse file/],
    ['a pax length too short', () => pax('5 path=x\n'), /byte 0: a pax header with a record that does not add up/],
    ['a pax length too long', () => pax('500 path=x\n'), /does not add up/],
    ['a pax length of zero', () => pax('0 path=x\n'), /does not add up/],
    ['a pax without =', () => pax('7 path\n'), /does not add up/],
    ['a global pax size', () => pax(paxRecord('size', '1'), 'g'), /gives every member one name or size/],
    [
      'a name of gigabytes',
      () => tarOf([{ name: 'L', type: 'L', size: 2 ** 31 }]),
      /too long \(found 2147483648 bytes/,
    ],
    [
      'a name without a member',
      () => tarOf([{ name: 'L', type: 'L', data: 'x' }]),
      /ends after a header that announces/,
    ],
    [
      'joined archives',
      () => Buffer.concat([tarOf(good), tarOf(good)]),
      /byte 3584: something follows the archive's end/,
    ],
  ])('refuses %s', async (_what, bytes, message) => {
    const refused = await members(bytes()).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AlixError);
    expect(refused).toMatchObject({ code: 'bad-tar', message: expect.stringMatching(message) });
  });

  it('passes over zeros behind the end, however many', async () => {
    expect(await members(Buffer.concat([tarOf(good), Buffer.alloc(20 * 512)]))).toHaveLength(2);
  });

  it('are never anything but members inside the file, or an AlixError, whatever bytes are changed', async () => {
    const archives = Object.values(tars.archives).map(({ gzip }) => gunzipSync(Buffer.from(gzip, 'base64')));
    const random = createRandom('tar mutations');
    let refused = 0;
    for (let round = 0; round < 600; round++) {
      const bytes = Buffer.from(archives[round % archives.length] as Buffer);
      const whole = bytes.length;
      for (let change = random.integer(1, 4); change > 0; change--)
        bytes[random.integer(0, whole - 1)] = random.integer(0, 255);
      // half of the headers are made valid again, so that the parser is got past the checksum
      if (round % 2 === 0)
        for (let at = 0; at + 512 <= whole; at += 512) if (isHeader(bytes, at)) sealed(bytes.subarray(at, at + 512));
      const cut = round % 5 === 0 ? random.integer(0, whole) : whole;
      try {
        for (const { name, offset, size } of await members(bytes.subarray(0, cut))) {
          expect(offset + size).toBeLessThanOrEqual(cut);
          expect(name.startsWith('/') || name.split('/').includes('..') || name.includes('\0')).toBe(false);
        }
      } catch (error) {
        if (!(error instanceof AlixError)) throw error;
        expect(error.message.startsWith(path)).toBe(true);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(100);
    expect(refused).toBeLessThan(600);
  });
});

const isHeader = (bytes: Buffer, at: number): boolean => bytes.toString('latin1', at + 257, at + 262) === 'ustar';

/** A member whose size is in binary and begins with these bytes. */
const binary = (...first: number[]): Entry => ({
  name: 'c',
  size: Buffer.from([...first, ...Buffer.alloc(12 - first.length)]).toString('latin1'),
});

const pax = (records: string, type = 'x'): Buffer =>
  tarOf([
    { name: 'pax', type, data: records },
    { name: 'a.png', data: 'image' },
  ]);

function flipped(bytes: Buffer, at: number, bit: number): Buffer {
  bytes[at] = (bytes[at] as number) ^ bit;
  return bytes;
}
