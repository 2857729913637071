import { chain, fullyConnected, type NetworkSpec, reshape, transposedConv } from '../spec.js';

/** The generator of the small 28x28 networks: AIM Table 3's with a narrower fully connected part. */
export function smallGenerator(
  latent: number,
  width: number,
  channels: number,
  { activation = 'sigmoid', bias = true }: { activation?: string; bias?: boolean | 'untied' } = {},
): NetworkSpec {
  return chain('z', [latent], 'x', [
    fullyConnected(8 * width, 'bn relu'),
    fullyConnected(49 * 2 * width, 'bn relu'),
    reshape(7, 7, 2 * width),
    transposedConv(4, 2, width, 'bn relu'),
    transposedConv(4, 2, channels, activation, { bias }),
  ]);
}
