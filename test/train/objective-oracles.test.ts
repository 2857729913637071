/** Every objective against PyTorch on fixed small networks: values, all gradients, and how often noise is drawn. */
import { readdirSync, readFileSync } from 'node:fs';
import { objectives } from '@alix/train/objectives/index';
import type { Objective } from '@alix/train/objectives/objective';
import { fused } from '@alix/train/tensorflow/ops/fused';
import { plain } from '@alix/train/tensorflow/ops/plain';
import { expect, it } from 'vitest';
import { describeWithTensorflow } from '../tensorflow.js';
import { evaluateCase, type KitCase, optionsOf, type Way } from './objective-kit.js';

/** Of the largest number of a tensor. */
const RELATIVE = 1e-4;
/** What float32 leaves of a zero. */
const FLOOR = 1e-6;

interface PinnedCase extends KitCase {
  readonly preset: string;
  readonly losses: Readonly<Record<string, number>>;
  /** By player, network and ordinal of the parameter; what is absent is zero. */
  readonly gradients: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>>>;
  readonly draws: number;
}

/** Plain tfjs, TensorFlow's fused kernels, and those with the inputs of a critic in one batch: the numbers are the same. */
const ways: Readonly<Record<string, Way>> = {
  plain: { ops: plain },
  fused: { ops: fused },
  'fused, joined': { ops: fused, joined: true },
};

const folder = new URL('./objectives/', import.meta.url);
const pinned = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as { objective: string; cases: PinnedCase[] });

/** The largest difference over what is allowed, 1 at the limit; a missing gradient is zero. */
function excess(found: Float32Array | null, wanted: readonly number[] | undefined): number {
  const n = Math.max(found?.length ?? 0, wanted?.length ?? 0);
  if (found && wanted && found.length !== wanted.length) return Number.POSITIVE_INFINITY;
  const allowed = RELATIVE * Math.max(0, ...(wanted ?? []).map(Math.abs)) + FLOOR;
  let worst = 0;
  for (let i = 0; i < n; i++) {
    const difference = Math.abs((found?.[i] ?? 0) - (wanted?.[i] ?? 0));
    // not Math.max: it must not lose a NaN
    if (!(difference <= worst)) worst = difference;
  }
  return worst / allowed;
}

describeWithTensorflow('objectives agree with PyTorch', () => {
  it('every objective has its pinned numbers', () => {
    const missing = Object.keys(objectives).filter((name) => !pinned.some(({ objective }) => objective === name));
    expect(missing).toEqual([]);
  });

  for (const { objective: name, cases } of pinned)
    for (const [i, kase, how] of cases.flatMap((kase, i) => Object.keys(ways).map((how) => [i, kase, how] as const)))
      it(`${name}, case ${i}, ${how}: preset ${kase.preset} ${JSON.stringify(kase.options)}`, () => {
        const objective = objectives[name] as Objective;
        const signatures = { ...objective.networks, ...objective.optional };
        const sizes = objective.sizes?.(optionsOf(objective, kase)) ?? {};
        expect(Object.keys(kase.networks)).toEqual(expect.arrayContaining(Object.keys(objective.networks)));
        for (const [network, { signature, size }] of Object.entries(kase.networks)) {
          expect(signature, network).toBe(signatures[network]);
          if (sizes[network] !== undefined) expect(size, `outputs of ${network}`).toBe(sizes[network]);
        }
        const { losses, gradients, draws } = evaluateCase(objective, kase, undefined, ways[how]);
        expect(Object.keys(losses).sort()).toEqual(Object.keys(kase.losses).sort());
        expect(draws).toBe(kase.draws);
        for (const [player, wanted] of Object.entries(kase.losses)) {
          expect(Math.abs((losses[player] as number) - wanted), `loss of ${player}`).toBeLessThan(
            RELATIVE * Math.abs(wanted) + FLOOR,
          );
          for (const [network, found] of Object.entries(gradients[player] ?? {}))
            for (const [o, tensor] of found.entries())
              expect(
                excess(tensor, kase.gradients[player]?.[network]?.[o]),
                `${player}: gradient of ${network}, parameter ${o}`,
              ).toBeLessThan(1);
        }
      });
});
