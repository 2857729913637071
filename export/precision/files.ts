/** The graphs of a model as files, in one precision or several. */
import type { GraphName, Precision } from '@alix/infer/bundle';
import { fileOf } from '@alix/infer/precision';
import type { ModelGraphs } from '../graphs.js';
import type { TrainedModel } from '../model.js';
import { onnxBytes } from '../onnx.js';
import { inPrecision } from './index.js';

/** The bytes of each graph, by precision. */
export type StoredGraphs = ReadonlyMap<Precision, ReadonlyMap<GraphName, Uint8Array>>;

/** @throws AlixError 'not-exportable' for a weight that a precision cannot hold */
export function storedIn(
  { name, system }: TrainedModel,
  { graphs }: ModelGraphs,
  precisions: ReadonlySet<Precision>,
): StoredGraphs {
  const metadata = { 'alix.model': name, 'alix.system': system };
  const stored = (precision: Precision) =>
    new Map([...graphs].map(([graph, made]) => [graph, onnxBytes(inPrecision[precision](made), metadata)]));
  return new Map([...precisions].map((precision) => [precision, stored(precision)]));
}

/** The files of a bundle by name: of the first precision as encoder.onnx, of another as encoder.int8.onnx. */
export function layout(stored: StoredGraphs, precisions: readonly Precision[]): ReadonlyMap<string, Uint8Array> {
  const [own = 'float32'] = precisions;
  return new Map(
    precisions.flatMap((precision) =>
      [...(stored.get(precision) ?? [])].map(
        ([graph, bytes]) => [fileOf({ precision: own }, graph, precision), bytes] as const,
      ),
    ),
  );
}

/** The bytes of each graph over those in float32. */
export function ratios(stored: StoredGraphs, precision: Precision): ReadonlyMap<GraphName, number> {
  const whole = stored.get('float32');
  return new Map(
    [...(stored.get(precision) ?? [])].map(([graph, bytes]) => [
      graph,
      bytes.byteLength / (whole?.get(graph)?.byteLength ?? bytes.byteLength),
    ]),
  );
}
