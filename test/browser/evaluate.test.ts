/** An evaluation in a page gives the numbers and the report of Node. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type EvalRecord, evalRecord, evaluate, imagesInMemory, onnxExtractor } from '@alix/eval';
import { loadModel, nodeRuntime } from '@alix/infer';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadsSomething } from '../fixtures/self-contained.js';
import { numbersOf, strokesImages, strokesModel } from '../fixtures/strokes-evaluation.js';
import { extractorGraph } from '../fixtures/tiny-extractor.js';
import { describeWithBrowser, openPage, startBrowser } from './browser.js';
import { startServer, type TestServer } from './server.js';

declare const evaluation: typeof import('@alix/eval') &
  Pick<typeof import('@alix/infer/web'), 'loadModel' | 'webRuntime'>;

const n = 160;
const settings = { samples: 120, seed: 5, batch: 32, featureSample: 100, options: {} };
const metrics = ['mse', 'psnr', 'ssim', 'fd', 'kid', 'prdc', 'codes'];

/** The page's script: both packages in one file, beside the runtime's workers. */
async function packed(): Promise<string> {
  const root = dirname(createRequire(import.meta.url).resolve('alix/package.json'));
  const { outputFiles } = await build({
    stdin: {
      contents: "export * from '@alix/eval'; export { loadModel, webRuntime } from '@alix/infer/web';",
      resolveDir: root,
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    outfile: join(root, 'evaluation.js'),
  });
  return outputFiles[0]!.text;
}

/**
 * What an error of 1e-5 is relative to. Last bits of a graph differ between runtimes and turn single pixels of reconstructions when they
 * are rounded to uint8; a distance that is small beside what it is the difference of moves by as much of that.
 */
function scaleOf(path: string, number: number, metrics: EvalRecord['metrics']): number {
  const key = Object.keys(metrics).find((name) => path.startsWith(`${name}.`))!;
  const { scale = 0, interval } = metrics[key] as { scale?: number; interval?: { standardError: number } };
  if (key.endsWith('.fd')) return scale;
  if (key.endsWith('.kid')) return 100 * interval!.standardError;
  return Math.max(1, Math.abs(number));
}

/** Metrics of features that are the same everywhere. Sent to the page as text. */
async function pureMetrics(alix: typeof import('@alix/eval')): Promise<string> {
  const [real, fake] = [0, 1].map((k) => ({
    data: Float32Array.from({ length: 90 * 7 }, (_, i) => Math.fround(((i * i * 31 + k * 17) % 101) / 101 + k / 8)),
    d: 7,
  })) as [import('@alix/eval').Features, import('@alix/eval').Features];
  return JSON.stringify({
    fd: alix.featureDistance(alix.featureStatistics(real), alix.featureStatistics(fake)),
    kid: await alix.kernelDistanceOfAll(real, fake),
    prdc: await alix.precisionRecall(real, fake),
    score: alix.inceptionScore(fake, { input: 'logits', splits: 4 }),
  });
}

describeWithBrowser('an evaluation', () => {
  let server: TestServer;
  let script: string;
  beforeAll(async () => {
    script = await packed();
    server = await startServer();
    server.lies.set('/page/evaluation.js', (_request, response) => {
      response.setHeader('content-type', 'text/javascript');
      response.end(script);
    });
  });
  afterAll(async () => {
    await server?.close();
  });

  it('gives the numbers of Node, to 1e-5, and a report that loads nothing', { timeout: 180_000 }, async () => {
    const { pixels, labels } = await strokesImages(n);
    const graph = extractorGraph({ shape: ['N', 28, 28, 1], size: 784, d: 10 });
    const sha256 = '1'.repeat(64);
    const runtime = await nodeRuntime({ device: 'cpu' });
    const model = await loadModel(strokesModel, { device: 'cpu' });
    const images = imagesInMemory(pixels, model.image, { labels });
    const extractor = await onnxExtractor(runtime, { bytes: graph.slice(), sha256, where: 'net' }, model.image);
    const subject = { model, images, extractor, settings };
    const here = evalRecord(subject, await evaluate(subject, { metrics }), { alixVersion: '0', created: 'now' });
    await model.dispose();
    await runtime.dispose?.();

    const browser = await startBrowser();
    try {
      const page = await openPage(browser, server.origin);
      const content = "import * as evaluation from '/page/evaluation.js'; globalThis.evaluation = evaluation;";
      await page.addScriptTag({ type: 'module', content });
      await page.waitForFunction('globalThis.evaluation !== undefined', undefined, { timeout: 20_000 });
      const there = await page.evaluate(
        async ({ data, labels, graph, sha256, settings, metrics }) => {
          const alix = evaluation;
          const model = await alix.loadModel('/model/', { device: 'wasm', threads: 1 });
          const runtime = await alix.webRuntime('wasm', { threads: 1 });
          const images = alix.imagesInMemory(Uint8Array.from(data), model.image, { labels: Uint8Array.from(labels) });
          const file = { bytes: Uint8Array.from(graph), sha256, where: 'net' };
          const extractor = await alix.onnxExtractor(runtime, file, model.image);
          const subject = { model, images, extractor, settings };
          const found = await alix.evaluate(subject, { metrics });
          const record = alix.evalRecord(subject, found, { alixVersion: '0', created: 'now' });
          const gallery = await alix.makeGallery(model, images, found.errors, { seed: 1 });
          const report = alix.evalReport(record, gallery);
          await model.dispose();
          await runtime.dispose?.();
          return { record: JSON.stringify(record), report };
        },
        { data: [...pixels], labels: [...labels], graph: [...graph], sha256, settings, metrics },
      );
      const pure = await page.evaluate(`(${pureMetrics})(globalThis.evaluation)`);
      const own = numbersOf(JSON.parse(await pureMetrics(await import('@alix/eval'))));
      numbersOf(JSON.parse(pure as string)).forEach(([path, value], i) => {
        expect([path, Math.abs(value / own[i]![1] - 1) < 1e-12 || value === own[i]![1]]).toEqual([own[i]![0], true]);
      });
      const record = JSON.parse(there.record) as EvalRecord;
      expect(record.data).toEqual(here.data);
      expect(record.skipped).toEqual([]);
      const wanted = numbersOf(here.metrics);
      const found = numbersOf(record.metrics);
      expect(found.map(([path]) => path)).toEqual(wanted.map(([path]) => path));
      expect(found.length).toBeGreaterThan(100);
      found.forEach(([path, value], i) => {
        const number = wanted[i]![1];
        const scale = scaleOf(path, number, here.metrics);
        expect(Math.abs(value - number), `${path}: ${value} and ${number}`).toBeLessThan(1e-5 * scale);
      });
      expect(there.report).toContain('Samples from the prior');
      expect(loadsSomething(there.report)).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
