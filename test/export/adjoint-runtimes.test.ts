/** refine.onnx in the browser's runtime, WebAssembly, gives what the CPU's does, whatever kind of layer it goes back through. */
import { onnxBytes } from '@alix/export';
import { refineGraph } from '@alix/export/refine';
import ort from 'onnxruntime-node';
import * as web from 'onnxruntime-web';
import { expect, it } from 'vitest';
import { cases, made, net } from './adjoint-cases.js';
import { livelyWeights, randomExamples } from './adjoint-support.js';
import { apart, f32, imageArchitecture } from './support.js';

it.each(Object.entries(cases))('%s', async (_, rows) => {
  const architecture = imageArchitecture(made(4, rows), 4, { G: net(4, ...rows) });
  const bytes = onnxBytes(refineGraph(architecture, ['G'], livelyWeights(architecture.networks, 2)));
  const examples = randomExamples(architecture, 3, 2);
  const { shape } = architecture.data;
  const latent = Float32Array.from(examples.flatMap((example) => [...example.latent]));
  const target = Uint8Array.from(examples.flatMap((example) => [...example.target]));
  const weight = Float32Array.from(examples.flatMap((example) => [...example.weight]));
  const answer = async ({ InferenceSession, Tensor }: typeof ort, provider: string) => {
    const session = await InferenceSession.create(bytes, { executionProviders: [provider] });
    const { loss, gradient } = await session.run({
      latent: new Tensor('float32', latent, [3, 4]),
      target: new Tensor('uint8', target, [3, ...shape]),
      weight: new Tensor('float32', weight, [3, ...shape.slice(0, 2), 1]),
    });
    await session.release();
    return [...f32(loss), ...f32(gradient)];
  };
  const wanted = await answer(ort, 'cpu');
  expect(wanted.length).toBe(15);
  expect(Math.hypot(...wanted.slice(3))).toBeGreaterThan(1e-3);
  expect(apart(await answer(web as unknown as typeof ort, 'wasm'), wanted)).toBeLessThan(1e-6);
});
