/** Drift by closed forms, and where a precision is said to break a model. */
import type { Answer, Arrays, Forward } from '@alix/export/parity';
import { graphDrifts, reconstructionError, refuseBroken } from '@alix/export/precision/drift';
import type { Drift, GraphName } from '@alix/infer/bundle';
import { describe, expect, it } from 'vitest';

const floats = (...values: number[]) => Float32Array.from(values);
const answering = (outputs: Arrays): Forward => ({ run: async () => outputs });

describe('drift', () => {
  it('is the largest and the mean difference of the data among the examples, and their deviation', async () => {
    // two columns over three examples, the last of which is noise: [0, 10], [2, 10], [100, 100]
    const answers: Answer[] = [
      { graph: 'encoder', inputs: {}, outputs: { mean: floats(0, 10, 2, 10, 100, 100), log_variance: floats(1) } },
    ];
    const other = answering({ mean: floats(0.5, 10, 2, 9.75, 0, 0), log_variance: floats(7) });
    const ratios = new Map<GraphName, number>([['encoder', 0.25]]);
    const { encoder } = await graphDrifts(answers, other, 3, 2, ratios);
    // variances 1 and 0
    expect(encoder).toEqual({ largest: 0.5, mean: 0.75 / 4, deviation: Math.SQRT1_2, ratio: 0.25 });
  });

  it('of refinement is that of its gradient', async () => {
    const outputs = { loss: floats(1, 2), gradient: floats(0, 0, 0, 0) };
    const other = answering({ loss: floats(9, 9), gradient: floats(0, 0.25, 0, 0) });
    const { refine } = await graphDrifts([{ graph: 'refine', inputs: {}, outputs }], other, 2, 2, new Map());
    expect(refine).toEqual({ largest: 0.25, mean: 0.0625, deviation: 0, ratio: 1 });
  });

  it('of reconstruction is the mean square over the data, pixels in [0,1]', () => {
    const answers = (image: Arrays, made: Arrays): Answer[] => [
      { graph: 'encoder', inputs: image, outputs: { mean: floats(0, 0) } },
      { graph: 'decoder', inputs: {}, outputs: made },
    ];
    const image = Uint8Array.of(0, 255, 51, 0);
    expect(reconstructionError(answers({ image }, { image: floats(0, 0.5, 1, 1) }), 2, 1)).toBe(0.125);
    expect(reconstructionError(answers({ points: floats(1, 2) }, { points: floats(3, 2) }), 2, 2)).toBe(2);
    expect(reconstructionError(answers({ image }, {}).slice(1), 2, 1)).toBeUndefined();
  });
});

describe('a precision breaks a model', () => {
  const told = (mse: number | undefined, graph: string, mean: number, deviation = 1): Drift => ({
    n: 5,
    graphs: { [graph]: { largest: 2 * mean, mean, deviation, ratio: 1 } },
    ...(mse === undefined ? {} : { mse: { float32: 0.01, own: mse } }),
  });
  it.each([
    ['twice the error', told(0.02, 'encoder', 0.1), false],
    ['more than twice', told(0.0201, 'encoder', 0.1), true],
    ['an error that is no number', told(Number.NaN, 'encoder', 0.1), true],
    ['codes that move by half a deviation', told(undefined, 'encoder', 0.5), false],
    ['codes that move further', told(undefined, 'encoder', 0.51), true],
    ['images that move further, of a model without an encoder', told(undefined, 'decoder', 0.51), true],
    ['logits of a critic that move further', told(undefined, 'critic', 0.51), false],
    ['logits of a critic that are no numbers', told(undefined, 'critic', Number.NaN), true],
    ['codes of one example, which have no deviation', told(0.01, 'encoder', 0.1, 0), false],
  ])('%s: %#', (_name, drift, broken) => {
    const refuse = () => refuseBroken('int8', drift);
    if (broken) expect(refuse).toThrow(expect.objectContaining({ code: 'drift', what: 'the model breaks in int8' }));
    else expect(refuse).not.toThrow();
  });

  it('not where the error is next to nothing in both', () => {
    expect(() => refuseBroken('int8', { n: 1, graphs: {}, mse: { float32: 0, own: 1e-6 } })).not.toThrow();
  });
});
