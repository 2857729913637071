/** The same graph and images through Python's ONNX Runtime and torchmetrics, and through alix's extractor: one distance. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { featureDistance, featureStatistics, onnxExtractor } from '@alix/eval';
import { nodeRuntime } from '@alix/infer';
import { sha256 } from '@alix/infer/io/files';
import { expect, test } from 'vitest';
import { strokesModel } from '../fixtures/strokes-evaluation.js';

const pinned = JSON.parse(readFileSync(new URL('../fixtures/eval/end-to-end.json', import.meta.url), 'utf8'));
const SIDE = 28;

/** The images of test/oracles/metrics_end_to_end.py: uint8 [n,28,28,1]. */
function images(kind: 0 | 1, n: number): Uint8Array {
  const out = new Uint8Array(n * SIDE * SIDE);
  for (let i = 0, at = 0; i < n; i++)
    for (let y = 0; y < SIDE; y++)
      for (let x = 0; x < SIDE; x++, at++) {
        const distance = (y - 9 - ((i * 7) % 11)) ** 2 + (x - 9 - ((i * 5) % (9 + kind))) ** 2;
        const isRing = Math.abs(distance - 20 - ((i * 13) % (60 + 20 * kind))) < 18;
        out[at] = isRing ? 230 - (i % 40) : (x * (i % 5) + y * (i % 3)) % 64;
      }
  return out;
}

test("torchmetrics' distance of the same images in the same features, to 1e-4", async () => {
  const { n } = pinned;
  const sets = ([0, 1] as const).map((kind) => images(kind, n));
  expect(sets.map((set) => set.reduce((sum, value) => sum + value, 0))).toEqual(pinned.sums);
  const bytes = new Uint8Array(readFileSync(join(strokesModel, 'encoder.onnx')));
  const file = { sha256: sha256(bytes), bytes, where: 'encoder.onnx' };
  expect(file.sha256).toBe(pinned.graph);
  const runtime = await nodeRuntime({ device: 'cpu' });
  try {
    const size = { height: SIDE, width: SIDE, channels: 1 } as const;
    const extractor = await onnxExtractor(runtime, file, size, { output: 'mean' });
    const statistics = [];
    for (const set of sets)
      statistics.push(featureStatistics({ data: await extractor.extract(set, n), d: extractor.d }));
    const { value } = featureDistance(statistics[0]!, statistics[1]!);
    expect(Math.abs(value / pinned.distance - 1)).toBeLessThan(pinned.relative_tolerance);
  } finally {
    await runtime.dispose?.();
  }
});
