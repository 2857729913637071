import { chain, fullyConnected, type NetworkSpec } from '../spec.js';
import { architecture } from './architecture.js';
import { encoder } from './encoders.js';

/** ALI's nets for the 2-D mixture; the encoder is no Gaussian, it reads noise beside x. Parameters: E 164,002, G 484,802, D 407,201. */
export const aliGrid = architecture({
  name: 'ali-grid',
  title: 'ALI, 2-D Gaussian mixture',
  source:
    "the authors' code of ALI (IshmaelBelghazi/ALI, mixture experiment): G and E fully connected with batch norm and no " +
    'bias under it; D three maxout-5 layers on (x, z). Initialisation N(0, 0.02). Ours, for other systems on the same points: a ' +
    'Gaussian or deterministic encoder; a critic of several classes, or of two pairs (critic xz-xz) for GALI-8, through the same first ' +
    "row each; ALICE's critics of cycles. Critic x: the GAN's of the same code, on x alone (F and D, 405,201).",
  options: {
    width: 400,
    features: 200,
    pieces: 5,
    encoder: 'implicit',
    classes: 1,
    cycle: 'none',
    critic: 'xz',
  },
  choices: {
    encoder: ['implicit', 'gaussian', 'deterministic'],
    cycle: ['none', 'x', 'z', 'both'],
    critic: ['xz', 'x', 'xz-xz'],
  },
  build({ width, features, pieces, encoder: kind, classes, cycle, critic: reads }) {
    const hidden = fullyConnected(width, 'bn relu', { bias: false });
    const maxoutRow = fullyConnected(features * pieces, `maxout(${pieces})`);
    const explicit = (of: 'gaussian' | 'deterministic') =>
      encoder({ x: [2] }, { kind: of, trunk: [hidden, hidden], head: [fullyConnected(2)], spread: 'log_sigma' });
    const critic = (inputs: readonly string[], logits: number): NetworkSpec => ({
      inputs: Object.fromEntries(inputs.map((name) => [name, [2]])),
      blocks: [{ name: 'logit', from: inputs, rows: [maxoutRow, maxoutRow, maxoutRow, fullyConnected(logits)] }],
      outputs: ['logit'],
    });
    const ofPairs: NetworkSpec = {
      inputs: { x: [2], z: [2], x2: [2], z2: [2] },
      blocks: [
        { name: 'first', from: ['x', 'z'], rows: [maxoutRow] },
        { name: 'second', from: ['x2', 'z2'], rows: [], shares: 'first' },
        { name: 'logit', from: ['first', 'second'], rows: [maxoutRow, maxoutRow, fullyConnected(classes)] },
      ],
      outputs: ['logit'],
    };
    return {
      data: { kind: 'points', shape: [2], range: [0, 1] },
      latent: { size: 2, prior: 'normal' },
      networks: {
        G: chain('z', [2], 'x', [hidden, hidden, hidden, hidden, fullyConnected(2)]),
        E:
          kind === 'implicit'
            ? {
                inputs: { x: [2], noise: [2] },
                blocks: [{ name: 'sample', from: ['x', 'noise'], rows: [hidden, hidden, fullyConnected(2)] }],
                outputs: ['sample'],
              }
            : explicit(kind),
        ...(reads === 'x'
          ? {
              F: chain('x', [2], 'features', [maxoutRow, maxoutRow, maxoutRow]),
              D: chain('features', [features], 'logit', [fullyConnected(1)]),
            }
          : { D: reads === 'xz-xz' ? ofPairs : critic(['x', 'z'], classes) }),
        ...(cycle === 'x' || cycle === 'both' ? { Dx: critic(['x', 'x2'], 1) } : {}),
        ...(cycle === 'z' || cycle === 'both' ? { Dz: critic(['z', 'z2'], 1) } : {}),
      },
    };
  },
});
