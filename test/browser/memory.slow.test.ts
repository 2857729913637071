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
    browser = await startBrowser('--enable-blink-features=ForceEagerMeasureMemory');
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
      const data = new Uint8Array(8 * 784).map((_, i) => (i * i) % 256);
      for (let i = 0; i < times; i++) await model.encode({ data, n: 8 });
    }, times);

  it('encodes 500 times in flat memory, and gives it back', async () => {
    const empty = await memory(page);
    await page.evaluate(async () => {
      Object.assign(globalThis, { model: await alix.loadModel('/model/', { threads: 1 }) });
    });
    await encode(50);
    const before = await memory(page);
    await encode(500);
    const after = await memory(page);
    await page.evaluate(async () => {
      const scope = globalThis as unknown as { model?: Awaited<ReturnType<typeof alix.loadModel>> | undefined };
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
          const model = await alix.loadModel('/model/', { threads: 1 });
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

  it('has no frame longer than 50 ms from a model that runs', async () => {
    await page.evaluate(async () => {
      Object.assign(globalThis, { model: await alix.loadModel('/model/') });
    });
    await encode(10);
    await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
    const { longest, control } = await page.evaluate(async () => {
      const { model } = globalThis as unknown as { model: Awaited<ReturnType<typeof alix.loadModel>> };
      const data = new Uint8Array(64 * 784).map((_, i) => (i * i) % 256);
      /** The longest time between two frames for as long as work is under way. */
      const frames = async (work: Promise<unknown>) => {
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
      const runs = async () => {
        for (const end = performance.now() + 3000; performance.now() < end; ) await model.reconstruct({ data, n: 64 });
      };
      const longest = await frames(runs());
      // as many threads of nothing: where no core is left frames wait for one, whoever works
      const script = URL.createObjectURL(new Blob(['for (;;);'], { type: 'text/javascript' }));
      const spinning = Array.from({ length: model.threads ?? 1 }, () => new Worker(script));
      const control = await frames(new Promise((done) => setTimeout(done, 3000)));
      for (const worker of spinning) worker.terminate();
      await model.dispose();
      return { longest, control };
    });
    const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: Trace[] };
    const main = trace.traceEvents.find(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')!;
    const tasks = trace.traceEvents
      .filter(({ pid, tid, name }) => pid === main.pid && tid === main.tid && name.endsWith('RunTask'))
      .map(({ tdur }) => (tdur ?? 0) / 1000);
    const task = Math.max(...tasks);
    console.log(
      `longest task of ${tasks.length} on the page's thread: ${task} ms; frame ${longest} ms, spinning ${control} ms`,
    );
    expect(tasks.length).toBeGreaterThan(100);
    expect(task).toBeLessThan(50);
    // of a busy machine frames say nothing
    if (control < 25) expect(longest).toBeLessThan(50);
  });
});

/** An event of Chromium's trace; `tdur` is the processor's time in microseconds. */
interface Trace {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}
