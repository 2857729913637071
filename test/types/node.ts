// Compiled by test/e2e/types.test.ts against the packed runtime, as a project for Node has it. Never run.
import {
  type AlixError,
  CodeIndex,
  type Codes,
  type LoadOptions,
  loadModel,
  type Model,
  type openBundle,
} from '@alix/infer';
import { decodeNpy } from '@alix/infer/io/npy';
import * as door from '@alix/infer/node';

/** An error unless the two types are the same. */
const same = <A, B>(_: [A] extends [B] ? ([B] extends [A] ? true : never) : never): void => undefined;

const options: LoadOptions = { device: 'cpu', threads: 2, precision: 'int8' };
const model = await loadModel('model', options);
same<typeof model, Model>(true);
await loadModel(new URL('./model/', import.meta.url));
await loadModel([new File([], 'model.json')]);
same<Model, Awaited<ReturnType<typeof door.loadModel>>>(true);

const codes = await model.encode({ data: new Uint8Array(784), n: 1 }, { batch: 1, sample: { seed: 1 } });
same<typeof codes, Codes>(true);
same<(typeof codes)['mean'], Float32Array>(true);
same<(typeof codes)['logVariance'], Float32Array | undefined>(true);
same<Awaited<ReturnType<Model['reconstruct']>>['mse'], Float64Array>(true);
same<Awaited<ReturnType<Model['sample']>>['pixels'], Uint8Array>(true);
same<Awaited<ReturnType<typeof openBundle>>['sha256'], string>(true);
same<AlixError['code'], string>(true);
same<typeof model.image.channels, 1 | 3>(true);
new CodeIndex(codes.mean, 16);
decodeNpy(new Uint8Array(0), 'x').shape.map((size) => size.toFixed());

async function* images() {
  yield { name: 'a', pixels: new Uint8Array(784) };
}
await model.encode(images(), { signal: AbortSignal.timeout(1), onProgress: (done) => done.toFixed() });
await model.refine(images(), { steps: 20, start: 'zero' });

// @ts-expect-error a number is no source
await loadModel(1);
// @ts-expect-error a device that there is not
await loadModel('model', { device: 'tpu' });
// @ts-expect-error a precision that there is not
await loadModel('model', { precision: 'float64' });
// @ts-expect-error floats are no pixels
await model.encode({ data: new Float32Array(784), n: 1 });
// @ts-expect-error images of one array say how many they are
await model.encode({ data: new Uint8Array(784) });
// @ts-expect-error a sample has a seed
await model.sample(64, {});
// @ts-expect-error codes are float32
await model.decode(new Float64Array(16));
// @ts-expect-error of two distances
await model.neighbours(images(), new CodeIndex(codes.mean, 16), { k: 1, distance: 'manhattan' });
// @ts-expect-error a model keeps its bundle
model.bundle = (await openBundle('other')).bundle;
// @ts-expect-error inside of the package
await import('@alix/infer/encode');
// @ts-expect-error a page's own
door.toPixels;
