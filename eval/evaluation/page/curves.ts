/** How numbers went over a run's checkpoints. */
import { curve, figure, type Html, html } from '../../report.js';
import type { CheckpointCurves } from '../record.js';

/** What curves may be of, by key, with the label of the axis; `distance` is what Fréchet distances are called. */
const labels: readonly (readonly [key: string, label: (distance: string) => string])[] = [
  ['mse', () => 'MSE of reconstructions'],
  ['reconstructions.fd', (distance) => `${distance} of reconstructions`],
  ['samples.fd', (distance) => `${distance} of samples`],
];

/** A curve for each quantity that at least one checkpoint has, side by side where there is room. */
export function curvesOf({ n, samples, points }: CheckpointCurves, distance = 'FD'): Html[] {
  const drawn = labels.flatMap(([key, label]) => {
    const found = points.flatMap(({ step, values }) => {
      const value = values[key];
      return value ? [{ step, ...value }] : [];
    });
    if (found.length === 0) return [];
    const title = label(distance);
    return [
      figure({
        content: curve({
          title: `${title} over steps`,
          xLabel: 'steps',
          yLabel: title,
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
  return [
    html`<p>The first ${n} images through ${points.length} checkpoints of the run${of}. Bands are 95 % intervals for other images of the same kind; the images are the same at all steps, so that differences between steps are surer than the bands show.</p>`,
    html`<div class="columns">${drawn}</div>`,
  ];
}
