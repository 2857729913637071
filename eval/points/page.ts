/** report.html of a model of points. */

import { groups } from '../evaluation/measure.js';
import { numbers } from '../evaluation/page/numbers.js';
import { numbersBeside } from '../evaluation/page/papers.js';
import { titles } from '../evaluation/page/titles.js';
import { shortNumber } from '../evaluation/page.js';
import { facts, figure, type Html, html, page, scatter, section } from '../report.js';
import type { PointEvaluation } from './evaluate.js';
import { type PointRecord, pointRows } from './record.js';

/** Points of each kind that are drawn, at most. */
const DRAWN = 2500;

/** The whole page as text. @param points float32 [n,d], those that were measured @param made what the model made of codes and of them */
export function pointReport(
  record: PointRecord,
  points: Float32Array,
  { samples, reconstructions }: Pick<PointEvaluation, 'samples' | 'reconstructions'>,
): string {
  const { model, data, conventions, skipped, metrics } = record;
  const rows = pointRows(metrics);
  const { modes } = metrics;
  const picture = (heading: string, made: Float32Array, name: string, caption: string) =>
    data.d === 2
      ? [
          figure({
            heading,
            content: scatter({
              title: heading,
              xLabel: 'x',
              yLabel: 'y',
              sameScale: true,
              overlaid: true,
              groups: [
                { name: 'data', points: pairs(points) },
                { name, points: pairs(made) },
              ],
            }),
            caption,
          }),
        ]
      : [];
  const pictures: Partial<Record<(typeof groups)[number], Html[]>> = {
    samples: picture(
      'Samples and data',
      samples,
      'samples',
      `${Math.min(DRAWN, samples.length / data.d)} samples from the prior over as many points of the data.`,
    ),
    ...(reconstructions && {
      reconstructions: picture(
        'Points and where they come back',
        reconstructions,
        'reconstructions',
        "Points of the data, and the decoder's points at the means of their codes.",
      ),
    }),
  };
  const part = data.split === undefined ? '' : `, split ${data.split}`;
  const beside = numbersBeside(
    { ...(modes && { modes: { value: modes.captured }, high_quality: { value: modes.high_quality } }) },
    model,
    `of ${conventions.samples} samples${model.steps === undefined ? '' : `, of a model of ${model.steps} steps`}`,
  );
  return page({
    title: `${model.name} on ${data.name}`,
    lead: `A ${model.system.toUpperCase()} model of points trained on ${model.dataset}, measured on ${data.n} of ${data.of} points of ${data.name}${part}.`,
    content: [
      ...groups.flatMap((group) => {
        const content = [
          ...numbers(
            rows.filter((row) => row.group === group),
            'points',
          ),
          ...(pictures[group] ?? []),
        ];
        return content.length > 0 ? [section(titles[group], ...content)] : [];
      }),
      ...(beside.length > 0 ? [section('Beside the papers', ...beside)] : []),
      section(
        'How it was measured',
        facts([
          { name: 'model', value: `${model.name}, sha256 ${model.sha256}, on ${model.device}` },
          { name: 'data', value: `${data.name}${part}${data.fingerprint ? `, sha256 ${data.fingerprint}` : ''}` },
          ...(data.mixture
            ? [
                {
                  name: 'mixture',
                  value: `${data.mixture.means.length} Gaussians of deviation ${shortNumber(data.mixture.sigma)}`,
                },
              ]
            : []),
          ...Object.entries(conventions).map(([name, value]) => ({
            name: name.replaceAll('_', ' '),
            value: `${value}`,
          })),
        ]),
        ...(skipped.length > 0
          ? [
              html`<p class="note">Not measured: ${skipped.map(({ metric, why }) => `${metric} (${why})`).join('; ')}.</p>`,
            ]
          : []),
      ),
    ],
    footer: `Made by alix ${record.alixVersion} on ${record.created.slice(0, 16).replace('T', ' ')} UTC. This file loads nothing; its numbers are inside it as JSON.`,
    data: record,
  });
}

/** The first of them as pairs. */
function pairs(rows: Float32Array): (readonly [number, number])[] {
  const n = Math.min(DRAWN, rows.length / 2);
  return Array.from({ length: n }, (_, i) => [rows[2 * i]!, rows[2 * i + 1]!] as const);
}
