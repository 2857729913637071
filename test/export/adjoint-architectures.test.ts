/** refine.onnx of every architecture of images, narrow: its gradient against central differences in float64. */
import { architectures } from '@alix/train/architectures/index';
import { describe, expect, it } from 'vitest';
import { checkRefine, decoderOf } from './adjoint-support.js';
import { narrow } from './support.js';

const built = Object.values(architectures).map(({ name, options, build }) => [name, build(narrow(options))] as const);
const refinable = built.filter(([, { data, networks }]) => data.kind === 'image' && 'G' in networks);

describe('the gradient of the decoder of', () => {
  it.each(refinable)('%s', async (_, architecture) => {
    const checked = await checkRefine(architecture, decoderOf(architecture), { n: 1, directions: 2 });
    expect(checked.loss).toBeLessThan(1e-5);
    expect(checked.slope).toBeLessThan(1e-3);
  });

  it('these and no others', () => {
    const names = refinable.map(([name]) => name);
    expect(names).toContain('small-28-stacked');
    const others = built.filter(([name]) => !names.includes(name));
    for (const [name, { data }] of others) expect(`${name} ${data.kind}`).toMatch(/^classifier-|points$/);
  });
});
