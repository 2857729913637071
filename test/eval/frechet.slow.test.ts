/** The Fréchet distance at the published network's 2048 features, against scipy and torch-fidelity. */
import { featureDistance, featureStatistics } from '@alix/eval';
import { expect, test } from 'vitest';
import { features, oracle, relative } from './support.js';

test('2048 features', { timeout: 180_000 }, () => {
  const { cases } = oracle<{
    cases: { d: number; n: number; m: number; sqrtm: number; 'torch-fidelity': number; 'nuclear norm': number }[];
  }>('fid');
  const known = cases.find(({ d }) => d === 2048)!;
  const { value } = featureDistance(
    featureStatistics(features(known.n, 2048, 1)),
    featureStatistics(features(known.m, 2048, 2, { shift: 0.1, scale: 1.2 })),
  );
  for (const peer of [known.sqrtm, known['torch-fidelity'], known['nuclear norm']])
    expect(relative(value, peer)).toBeLessThan(1e-9);
});
