import { AlixError } from '@alix/infer/io/errors';
import { chain, conv, flatten, fullyConnected, type Row, reshape, transposedConv } from '../spec.js';
import { architecture } from './architecture.js';
import { encoder, encoders } from './encoders.js';
import { critical, normalisations, scaledBy } from './options.js';

/** AIM Table 4's rows for square images of other sizes; at 64 and width 1 they are that table's. */
export const aimSquare = architecture({
  name: 'aim-square',
  title: "AIM Table 4's networks for square images of many sizes",
  source:
    "alix's own, after AIM (ICLR 2019 submission) Table 4, which it is at size 64 and width 1: as many rows of stride 2 as lead from the " +
    'image to a map of 4 to 7 pixels a side. Feature maps double from 128 up to 1024; above 64 pixels they begin lower, so that the last ' +
    'map has 1024. E ends at 2x2 whichever map it reads, and its heads are as wide as the code at least. normalisation and encoder are those of small-28.',
  options: { size: 64, latent: 64, channels: 3, width: 0.25, slope: 0.2, normalisation: 'bn', encoder: 'gaussian' },
  choices: { normalisation: normalisations, encoder: encoders },
  build({ size, latent, channels, width, slope, normalisation, encoder: kind }) {
    const { base, halvings } = checkedSteps(size);
    const n = scaledBy(width);
    const lrelu = `lrelu(${slope})`;
    const { spectral, words } = critical(normalisation, lrelu);
    const half = { padding: 1 };
    const maps = featureMaps(halvings).map(n);
    const last = maps.at(-1) as number;
    const x = [size, size, channels];
    const features = [base, base, last];
    const up = maps.slice(0, -1).reverse();
    return {
      data: { kind: 'image', shape: x, range: [-1, 1] },
      latent: { size: latent, prior: 'normal' },
      networks: {
        G: chain('z', [latent], 'x', [
          reshape(1, 1, latent),
          transposedConv(base, 1, last, 'bn relu', { padding: 'valid' }),
          ...up.map((maps): Row => transposedConv(4, 2, maps, 'bn relu', half)),
          transposedConv(4, 2, channels, 'tanh', half),
        ]),
        F: chain(
          'x',
          x,
          'features',
          maps.map((maps, i): Row => conv(4, 2, maps, i === 0 ? lrelu : words, { ...half, spectral })),
        ),
        D: chain('features', features, 'logit', [conv(base, 1, 1, '', { padding: 'valid' }), flatten()]),
        E: encoder(
          { features },
          {
            kind,
            trunk: [
              conv(4, 2, n(512), lrelu, half),
              conv(4, 2, n(512), `bn ${lrelu}`, half),
              conv(2, 1, n(256), `bn ${lrelu}`, half),
              conv(1, 1, n(128), `bn ${lrelu}`),
              flatten(),
            ],
            // never narrower than the code: fewer units than values to tell could not tell them
            head: [fullyConnected(Math.max(n(64), latent), `bn ${lrelu}`), fullyConnected(latent)],
            spread: 'log_variance',
          },
        ),
      },
    };
  },
});

/** Sides of the map that E and D read. */
const BASES = [4, 5, 6, 7];

/** From how many pixels a side, by how many halvings, an image comes to a map of `base`; undefined where none does. */
function steps(size: number): { readonly base: number; readonly halvings: number } | undefined {
  for (const base of BASES)
    for (const halvings of [2, 3, 4, 5, 6]) if (base * 2 ** halvings === size && size <= 256) return { base, halvings };
  return undefined;
}

/** The sides of images that it has networks for: 16, 20, 24, 28, 32, 40, ... 256. */
export const squareSizes: readonly number[] = Array.from({ length: 257 }, (_, size) => size).filter((size) =>
  steps(size),
);

function checkedSteps(size: number) {
  const found = steps(size);
  if (found) return found;
  throw new AlixError('bad-config', 'option "size" of aim-square', {
    expected: squareSizes.join(', '),
    found: `${size}`,
  });
}

/** From the image on. Table 4 has 128, 256, 512, 1024. */
function featureMaps(halvings: number): number[] {
  const first = halvings > 4 ? 2 ** (11 - halvings) : 128;
  return Array.from({ length: halvings }, (_, i) => first * 2 ** i);
}
