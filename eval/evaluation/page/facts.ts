/** What was measured, with what and how: everything that a reader needs to measure it again. */
import type { Fact } from '../../report.js';
import type { EvalRecord } from '../record.js';

const text = (value: unknown) =>
  Array.isArray(value) ? value.join(typeof value[0] === 'number' ? ' to ' : '; ') : `${value}`;
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
      ? [{ name: 'reference', value: `${reference.name}${reference.n ? `, of ${reference.n} images` : ''}` }]
      : []),
    ...Object.entries(conventions).map(([key, value]) => ({ name: words(key), value: text(value) })),
  ];
}

function networkOf(name: string, network: EvalRecord['extractor'] | EvalRecord['classifier']): Fact[] {
  if (!network) return [];
  const { graph, output, d, preprocessing } = network;
  return [{ name, value: `sha256 ${graph}, output ${output} of ${d}; ${preprocessing}` }];
}
