/** Where a step's time goes, and how near its kernels come to what they reach alone: what the profile's child found, in words. */
import { percent } from '../machine.js';

export interface KernelTime {
  /** The op with its shapes. */
  readonly name: string;
  /** Calls in a step. */
  readonly count: number;
  /** Floating-point operations of one call. */
  readonly flops: number;
  /** Milliseconds of one call: alone, and inside the step. */
  readonly msAlone: number;
  readonly msInStep: number;
}

/** A kind of work: calls and milliseconds in one step. */
export interface Part {
  readonly name: string;
  readonly count: number;
  readonly ms: number;
}

export interface Profile {
  readonly batch: number;
  readonly threads: number;
  /** Median milliseconds of a step. */
  readonly stepMs: number;
  /** Floating-point operations of a step, counted from the rows. */
  readonly flopsPerStep: number;
  /** Best square matrix product before and after the steps, GFLOP/s. */
  readonly peaks: readonly number[];
  readonly kernels: readonly KernelTime[];
  /** TensorFlow's ops by kind. */
  readonly ops: readonly Part[];
  /** What else was measured by itself: transfers, noise. */
  readonly others: readonly Part[];
  /** Mean milliseconds of the steps that were recorded. */
  readonly recordedMs: number;
  readonly tensorsMade: number;
  /** Tensors alive after the recorded steps, more than before them. */
  readonly tensorsMore: number;
}

const rate = (flops: number, ms: number) => flops / ms / 1e6;
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** What the kernels say together. */
export function kernelSummary({ kernels, stepMs, flopsPerStep }: Profile) {
  const flops = sum(kernels.map((k) => k.count * k.flops));
  const aloneMs = sum(kernels.map((k) => k.count * k.msAlone));
  const highest = Math.max(...kernels.map((k) => rate(k.flops, k.msAlone)));
  const reached = rate(flopsPerStep, stepMs);
  return { flops, aloneMs, highest, reached, shareOfHighest: reached / highest, aloneShare: aloneMs / stepMs };
}

/** Bar of the step's rate over the highest that its own kernels reach. */
const BAR = 0.75;

export function rateLines(profile: Profile): readonly string[] {
  const { stepMs, flopsPerStep, peaks, kernels, threads } = profile;
  const { flops, aloneMs, highest, reached, shareOfHighest, aloneShare } = kernelSummary(profile);
  const peak = Math.max(...peaks);
  const shown = peaks.map((value) => value.toFixed(0)).join(' before and ');
  return [
    `step ${stepMs.toFixed(1)} ms (median, ${threads} threads); ${giga(flopsPerStep)} GFLOP counted from the rows: ${reached.toFixed(1)} GFLOP/s`,
    `matmul peak ${shown} after, GFLOP/s: the step is at ${percent(reached / peak)} of it`,
    `highest rate of the step's own kernels ${highest.toFixed(1)} GFLOP/s: the step is at ${percent(shareOfHighest)} of it (bar ${percent(BAR)})`,
    `${sum(kernels.map((k) => k.count)).toFixed(0)} products of ${giga(flops)} GFLOP take ${aloneMs.toFixed(1)} ms alone, ${rate(flops, aloneMs).toFixed(1)} GFLOP/s: ${percent(aloneShare)} of the step`,
  ];
}

const giga = (flops: number) => (flops / 1e9).toFixed(flops < 1e9 ? 4 : 2);

export function kernelTable({ kernels }: Profile): readonly string[] {
  return table(
    ['calls', 'ms alone', 'ms in step', 'GFLOP', 'GFLOP/s alone', 'in step', 'kernel'],
    kernels.map((k) => [
      k.count.toFixed(0),
      k.msAlone.toFixed(3),
      k.msInStep.toFixed(3),
      giga(k.flops),
      rate(k.flops, k.msAlone).toFixed(1),
      rate(k.flops, k.msInStep).toFixed(1),
      k.name,
    ]),
  );
}

/** Parts of less than this share of the step are put together. */
const SMALL = 0.002;

export function partTable({ ops, others, recordedMs, tensorsMade, tensorsMore }: Profile): readonly string[] {
  const sorted = [...ops, ...others].sort((a, b) => b.ms - a.ms);
  const large = sorted.filter(({ ms }) => ms >= SMALL * recordedMs);
  const small = sorted.filter(({ ms }) => ms < SMALL * recordedMs);
  const total = (parts: readonly Part[], name: string): Part => ({
    name,
    count: sum(parts.map(({ count }) => count)),
    ms: sum(parts.map(({ ms }) => ms)),
  });
  const all = total(ops, 'all ops');
  const rest = recordedMs - all.ms - total(others, '').ms;
  const rows = [
    ...large,
    ...(small.length > 0 ? [total(small, `${small.length} others`)] : []),
    { name: "JavaScript: tfjs's bookkeeping and alix's own", count: 0, ms: rest },
    all,
  ];
  return [
    ...table(
      ['ms', 'share', 'calls', 'what'],
      rows.map(({ name, count, ms }) => [
        ms.toFixed(2),
        `${((100 * ms) / recordedMs).toFixed(1)} %`,
        count > 0 ? count.toFixed(0) : '',
        name,
      ]),
    ),
    `of ${recordedMs.toFixed(1)} ms a step while recorded; ${tensorsMade.toFixed(0)} tensors made a step, ${tensorsMore} more alive after it`,
  ];
}

/** Columns aligned, all but the last to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]?.length ?? 0)));
  return [head, ...rows].map((row) =>
    row.map((cell, i) => (i === row.length - 1 ? cell : cell.padStart(widths[i] ?? 0))).join('  '),
  );
}
