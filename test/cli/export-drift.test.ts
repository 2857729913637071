/** The table of `alix export --precision`. */
import { readFileSync } from 'node:fs';
import type { Bundle } from '@alix/infer/bundle';
import { describe, expect, it } from 'vitest';
import { driftLines } from '../../cli/dist/export-drift.js';

const fixture = (version: number) =>
  JSON.parse(readFileSync(new URL(`../fixtures/bundles/version-${version}.json`, import.meta.url), 'utf8')) as Bundle;

describe('the drift of a bundle', () => {
  const bundle = fixture(3);
  it('stands in a table of its files, with what becomes of the reconstruction error', () => {
    expect(driftLines(bundle)).toEqual([
      'drift from float32 over 1 held-out examples (sd: standard deviation of what the float32 graph puts out):',
      'file               kB  of float32  mean drift  largest  mean/sd  largest/sd',
      'encoder.onnx        1        52 %      2.0e-5   1.0e-4   0.00 %      0.01 %',
      'decoder.onnx        1        51 %      3.0e-5   2.0e-4   0.01 %      0.08 %',
      'encoder.int8.onnx   1        27 %      4.0e-3   1.2e-2   0.44 %      1.33 %',
      'decoder.int8.onnx   1        26 %      3.0e-3   2.0e-2   1.20 %      8.00 %',
      'float16: reconstruction MSE 0.01260, in float32 0.01250 (+0.80 %)',
      'int8: reconstruction MSE 0.01300, in float32 0.01250 (+4.00 %)',
    ]);
  });

  it('comes with a warning where reconstructions are notably worse', () => {
    const worse = { ...bundle.drift!, mse: { float32: 0.01, own: 0.0115 } };
    expect(driftLines({ ...bundle, drift: worse })).toContainEqual(
      'float16: reconstruction MSE 0.01150, in float32 0.01000 (+15.00 %); warning: float16 reconstructs notably worse',
    );
  });

  it('is nothing to speak of where all is float32', () => {
    expect(driftLines(fixture(1))).toEqual([]);
  });
});
