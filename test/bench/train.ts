/** Training: DALI's step on the MNIST networks of AIM Table 3, alix beside PyTorch. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Bench, positive, whole } from './bench.js';
import { runPairs } from './pairs.js';
import { findPython, peerScript } from './python.js';
import { runSide } from './side.js';

const child = fileURLToPath(new URL('./train-side.js', import.meta.url));

export const train: Bench = {
  name: 'train',
  usage: '[--pairs 5] [--seconds 10] [--threads N]',
  summary: "images/s of DALI's step (preset 'authors', AIM Table 3, batch 100, random images), against PyTorch",
  async run(args, print) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        pairs: { type: 'string', default: '5' },
        seconds: { type: 'string', default: '10' },
        threads: { type: 'string', default: `${availableParallelism()}` },
      },
    });
    const pairs = whole('pairs', values.pairs);
    const options = [
      ...['--seconds', `${positive('seconds', values.seconds)}`],
      ...['--threads', `${whole('threads', values.threads)}`],
    ];
    const python = findPython(['torch']);
    await runPairs(
      pairs,
      () => runSide([process.execPath, child, ...options]),
      () => runSide([python, peerScript('torch_dali_mnist.py'), ...options]),
      print,
    );
  },
};
