/** What a page keeps: the second visit without a network, downloads that break, files that changed. */

import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeWithBrowser, openPage, startBrowser } from './browser.js';
import { errorOf, tryModel } from './calls.js';
import { type Answer, fileOfPath, modelFolder, startServer, type TestServer } from './server.js';

declare const alix: typeof import('@alix/infer/web');

const WASM = '/page/onnxruntime-web/ort-wasm-simd-threaded.wasm';
const ENCODER = '/model/encoder.onnx';
const cut: Answer = (request) => void request.socket.destroy();

describeWithBrowser('cache', () => {
  let browser: Browser;
  let server: TestServer;
  let page: Page;
  beforeAll(async () => {
    browser = await startBrowser();
    server = await startServer({ isolated: true });
  });
  beforeEach(async () => {
    page = await openPage(browser, server.origin);
    server.reset();
  });
  afterEach(() => page.context().close());
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  const asked = (path: string) => server.asked.get(path) ?? 0;

  it('serves a model without a network after the first load, with threads too', async () => {
    const first = await tryModel(page, '/model/', { threads: 2 });
    expect(first).toMatchObject({ device: 'wasm', threads: 2 });
    // the page's own scripts are its own affair: a service worker's, mostly
    for (const path of ['/model/model.json', ENCODER, WASM, WASM.replace('.wasm', '.mjs')]) server.lies.set(path, cut);
    expect(await tryModel(page, '/model/', { threads: 2 })).toEqual(first);
    expect([asked(WASM), asked(ENCODER)]).toEqual([1, 1]);
    expect(await errorOf(page, '/model/', { cache: false })).toMatchObject({ code: 'unreachable' });
    await page.evaluate(() => alix.clearCache());
    expect(await errorOf(page, '/model/')).toMatchObject({ code: 'unreachable' });
  });

  it('keeps nothing where it is told so', async () => {
    await tryModel(page, '/model/', { cache: false });
    await tryModel(page, '/model/', { cache: false });
    expect([asked(WASM), asked(ENCODER), await page.evaluate(() => caches.keys())]).toEqual([2, 2, []]);
  });

  it('downloads anew what was spoilt in the cache', async () => {
    const first = await tryModel(page, '/model/');
    await page.evaluate(async () => {
      const cache = await caches.open('alix-1');
      for (const request of await cache.keys())
        if (!request.url.includes('model.json')) await cache.put(request, new Response('spoilt'));
    });
    expect(await tryModel(page, '/model/')).toEqual(first);
    expect([asked(WASM), asked(ENCODER)]).toEqual([2, 2]);
  });

  it('takes a broken download up where it broke, if the file is still the same', async () => {
    const ranges: (string | undefined)[] = [];
    const bytes = await fileOfPath(ENCODER);
    const half = Math.floor(bytes.length / 2);
    let tag = '"one"';
    const breaking: Answer = (request, response) => {
      const { range } = request.headers;
      ranges.push(range);
      const start = range ? Number(/\d+/.exec(range)![0]) : 0;
      response.setHeader('accept-ranges', 'bytes');
      response.setHeader('etag', tag);
      if (start > 0) {
        response.setHeader('content-range', `bytes ${start}-${bytes.length - 1}/${bytes.length}`);
        response.writeHead(206, { 'content-length': bytes.length - start }).end(bytes.subarray(start));
      } else if (ranges.length > 1) response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
      else {
        response.writeHead(200, { 'content-length': bytes.length });
        response.write(bytes.subarray(0, half), () => setTimeout(() => response.destroy(), 50));
      }
    };
    server.lies.set(ENCODER, breaking);
    expect(await tryModel(page, '/model/')).toMatchObject({ device: 'wasm' });
    expect(ranges).toEqual([undefined, `bytes=${half}-`]);
    // another file meanwhile: from its beginning
    ranges.length = 0;
    await page.evaluate(() => alix.clearCache());
    server.lies.set(ENCODER, (request, response) => {
      if (ranges.length > 0) tag = '"two"';
      return breaking(request, response);
    });
    expect(await tryModel(page, '/model/')).toMatchObject({ device: 'wasm' });
    expect(ranges).toEqual([undefined, `bytes=${half}-`, undefined]);
  });

  it('takes files from another server that compresses them', async () => {
    const other = await startServer();
    try {
      const compressed =
        (path: string): Answer =>
        async (_request, response) => {
          const bytes = gzipSync(await fileOfPath(path));
          const headers = {
            'content-encoding': 'gzip',
            'content-length': bytes.length,
            'access-control-allow-origin': '*',
          };
          response.writeHead(200, headers).end(bytes);
        };
      for (const path of ['/model/model.json', ENCODER]) other.lies.set(path, compressed(path));
      expect(await tryModel(page, `${other.origin}/model/`)).toMatchObject({ device: 'wasm' });
    } finally {
      await other.close();
    }
  });

  it('does not ask for ever where a server answers in parts that nobody asked for', async () => {
    server.lies.set(ENCODER, async (_request, response) => {
      const bytes = await fileOfPath(ENCODER);
      const range = `bytes 0-${bytes.length - 1}/${bytes.length}`;
      response.writeHead(206, { 'content-range': range, etag: '"one"' }).end(bytes);
    });
    const error = await errorOf(page, '/model/');
    expect(error).toMatchObject({ code: 'bad-bundle', where: server.origin + ENCODER });
    expect(error.message).toContain('HTTP status 206');
    expect(asked(ENCODER)).toBe(2);
  });

  it('keeps the model.json that could be read', async () => {
    const first = await tryModel(page, '/model/');
    server.lies.set('/model/model.json', (_request, response) => void response.end('{'));
    expect(await errorOf(page, '/model/')).toMatchObject({ code: 'bad-bundle' });
    server.lies.set('/model/model.json', cut);
    expect(await tryModel(page, '/model/')).toEqual(first);
  });

  it('is a help and no more: models run where the browser grants no storage', async () => {
    await page.evaluate(() => {
      const refused = () => {
        throw new DOMException('access denied', 'SecurityError');
      };
      Object.defineProperty(globalThis, 'caches', { configurable: true, get: refused });
      navigator.locks.request = async () => refused();
    });
    const script = '/page/worker-wasm.js';
    server.lies.set(script, async (_request, response) => {
      const refuse = `navigator.locks.request = async () => { throw new DOMException('access denied', 'SecurityError'); };\n`;
      const headers = { 'content-type': 'text/javascript', 'cross-origin-embedder-policy': 'require-corp' };
      response.writeHead(200, headers).end(refuse + (await fileOfPath(script)));
    });
    expect(await tryModel(page, '/model/')).toMatchObject({ device: 'wasm' });
  });

  it("runs models in a frame's srcdoc and in a worker of the page's own", async () => {
    const outcome = await page.evaluate(
      () =>
        new Promise((resolve) => {
          addEventListener('message', ({ data }) => resolve(data), { once: true });
          const frame = document.createElement('iframe');
          frame.srcdoc = `<script type="module">
            import { loadModel } from '/page/alix.js';
            const told = await loadModel('/model/').then(({ device }) => device, ({ message }) => message);
            parent.postMessage([location.href, told], '*');
          </script>`;
          document.body.append(frame);
        }),
    );
    expect(outcome).toEqual(['about:srcdoc', 'wasm']);
    server.lies.set('/own.js', (_request, response) => {
      const headers = { 'content-type': 'text/javascript', 'cross-origin-embedder-policy': 'require-corp' };
      response.writeHead(200, headers).end(`import { loadModel } from '/page/alix.js';
        postMessage(await loadModel('/model/', { assets: '/page/' }).then(({ device }) => device, ({ message }) => message));`);
    });
    const inWorker = await page.evaluate(
      () =>
        new Promise((resolve) => {
          new Worker('/own.js', { type: 'module' }).addEventListener('message', ({ data }) => resolve(data));
        }),
    );
    expect(inWorker).toBe('wasm');
  });

  it('gives a connection up that goes on breaking', async () => {
    server.lies.set(ENCODER, (_request, response) => {
      response.writeHead(200, { 'content-length': 628_959 });
      response.write('x'.repeat(1000), () => setTimeout(() => response.destroy(), 20));
    });
    const error = await errorOf(page, '/model/');
    expect(error).toMatchObject({ code: 'unreachable', where: server.origin + ENCODER });
    expect(error.message).toContain('the connection broke after 1000 bytes');
    expect(asked(ENCODER)).toBe(4);
  });

  it('loads chosen files, and names what is missing or altered', async () => {
    const files: Record<string, string> = {};
    for (const name of ['model.json', 'encoder.onnx', 'decoder.onnx'])
      files[name] = (await readFile(`${modelFolder}/${name}`)).toString('base64');
    const load = (names: readonly string[], spoilt = '') =>
      page.evaluate(
        async ({ files, names, spoilt }) => {
          const list = names.map((name) => {
            const bytes = Uint8Array.from(atob(files[name]!), (letter) => letter.charCodeAt(0));
            if (name === spoilt) bytes[500]! ^= 1;
            return new File([bytes], name);
          });
          try {
            const model = await alix.loadModel(list);
            const { n } = await model.sample(2, { seed: 1 });
            await model.dispose();
            return n;
          } catch (error) {
            return (error as Error).message;
          }
        },
        { files, names, spoilt },
      );
    expect(await load(['decoder.onnx', 'model.json'])).toBe(2);
    expect(await load(['encoder.onnx'])).toContain('encoder.onnx: no model.json among the files');
    expect(await load(['model.json', 'encoder.onnx'])).toContain(
      'decoder.onnx: a file that model.json names is not among',
    );
    expect(await load(['model.json', 'decoder.onnx'], 'decoder.onnx')).toContain('decoder.onnx: the file was altered');
  });
});

describeWithBrowser('a page over plain http from another machine', () => {
  it('has no cache, no WebCrypto and no WebGPU, and runs models all the same', async () => {
    const browser = await startBrowser('--host-resolver-rules=MAP far.test 127.0.0.1');
    const server = await startServer();
    try {
      const page = await openPage(browser, server.origin.replace('127.0.0.1', 'far.test'));
      expect(await page.evaluate(() => [isSecureContext, typeof crypto.subtle, typeof caches])).toEqual([
        false,
        'undefined',
        'undefined',
      ]);
      expect(await tryModel(page, '/model/')).toMatchObject({ device: 'wasm', threads: 1 });
      const threads = await errorOf(page, '/model/', { threads: 2 });
      expect(threads).toMatchObject({
        code: 'no-threads',
        message: expect.stringContaining('serve the page over https'),
      });
      const gpu = await errorOf(page, '/model/', { device: 'webgpu' });
      expect(gpu).toMatchObject({ code: 'no-device', message: expect.stringContaining('needs a secure context') });
    } finally {
      await browser.close();
      await server.close();
    }
  });
});
