/** Whether the PyTorch peers do what alix does: the same parameters, and the same losses from the same weights, data and noise. */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Bench, whole } from './bench.js';
import { findPython, peerScript } from './python.js';
import { type Measured, runSide } from './side.js';
import { type Case, caseOf, cases } from './training/cases.js';

const child = fileURLToPath(new URL('./replay-side.js', import.meta.url));

/** What both sides print of a replay. */
export interface Replayed {
  readonly parameters: Readonly<Record<string, number>>;
  /** Critic and actor, step by step. */
  readonly losses: readonly (readonly [number, number])[];
}

/**
 * alix's float32 may differ from the peer's float64 by so much: in the first losses by its sums, in the actor's first by what the
 * critic's update made of that, later by a share of how far the loss has been from there, which is what updates have done. (The forms of
 * Adam add epsilon in different places, which tells where gradients are as small as it.)
 */
const FIRST = [1e-5, 2e-4] as const;
const SHARE_OF_MOVE = 0.05;

/** One line that says how well the sides agree. Throws an Error of one line where they do not. */
export function agreement(alix: Replayed, peer: Replayed, constants: Case['constants'] = [0, 0]): string {
  const shown = (of: Replayed) =>
    Object.entries(of.parameters)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, n]) => `${name} ${n}`)
      .join(', ');
  if (shown(alix) !== shown(peer)) throw new Error(`alix has parameters ${shown(alix)}, the peer ${shown(peer)}`);
  let worst = 0;
  const moved = [0, 0];
  alix.losses.forEach((losses, step) => {
    for (const i of [0, 1] as const) {
      const loss = losses[i];
      const theirs = (peer.losses[step]?.[i] ?? Number.NaN) + constants[i];
      const first = alix.losses[0]?.[i] ?? loss;
      moved[i] = Math.max(moved[i] ?? 0, Math.abs(loss - first));
      const allowed = FIRST[i] * Math.max(1, Math.abs(first)) + SHARE_OF_MOVE * moved[i];
      const difference = Math.abs(loss - theirs);
      if (!(difference <= allowed))
        throw new Error(
          `step ${step + 1}: alix's ${i === 0 ? 'critic' : 'actor'} loss is ${loss}, the peer's ${theirs}, more than ${allowed.toExponential(1)} apart`,
        );
      worst = Math.max(worst, difference / Math.max(1, Math.abs(loss)));
    }
  });
  return `parameters ${shown(alix)} on both sides; losses of ${alix.losses.length} steps differ by ${worst.toExponential(1)} of themselves at most`;
}

export async function checkPeer(of: Case, threads: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'alix-bench-'));
  try {
    const options = ['--threads', threads];
    const alix = await runSide([process.execPath, child, '--case', of.name, '--folder', folder, ...options]);
    const peer = await runSide([findPython(['torch']), peerScript(of.peer), '--replay', folder, ...options]);
    return agreement(alix as Measured & Replayed, peer as Measured & Replayed, of.constants);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export const peers: Bench = {
  name: 'peers',
  usage: '[CASE...] [--threads N]',
  summary: "whether the PyTorch peers of `train` have alix's parameters and losses; not a timing",
  async run(args, print) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { threads: { type: 'string', default: `${availableParallelism()}` } },
    });
    const threads = `${whole('threads', values.threads)}`;
    for (const one of positionals.length > 0 ? positionals.map(caseOf) : cases)
      print(`${one.name}: ${await checkPeer(one, threads)}`);
  },
};
