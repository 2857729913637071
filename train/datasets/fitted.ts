/** Data sets whose images are stored as pixels, made another size when they are read. */
import { createHash } from 'node:crypto';
import { type Dataset, type DatasetSource, resolveOptions, rowsDataset } from './dataset.js';
import { checkFitOptions, type Fit, type FitOptions, fitFor, fitOptions, requiredSize } from './fit.js';

/** The source with the options `size`, `channels` and `centreCrop` (fit.ts). */
export function withFit(source: DatasetSource): DatasetSource {
  const { name } = source;
  const defaults = { ...source.defaults, ...fitOptions };
  return {
    ...source,
    defaults,
    async open({ options, ...request }) {
      const { size, channels, centreCrop, ...own } = resolveOptions<FitOptions & Record<string, unknown>>(
        name,
        defaults,
        options,
      );
      const settings = { size, channels, centreCrop };
      checkFitOptions(name, settings);
      const dataset = await source.open({ ...request, options: own });
      const [height = 0, width = 0, stored] = dataset.shape;
      return fitted(dataset, fitFor(settings, { height, width, channels: stored === 1 ? 1 : 3 }));
    },
  };
}

function fitted(dataset: Dataset, fit: Fit): Dataset {
  const { name, count, labels, classes, attributes, source } = dataset;
  const shape = [fit.height, fit.width, fit.channels];
  if (requiredSize(fit) && shape.join() === dataset.shape.join()) return dataset;
  return rowsDataset('images', {
    name,
    count,
    labels,
    classes,
    ...(attributes && { attributes }),
    source: { kind: 'fitted', shape, of: source, fit },
    fingerprint: createHash('sha256')
      .update(`${JSON.stringify(fit)} of ${dataset.fingerprint}\n`)
      .digest('hex'),
  });
}
