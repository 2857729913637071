/** refine.onnx of the papers' own decoders at full width: its gradient against central differences in float64. */
import { architectures } from '@alix/train/architectures/index';
import { describe, expect, it } from 'vitest';
import { checkRefine, decoderOf } from './adjoint-support.js';

const built = Object.values(architectures).map(({ name, options, build }) => [name, build(options)] as const);
const refinable = built.filter(([, { data, networks }]) => data.kind === 'image' && 'G' in networks);

describe('the gradient of the whole decoder of', () => {
  it.each(refinable)('%s', async (_, architecture) => {
    const checked = await checkRefine(architecture, decoderOf(architecture), { n: 1, directions: 1 });
    expect(checked.loss).toBeLessThan(1e-5);
    expect(checked.slope).toBeLessThan(1e-3);
  });
});
