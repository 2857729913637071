/** Codes as .npy, .safetensors, .parquet and .jsonl: written, read, and as Python writes them (test/oracles/codes_formats.py). */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Model } from '@alix/infer';
import { decodeNpy } from '@alix/infer/io/npy';
import { createRandom } from '@alix/infer/io/random';
import { decodeSafetensors } from '@alix/infer/io/safetensors';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import type { CodesSource } from '../../cli/dist/codes/format.js';
import { formatFor, formats, openAnyCodes } from '../../cli/dist/codes/formats.js';
import { readCodes } from '../../cli/dist/codes/read.js';
import { writeCodes } from '../../cli/dist/codes/write.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { writeImages, writeStack } from '../fixtures/images.js';
import { inside } from '../fixtures/inside.js';
import { piped } from '../fixtures/piped.js';
import { writeTinyBundle } from '../fixtures/tiny-bundle.js';

const cwd = temporaryFolder();
writeTinyBundle(join(cwd, 'model'));
writeImages(join(cwd, 'in'), ['b/1.png', 'a/2.png', 'a/ü "1".png']);
const at = (...path: string[]) => join(cwd, ...path);
const bytes = (path: string) => readFileSync(at(path));
const encode = (...args: string[]) => inside(['encode', 'model', ...args], cwd);
const names = ['a/2.png', 'a/ü "1".png', 'b/1.png'];
const endings = formats.map(({ name }) => name);
const sha256 = 'b'.repeat(64);

/** The same codes in blocks of other sizes. */
function source(n: number, d: number, block: number): CodesSource {
  const row = (i: number) =>
    Array.from({ length: d }, (_, j) => Math.fround(Math.sin(i * d + j) * 10 ** ((i % 9) - 4)));
  return {
    n,
    d,
    description: { model: { name: 'tiny', sha256 }, latent: d, n, skipped: [] },
    async *blocks() {
      for (let first = 0; first < n; first += block) {
        const rows = Array.from({ length: Math.min(block, n - first) }, (_, i) => first + i);
        yield { names: rows.map((i) => `${i}.png`), codes: Float32Array.from(rows.flatMap(row)) };
      }
    },
  };
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test('the four formats hold the same codes, names and model, each as its own readers see it', async () => {
  for (const ending of endings) expect((await encode('in', '-o', `codes.${ending}`)).code).toBe(0);
  const { data, shape } = decodeNpy(bytes('codes.npy'), 'npy');
  const { names: found, ...description } = JSON.parse(bytes('codes.npy.json').toString());
  expect([found, shape]).toEqual([names, [3, 3]]);
  const rows = [0, 1, 2].map((i) => [...data.subarray(i * 3, i * 3 + 3)]);

  const { tensors, metadata } = decodeSafetensors(bytes('codes.safetensors'), 'safetensors');
  expect(tensors.get('codes')).toEqual({ shape, data });
  expect([JSON.parse(metadata.names!), JSON.parse(metadata.alix!)]).toEqual([names, description]);
  expect([metadata.model, metadata.sha256]).toEqual(['tiny', description.model.sha256]);

  const file = Uint8Array.from(bytes('codes.parquet')).buffer;
  expect(await parquetReadObjects({ file })).toEqual(names.map((name, i) => ({ name, code: rows[i] })));
  expect(parquetMetadata(file).key_value_metadata).toEqual([{ key: 'alix', value: JSON.stringify(description) }]);

  const lines = bytes('codes.jsonl').toString().trim().split('\n');
  expect(
    lines.map((line) => JSON.parse(line)).map(({ code, ...rest }) => ({ ...rest, code: code.map(Math.fround) })),
  ).toEqual(names.map((name, i) => ({ name, code: rows[i], model: 'tiny', sha256: description.model.sha256 })));
  expect(JSON.parse(bytes('codes.jsonl.json').toString())).toEqual(description);
  expect(readdirSync(cwd).filter((name) => /^\.|(safetensors|parquet)\.json/.test(name))).toEqual([]);
});

describe.each(endings)('.%s', (ending) => {
  test('decode and neighbours take it, from a file and decode from stdin', async () => {
    await encode('in', '-o', `c.${ending}`);
    expect((await inside(['decode', 'model', `c.${ending}`, '-o', `out-${ending}`], cwd)).stderr).not.toMatch(
      /nothing says/,
    );
    expect(readdirSync(at(`out-${ending}`))).toEqual(['a', 'b', 'decode.json']);
    const found = await inside(
      ['neighbours', 'model', '--index', `c.${ending}`, 'in/b/1.png', '-k', '1', '-o', '-'],
      cwd,
    );
    expect(JSON.parse(found.stdout).neighbours).toMatchObject([{ name: 'b/1.png', index: 2 }]);
    const { code, stderr } = await piped(['decode', 'model', '-', '-o', `pipe-${ending}`], cwd, bytes(`c.${ending}`));
    expect([code, stderr]).toEqual([0, expect.stringMatching(/3 images/)]);
  });

  test('stdout has the bytes of the file', async () => {
    await encode('in', '-o', `f.${ending}`);
    const { stdout } = await piped(['encode', 'model', 'in', '-o', '-', '--format', ending], cwd, Buffer.alloc(0));
    expect(stdout).toEqual(bytes(`f.${ending}`));
  });

  test('many codes: the same bytes in blocks of any size; read whole, in blocks and from the middle', async () => {
    const format = formatFor(`x.${ending}`);
    await writeCodes(format, at(`1.${ending}`), source(40_000, 2, 40_000));
    await writeCodes(format, at(`2.${ending}`), source(40_000, 2, 4_999));
    expect(bytes(`2.${ending}`).equals(bytes(`1.${ending}`))).toBe(true);
    const file = await openAnyCodes(at(`1.${ending}`));
    const [wanted] = await all(source(40_000, 2, 40_000).blocks());
    expect([file.n, file.d, file.model, file.names?.[39_999]]).toEqual([
      40_000,
      2,
      { name: 'tiny', sha256 },
      '39999.png',
    ]);
    expect(Buffer.from((await file.all()).buffer).equals(Buffer.from(wanted!.codes.buffer))).toBe(true);
    const sizes: number[] = [];
    for await (const block of file.blocks(7_000, 30_000)) {
      expect(block[0]).toBe(wanted!.codes[2 * (30_000 + sizes.reduce((sum, n) => sum + n / 2, 0))]);
      sizes.push(block.length);
    }
    expect(sizes).toEqual([14_000, 6_000]);
  });

  test('codes of another model, and half a file, are one line', async () => {
    await writeCodes(formatFor(`x.${ending}`), at(`other.${ending}`), source(5, 3, 5));
    const other = await inside(['decode', 'model', `other.${ending}`, '-o', 'no', '--quiet'], cwd);
    expect([other.code, other.stderr]).toEqual([
      1,
      expect.stringMatching(/^alix: other\.\w+: [^\n]*another model[^\n]*\n$/),
    ]);
    const whole = bytes(`other.${ending}`);
    for (const length of [9, Math.floor(whole.length / 2), whole.length - 3]) {
      writeFileSync(at(`half.${ending}`), whole.subarray(0, length));
      const half = await openAnyCodes(at(`half.${ending}`)).then(
        (file) => `${file.n} codes`,
        (error: Error) => `${error.name} ${error.message}`,
      );
      expect(half).toMatch(/^AlixError [^\n]*half\.[^\n]*$/);
    }
  });
});

test.each(endings)('damaged .%s is read or refused in one line', async (ending) => {
  await writeCodes(formatFor(`x.${ending}`), at(`fine.${ending}`), source(40, 3, 40));
  const whole = bytes(`fine.${ending}`);
  const random = createRandom(`damage ${ending}`);
  let refused = 0;
  for (let i = 0; i < 60; i++) {
    const mutant = Buffer.from(whole);
    // what says where things are stands at the end of Parquet files, and at the beginning of the others
    const reach = i % 2 ? whole.length : Math.min(400, whole.length);
    for (const place of random.uniform(3)) {
      const offset = Math.floor(place * reach);
      const changed = ending === 'parquet' ? whole.length - 1 - offset : offset;
      mutant[changed] = (mutant[changed]! + 1 + Math.floor(random.uniform(1)[0]! * 255)) % 256;
    }
    writeFileSync(at('mutant'), mutant);
    const error = await openAnyCodes(at('mutant'))
      .then((file) => file.all())
      .then(
        () => undefined,
        (thrown: Error) => thrown,
      );
    if (!error) continue;
    expect([error.name, error.message]).toEqual(['AlixError', expect.stringMatching(/^[^\n]*mutant[^\n]*$/)]);
    refused++;
  }
  expect(refused).toBeGreaterThan(5);
});

test.each(['parquet', 'safetensors'])('what Python writes as .%s is read', async (ending) => {
  const path = fileURLToPath(new URL(`../fixtures/io/codes-python.${ending}`, import.meta.url));
  const latent = { size: 3, prior: 'normal' };
  const model = { bundle: { name: 'tiny', latent }, sha256, latent } as unknown as Model;
  const codes = Float32Array.from({ length: 15 }, (_, i) => Math.fround(Math.fround(i / 7) - 1));
  expect(await readCodes(path, model, expect.unreachable)).toEqual({
    codes,
    n: 5,
    names: ['a/1.png', 'b "quoted".png', 'ü\n3.png', '4', '5'],
  });
});

test('a value that JSON cannot say is told, and nothing is written', async () => {
  const bad = {
    ...source(3, 1, 3),
    blocks: async function* () {
      yield { names: ['a', 'b', 'c'], codes: Float32Array.of(1, Number.NaN, 3) };
    },
  };
  const error = expect.stringMatching(/^b: .*not finite.*found NaN/);
  await expect(writeCodes(formatFor('x.jsonl'), at('nan.jsonl'), bad)).rejects.toMatchObject({ message: error });
  expect(readdirSync(cwd).filter((name) => name.includes('nan.jsonl'))).toEqual([]);
});

test('a few long codes of .jsonl take the room of a few', async () => {
  await writeCodes(formatFor('x.jsonl'), at('long.jsonl'), source(3, 5000, 2));
  const file = await openAnyCodes(at('long.jsonl'));
  for (const [from, n] of [
    [0, 3],
    [2, 1],
  ] as const) {
    const { value: block } = await file.blocks(16_384, from).next();
    expect([block?.length, block?.buffer.byteLength]).toEqual([n * 5000, n * 5000 * 4]);
  }
});

test('stdin alone goes to stdout without -o; --format is for stdout', async () => {
  writeStack(at('s.npy'), 5);
  const { code, stdout } = await piped(['encode', 'model', '-'], cwd, bytes('s.npy'));
  expect([code, decodeNpy(stdout, 'stdout').shape]).toEqual([0, [5, 3]]);
  for (const [args, words] of [
    [['s.npy'], /required option '-o, --output <path>'/],
    [['s.npy', '-o', 'x.npy', '--format', 'jsonl'], /--format is for stdout alone/],
    [['s.npy', '-o', '-', '--resume'], /--resume needs a file/],
    [['s.npy', '-o', 'x.csv'], /-o must end in one of \.npy, \.safetensors, \.parquet, \.jsonl/],
  ] as const) {
    const ran = await encode(...args);
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringMatching(words)]);
  }
});
