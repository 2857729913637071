import { dropout, fullyConnected, type NetworkSpec, type Shape } from '../spec.js';
import { type AliRows, aliCritic, aliEncoder, aliGenerator, aliRows } from './ali-rows.js';
import { architecture } from './architecture.js';
import { conventions } from './options.js';

/** ALI Table 4: CelebA. Parameters at the defaults: E 6,794,880, G 11,811,392, D 15,189,057. */
export const aliCeleba = architecture({
  name: 'ali-celeba',
  title: 'ALI Table 4 (CelebA)',
  source:
    'ALI Table 4. It prints a latent of 512 for G and D, but E gives mean and log sigma in 512, so 256 each (the ICLR text has 256); ' +
    'as printed: latent 512, whose E has then a last row of 1024. D(x, z) reads 1536, not 1024. Convention code: dropout 0.2 on the ' +
    "input of every row of D, no batch norm on D(x)'s first; no bias under batch norm nor in D(z), one output bias per pixel. " +
    'Convention table: batch norm and no dropout throughout D(x).',
  options: { latent: 256, channels: 3, width: 1, slope: 0.02, dropout: 0.2, convention: 'code' },
  choices: { convention: conventions },
  build({ latent, channels, width, slope, dropout: rate, convention }) {
    const rows = aliRows(width, convention);
    const { conv, dense, denseWithoutBias } = rows;
    const lrelu = `lrelu(${slope})`;
    const drop = `dropout(${rate})`;
    const isTable = convention === 'table';
    const hidden = `bn ${lrelu}${isTable ? '' : ` ${drop}`}`;
    const x = [64, 64, channels];
    return {
      data: { kind: 'image', shape: x, range: [0, 1] },
      latent: { size: latent, prior: 'normal' },
      networks: {
        E: celebaEncoder(rows, x, latent, slope),
        G: celebaGenerator(rows, latent, slope, channels, 'sigmoid'),
        D: aliCritic(x, latent, {
          dx: [
            ...(isTable ? [] : [dropout(rate)]),
            conv(2, 1, 64, isTable ? hidden : `${lrelu} ${drop}`),
            conv(7, 2, 128, hidden),
            conv(5, 2, 256, hidden),
            conv(7, 2, 256, hidden),
            conv(4, 1, 512, `bn ${lrelu}`),
          ],
          dz: [dropout(rate), denseWithoutBias(1024, `${lrelu} ${drop}`), denseWithoutBias(1024, lrelu)],
          joint: [dropout(rate), dense(2048, `${lrelu} ${drop}`), dense(2048, `${lrelu} ${drop}`), fullyConnected(1)],
        }),
      },
    };
  },
});

/** E of ALI Table 4, which GALI has too. */
export function celebaEncoder({ conv }: AliRows, x: Shape, latent: number, slope: number): NetworkSpec {
  const hidden = `bn lrelu(${slope})`;
  return aliEncoder(x, latent, [
    conv(2, 1, 64, hidden),
    conv(7, 2, 128, hidden),
    conv(5, 2, 256, hidden),
    conv(7, 2, 256, hidden),
    conv(4, 1, 512, hidden),
  ]);
}

/** G of ALI Table 4; GALI has it with tanh. */
export function celebaGenerator(
  { transposedConv, image }: AliRows,
  latent: number,
  slope: number,
  channels: number,
  activation: string,
): NetworkSpec {
  const hidden = `bn lrelu(${slope})`;
  return aliGenerator(latent, [
    transposedConv(4, 1, 512, hidden),
    transposedConv(7, 2, 256, hidden),
    transposedConv(5, 2, 256, hidden),
    transposedConv(7, 2, 128, hidden),
    transposedConv(2, 1, 64, hidden),
    image(channels, activation),
  ]);
}
