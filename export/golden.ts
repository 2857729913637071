/** Golden pairs: the trained model's own answers, so that a self-test checks the whole way from training to the runtime at hand. */
import type { Bundle } from '@alix/infer/bundle';
import { type Answer, type Arrays, PARITY_TOLERANCE } from './parity.js';

/** How many examples become golden pairs. */
const GOLDEN_PAIRS = 4;
/** How far another runtime may be from the golden pairs: ten times what export itself allows. */
const GOLDEN_TOLERANCE = 10 * PARITY_TOLERANCE;

/** What model.json says of a few of n examples, those from `first` on. */
export function goldenPairs(answers: readonly Answer[], n: number, first = 0): Bundle['golden'] {
  const end = Math.min(n, first + GOLDEN_PAIRS);
  const of = (graph: Answer['graph']) => answers.find((answer) => answer.graph === graph);
  const encoder = of('encoder');
  const decoder = of('decoder');
  const classifier = of('classifier');
  const { image, points } = { ...classifier?.inputs, ...encoder?.inputs } as Arrays;
  const named: Readonly<Record<string, Float32Array | Uint8Array | undefined>> = {
    image,
    points,
    mean: encoder?.outputs.mean,
    // without an encoder the decoder's codes are told themselves
    latent: encoder ? undefined : decoder?.inputs.latent,
    decoded: decoder?.outputs.image ?? decoder?.outputs.points,
    logit: classifier?.outputs.logit,
  };
  const pairs = Object.entries(named).flatMap(([name, values]) =>
    values ? [[name, base64(values.subarray((first * values.length) / n, (end * values.length) / n))]] : [],
  );
  return { ...Object.fromEntries(pairs), n: end - first, tolerance: GOLDEN_TOLERANCE };
}

const base64 = (data: Uint8Array | Float32Array): string =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
