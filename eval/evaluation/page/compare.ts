/** compare.html: models side by side; what differs between their evaluations comes first. */

import { shortNumber } from '../../report/numbers.js';
import {
  type ComparedMetric,
  comparison,
  curve,
  facts,
  figure,
  type Html,
  html,
  type ImageSize,
  imageRows,
  images,
  notice,
  page,
  section,
} from '../../report.js';
import { type ComparedRow, consequenceOf, type Difference, type EvalComparison, type Verdict } from '../compare.js';
import { groups } from '../measure.js';
import { titles } from './titles.js';

/** uint8 [H,W,C] each; lists may be empty. */
export interface ComparedPictures {
  readonly size: ImageSize;
  readonly originals: readonly Uint8Array[];
  readonly reconstructions: readonly Uint8Array[];
  readonly samples: readonly Uint8Array[];
}

export interface ComparisonOrigin {
  readonly alixVersion: string;
  readonly created: string;
}

const SAMPLES = 32;

/**
 * The page of several evaluations side by side.
 *
 * @param pictures of each model, in their order; undefined where its report has none
 */
export function compareReport(
  found: EvalComparison,
  pictures: readonly (ComparedPictures | undefined)[],
  { alixVersion, created }: ComparisonOrigin,
): string {
  const { models, differences } = found;
  const labels = models.map(({ label }) => label);
  return page({
    title: labels.join(' · '),
    lead: `${models.length} models side by side, each as alix eval measured it.`,
    content: [
      ...differencesShown(differences, labels),
      section('Side by side', comparison({ models: labels, groups: tableOf(found.rows), note: reading(found.rows) })),
      ...optional('Over steps', overSteps(found)),
      ...optional('Reconstructions', reconstructionsOf(found, pictures)),
      ...optional(
        'Samples from the prior',
        labels.flatMap((heading, i) => {
          const { samples = [], size } = pictures[i] ?? {};
          if (!size || samples.length === 0) return [];
          const tiles = samples.slice(0, SAMPLES).map((pixels, at) => ({ pixels, alt: `${heading}, sample ${at}` }));
          return [figure({ heading, content: images(tiles, size) })];
        }),
      ),
      section('What was measured', ...models.map(modelFacts)),
    ],
    footer: `Made by alix ${alixVersion} on ${created.slice(0, 16).replace('T', ' ')} UTC. This file loads nothing; its numbers are inside it as JSON.`,
    data: { format: 'alix-eval-comparison', version: 1, alixVersion, created, ...found },
  });
}

const optional = (heading: string, content: readonly Html[]) =>
  content.length > 0 ? [section(heading, ...content)] : [];

function differencesShown(differences: readonly Difference[], labels: readonly string[]): Html[] {
  if (differences.length === 0) return [];
  const hard = differences.filter(({ affects }) => affects.length > 0);
  const isAll = hard.some(({ affects }) => affects === 'all');
  const list = differences.map((one) =>
    figure({
      heading: `${one.what}: ${consequenceOf(one)}`,
      content: facts(one.values.map((value, i) => ({ name: labels[i]!, value }))),
    }),
  );
  const say = isAll
    ? 'These evaluations are not of the same images, or were not made alike: numbers that do not compare are not ranked.'
    : 'These evaluations were not made alike in all: numbers that do not compare are not ranked.';
  return [...(hard.length > 0 ? [notice(say)] : []), section('What differs between the evaluations', ...list)];
}

const words: Readonly<Record<Verdict, string>> = {
  clear: '',
  overlap: 'intervals overlap',
  'no-interval': 'no interval: not ranked',
  'not-comparable': 'not comparable',
  'no-order': '',
  alone: '',
};

function tableOf(rows: readonly ComparedRow[]) {
  return groups.flatMap((group) => {
    const mine = rows.filter((row) => row.group === group);
    return mine.length > 0 ? [{ heading: titles[group], metrics: mine.map(metricOf) }] : [];
  });
}

function metricOf({ name, better, values, verdict, because }: ComparedRow): ComparedMetric {
  const counts = [...new Set(values.flatMap((value) => (value ? [value.n] : [])))];
  const said = [
    // the table says itself what is better where something is marked
    ...(better && verdict !== 'clear' ? [`${better} is better`] : []),
    ...(words[verdict] === '' ? [] : [because ? `${words[verdict]}: other ${because.join(', ')}` : words[verdict]]),
    `n ${counts.join(' or ')}`,
  ];
  return {
    name,
    unit: said.join('; '),
    ...(better && verdict === 'clear' && { better }),
    values: values.map((value) => value ?? undefined),
  };
}

function reading(rows: readonly ComparedRow[]): string {
  const isPaired = rows.some(({ verdict }) => verdict === 'clear' || verdict === 'overlap');
  return [
    'In small figures: 95 % intervals, for other images of the same kind. A best one is marked where its interval has nothing in common with any other; where intervals overlap, these images do not tell.',
    ...(isPaired
      ? [
          'The same images went through all models, so that differences may be surer than that; to say so needs the errors of each image, which reports do not hold.',
        ]
      : []),
  ].join(' ');
}

/** Curves of what compares, where all models are of one run at different steps. */
function overSteps({ models, rows }: EvalComparison): Html[] {
  const runs = new Set(models.map(({ run }) => run));
  const steps = models.map((model) => model.steps);
  if (runs.size !== 1 || runs.has(undefined) || new Set(steps).size < 2 || steps.includes(undefined)) return [];
  const order = steps.map((step, at) => ({ step: step!, at })).sort((a, b) => a.step - b.step);
  const drawn = rows
    .filter(({ verdict }) => verdict !== 'not-comparable' && verdict !== 'alone' && verdict !== 'no-order')
    .map(({ name, group, values }) => {
      const title = `${name}, ${titles[group].toLowerCase()}`;
      const points = order.flatMap(({ step, at }) => (values[at] ? [[step, values[at].value] as const] : []));
      return figure({ content: curve({ title, xLabel: 'steps', yLabel: name, series: [{ name: title, points }] }) });
    });
  return drawn.length === 0
    ? []
    : [html`<p>These models are one run at different steps.</p>`, html`<div class="columns">${drawn}</div>`];
}

/** Under each original what the models made of it; none where the images are not the same. */
function reconstructionsOf(
  { models, differences }: EvalComparison,
  pictures: readonly (ComparedPictures | undefined)[],
): Html[] {
  const whole = pictures.flatMap((one, i) =>
    one && one.originals.length > 0 ? [{ ...one, label: models[i]!.label }] : [],
  );
  const [first] = whole;
  if (!first) return [];
  if (differences.some(({ what }) => what.startsWith('images') || what === 'image size'))
    return [html`<p class="note">Not shown: the images are not the same.</p>`];
  const n = Math.min(
    ...whole.map(({ originals, reconstructions }) => Math.min(originals.length, reconstructions.length)),
  );
  return [
    imageRows(
      [
        { label: 'original', images: first.originals.slice(0, n) },
        ...whole.map(({ label, reconstructions }) => ({ label, images: reconstructions.slice(0, n) })),
      ],
      Array.from({ length: n }, (_, i) => `image ${i}`),
      first.size,
    ),
    html`<p class="note">The first ${n} images, none chosen.</p>`,
  ];
}

function modelFacts({
  label,
  name,
  sha256,
  system,
  dataset,
  device,
  precision,
  steps,
  data,
  created,
}: EvalComparison['models'][number]): Html {
  const { split } = data;
  const content = facts([
    {
      name: 'model',
      value: `${name}, ${system} trained on ${dataset}${steps === undefined ? '' : `, ${shortNumber(steps)} steps`}`,
    },
    { name: 'sha256', value: sha256 },
    {
      name: 'ran',
      value: `on ${device}${precision ? `, ${precision}` : ''}, ${created.slice(0, 16).replace('T', ' ')} UTC`,
    },
    {
      name: 'images',
      value: `${data.n} of ${data.of} of ${data.name}${split === undefined ? '' : `, split ${split}`}`,
    },
  ]);
  return figure({ heading: label, content });
}
