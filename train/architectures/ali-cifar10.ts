import { dropout, fullyConnected } from '../spec.js';
import { aliCritic, aliEncoder, aliGenerator, aliRows } from './ali-rows.js';
import { architecture } from './architecture.js';
import { conventions } from './options.js';

/** ALI Table 2: CIFAR-10. Parameters at the defaults: E 3,118,496, G 981,152, D 2,611,009. */
export const aliCifar10 = architecture({
  name: 'ali-cifar10',
  title: 'ALI Table 2 (CIFAR-10)',
  source:
    'ALI Table 2. The table counts feature maps of maxout rows after maxout (its D(x, z) reads 1024), the code before it (512): ' +
    "option maxout. Dropout is on each row's input, as in the code. E's last row of 128 is mean and log sigma of 64. " +
    'Convention code: no bias under batch norm nor in D(z), one output bias per pixel.',
  options: { latent: 64, channels: 3, width: 1, slope: 0.1, pieces: 2, maxout: 'pre', convention: 'code' },
  choices: { maxout: ['pre', 'post'], convention: conventions },
  build({ latent, channels, width, slope, pieces, maxout, convention }) {
    const { conv, transposedConv, dense, denseWithoutBias, image } = aliRows(width, convention);
    const hidden = `bn lrelu(${slope})`;
    const fold = maxout === 'post' ? pieces : 1;
    const max = `maxout(${pieces})`;
    const x = [32, 32, channels];
    return {
      data: { kind: 'image', shape: x, range: [0, 1] },
      latent: { size: latent, prior: 'normal' },
      networks: {
        E: aliEncoder(x, latent, [
          conv(5, 1, 32, hidden),
          conv(4, 2, 64, hidden),
          conv(4, 1, 128, hidden),
          conv(4, 2, 256, hidden),
          conv(4, 1, 512, hidden),
          dense(512, hidden),
        ]),
        G: aliGenerator(latent, [
          transposedConv(4, 1, 256, hidden),
          transposedConv(4, 2, 128, hidden),
          transposedConv(4, 1, 64, hidden),
          transposedConv(4, 2, 32, hidden),
          transposedConv(5, 1, 32, hidden),
          conv(1, 1, 32, hidden),
          image(channels, 'sigmoid'),
        ]),
        D: aliCritic(x, latent, {
          dx: [
            dropout(0.2),
            conv(5, 1, fold * 32, `${max} dropout(0.5)`),
            conv(4, 2, fold * 64, `${max} dropout(0.5)`),
            conv(4, 1, fold * 128, `${max} dropout(0.5)`),
            conv(4, 2, fold * 256, `${max} dropout(0.5)`),
            conv(4, 1, fold * 512, max),
          ],
          dz: [dropout(0.2), denseWithoutBias(fold * 512, `${max} dropout(0.5)`), denseWithoutBias(fold * 512, max)],
          joint: [
            dropout(0.5),
            dense(fold * 1024, `${max} dropout(0.5)`),
            dense(fold * 1024, `${max} dropout(0.5)`),
            fullyConnected(1),
          ],
        }),
      },
    };
  },
});
