/** How numbers went over a run's checkpoints. */
import { curve, figure, type Html, html } from '../../report.js';
import type { CheckpointCurves, EvalRecord } from '../record.js';

/** What curves may be of: its key, what it is called (undefined: as Fréchet distances are), and of what. */
const drawable: readonly (readonly [key: string, name: string | undefined, of: string])[] = [
  ['mse', 'MSE', 'reconstructions'],
  ['reconstructions.fd', undefined, 'reconstructions'],
  ['samples.fd', undefined, 'samples'],
];

/** A curve for each quantity that at least one checkpoint has, side by side where there is room. @param extractor that distances are of */
export function curvesOf({ n, samples, points }: CheckpointCurves, extractor: EvalRecord['extractor']): Html[] {
  const drawn = drawable.flatMap(([key, name = extractor?.distance ?? 'FD', what]) => {
    const found = points.flatMap(({ step, values }) => {
      const value = values[key];
      return value ? [{ step, ...value }] : [];
    });
    if (found.length === 0) return [];
    const title = `${name} of ${what}`;
    return [
      figure({
        content: curve({
          title: `${title} over steps`,
          xLabel: 'steps',
          yLabel: name,
          series: [
            {
              name: title,
              points: found.map(({ step, value }) => [step, value]),
              band: found.flatMap(({ step, interval }) =>
                interval ? [[step, interval.low, interval.high] as const] : [],
              ),
            },
          ],
          from: { y: 0 },
        }),
      }),
    ];
  });
  if (drawn.length === 0) return [];
  const of = samples === undefined ? '' : `, and ${samples} samples of each`;
  const isFew = samples !== undefined && extractor !== undefined && Math.min(n, samples) <= extractor.d;
  return [
    html`<p>The first ${n} images through ${points.length} checkpoints of the run${of}. Bands are 95 % intervals for other images of the same kind; the images are the same at all steps, so that differences between steps are surer than the bands show.${
      isFew
        ? ' There are no more images than features: distances are far above the truth, and only their course counts.'
        : ''
    }</p>`,
    html`<div class="columns">${drawn}</div>`,
  ];
}
