/** The READMEs walked through: each command in its order, in a folder with small data, and what it prints held against what they say. */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { encodeIdx } from '@alix/infer/io/idx';
import { encodePng } from '@alix/infer/io/png';
import { beforeAll, expect, test } from 'vitest';
import { launcher } from '../fixtures/cli.js';
import { noise } from '../fixtures/evaluation.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { repository } from '../fixtures/installed.js';
import { blocksIn } from '../fixtures/readme.js';

/** Why a command is not run here. */
interface Elsewhere {
  readonly elsewhere: string;
}

export interface Walk {
  readonly readme: string;
  /** What is run in place of a command that would take long, or where it is run otherwise. All others run as they stand. */
  readonly instead: Readonly<Record<string, string | Elsewhere>>;
  /** Makes the files that the commands name. */
  make(folder: string): void;
}

const ci = { elsewhere: '.ci/run' };
const page = { elsewhere: 'test/browser/encoder-page.test.ts' };
const download = { elsewhere: 'test/cli/data-download.test.ts' };

export const walks: readonly Walk[] = [
  {
    readme: 'README.md',
    instead: {
      'npm ci && npm run quickstart': ci,
      'npm ci && npm test': ci,
      'npx alix eval strokes-dali --data strokes --metrics mse,ssim -o out/report':
        'npx alix eval strokes-dali --data strokes --metrics mse,ssim --n 40 -o out/report',
      'npx alix train dali --epochs 3 -o runs/strokes': 'npx alix train dali --steps 2 -o runs/strokes',
      'npx alix train --resume -o runs/strokes --epochs 4': 'npx alix train --resume -o runs/strokes --steps 3',
      'npx alix data download mnist -o data/mnist': download,
      'npx alix train dali-mnist --data data/mnist --epochs 5 -o runs/mnist':
        'npx alix train dali-mnist --data data/mnist --steps 1 -o runs/mnist',
      'tensorboard --logdir runs': { elsewhere: 'test/train/event-log.test.ts' },
      'npx alix train ./examples/my-objective.ts --epochs 1 -o runs/mine':
        'npx alix train ./examples/my-objective.ts --steps 1 -o runs/mine',
      'cp -r cli/models/strokes-dali examples/encoder-page/model': page,
      'npx alix web assets examples/encoder-page/alix': page,
      'python3 -m http.server 8000 --directory examples/encoder-page': page,
    },
    make(folder) {
      mnistLike(join(folder, 'data/mnist'));
      for (const name of ['photos', 'more']) photos(join(folder, 'data', name));
      cpSync(join(repository, 'test/fixtures/foreign'), join(folder, 'faces'), { recursive: true });
      examples(join(folder, 'examples'));
    },
  },
  {
    readme: 'cli/README.md',
    instead: {
      'npm install alix': { elsewhere: 'test/e2e/pack.test.ts' },
      'npm install alix @alix/train @alix/export @alix/eval': { elsewhere: 'test/e2e/pack.test.ts' },
      'alix data download mnist -o data/mnist': download,
      'alix train dali-mnist --data data/mnist -o runs/mnist':
        'alix train dali-mnist --data data/mnist --steps 1 -o runs/mnist',
      'alix train --resume -o runs/mnist --hours 12': 'alix train --resume -o runs/mnist --steps 2',
      'alix train ./my-objective.ts --epochs 1 -o runs/mine': 'alix train ./my-objective.ts --steps 1 -o runs/mine',
      'alix train ./my-architecture.ts --set objective.name=gan':
        'alix train ./my-architecture.ts --set objective.name=gan --steps 1',
    },
    make(folder) {
      mnistLike(join(folder, 'data/mnist'));
      greyDigits(join(folder, 'digits'), ['1.png', 'of class 2/2.png']);
      greyDigits(folder, ['a.png', 'b.png', 'x.png']);
      examples(folder);
    },
  },
  ...['infer', 'train', 'export', 'eval'].map((name) => ({
    readme: `${name}/README.md`,
    instead: {},
    make: () => undefined,
  })),
];

/** Whether it trains, or reads what was trained. */
export const needsTensorflow = (command: string) =>
  /^(npx )?alix (train|export|setup)\b/.test(command) && !command.includes('--dry-run');

/** Numbers, which checkpoint is the best one, and whether it is good yet, are those of other data. */
const masked = (line: string) =>
  line
    .replace(/, the best so far| \[--checkpoint best\]|; alix export takes it with --checkpoint best/g, '')
    .replace(/: not yet better than knowing nothing; train longer/, '')
    .replace(/\d+(\.\d+)?(e[+-]\d+)?/g, 'N')
    .replace(/\s+/g, ' ')
    .trim();

/** Tests of the commands of a README that `has` chooses. */
export function walkThrough({ readme, instead, make }: Walk, has: (command: string) => boolean): void {
  const folder = temporaryFolder();
  const bin = join(folder, 'bin');
  const blocks = blocksIn(join(repository, readme));
  beforeAll(() => {
    make(folder);
    mkdirSync(bin);
    symlinkSync(launcher, join(bin, 'alix'));
    writeFileSync(join(bin, 'npx'), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 });
  });

  test(`${readme}: each command is one of alix's, or known here`, () => {
    const commands = blocks.flatMap((block) => block.commands);
    expect(commands.filter((command) => !/(^|\| )(npx )?alix /.test(command) && !(command in instead))).toEqual([]);
    expect(Object.keys(instead).filter((command) => !commands.includes(command))).toEqual([]);
  });

  for (const { commands, printed } of blocks) {
    const chosen = commands.filter((command) => typeof (instead[command] ?? '') === 'string' && has(command));
    const said: string[] = [];
    test.each(chosen)('%s', async (command) => {
      const { code, lines } = await run(String(instead[command] ?? command), folder, bin);
      expect([code, ...(code === 0 ? [] : lines)]).toEqual([0]);
      said.push(...lines.map(masked));
    });
    if (printed.length > 0 && chosen.length > 0)
      test(`${readme} shows what ${chosen.at(-1)} prints`, () => {
        expect(said).toEqual(expect.arrayContaining(printed.map(masked)));
      });
  }
}

function run(command: string, cwd: string, bin: string): Promise<{ code: number | null; lines: string[] }> {
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  const child = spawn('bash', ['-c', command], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const parts: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => parts.push(part));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, lines: Buffer.concat(parts).toString().split('\n') }));
  });
}

/** A hundred images and more, as the recipe's batch has, under MNIST's names. */
function mnistLike(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [part, n] of [
    ['train', 120],
    ['t10k', 60],
  ] as const) {
    const shape = [n, 28, 28];
    writeFileSync(join(folder, `${part}-images-idx3-ubyte`), encodeIdx({ shape, data: noise(n * 784) }));
    const labels = Uint8Array.from({ length: n }, (_, i) => i % 10);
    writeFileSync(join(folder, `${part}-labels-idx1-ubyte`), encodeIdx({ shape: [n], data: labels }));
  }
}

/** Colour images of 64x64. */
function photos(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const size = { height: 64, width: 64, channels: 3 } as const;
  const pixels = noise(40 * 64 * 64 * 3);
  for (let i = 0; i < 40; i++)
    writeFileSync(join(folder, `photo ${i}.png`), encodePng(pixels.subarray(i * 12288, (i + 1) * 12288), size));
}

function greyDigits(folder: string, names: readonly string[]): void {
  const size = { height: 28, width: 28, channels: 1 } as const;
  for (const [i, name] of names.entries()) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(
      join(folder, name),
      encodePng(
        noise(784).map((value, at) => (at % 28 > 9 + i ? value : 0)),
        size,
      ),
    );
  }
}

/** The examples of user's own files, without what was built of them. */
function examples(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of ['my-objective.ts', 'my-architecture.ts'])
    cpSync(join(repository, 'examples', name), join(folder, name));
}
