/** An encoder and a decoder made elsewhere to a model bundle, in a folder that appears whole or not at all. */
import { writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type Bundle, checkBundle, type GraphName, lowestVersion } from '@alix/infer/bundle';
import { AlixError } from '@alix/infer/io/errors';
import { sha256, writeFolderAtomic } from '@alix/infer/io/files';
import { createRandom } from '@alix/infer/io/random';
import type { LoadedModel } from '../bundle.js';
import { goldenPairs } from '../golden.js';
import { type Answer, answersOf, checkParity, type Forward, PARITY_TOLERANCE, type Parity } from '../parity.js';
import { VERSION } from '../version.js';
import { type Foreign, readForeign } from './foreign.js';
import { type Clipped, foreignForward, type OpenGraph } from './foreign-forward.js';
import { type Manifest, readManifest } from './manifest.js';
import { type Sides, sidesOf } from './sides.js';
import { joined, wrapDecoder, wrapEncoder } from './wrap.js';

export type { OpenGraph } from './foreign-forward.js';
export type { Manifest } from './manifest.js';

/** Settings of `importBundle`. */
export interface ImportOptions {
  /** Opens the bytes of an .onnx file in the runtime that it is tried in. @param where for error messages */
  readonly open: (bytes: Uint8Array, where: string) => Promise<OpenGraph>;
  /** Loads a bundle's folder in a runtime. */
  readonly load: (folder: string) => Promise<LoadedModel>;
  /** In place of the manifest's name. */
  readonly name?: string | undefined;
  /** Replace what is at the output path; otherwise a folder with content is refused. */
  readonly replace?: boolean;
}

/** What `importBundle` made. */
export interface Imported {
  /** model.json's content. */
  readonly bundle: Bundle;
  /** The bundle's answers against those of the graphs that were given. */
  readonly parity: Parity;
  /** Of the decoder's numbers, the part that lay outside of the range that the manifest says, and is clipped. */
  readonly clipped: number;
}

/** Images that both are tried on. */
const N = 8;
/** Base64 that golden pairs may have in model.json, about; there are four where they are small. */
const GOLDEN_BYTES = 4e6;

/**
 * Wraps the two ONNX graphs of a manifest so that they keep a bundle's promises, runs both and the bundle on the same images,
 * and writes the bundle to the folder `out`.
 *
 * @param path the manifest, JSON
 * @throws AlixError 'bad-manifest', 'bad-graph' where a graph is not what the manifest says or not fit for a bundle, 'parity', and
 *   those of readRegular and writeFolderAtomic
 */
export async function importBundle(path: string, out: string, options: ImportOptions): Promise<Imported> {
  const prepared = await prepare(path, out, options.name);
  const { manifest, sides, name } = prepared;
  const metadata = { 'alix.model': name, 'alix.system': prepared.system };
  const files = new Map([
    ['encoder.onnx', joined(sides.encoder.foreign, wrapEncoder(manifest, sides), metadata)],
    ['decoder.onnx', joined(sides.decoder.foreign, wrapDecoder(manifest, sides), metadata)],
  ]);
  const clipped: Clipped = { count: 0, of: 0 };
  const answers = await answersOfForeign(manifest, sides, options.open, clipped);
  return writeFolderAtomic(
    out,
    async (folder) => {
      const write = async (parity?: Bundle['parity']) => {
        const bundle = describe(prepared, { files, answers, ...(parity && { parity }) });
        await writeFile(join(folder, 'model.json'), `${JSON.stringify(bundle, null, 2)}\n`);
        return bundle;
      };
      for (const [file, bytes] of files) await writeFile(join(folder, file), bytes);
      await write();
      const loaded = await options.load(folder);
      try {
        const parity = await checkParity(answers, loaded, N);
        const { graphs: _, ...recorded } = parity;
        return { bundle: await write(recorded), parity, clipped: clipped.count / clipped.of };
      } finally {
        await loaded.dispose?.();
      }
    },
    { replace: options.replace === true },
  );
}

/**
 * The manifest that an import goes by, with all that it left out: names of inputs and outputs, layouts and ranges; a manifest itself.
 * Both graphs are read and checked, and run where `open` is given; nothing is written.
 *
 * @throws AlixError 'bad-manifest', 'bad-graph', those of readRegular
 */
export async function checkImport(
  path: string,
  out: string,
  { open, name }: Partial<Pick<ImportOptions, 'open' | 'name'>> = {},
): Promise<{ readonly manifest: Manifest; readonly clipped?: number }> {
  const prepared = await prepare(path, out, name);
  const { encoder, decoder } = prepared.sides;
  const ways = (side: Sides['encoder'] | Sides['decoder']) => ({
    file: resolve(side.foreign.where),
    input: side.input,
    layout: side.layout,
    range: side.range,
  });
  const { licence, image, latent } = prepared.manifest;
  const { spread } = encoder;
  const manifest: Manifest = {
    name: prepared.name,
    system: prepared.system,
    dataset: prepared.dataset,
    licence,
    image,
    latent,
    encoder: {
      ...ways(encoder),
      mean: encoder.mean,
      ...(spread && { [spread.isDeviation ? 'std' : 'log_variance']: spread.output }),
    },
    decoder: { ...ways(decoder), image: decoder.image },
  };
  if (!open) return { manifest };
  const clipped: Clipped = { count: 0, of: 0 };
  await answersOfForeign(prepared.manifest, prepared.sides, open, clipped);
  return { manifest, clipped: clipped.count / clipped.of };
}

async function prepare(path: string, out: string, name: string | undefined) {
  const manifest = await readManifest(path);
  const sides = sidesOf(manifest, {
    encoder: await readForeign(manifest.encoder.file),
    decoder: await readForeign(manifest.decoder.file),
  });
  return {
    manifest,
    sides,
    name: name ?? manifest.name ?? basename(resolve(out)),
    system: manifest.system ?? 'imported',
    dataset: manifest.dataset ?? 'unknown',
  };
}

const inputs: ReadonlyMap<GraphName, readonly string[]> = new Map([
  ['encoder', ['image']],
  ['decoder', ['latent']],
]);

async function answersOfForeign(manifest: Manifest, sides: Sides, open: ImportOptions['open'], clipped: Clipped) {
  const opened = { encoder: await opening(sides.encoder.foreign, open), decoder: undefined as OpenGraph | undefined };
  try {
    const decoder = await opening(sides.decoder.foreign, open);
    opened.decoder = decoder;
    const forward = foreignForward(manifest, sides, { encoder: opened.encoder, decoder }, clipped);
    const none = new Float32Array();
    const asked = { n: N, data: { image: pictures(manifest) }, latent: none, mask: none, weight: none };
    const answers = await answersOf(forward, inputs, asked);
    for (const answer of answers)
      await checkRows(forward, answer, sides[answer.graph as 'encoder' | 'decoder'].foreign);
    return answers;
  } finally {
    await opened.encoder.release();
    await opened.decoder?.release();
  }
}

/** Bytes of their own: a runtime in a worker takes them away. */
const opening = ({ bytes, where }: Foreign, open: ImportOptions['open']) => open(bytes.slice(), where);

/** What a graph makes of a row must not depend on the others, as batch norm in training does, nor on chance, as dropout does. */
async function checkRows(forward: Forward, { graph, inputs, outputs }: Answer, { where }: Foreign): Promise<void> {
  const last = N - 1;
  const row = (all: Float32Array | Uint8Array) => all.subarray((last * all.length) / N);
  const alone = await forward.run(
    graph,
    Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, row(values)])),
    1,
  );
  for (const [name, values] of Object.entries(outputs)) {
    const made = row(values);
    const off = largest(Float32Array.from(made, (value, i) => value - (alone[name]?.[i] ?? Number.NaN)));
    if (off <= PARITY_TOLERANCE * 10 * Math.max(1, largest(made))) continue;
    throw new AlixError('bad-graph', 'what the graph makes of one row depends on the others or on chance', {
      where,
      found: `"${name}" of the same row differs by ${off.toPrecision(2)}`,
      remedy: 'export the model in evaluation mode: model.eval()',
    });
  }
}

/** Of absolute values; NaN where one is. */
const largest = (values: Iterable<number>) =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** uint8 [N,H,W,C]: black, white, slopes of their own in each channel, noise. */
function pictures({ image: { height, width, channels } }: Manifest): Uint8Array {
  const size = height * width * channels;
  const noise = createRandom(0).split('import').uniform(size);
  const kinds = [
    () => 0,
    () => 255,
    (i: number) => Math.floor((255 * i) / size),
    (i: number) => (i * 37) % 256,
    (i: number) => Math.floor((255 * (i % (width * channels))) / (width * channels)),
    (i: number) => 85 * ((i % channels) + 1),
    (i: number) => 255 - Math.floor((255 * i) / size),
    (i: number) => Math.floor(256 * noise[i]!),
  ];
  return Uint8Array.from({ length: N * size }, (_, i) => kinds[Math.floor(i / size)]!(i % size));
}

type Prepared = Awaited<ReturnType<typeof prepare>>;

interface Told {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly answers: readonly Answer[];
  readonly parity?: Bundle['parity'];
}

function describe({ manifest, sides, name, system, dataset }: Prepared, { files, answers, parity }: Told): Bundle {
  const { encoder, decoder } = sides;
  const { height, width, channels } = manifest.image;
  const pairs = Math.min(4, Math.max(1, Math.floor(GOLDEN_BYTES / (7 * height * width * channels))));
  const golden = goldenPairs(answers, N, N - pairs);
  const codes = answers.find(({ graph }) => graph === 'encoder')?.outputs.mean ?? new Float32Array();
  const source = ({ where, sha256, opset, producer }: Foreign) => ({ file: basename(where), sha256, opset, producer });
  const content = {
    format: 'alix-bundle' as const,
    name,
    system,
    dataset,
    image: { height, width, channels },
    latent: manifest.latent,
    encoder: { deterministic: !encoder.spread },
    maskFill: 0,
    parameters: { encoder: encoder.foreign.parameters, decoder: decoder.foreign.parameters },
    precision: 'float32' as const,
    opset: Math.max(encoder.foreign.opset, decoder.foreign.opset),
    files: Object.fromEntries(
      [...files].map(([file, bytes]) => [file, { sha256: sha256(bytes), bytes: bytes.length }]),
    ),
    parity: parity ?? { n: N, codes: 0, images: 0, tolerance: PARITY_TOLERANCE },
    // alix has not trained it and knows nothing of how it was
    training: {
      recipe: 'imported',
      alixVersion: VERSION,
      seed: 0,
      steps: 0,
      epochs: 0,
      batch: 1,
      data: 'unknown',
      config: { imported: { encoder: source(encoder.foreign), decoder: source(decoder.foreign) } },
    },
    metrics: {},
    licence: manifest.licence,
    // codes may be large, and other runtimes round in proportion
    golden: { ...golden, tolerance: golden.tolerance * Math.max(1, largest(codes)) },
  };
  const { format, ...others } = content;
  const checked = checkBundle({ format, formatVersion: lowestVersion(content), ...others });
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  throw new AlixError('bad-manifest', `model.json cannot say this: "${issue?.path.join('.')}": ${issue?.message}`);
}
