// Compiled by test/e2e/types.test.ts against the packed runtime, as a project for web pages has it. Never run.
import { AlixError, type clearCache, loadModel, type Model, toImageData, toPixels } from '@alix/infer';
import * as door from '@alix/infer/web';

/** An error unless the two types are the same. */
const same = <A, B>(_: [A] extends [B] ? ([B] extends [A] ? true : never) : never): void => undefined;

const input = document.createElement('input');
const model = await loadModel('/model/', {
  device: 'auto',
  assets: '/alix/',
  onProgress: (done, total) => done / total,
});
same<typeof model, Model>(true);
same<typeof loadModel, typeof door.loadModel>(true);
await loadModel(new URL('/model/', document.baseURI));
if (input.files?.[0]) {
  await loadModel(input.files);
  await loadModel([...input.files]);
  const data = await toPixels(input.files[0], model.image, { resize: true });
  const { pixels, mse } = await model.reconstruct(
    { data, n: 1 },
    { refine: { steps: 50, onStep: ({ loss }) => loss } },
  );
  same<typeof mse, Float64Array>(true);
  document.createElement('canvas').getContext('2d')?.putImageData(toImageData(pixels, model.image), 0, 0);
}
same<Awaited<ReturnType<typeof clearCache>>, void>(true);
same<typeof model.reason, string | undefined>(true);
try {
  await model.dispose();
} catch (error) {
  if (error instanceof AlixError) error.code.toUpperCase();
}

// @ts-expect-error a number is no source
await loadModel(1);
// @ts-expect-error a text is no picture
await toPixels('a.png', model.image);
// @ts-expect-error pictures have one channel or three
await toPixels(new Blob(), { height: 1, width: 1, channels: 2 });
// @ts-expect-error Node's own
door.openBundle;
