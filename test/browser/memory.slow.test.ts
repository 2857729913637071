/** A page that goes on for long: its memory, before and after, and its frames meanwhile. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithBrowser, openPage, startBrowser } from './browser.js';
import { startServer, type TestServer } from './server.js';

declare const alix: typeof import('@alix/infer/web');

/** All memory of the page and its workers after a collection, wasm's too, in MB. */
async function memory(page: Page): Promise<number> {
  const bytes = await page.evaluate(async () => {
    const { measureUserAgentSpecificMemory } = performance as unknown as {
      measureUserAgentSpecificMemory(): Promise<{ bytes: number }>;
    };
    return (await measureUserAgentSpecificMemory.call(performance)).bytes;
  });
  return bytes / 1e6;
}

describeWithBrowser('a page that goes on', () => {
  let browser: Browser;
  let server: TestServer;
  let page: Page;
  beforeAll(async () => {
    browser = await startBrowser('--enable-precise-memory-info');
    server = await startServer({ isolated: true });
    page = await openPage(browser, server.origin);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  const encode = (times: number) =>
    page.evaluate(async (times) => {
      const { model } = globalThis as unknown as { model: Awaited<ReturnType<typeof alix.loadModel>> };
      const data = new Uint8Array(64 * 784).map((_, i) => (i * i) % 256);
      for (let i = 0; i < times; i++) await model.encode({ data, n: 64 });
    }, times);

  it('encodes 500 times in flat memory, and gives it back', async () => {
    const empty = await memory(page);
    await page.evaluate(async () => {
      Object.assign(globalThis, { model: await alix.loadModel('/model/') });
    });
    await encode(50);
    const before = await memory(page);
    await encode(500);
    const after = await memory(page);
    await page.evaluate(async () => {
      const scope = globalThis as unknown as { model?: Awaited<ReturnType<typeof alix.loadModel>> };
      await scope.model?.dispose();
      scope.model = undefined;
    });
    const end = await memory(page);
    console.log(`MB: empty ${empty}, after 50 encodes ${before}, after 550 ${after}, disposed ${end}`);
    // it sees the model at all
    expect(before - empty).toBeGreaterThan(10);
    expect(after - before).toBeLessThan(2);
    expect(end - empty).toBeLessThan(2);
  });

  it('loads and disposes of a model 20 times, and has its memory back', async () => {
    const reload = (times: number) =>
      page.evaluate(async (times) => {
        for (let i = 0; i < times; i++) {
          const model = await alix.loadModel('/model/');
          await model.sample(2, { seed: i });
          await model.dispose();
        }
      }, times);
    await reload(2);
    const before = await memory(page);
    await reload(20);
    const after = await memory(page);
    console.log(`MB: ${before} before, ${after} after 20 times`);
    expect(after - before).toBeLessThan(2);
    expect(page.workers()).toEqual([]);
  });

  it('has no frame longer than 50 ms while a model runs', { retry: 3 }, async () => {
    const { idle, busy, tasks, runs } = await page.evaluate(async () => {
      const model = await alix.loadModel('/model/');
      const data = new Uint8Array(64 * 784).map((_, i) => (i * i) % 256);
      await model.reconstruct({ data, n: 64 });
      let tasks = 0;
      new PerformanceObserver((list) => {
        tasks += list.getEntries().length;
      }).observe({ type: 'longtask' });
      /** The longest time between two frames for as long as work is under way. */
      const longest = async (work: Promise<unknown>) => {
        let isDone = false;
        work.finally(() => {
          isDone = true;
        });
        let longest = 0;
        let last = performance.now();
        while (!isDone) {
          await new Promise(requestAnimationFrame);
          const now = performance.now();
          longest = Math.max(longest, now - last);
          last = now;
        }
        await work;
        return longest;
      };
      const idle = await longest(new Promise((done) => setTimeout(done, 1500)));
      let runs = 0;
      const end = performance.now() + 3000;
      const busy = await longest(
        (async () => {
          for (; performance.now() < end; runs++) await model.reconstruct({ data, n: 64 });
        })(),
      );
      await model.dispose();
      return { idle, busy, tasks, runs };
    });
    console.log(`longest frame: idle ${idle} ms, in ${runs} runs of 64 images ${busy} ms; ${tasks} long tasks`);
    expect(runs).toBeGreaterThan(3);
    expect(tasks).toBe(0);
    expect(busy).toBeLessThan(50);
  });
});
