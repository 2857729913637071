/** The papers' numbers that stand beside ours: looked up by system, data set and metrics. */
import { AlixError } from '@alix/infer/io/errors';
import { whatDiffers } from './differs.js';
import { printedTables } from './results.js';
import {
  datasetAliases,
  datasetOfPrinted,
  metricOfHoles,
  metricOfPrinted,
  type PaperId,
  type PaperMetric,
  type PrintedRow,
  paperMetrics,
  papers,
  systemAliases,
  systemOfMethod,
} from './sources.js';

/** A number of a paper. */
export interface PaperNumber {
  /** What the field calls the paper. */
  readonly paper: string;
  readonly citation: string;
  /** Where in the paper. */
  readonly table: string;
  /** As the paper calls them. */
  readonly dataset: string;
  readonly method: string;
  readonly metric: PaperMetric;
  readonly value: number;
  /** What follows the ±, which `differs` explains; undefined where the paper has none. */
  readonly std: number | undefined;
  /** Empty where it has none. */
  readonly unit: string;
  /** Whether the method is the system that was asked about; the others are there so that the field is seen. */
  readonly same: boolean;
  /** Where else the number is printed for the same method: AIM and DALI are one method with two names. */
  readonly also: readonly string[];
  /** How their measurement differs from eval's, or what is not known of it: sentences. */
  readonly differs: readonly string[];
}

/** Which of the papers' numbers are asked for. */
export interface PaperQuestion {
  /** A system of alix: 'ali', 'dali', 'gali-4', ...; 'aim' is 'dali', and 'gali' all of its kind. */
  readonly system: string;
  /** What it was trained on: 'mnist', 'cifar10', 'svhn', 'celeba', 'gaussian-grid'; others have no numbers. */
  readonly dataset: string;
  readonly metrics: readonly PaperMetric[];
}

/**
 * What the papers report for these metrics on this data set: the system's own rows first, otherwise in the order of the
 * metrics and of the papers. A number that AIM and DALI both print is given once, as DALI's.
 */
export function paperNumbers({ system, dataset, metrics }: PaperQuestion): readonly PaperNumber[] {
  const name = plain(dataset);
  const systems = systemAliases[system.toLowerCase()] ?? [system.toLowerCase()];
  const rows = allRows().filter(
    (row) => row.dataset === name && row.metric !== undefined && metrics.includes(row.metric),
  );
  const numbers = new Map<string, PaperNumber>();
  // DALI's before AIM's, which it repeats
  for (const { paper, table, printed, metric } of rows.sort((a, b) => age(a.paper) - age(b.paper))) {
    const [printedDataset, method, printedMetric, value, std] = printed;
    const of = systemOfMethod[method];
    const isTwice = of !== undefined && (paper === 'aim' || paper === 'dali');
    const key = isTwice ? [printedDataset, of, metric, value, std].join() : `${paper} ${table} ${printed.join()}`;
    const before = numbers.get(key);
    if (before) {
      const again = `${papers[paper].name}, ${table}${method === before.method ? '' : `, as ${method}`}`;
      numbers.set(key, { ...before, also: [...before.also, again] });
      continue;
    }
    numbers.set(key, {
      paper: papers[paper].name,
      citation: papers[paper].citation,
      table,
      dataset: printedDataset,
      method,
      metric: metric as PaperMetric,
      value,
      std,
      unit: paperMetrics[metric as PaperMetric].unit,
      same: of !== undefined && systems.includes(of),
      also: [],
      differs: whatDiffers({ paper, dataset: printedDataset, method, metric: printedMetric }),
    });
  }
  const place = ({ metric, same }: PaperNumber) => metrics.indexOf(metric) + (same ? 0 : metrics.length);
  return [...numbers.values()].sort((a, b) => place(a) - place(b));
}

/** A number of ours, as eval gives it: shares from 0 to 1. */
export interface OwnNumber {
  readonly value: number;
  readonly std?: number;
}

/** A line of a report's table, as text. */
export interface PapersTableRow {
  readonly paper: string;
  readonly citation: string;
  readonly table: string;
  readonly method: string;
  readonly metric: string;
  /** 'value ± what they print'. */
  readonly theirs: string;
  /** In their unit; empty where we have none. */
  readonly ours: string;
  readonly differs: string;
  readonly same: boolean;
}

/**
 * Their numbers beside ours.
 *
 * @throws AlixError 'not-finite' for a number of ours that is none
 */
export function papersTable(
  ours: Readonly<Partial<Record<PaperMetric, OwnNumber>>>,
  numbers: readonly PaperNumber[],
): readonly PapersTableRow[] {
  return numbers.map(({ metric, value, std, unit, table, also, differs, ...number }) => {
    const { title, scale } = paperMetrics[metric];
    const own = ours[metric];
    if (own && !(Number.isFinite(own.value) && Number.isFinite(own.std ?? 0)))
      throw new AlixError('not-finite', 'a number to be compared that is none', {
        where: metric,
        found: `${own.value}${own.std === undefined ? '' : ` ± ${own.std}`}`,
      });
    return {
      paper: number.paper,
      citation: number.citation,
      table: [table, ...also].join('; '),
      method: number.method,
      metric: title,
      theirs: withUnit(pair(value, std, String), unit),
      ours: own
        ? withUnit(pair(own.value * scale, own.std === undefined ? undefined : own.std * scale, short), unit)
        : '',
      differs: differs.join(' '),
      same: number.same,
    };
  });
}

interface Row {
  readonly paper: PaperId;
  readonly table: string;
  readonly printed: PrintedRow;
  readonly dataset: string | undefined;
  readonly metric: PaperMetric | undefined;
}

function allRows(): Row[] {
  return printedTables.flatMap(({ paper, table, rows }) =>
    rows.map((printed) => {
      const [dataset, , printedMetric] = printed;
      const metric = metricOfPrinted[printedMetric];
      const holes = dataset.endsWith('-inpainting') && metric ? metricOfHoles[metric] : undefined;
      return { paper, table, printed, dataset: datasetOfPrinted[dataset], metric: holes ?? metric };
    }),
  );
}

/** A data set's name as people write it: 'CIFAR-10' is 'cifar10'. */
const plain = (dataset: string) => datasetAliases[dataset.toLowerCase().replace(/[^a-z0-9]/g, '')] ?? dataset;

const age = (paper: PaperId) => (paper === 'dali' ? 0 : 1);
const short = (value: number) => (Number.isInteger(value) ? `${value}` : value.toPrecision(4));
const pair = (value: number, std: number | undefined, text: (value: number) => string) =>
  std === undefined ? text(value) : `${text(value)} ± ${text(std)}`;
const withUnit = (text: string, unit: string) => (unit === '' ? text : `${text} ${unit}`);
