/** How far a model's precisions are from float32, as a table. */
import type { Bundle, Precision } from '@alix/infer';
import { fileOf, precisionsOf } from '@alix/infer/precision';
import { textTable } from './table.js';

type Drift = NonNullable<Bundle['drift']>;

/** A rise of the reconstruction error that is worth a line of its own. */
const NOTABLE = 1.1;

/** One row for each graph in each precision, and what becomes of the reconstruction error; nothing where all is float32. */
export function driftLines(bundle: Bundle): readonly string[] {
  const driftOf = (precision: Precision): Drift | undefined =>
    precision === bundle.precision ? bundle.drift : bundle.variants?.[precision]?.drift;
  const told = precisionsOf(bundle).flatMap((precision) => {
    const drift = driftOf(precision);
    return drift ? [[precision, drift] as const] : [];
  });
  const [first] = told;
  if (!first) return [];
  const head = ['file', 'kB', 'of float32', 'mean drift', 'largest', 'mean/sd', 'largest/sd'];
  const rows = told.flatMap(([precision, { graphs }]) =>
    (Object.entries(graphs) as [Parameters<typeof fileOf>[1], Drift['graphs'][string]][]).map(
      ([graph, { mean, largest, deviation, ratio }]) => {
        const file = fileOf(bundle, graph, precision);
        return [
          file,
          ((bundle.files[file]?.bytes ?? 0) / 1e3).toFixed(0),
          percent(ratio, 0),
          mean.toExponential(1),
          largest.toExponential(1),
          ...[mean, largest].map((drift) => (deviation > 0 ? percent(drift / deviation, 2) : '-')),
        ];
      },
    ),
  );
  return [
    `drift from float32 over ${first[1].n} held-out examples (sd: standard deviation of what the float32 graph puts out):`,
    ...textTable([head, ...rows], { right: [1, 2, 3, 4, 5, 6] }),
    ...told.flatMap(([precision, { mse }]) => (mse ? [errorLine(precision, mse)] : [])),
  ];
}

function errorLine(precision: Precision, { float32, own }: NonNullable<Drift['mse']>): string {
  const rise = float32 > 0 ? own / float32 : 1;
  const change = `${rise >= 1 ? '+' : ''}${percent(rise - 1, 2)}`;
  const warning = rise > NOTABLE ? `; warning: ${precision} reconstructs notably worse` : '';
  return `${precision}: reconstruction MSE ${own.toPrecision(4)}, in float32 ${float32.toPrecision(4)} (${change})${warning}`;
}

const percent = (x: number, digits: number) => `${(100 * x).toFixed(digits)} %`;
