import { dropout, fullyConnected, type NetworkSpec, type Shape } from '../spec.js';
import { type AliRows, aliCritic, aliEncoder, aliGenerator, aliRows } from './ali-rows.js';
import { architecture } from './architecture.js';
import { conventions } from './options.js';

/**
 * ALI Table 3: SVHN. Parameters at the defaults: E 3,315,488, G 1,767,584, D 5,283,073. The last three hidden layers of E,
 * which the SVM of the paper reads, have 4096 + 512 + 512 numbers.
 */
export const aliSvhn = architecture({
  name: 'ali-svhn',
  title: 'ALI Table 3 (SVHN)',
  source:
    "ALI Table 3. Dropout is on each row's input, as in the code. E's last row of 512 is mean and log sigma of 256. " +
    'Convention code: no bias under batch norm nor in D(z), one output bias per pixel.',
  options: { latent: 256, channels: 3, width: 1, slope: 0.01, dropout: 0.2, convention: 'code' },
  choices: { convention: conventions },
  build({ latent, channels, width, slope, dropout: rate, convention }) {
    const rows = aliRows(width, convention);
    const { conv, dense, denseWithoutBias } = rows;
    const lrelu = `lrelu(${slope})`;
    const drop = `dropout(${rate})`;
    const x = [32, 32, channels];
    return {
      data: { kind: 'image', shape: x, range: [0, 1] },
      latent: { size: latent, prior: 'normal' },
      networks: {
        E: svhnEncoder(rows, x, latent, slope),
        G: svhnGenerator(rows, latent, slope, channels, 'sigmoid'),
        D: aliCritic(x, latent, {
          dx: [
            dropout(rate),
            conv(5, 1, 32, `${lrelu} ${drop}`),
            conv(4, 2, 64, `bn ${lrelu} ${drop}`),
            conv(4, 1, 128, `bn ${lrelu} ${drop}`),
            conv(4, 2, 256, `bn ${lrelu} ${drop}`),
            conv(4, 1, 512, `bn ${lrelu}`),
          ],
          dz: [dropout(rate), denseWithoutBias(512, `${lrelu} ${drop}`), denseWithoutBias(512, lrelu)],
          joint: [dropout(rate), dense(1024, `${lrelu} ${drop}`), dense(1024, `${lrelu} ${drop}`), fullyConnected(1)],
        }),
      },
    };
  },
});

/** E of ALI Table 3, which GALI has too. */
export function svhnEncoder({ conv, dense }: AliRows, x: Shape, latent: number, slope: number): NetworkSpec {
  const hidden = `bn lrelu(${slope})`;
  return aliEncoder(x, latent, [
    conv(5, 1, 32, hidden),
    conv(4, 2, 64, hidden),
    conv(4, 1, 128, hidden),
    conv(4, 2, 256, hidden),
    conv(4, 1, 512, hidden),
    dense(512, hidden),
  ]);
}

/** G of ALI Table 3; GALI has it with tanh. */
export function svhnGenerator(
  { conv, transposedConv, image }: AliRows,
  latent: number,
  slope: number,
  channels: number,
  activation: string,
): NetworkSpec {
  const hidden = `bn lrelu(${slope})`;
  return aliGenerator(latent, [
    transposedConv(4, 1, 256, hidden),
    transposedConv(4, 2, 128, hidden),
    transposedConv(4, 1, 64, hidden),
    transposedConv(4, 2, 32, hidden),
    transposedConv(5, 1, 32, hidden),
    conv(1, 1, 32, hidden),
    image(channels, activation),
  ]);
}
