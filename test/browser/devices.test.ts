/** One model, four runtimes: onnxruntime-node, and onnxruntime-web on one thread, on two, and on a software GPU. */
import { readFile } from 'node:fs/promises';
import { loadModel } from '@alix/infer';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithBrowser, openPage, softwareGpu, startBrowser } from './browser.js';
import { tryModel } from './calls.js';
import { modelFolder, startServer, type TestServer } from './server.js';

declare const alix: typeof import('@alix/infer/web');

const n = 6;
const images = { data: Array.from({ length: n * 784 }, (_, i) => (i * i) % 251), n };

describeWithBrowser('devices', () => {
  let browser: Browser;
  let server: TestServer;
  let page: Page;
  beforeAll(async () => {
    browser = await startBrowser(...softwareGpu);
    server = await startServer({ isolated: true });
    page = await openPage(browser, server.origin);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it('gives the codes of Node on wasm, one thread and two, and on WebGPU, to 1e-4', { timeout: 180_000 }, async () => {
    const model = await loadModel(modelFolder, { device: 'cpu' });
    const { mean } = await model.encode({ data: Uint8Array.from(images.data), n });
    await model.dispose();
    const wanted = [
      { options: { device: 'wasm', threads: 1 }, told: { device: 'wasm', threads: 1 } },
      { options: { device: 'wasm', threads: 2 }, told: { device: 'wasm', threads: 2 } },
      { options: { device: 'webgpu' }, told: { device: 'webgpu' } },
      { options: { device: 'auto' }, told: { device: 'webgpu', reason: undefined } },
    ] as const;
    for (const { options, told } of wanted) {
      const outcome = await tryModel(page, '/model/', options, images);
      expect(outcome).toMatchObject(told);
      if ('error' in outcome) continue;
      const off = outcome.mean.map((value, i) => Math.abs(value - mean[i]!));
      expect(outcome.mean).toHaveLength(mean.length);
      expect(Math.max(...off)).toBeLessThan(1e-4);
    }
  });

  it('says why auto did not take a GPU that computes wrongly', {
    timeout: 180_000,
  }, async () => {
    const bundle = JSON.parse(await readFile(`${modelFolder}/model.json`, 'utf8'));
    const mean = new Float32Array(Uint8Array.from(Buffer.from(bundle.golden.mean, 'base64')).buffer);
    mean[3]! += 0.5;
    bundle.golden.mean = Buffer.from(mean.buffer).toString('base64');
    server.lies.set('/model/model.json', (_request, response) => void response.end(JSON.stringify(bundle)));
    const outcome = await tryModel(page, '/model/', { device: 'auto' }, images);
    expect(outcome).toMatchObject({ device: 'wasm', reason: expect.stringContaining('a code is off by 0.5') });
    server.reset();
  });

  it('draws the codes that Node draws, bit for bit', async () => {
    const seed = 'a page';
    const model = await loadModel(modelFolder, { device: 'cpu' });
    const here = {
      plain: (await model.sample(20, { seed })).latent,
      truncated: (await model.sample(20, { seed, truncate: 0.7 })).latent,
    };
    await model.dispose();
    const there = await page.evaluate(async (seed) => {
      const bits = (codes: Float32Array) => [...new Uint32Array(codes.slice().buffer)];
      const model = await alix.loadModel('/model/');
      const codes = {
        plain: bits((await model.sample(20, { seed })).latent),
        truncated: bits((await model.sample(20, { seed, truncate: 0.7 })).latent),
      };
      await model.dispose();
      return codes;
    }, seed);
    for (const [name, codes] of Object.entries(here))
      expect(there[name as keyof typeof there], name).toEqual([...new Uint32Array(codes.slice().buffer)]);
  });

  it('tells every call that a GPU is gone, and loads again', { timeout: 180_000 }, async () => {
    await page.evaluate(async () => {
      Object.assign(globalThis, { model: await alix.loadModel('/model/', { device: 'webgpu' }) });
    });
    const session = await browser.newBrowserCDPSession();
    await session.send('Browser.crashGpuProcess');
    const error = await page.evaluate(async () => {
      const { model } = globalThis as unknown as { model: Awaited<ReturnType<typeof alix.loadModel>> };
      try {
        for (let i = 0; i < 100; i++) await model.sample(1, { seed: i });
        return 'it went on';
      } catch (error) {
        await model.dispose();
        const { code, message } = error as { code?: string; message: string };
        return { code, message };
      }
    });
    expect(error).toMatchObject({ code: 'device-lost', message: expect.stringContaining('load the model again') });
    expect(await tryModel(page, '/model/', { device: 'wasm' })).toMatchObject({ device: 'wasm' });
  });
});
