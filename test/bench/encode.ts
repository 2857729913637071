/** Encoding a folder of pictures: `alix encode` beside Pillow and Python's onnxruntime, each from its start to its end. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { decodeNpy } from '@alix/infer/io/npy';
import { resolveModel } from 'alix/dist/models.js';
import { type Bench, whole } from './bench.js';
import { runPairs } from './pairs.js';
import { findPython, peerScript } from './python.js';
import { type Measured, runSide } from './side.js';

const child = fileURLToPath(new URL('./encode-side.js', import.meta.url));

/** Whole processes are compared, as a user runs them: start-up counts. */
const wholeProcess = (n: number, measured: Measured): Measured => ({
  ...measured,
  images_per_second: n / measured.wall,
});

export const encode: Bench = {
  name: 'encode',
  usage: 'MODEL FOLDER [--pairs 5] [--batch 64] [--threads N]',
  summary: 'images/s from a folder of pictures to codes.npy, start-up included, against Pillow + onnxruntime in Python',
  async run(args, print) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        pairs: { type: 'string', default: '5' },
        batch: { type: 'string', default: '64' },
        threads: { type: 'string', default: `${availableParallelism()}` },
      },
    });
    const [model, folder, ...more] = positionals;
    if (!model || !folder || more.length > 0) throw new Error(`usage: npm run bench -- encode ${this.usage}`);
    const pairs = whole('pairs', values.pairs);
    const options = [
      ...['--batch', `${whole('batch', values.batch)}`],
      ...['--threads', `${whole('threads', values.threads)}`],
    ];
    const python = findPython(['onnxruntime', 'PIL', 'numpy']);
    const encoder = join(resolveModel(model), 'encoder.onnx');
    const scratch = await mkdtemp(join(tmpdir(), 'alix-bench-'));
    try {
      const [ours, theirs] = [join(scratch, 'alix.npy'), join(scratch, 'peer.npy')];
      const script = peerScript('encode_folder.py');
      let n = 0;
      const side = async (command: readonly string[]) => {
        const measured = await runSide(command);
        n = (measured as Measured & { images: number }).images;
        return wholeProcess(n, measured);
      };
      await runPairs(
        pairs,
        () => side([process.execPath, child, model, folder, ours, ...options]),
        () => side([python, script, encoder, folder, theirs, ...options]),
        print,
      );
      print(`${n} images; largest difference of the codes ${(await difference(ours, theirs)).toExponential(1)}`);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  },
};

/** Shows that both sides did the same work. */
async function difference(one: string, other: string): Promise<number> {
  const [a, b] = [decodeNpy(await readFile(one), one), decodeNpy(await readFile(other), other)];
  if (a.shape.join() !== b.shape.join())
    throw new Error(`alix gave codes ${a.shape.join('x')}, the peer ${b.shape.join('x')}: not the same images`);
  let worst = 0;
  for (let i = 0; i < a.data.length; i++) worst = Math.max(worst, Math.abs(Number(a.data[i]) - Number(b.data[i])));
  return worst;
}
