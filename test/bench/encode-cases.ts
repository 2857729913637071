/** What `npm run bench -- encode` measures by name: networks of a paper's table with random weights, and pictures that fit them. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readIdx } from '@alix/infer/io/load';
import { encodePng } from '@alix/infer/io/png';
import { makeImageFolder, makeShards } from './make-images.js';

export interface EncodeCase {
  readonly name: string;
  readonly title: string;
  readonly architecture: string;
  readonly images: number;
  /** The least that the ratio to Python may be; absent where memory is measured instead. */
  readonly bar?: number;
  /** Makes the pictures in a folder that is not there yet. */
  make(folder: string, count: number): Promise<void> | void;
}

const mnist = { size: 28, channels: 1 } as const;

export const encodeCases: readonly EncodeCase[] = [
  {
    name: 'mnist',
    title: 'PNGs of 28x28 (MNIST itself where ALIX_DATA has it), encoder of AIM Table 3',
    architecture: 'aim-mnist',
    images: 10_000,
    bar: 1.2,
    make: makeDigits,
  },
  {
    name: '64',
    title: 'PNGs of 64x64, encoder of AIM Table 4',
    architecture: 'aim-celeba',
    images: 2000,
    bar: 1,
    make: (folder, count) => makeImageFolder(folder, { size: 64, channels: 3, count }),
  },
  {
    name: 'cold',
    title: 'one PNG of 28x28 from a cold start, encoder of AIM Table 3',
    architecture: 'aim-mnist',
    images: 1,
    bar: 1,
    make: (folder, count) => makeImageFolder(folder, { ...mnist, count, classes: 1 }),
  },
  {
    name: 'million',
    title: 'PNGs of 28x28 in tar shards, encoder of AIM Table 3: memory',
    architecture: 'aim-mnist',
    images: 1_000_000,
    make: (folder, count) => makeShards(folder, { ...mnist, count }),
  },
];

async function makeDigits(folder: string, count: number): Promise<void> {
  const path = join(process.env.ALIX_DATA ?? '', 'mnist', 't10k-images-idx3-ubyte');
  const found = process.env.ALIX_DATA === undefined ? undefined : [path, `${path}.gz`].find((name) => existsSync(name));
  if (!found) return makeImageFolder(folder, { ...mnist, count });
  const { data } = await readIdx(found);
  mkdirSync(folder);
  for (let i = 0; i < count; i++) {
    const start = (i * 784) % data.length;
    const png = encodePng(data.subarray(start, start + 784), { height: 28, width: 28, channels: 1 });
    writeFileSync(join(folder, `${`${i}`.padStart(7, '0')}.png`), png);
  }
}
