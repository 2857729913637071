/** MAT-files that scipy wrote (test/oracles/mat_files.py), and damaged ones. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, gunzipSync } from 'node:zlib';
import { listMat, type MatValues } from '@alix/infer/io/mat';
import { matBytes, readMatNumbers } from '@alix/infer/io/mat-values';
import { createRandom } from '@alix/infer/io/random';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../fixtures/folder.js';

interface Variable {
  readonly shape: readonly number[];
  readonly type: string;
  readonly values: readonly number[] | null;
}
interface File {
  readonly gzip: string;
  readonly variables: Readonly<Record<string, Variable>>;
}
const { files, refused } = JSON.parse(readFileSync(new URL('../../fixtures/io/mat.json', import.meta.url), 'utf8')) as {
  readonly files: Readonly<Record<string, File>>;
  readonly refused: Readonly<Record<string, string>>;
};

const root = temporaryFolder();
const bytesOf = (name: string): Buffer => gunzipSync(Buffer.from((files[name] as File).gzip, 'base64'));
function put(bytes: Uint8Array): string {
  const path = join(root, `${Math.random()}.mat`);
  writeFileSync(path, bytes);
  return path;
}
const valuesOf = async (path: string, i = 0) => (await listMat(path))[i]?.values as MatValues;
const read = async (path: string, i = 0) => readMatNumbers(path, await valuesOf(path, i), 1e6);
const refuses = (bytes: Uint8Array, message: RegExp) =>
  expect(listMat(put(bytes))).rejects.toMatchObject({ code: 'bad-mat', message: expect.stringMatching(message) });
/** The file with one byte changed, or several from `at` on. */
function changed(name: string, at: number, ...values: readonly number[]): Buffer {
  const bytes = bytesOf(name);
  bytes.set(values, at);
  return bytes;
}

describe('MAT-files', () => {
  it.each(Object.entries(files))('as scipy reads them: %s', async (name, { variables }) => {
    const path = put(bytesOf(name));
    const found = await listMat(path);
    expect(found.map(({ name }) => name)).toEqual(Object.keys(variables));
    for (const [i, { name, type, shape, values }] of found.entries()) {
      const wanted = variables[name] as Variable;
      expect([name, type]).toEqual([name, wanted.type]);
      // scipy counts a word as one value
      if (type !== 'char') expect(shape).toEqual(wanted.shape);
      expect(values === undefined).toBe(wanted.values === null);
      if (!wanted.values) continue;
      const all = [...(await read(path, i))];
      const step = Math.max(1, Math.floor(all.length / 50));
      expect(all.filter((_, k) => k % step === 0)).toEqual(wanted.values);
    }
  });

  it('unpacks no more than it is asked for', async () => {
    const path = put(bytesOf('compressed'));
    await expect(readMatNumbers(path, await valuesOf(path), 100)).rejects.toThrow(/at most 100 values, found 12288/);
  });

  it('refuses what is no version 5', async () => {
    await refuses(Buffer.alloc(0), /not a MAT-file of version 5/);
    await refuses(Buffer.from('no MAT-file'.repeat(20)), /not a MAT-file of version 5.*"IM" or "MI"/);
    await refuses(Buffer.from(refused['version 4'] as string, 'base64'), /not a MAT-file of version 5/);
    await refuses(Buffer.from('MATLAB 7.3 MAT-file, Platform'.padEnd(600)), /7.3, which is HDF5.*save it with -v7/);
    await refuses(changed('plain', 124, 0, 2), /unknown version/);
    await expect(listMat(join(root, 'none.mat'))).rejects.toMatchObject({ code: 'not-found' });
  });

  it.each(['plain', 'compressed'])('says of a file that is cut short: %s', async (name) => {
    const bytes = bytesOf(name);
    for (const length of [129, 135, 136, 140, 200, bytes.length - 20])
      await refuses(bytes.subarray(0, length), /cut short|not a MAT-file|without its/);
    // within the list of variables all is well: the head of the second is missing altogether
    const path = put(bytes);
    const values = await valuesOf(path);
    writeFileSync(path, bytes.subarray(0, 300));
    await expect(readMatNumbers(path, values, 1e6)).rejects.toMatchObject({ code: 'bad-mat' });
  });

  it('refuses counts that cannot be', async () => {
    // the tag of X, its flags and dimensions stand from byte 128 on: 8 + 16 + 8 bytes, then four times int32
    const dimensions = 128 + 8 + 16 + 8;
    await refuses(changed('plain', dimensions + 12, 5), /"X" has not as many values.*15360 bytes.*12288/);
    await refuses(changed('plain', dimensions + 3, 0x80), /dimensions that cannot be/);
    await refuses(changed('plain', dimensions - 4, 255, 255), /dimensions.*longer than the variable/);
    await refuses(changed('plain', 128, 77), /no variable at byte 128.*type 77/);
    await refuses(changed('plain', 132, 255, 255, 255, 255), /cut short.*4294967295 bytes/);
  });

  it('refuses damaged and exploding zlib streams', async () => {
    const head = bytesOf('plain').subarray(0, 128);
    const element = (content: Uint8Array, level = 9) => {
      const packed = deflateSync(content, { level });
      const tag = Buffer.alloc(8);
      tag.writeUInt32LE(15, 0);
      tag.writeUInt32LE(packed.length, 4);
      return Buffer.concat([head, tag, packed]);
    };
    const plain = bytesOf('plain');
    const length = plain.readUInt32LE(132);
    const array = plain.subarray(128, 136 + length);

    // more behind the values than there should be
    const long = put(element(Buffer.concat([array, Buffer.alloc(10_000_000)])));
    await expect(read(long)).rejects.toThrow(/12288 bytes of values, found more/);
    // a claim of 3 GB in a stream of few bytes
    const claim = Buffer.from(array);
    claim.writeUInt32LE(3e9, 4);
    await refuses(element(claim.subarray(0, 500)), /cannot be as long as it says/);
    // a claim that zlib could hold, and does not
    const short = put(element(array.subarray(0, 6000)));
    await expect(read(short)).rejects.toThrow(/12288 bytes of values, found 5\d\d\d/);
    // one bit of the stream is another
    const flipped = bytesOf('compressed');
    flipped[400] = (flipped[400] as number) ^ 1;
    await expect(read(put(flipped))).rejects.toThrow(/cut short or damaged/);
    await refuses(Buffer.concat([element(Buffer.from('no variable'))]), /no variable in a compressed element/);
    await refuses(changed('compressed', 137, 0), /compressed variable that is damaged/);
  });

  it('refuses a file of nothing but tags', async () => {
    const tags = Buffer.alloc(80_000);
    for (let i = 0; i < tags.length; i += 8) tags.writeUInt32LE(14, i);
    await refuses(Buffer.concat([bytesOf('plain').subarray(0, 128), tags]), /without its flags/);
  });

  it('whatever their bytes, gives values or an AlixError', async () => {
    const random = createRandom(5);
    const all = Object.keys(files).map(bytesOf);
    let refusals = 0;
    for (let round = 0; round < 300; round++) {
      const bytes = Buffer.from(all[random.integer(0, all.length - 1)] as Buffer);
      for (let k = random.integer(1, 4); k > 0; k--) {
        // heads are small beside the values, and are where it matters
        const last = random.integer(0, 2) === 0 ? bytes.length - 1 : 320;
        bytes[random.integer(120, last)] = random.integer(0, 255);
      }
      const path = join(root, 'mutated.mat');
      writeFileSync(path, round % 5 === 0 ? bytes.subarray(0, random.integer(0, bytes.length)) : bytes);
      try {
        for (const { values } of await listMat(path)) {
          let total = 0;
          if (values) for await (const piece of matBytes(path, values)) total += piece.length;
          expect(total).toBe(values?.bytes ?? 0);
        }
      } catch (error) {
        expect(error).toMatchObject({ name: 'AlixError', code: 'bad-mat', where: path });
        expect((error as Error).message).not.toMatch(/\n/);
        refusals++;
      }
    }
    expect(refusals).toBeGreaterThan(100);
    expect(refusals).toBeLessThan(290);
  });

  it('streams', async () => {
    const path = put(bytesOf('compressed'));
    let total = 0;
    for await (const piece of matBytes(path, await valuesOf(path))) total += piece.length;
    expect(total).toBe(12_288);
  });
});
