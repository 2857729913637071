/** What was measured, with what and how: everything that a reader needs to measure it again. */
import type { Fact } from '../../report.js';
import type { EvalRecord } from '../record.js';

function text(value: unknown): string {
  if (Array.isArray(value)) return value.join(typeof value[0] === 'number' ? ' to ' : '; ');
  if (typeof value !== 'object' || value === null) return `${value}`;
  return Object.entries(value)
    .map(([key, part]) => `${words(key)} ${text(part)}`)
    .join('; ');
}
const words = (key: string) =>
  key.replaceAll('_', ' ').replace(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`);
const sum = (fingerprint: string | undefined) => (fingerprint ? `, sha256 ${fingerprint}` : '');

export function factsOf(record: EvalRecord): Fact[] {
  const { model, data, train, extractor, classifier, reference, conventions } = record;
  const { name, sha256, precision, device, steps } = model;
  return [
    {
      name: 'model',
      value: `${name}, sha256 ${sha256}${steps === undefined ? '' : `, of ${steps} steps`}${precision ? `, ${precision}` : ''}, on ${device}`,
    },
    { name: 'data', value: `${data.name}${data.split ? `, split ${data.split}` : ''}${sum(data.fingerprint)}` },
    ...(train ? [{ name: 'learnt from', value: `${train.n} images of ${train.name}${sum(train.fingerprint)}` }] : []),
    ...networkOf('extractor', extractor),
    ...networkOf('classifier', classifier),
    ...(reference
      ? [
          {
            name: 'reference',
            value: `${reference.name}${reference.n ? `, of ${reference.n} images` : ''}${sum(reference.sha256)}`,
          },
        ]
      : []),
    ...Object.entries(conventions).map(([key, value]) => ({ name: words(key), value: text(value) })),
  ];
}

function networkOf(name: string, network: EvalRecord['extractor'] | EvalRecord['classifier']): Fact[] {
  if (!network) return [];
  const { graph, output, d, preprocessing } = network;
  return [{ name, value: `sha256 ${graph}, output ${output} of ${d}; ${preprocessing}` }];
}
