/** Options of single metrics, as `metric.option`: `--set prdc.k=3`. Their defaults are the papers' own code. */
import { AlixError } from '@alix/infer/io/errors';
import { meant } from '@alix/infer/io/suggest';
import type { Measure, Settings } from './measure.js';

/** An option of a metric, as `--set` takes it. */
export interface MetricOption {
  /** Its type is the option's. */
  readonly default: number | string | boolean;
  /** For help. */
  readonly summary: string;
  /** Values that it may have, where they are few. */
  readonly choices?: readonly string[];
  /** The least that a number may be; whole numbers where it is whole. */
  readonly least?: number;
}

export type MetricOptions = Readonly<Record<string, MetricOption>>;

type Widened<T> = T extends number ? number : T extends boolean ? boolean : string;

/** What a metric's options are: the settings', else a tool's, else the defaults. @param tool what `--compat` makes of them */
export function optionsFor<T extends MetricOptions>(
  metric: string,
  options: T,
  { options: given }: Settings,
  tool: { readonly [K in keyof T]?: Widened<T[K]['default']> | undefined } = {},
): { readonly [K in keyof T]: Widened<T[K]['default']> } {
  const values = Object.entries(options).map(([name, option]) => [
    name,
    given[`${metric}.${name}`] ?? tool[name] ?? option.default,
  ]);
  return Object.fromEntries(values) as { readonly [K in keyof T]: Widened<T[K]['default']> };
}

/** Every option that the metrics have, by `metric.option`. */
export function allOptions(measures: readonly Measure[]): ReadonlyMap<string, MetricOption> {
  return new Map(
    measures.flatMap(({ name, options = {} }) =>
      Object.entries(options).map(([key, option]) => [`${name}.${key}`, option] as const),
    ),
  );
}

/** @throws AlixError 'bad-option' for one that no metric has, and for a value that it cannot have */
export function checkOptions(given: Settings['options'], measures: readonly Measure[]): void {
  const known = allOptions(measures);
  for (const [key, value] of Object.entries(given)) {
    const option = known.get(key);
    if (!option)
      throw new AlixError('bad-option', `no such option of a metric${meant(key, [...known.keys()])}`, {
        where: key,
        remedy: `the options are: ${[...known.keys()].join(', ') || 'none'}`,
      });
    const isWrong =
      typeof value !== typeof option.default ||
      (option.choices && !option.choices.includes(value as string)) ||
      (typeof value === 'number' &&
        (!Number.isFinite(value) ||
          value < (option.least ?? Number.NEGATIVE_INFINITY) ||
          (isWhole(option) && !Number.isInteger(value))));
    if (isWrong)
      throw new AlixError('bad-option', 'a value that the option cannot have', {
        where: key,
        expected: wordsOf(option),
        found: `${value}`,
      });
  }
}

const isWhole = ({ default: value, least = 0 }: MetricOption) => Number.isInteger(value) && Number.isInteger(least);

function wordsOf(option: MetricOption): string {
  const { default: value, choices, least } = option;
  if (choices) return choices.join(', ');
  if (typeof value === 'boolean') return 'true or false';
  return `a ${isWhole(option) ? 'whole ' : ''}number${least === undefined ? '' : ` of at least ${least}`}`;
}

/** `metric.option=value` texts, read by the options' types. @throws AlixError 'bad-option' */
export function parseOptions(texts: readonly string[], measures: readonly Measure[]): Record<string, unknown> {
  const known = allOptions(measures);
  const given: Record<string, unknown> = {};
  for (const text of texts) {
    const at = text.indexOf('=');
    const [key, value] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
    const type = typeof known.get(key)?.default;
    given[key] =
      type === 'number' && value.trim() !== '' && !Number.isNaN(Number(value))
        ? Number(value)
        : type === 'boolean' && /^(true|false)$/.test(value)
          ? value === 'true'
          : value;
  }
  checkOptions(given, measures);
  return given;
}
