/** What goes wrong between a page and its server: each an error of one line that names the URL and the remedy. */
import type { ServerResponse } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeWithBrowser, openPage, startBrowser } from './browser.js';
import { errorOf, tryModel } from './calls.js';
import { type Answer, fileOfPath, startServer, type TestServer } from './server.js';

declare const alix: typeof import('@alix/infer/web');

const WASM = '/page/onnxruntime-web/ort-wasm-simd-threaded.wasm';
const SCRIPT = '/page/onnxruntime-web/ort-wasm-simd-threaded.mjs';

const html: Answer = (_request, response) => {
  response.setHeader('content-type', 'text/html');
  response.end('<!doctype html><title>my app</title>');
};
const missing: Answer = (request, response) => {
  response.statusCode = 404;
  return html(request, response);
};
const cut: Answer = (request) => void request.socket.destroy();
const typed =
  (type: string): Answer =>
  (_request, response) =>
    void response.setHeader('content-type', type);
/** The file with one byte changed. */
const altered =
  (path: string): Answer =>
  async (_request, response) => {
    const bytes = await fileOfPath(path);
    bytes[1000]! ^= 1;
    response.end(bytes);
  };
const shorter =
  (path: string): Answer =>
  async (_request, response) =>
    void response.end((await fileOfPath(path)).subarray(0, 5000));

/** Bytes for as long as somebody takes them; how many went is in `sent`. */
function endless(sent: { bytes: number }): Answer {
  return (_request, response: ServerResponse) => {
    const part = Buffer.alloc(1 << 16);
    const more = () => {
      while (!response.destroyed) {
        sent.bytes += part.length;
        if (!response.write(part)) return;
      }
    };
    response.on('drain', more);
    response.writeHead(200);
    more();
  };
}

describeWithBrowser('errors of a page', () => {
  let browser: Browser;
  let server: TestServer;
  let page: Page;
  beforeAll(async () => {
    browser = await startBrowser();
    server = await startServer();
    page = await openPage(browser, server.origin);
  });
  afterEach(() => server.reset());
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it('of model.json', async () => {
    const url = `${server.origin}/model/model.json`;
    const cases: readonly [Answer, string, string][] = [
      [missing, 'no-bundle', `${url}: the server does not give this file (found HTTP status 404); put the whole`],
      [html, 'no-bundle', `${url}: the server sends a web page in place of model.json`],
      [cut, 'unreachable', `${url}: it could not be fetched; check the network`],
      [(_, response) => void response.end('{'), 'bad-bundle', `${url}: not valid JSON`],
    ];
    for (const [answer, code, words] of cases) {
      server.lies.set('/model/model.json', answer);
      expect(await errorOf(page, '/model/')).toMatchObject({ code, message: expect.stringContaining(words) });
    }
    expect(await errorOf(page, 'http://[')).toMatchObject({ code: 'no-bundle', where: 'http://[' });
    expect(server.asked.has(WASM)).toBe(false);
  });

  it('of another server that does not let this page read', async () => {
    const other = await startServer();
    const error = await errorOf(page, `${other.origin}/model/`);
    await other.close();
    expect(error).toMatchObject({ code: 'unreachable', where: `${other.origin}/model/model.json` });
    expect(error.message).toContain('Access-Control-Allow-Origin');
  });

  it("of ONNX Runtime's files", async () => {
    const cases: readonly [Answer, string][] = [
      [missing, 'HTTP status 404'],
      [html, 'the server sends a web page in place of this file'],
      [shorter(WASM), 'found 5000 bytes'],
      [altered(WASM), 'its checksum is not the one that was promised'],
    ];
    for (const [answer, words] of cases) {
      server.lies.set(WASM, answer);
      const error = await errorOf(page, '/model/');
      expect(error).toMatchObject({ code: 'bad-assets', where: server.origin + WASM });
      expect(error.message).toContain(words);
      expect(error.message).toContain('alix web assets');
    }
    expect(await errorOf(page, '/model/', { assets: '/nowhere/' })).toMatchObject({
      code: 'bad-assets',
      where: `${server.origin}/nowhere/onnxruntime-web/ort-wasm-simd-threaded.wasm`,
    });
  });

  it('of the worker', async () => {
    const path = '/page/worker-wasm.js';
    const cases: readonly [Answer, string][] = [
      [missing, 'found HTTP status 404'],
      [typed('text/plain'), 'found Content-Type: text/plain'],
      [cut, 'could not be fetched'],
    ];
    for (const [answer, words] of cases) {
      server.lies.set(path, answer);
      const error = await errorOf(page, '/model/');
      expect(error).toMatchObject({ code: 'no-worker', where: server.origin + path });
      expect(error.message).toContain(words);
    }
  });

  it('of graphs; no more is read than was promised', async () => {
    const path = '/model/encoder.onnx';
    const sent = { bytes: 0 };
    const cases: readonly [Answer, string][] = [
      [missing, 'HTTP status 404'],
      [html, 'the server sends a web page in place of this file'],
      [shorter(path), 'found 5000 bytes'],
      [altered(path), 'the file was altered'],
      [endless(sent), 'found more than'],
    ];
    for (const [answer, words] of cases) {
      server.lies.set(path, answer);
      const error = await errorOf(page, '/model/');
      expect(error).toMatchObject({ code: 'bad-bundle', where: server.origin + path });
      expect(error.message).toContain(words);
    }
    // what lay in the sockets' buffers, twice
    expect(sent.bytes).toBeLessThan(40e6);
  });

  it('of threads and a GPU that are not there', async () => {
    const threads = await errorOf(page, '/model/', { threads: 2 });
    expect(threads).toMatchObject({ code: 'no-threads', where: `${server.origin}/` });
    expect(threads.message).toContain('Cross-Origin-Opener-Policy: same-origin');
    expect(threads.message).toContain('Cross-Origin-Embedder-Policy: require-corp');
    expect(await errorOf(page, '/model/', { threads: 1.5 })).toMatchObject({ code: 'bad-option' });
    expect(await errorOf(page, '/model/', { device: 'cuda' })).toMatchObject({ code: 'bad-option' });
    const gpu = (value: unknown) =>
      page.evaluate((value) => {
        const requestAdapter = async () => null;
        Object.defineProperty(navigator, 'gpu', { configurable: true, value: value ? { requestAdapter } : undefined });
      }, value);
    for (const [value, words] of [
      [true, 'the browser gives no GPU adapter'],
      [false, 'this browser has no WebGPU'],
    ] as const) {
      await gpu(value);
      const error = await errorOf(page, '/model/', { device: 'webgpu' });
      expect(error).toMatchObject({ code: 'no-device', message: expect.stringContaining(words) });
      const outcome = await tryModel(page, '/model/', { device: 'auto' });
      expect(outcome).toMatchObject({ device: 'wasm', reason: expect.stringContaining(words) });
    }
    // nothing was downloaded for a GPU that is not there
    expect([...server.asked.keys()].filter((path) => path.includes('asyncify'))).toEqual([]);
  });

  it('of a worker that ends, to every call and at once', async () => {
    await page.evaluate(async () => {
      Object.assign(globalThis, { model: await alix.loadModel('/model/') });
    });
    const worker = page.workers()[0]!;
    const pending = page.evaluate(async () => {
      const { model } = globalThis as unknown as { model: Awaited<ReturnType<typeof alix.loadModel>> };
      const codes: unknown[] = [];
      for (let i = 0; i < 2; i++)
        await model.sample(20_000, { seed: i }).catch((error: { code?: string }) => codes.push(error.code));
      await model.dispose();
      return codes;
    });
    await worker.evaluate(() => self.close());
    expect(await pending).toEqual(['runtime-lost', 'runtime-lost']);
  });

  it('of a worker that meets an error of its own, which then holds no memory', async () => {
    await page.evaluate(async () => {
      Object.assign(globalThis, { model: await alix.loadModel('/model/') });
    });
    await page.workers()[0]!.evaluate(() => {
      setTimeout(() => {
        throw new Error('of its own');
      });
    });
    await expect.poll(() => page.workers().length).toBe(0);
    const message = await page.evaluate(async () => {
      const { model } = globalThis as unknown as { model: Awaited<ReturnType<typeof alix.loadModel>> };
      const error = await model.sample(1, { seed: 1 }).catch((error: Error) => error);
      await model.dispose();
      return (error as Error).message;
    });
    expect(message).toContain('the worker that runs ONNX Runtime has ended (found Uncaught Error: of its own)');
  });

  it('of pages that load at the same moment: none', async () => {
    const second = await page.context().newPage();
    try {
      await second.goto(server.origin);
      await second.waitForFunction('globalThis.alix !== undefined');
      const both = [page, second];
      for (const one of both)
        await one.evaluate(() => {
          Date.now = () => 1;
        });
      const loaded = await Promise.all(
        both.map((one) =>
          one.evaluate(async () => {
            const model = await alix.loadModel('/model/');
            Object.assign(globalThis, { model });
            return model.device;
          }),
        ),
      );
      expect(loaded).toEqual(['wasm', 'wasm']);
      for (const one of both)
        await one.evaluate(() => (globalThis as unknown as { model: { dispose(): Promise<void> } }).model.dispose());
    } finally {
      await second.close();
    }
  });

  it('of a load that was called off', async () => {
    server.lies.set(WASM, (_request, response) => void response.writeHead(200).write('x'));
    const code = await page.evaluate(async () => {
      const control = new AbortController();
      setTimeout(() => control.abort(), 100);
      return alix
        .loadModel('/model/', { signal: control.signal, cache: false })
        .catch((error: { code?: string }) => error.code);
    });
    expect(code).toBe('interrupted');
  });

  it('of a signal that fires once the model is there: none', async () => {
    const code = await page.evaluate(async () => {
      const control = new AbortController();
      const model = await alix.loadModel('/model/', { signal: control.signal, cache: false });
      control.abort();
      const outcome = await model.sample(1, { seed: 1 }).then(
        ({ n }) => n,
        (error: { code?: string }) => error.code,
      );
      await model.dispose();
      return outcome;
    });
    expect(code).toBe(1);
  });

  it('after all of which the page still works, whatever type the wasm is sent as', async () => {
    server.lies.set(WASM, typed('text/plain'));
    const outcome = await tryModel(page, '/model/', { cache: false });
    expect(outcome).toMatchObject({ device: 'wasm', threads: 1 });
    await expect.poll(() => page.workers().length).toBe(0);
  });
});

describeWithBrowser('errors of an isolated page', () => {
  it('of scripts that lack a header or a type', async () => {
    const browser = await startBrowser();
    const server = await startServer({ isolated: true });
    try {
      const page = await openPage(browser, server.origin);
      server.lies.set(SCRIPT, typed('application/octet-stream'));
      const script = await errorOf(page, '/model/', { threads: 2 });
      expect(script).toMatchObject({ code: 'bad-assets', where: server.origin + SCRIPT });
      expect(script.message).toContain('expected Content-Type: text/javascript, found application/octet-stream');
      const worker = '/page/worker-wasm.js';
      server.lies.set(worker, (_, response) => void response.removeHeader('cross-origin-embedder-policy'));
      const error = await errorOf(page, '/model/', { threads: 1 });
      expect(error).toMatchObject({ code: 'no-worker', where: server.origin + worker });
      expect(error.message).toContain('Cross-Origin-Embedder-Policy: require-corp');
    } finally {
      await browser.close();
      await server.close();
    }
  });
});
