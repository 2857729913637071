import { chain, dropout, fullyConnected, reshape } from '../spec.js';
import { aliCritic, aliEncoder, aliRows } from './ali-rows.js';
import { architecture } from './architecture.js';
import { conventions, scaledBy } from './options.js';

/** ALI Table 5: Tiny ImageNet. Parameters at the defaults: E 7,812,352, G 3,164,224, D 32,985,793. */
export const aliTinyImagenet = architecture({
  name: 'ali-tiny-imagenet',
  title: 'ALI Table 5 (Tiny ImageNet)',
  source:
    "ALI Table 5. Dropout is on each row's input, as in the code. E's last row of 512 is mean and log sigma of 256. Convention " +
    'code: no bias under batch norm, one output bias per pixel; D(z) has its biases here.',
  options: { latent: 256, channels: 3, width: 1, slope: 0.01, dropout: 0.2, convention: 'code' },
  choices: { convention: conventions },
  build({ latent, channels, width, slope, dropout: rate, convention }) {
    const { conv, transposedConv, dense, image } = aliRows(width, convention);
    const lrelu = `lrelu(${slope})`;
    const hidden = `bn ${lrelu}`;
    const drop = `dropout(${rate})`;
    const x = [64, 64, channels];
    return {
      data: { kind: 'image', shape: x, range: [0, 1] },
      latent: { size: latent, prior: 'normal' },
      networks: {
        E: aliEncoder(x, latent, [
          conv(4, 2, 64, hidden),
          conv(4, 1, 64, hidden),
          conv(4, 2, 128, hidden),
          conv(4, 1, 128, hidden),
          conv(4, 2, 256, hidden),
          conv(4, 1, 256, hidden),
          dense(2048, hidden),
          dense(2048, hidden),
        ]),
        G: chain('z', [latent], 'x', [
          dense(2048, hidden),
          dense(256, hidden),
          reshape(1, 1, scaledBy(width)(256)),
          transposedConv(4, 1, 256, hidden),
          transposedConv(4, 2, 128, hidden),
          transposedConv(4, 1, 128, hidden),
          transposedConv(4, 2, 64, hidden),
          transposedConv(4, 1, 64, hidden),
          transposedConv(4, 2, 64, hidden),
          image(channels, 'sigmoid'),
        ]),
        D: aliCritic(x, latent, {
          dx: [
            dropout(rate),
            conv(4, 2, 64, `${lrelu} ${drop}`),
            conv(4, 1, 64, `${hidden} ${drop}`),
            conv(4, 2, 128, `${hidden} ${drop}`),
            conv(4, 1, 128, `${hidden} ${drop}`),
            conv(4, 2, 256, `${hidden} ${drop}`),
            conv(4, 1, 256, hidden),
          ],
          dz: [dropout(rate), dense(2048, `${lrelu} ${drop}`), dense(2048, lrelu)],
          joint: [dropout(rate), dense(4096, `${lrelu} ${drop}`), dense(4096, `${lrelu} ${drop}`), fullyConnected(1)],
        }),
      },
    };
  },
});
