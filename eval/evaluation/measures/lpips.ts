/** lpips: the distance that a user's network sees between images and their reconstructions. */
import { meanAndStd } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import { type Interval, meanInterval } from '../../intervals.js';
import { perceptualName } from '../../perceptual.js';
import { type Measure, ofImages } from '../measure.js';
import { rowsStore } from '../store.js';

interface Result {
  readonly n: number;
  readonly name: string;
  readonly mean: number;
  readonly interval: Interval;
}

export const lpips: Measure = {
  name: 'lpips',
  summary: 'perceptual distance of reconstructions, named after the network; needs --lpips',
  open({ perceptual }) {
    if (!perceptual)
      throw new AlixError('bad-option', 'a perceptual distance needs its network, and alix ships none', {
        remedy: 'name an .onnx file with --lpips',
      });
    const each = ofImages('lpips', rowsStore(1), async ({ pixels, n, reconstruction }) =>
      perceptual.distances(pixels, (await reconstruction()).pixels, n),
    );
    const name = perceptualName(perceptual.identity);
    return {
      recorders: [each],
      results: {
        lpips(recorded) {
          const values = recorded.of(each);
          return { n: values.length, name, ...meanAndStd(values), interval: meanInterval(values) };
        },
      },
      conventions: { lpips: { ...perceptual.identity, of: 'the decoder image as uint8 against stored pixels' } },
    };
  },
  rows({ lpips: result }) {
    const found = result as Result | undefined;
    if (!found) return [];
    const { n, name, mean, interval } = found;
    return [{ group: 'reconstructions', name, value: mean, interval, n: `${n}`, better: 'lower' }];
  },
};
