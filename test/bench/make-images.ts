/** Image folders and tar shards for benchmarks of input: seeded, made in seconds. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from '@alix/infer/io/png';
import { createRandom } from '@alix/infer/io/random';
import { type Entry, tarOf } from '../fixtures/tar.js';

export interface MadeImages {
  readonly count: number;
  /** Pixels a side. */
  readonly size: number;
  readonly channels: 1 | 3;
  readonly classes?: number;
  readonly seed?: number;
}

/** Images that differ; encoding is slow, so further files repeat them. */
const DISTINCT = 1000;
const PER_SHARD = 1000;

/** PNG files in `folder`, a sub-folder to each class: class-3/0000013.png. */
export function makeImageFolder(folder: string, images: MadeImages): void {
  for (let c = 0; c < (images.classes ?? 10); c++) mkdirSync(join(folder, className(c)), { recursive: true });
  for (const { name, label, png } of samples(images)) writeFileSync(join(folder, className(label), `${name}.png`), png);
}

/** The same images as `makeImageFolder`'s, in WebDataset's shards of 1,000 samples: shard-000000.tar, ... */
export function makeShards(folder: string, images: MadeImages): void {
  mkdirSync(folder, { recursive: true });
  let entries: Entry[] = [];
  let shard = 0;
  const write = (): void => {
    if (entries.length > 0) writeFileSync(join(folder, `shard-${digits(shard++, 6)}.tar`), tarOf(entries));
    entries = [];
  };
  for (const { name, label, png } of samples(images)) {
    entries.push({ name: `${name}.png`, data: png }, { name: `${name}.cls`, data: `${label}` });
    if (entries.length === 2 * PER_SHARD) write();
  }
  write();
}

function* samples({ count, size, channels, classes = 10, seed = 1 }: MadeImages) {
  const pool: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const place = i % DISTINCT;
    pool[place] ??= picture(size, channels, `${seed} ${place}`);
    yield { name: digits(i, 7), label: i % classes, png: pool[place] };
  }
}

/** Waves and a little noise: they compress about as photographs do. */
function picture(size: number, channels: 1 | 3, seed: string): Uint8Array {
  const random = createRandom(seed);
  const [a = 0, b = 0, phase = 0, ...tints] = random.uniform(6);
  const noise = random.uniform(size * size * channels);
  const pixels = Uint8Array.from(noise, (grain, i) => {
    const at = Math.floor(i / channels);
    const wave = Math.sin((a * (at % size) + b * Math.floor(at / size)) * 0.5 + 6 * phase);
    return 20 + 190 * (0.5 + 0.5 * wave) * (0.4 + 0.6 * (tints[i % channels] as number)) + 16 * grain;
  });
  return encodePng(pixels, { height: size, width: size, channels });
}

const className = (label: number): string => `class-${label}`;
const digits = (n: number, width: number): string => `${n}`.padStart(width, '0');
