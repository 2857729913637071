/** The papers' numbers beside ours, and what differs between the measurements, sentence by sentence. */
import { type OwnNumber, type PapersTableRow, paperNumbers, papersTable } from '../../papers/papers.js';
import { type PaperMetric, paperMetrics } from '../../papers/sources.js';
import { type Html, html } from '../../report.js';
import type { EvalRecord } from '../record.js';

/** Where results have the numbers that the papers print: the way to what has a value, or a mean and its deviation. */
const places: readonly (readonly [metric: PaperMetric, ...way: string[]])[] = [
  ['mse', 'mse'],
  ['feature_mse', 'feature_mse'],
  ['inception_score', 'samples.is'],
  ['fd', 'samples.fd'],
  ['svm', 'svm'],
  ['nll', 'nll', 'elbo'],
  ['inpainting', 'inpainting', 'hole'],
];

/** Ours of what the papers report, by their metric. */
export function ownNumbers(metrics: EvalRecord['metrics']): Partial<Record<PaperMetric, OwnNumber>> {
  const own: Partial<Record<PaperMetric, OwnNumber>> = {};
  for (const [metric, ...way] of places) {
    const found = way.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], metrics);
    const { mean, value = mean, std } = (found ?? {}) as Readonly<Record<'value' | 'mean' | 'std', unknown>>;
    if (typeof value !== 'number') continue;
    own[metric] = { value, ...(typeof std === 'number' && { std }) };
  }
  return own;
}

/** Empty where no paper has numbers of this data set and what was measured. */
export function besideThePapers({ model, data, metrics, conventions }: EvalRecord): Html[] {
  const sampled = 'samples' in conventions ? `, scores and distances of ${conventions.samples} samples` : '';
  const steps = model.steps === undefined ? '' : `, of a model of ${model.steps} steps`;
  const part = data.split === undefined ? '' : `, split ${data.split}`;
  const ours = `of ${data.n} images of ${data.name}${part}${sampled}${steps}`;
  return numbersBeside(ownNumbers(metrics), model, ours);
}

/** @param ours what our numbers are of, in words */
export function numbersBeside(
  own: Partial<Record<PaperMetric, OwnNumber>>,
  { name, system, dataset }: EvalRecord['model'],
  ours: string,
): Html[] {
  const asked = (Object.keys(paperMetrics) as PaperMetric[]).filter((metric) => own[metric]);
  const numbers = paperNumbers({ system, dataset, metrics: asked });
  if (numbers.length === 0) return [];
  const lines = papersTable(own, numbers).map((line, i) => ({ ...line, ...pick(numbers[i]!) }));
  const notes = [...new Set(lines.flatMap(({ sentences }) => sentences))];
  const sources = [...new Set(lines.map(({ paper, citation }) => `${paper}: ${citation}.`))];
  const titles = [...new Set(lines.map(({ metric }) => metric))];
  return [
    html`<p>Numbers that were not measured in the same way do not compare: what is known to differ stands below, by number. Ours are ${ours}. The same system is bold.</p>`,
    html`<div class="wide"><table class="comparison"><thead><tr><th scope="col">Method</th><th scope="col">Value</th></tr></thead>
${titles.map((title) => group(title, lines, name, notes))}</table></div>
<ol class="note">${notes.map((note) => html`<li>${note}</li>`)}</ol>
<p class="note">${sources.join(' ')}</p>`,
  ];
}

type Line = PapersTableRow & { readonly sentences: readonly string[] };

/** The rows of a metric: ours, then theirs with the numbers of what differs. */
function group(title: string, all: readonly Line[], name: string, notes: readonly string[]): Html {
  const lines = all.filter(({ metric }) => metric === title);
  return html`<tbody><tr class="group"><th scope="colgroup" colspan="2"><span>${title}</span></th></tr>
<tr><th scope="row"><strong>${name}</strong><small>ours</small></th><td><strong>${lines[0]?.ours}</strong></td></tr>${lines.map(
    ({ method, paper, table, theirs, same, sentences }) => {
      const marks = sentences.map((sentence) => notes.indexOf(sentence) + 1).join(', ');
      return html`<tr><th scope="row">${same ? html`<strong>${method}</strong>` : method} ${
        marks === '' ? undefined : html`<sup>${marks}</sup>`
      }<small>${paper}, ${table}</small></th><td>${theirs}</td></tr>`;
    },
  )}</tbody>`;
}

const pick = ({ differs }: { readonly differs: readonly string[] }) => ({ sentences: differs });
