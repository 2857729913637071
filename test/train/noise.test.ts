/** Random tensors of a step: what they are, and that they are the same again. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createRandom, restoreRandom } from '@alix/infer/io/random';
import { expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../tensorflow.js';

const LARGE = [200, 1000];
const side = fileURLToPath(new URL('../dist/train/noise-side.js', import.meta.url));

describeWithTensorflow('noise', () => {
  const of = async (seed: string) => (await import('@alix/train/noise')).noiseFrom(createRandom(seed));
  const moments = (values: Float32Array) => {
    const mean = values.reduce((s, v) => s + v, 0) / values.length;
    const about = (power: number) => values.reduce((s, v) => s + (v - mean) ** power, 0) / values.length;
    return { mean, variance: about(2), fourth: about(4) };
  };

  it('large tensors are normal and uniform, each draw another', async () => {
    const noise = await of('large');
    const normal = noise.normal(LARGE).dataSync() as Float32Array;
    const uniform = noise.uniform(LARGE).dataSync() as Float32Array;
    // 200,000 draws: within five standard errors
    expect(Math.abs(moments(normal).mean)).toBeLessThan(5 / Math.sqrt(normal.length));
    expect(Math.abs(moments(normal).variance - 1)).toBeLessThan(5 * Math.sqrt(2 / normal.length));
    expect(Math.abs(moments(normal).fourth - 3)).toBeLessThan(5 * Math.sqrt(96 / normal.length));
    expect(Math.abs(moments(uniform).mean - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / uniform.length));
    expect(Math.abs(moments(uniform).variance - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / uniform.length));
    expect([Math.min(...uniform.slice(0, 1e5)) >= 0, Math.max(...uniform.slice(0, 1e5)) < 1]).toEqual([true, true]);
    const again = noise.normal(LARGE).dataSync() as Float32Array;
    expect(again.filter((v, i) => v === normal[i]).length).toBeLessThan(normal.length / 1000);
  });

  it('a generator that is restored goes on with the same tensors, large and small', async () => {
    const { noiseFrom } = await import('@alix/train/noise');
    const random = createRandom('restored');
    const draw = (from: typeof random) => {
      const noise = noiseFrom(from);
      return [noise.normal([3]), noise.uniform(LARGE), noise.normal(LARGE), noise.normal([4])].map((t) => [
        ...t.dataSync(),
      ]);
    };
    draw(random);
    const state = random.state();
    const next = draw(random);
    expect(draw(restoreRandom(state))).toEqual(next);
    expect(draw(random)).not.toEqual(next);
  });

  it('draws leave what they give and no more', async () => {
    const noise = await of('memory');
    noise.normal(LARGE).dispose();
    const before = tf.memory().numTensors;
    const drawn = [noise.normal(LARGE), noise.uniform(LARGE), noise.uniform([2])];
    expect(tf.memory().numTensors).toBe(before + drawn.length);
    tf.dispose(drawn);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('are the same in other processes and with other numbers of threads', { timeout: 60_000 }, async () => {
    const runs = await Promise.all(
      ['1', '2', '3'].map((threads) => promisify(execFile)(process.execPath, [side, threads])),
    );
    const hashes = runs.map(({ stdout }) => stdout.trim());
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(hashes).size).toBe(1);
  });
});
