/** What an enemy hands to a page: graphs, files and pictures. Each is an error, and the page lives on. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TensorProto_DataType } from 'onnx-buf';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';
import { body, encoder, huge, op, scalar } from '../fixtures/hostile-graphs.js';
import { encoderGraph, tiny, writeTinyBundle } from '../fixtures/tiny-bundle.js';
import { describeWithBrowser, openPage, startBrowser } from './browser.js';
import { startServer, type TestServer } from './server.js';

declare const alix: typeof import('@alix/infer/web');

const root = temporaryFolder();

/** The files of a tiny bundle with this encoder, as base64 by name. */
function bundleOf(name: string, bytes: Uint8Array): [string, string][] {
  const folder = writeTinyBundle(join(root, name), tiny, undefined, { 'encoder.onnx': bytes });
  return ['model.json', 'encoder.onnx', 'decoder.onnx'].map((file) => [
    file,
    readFileSync(join(folder, file), 'base64'),
  ]);
}

/** Encodes two images; then, whatever came of it, samples one. */
function tryFiles(page: Page, files: [string, string][]) {
  return page.evaluate(async (files) => {
    const list = files.map(
      ([name, text]) => new File([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))], name),
    );
    const told = (error: unknown) => {
      const { code, message } = error as { code: string; message: string };
      return { code, message };
    };
    const model = await alix.loadModel(list).catch(told);
    if ('code' in model) return { encoded: model, sampled: 0 };
    const encoded = await model.encode({ data: new Uint8Array(48), n: 2 }).then(({ n }) => ({ n }), told);
    const sampled = await model.sample(1, { seed: 1 }).then(({ n }) => n, told);
    await model.dispose();
    return { encoded, sampled };
  }, files);
}

/** The error of a picture. */
function pictureError(page: Page, file: Uint8Array, name = 'my.png') {
  return page.evaluate(
    async ({ file, name }) => {
      const blob = new File([Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0))], name);
      try {
        const { length } = await alix.toPixels(blob, { height: 6, width: 4, channels: 1 });
        return { code: 'none', message: `${length} values` };
      } catch (error) {
        const { code, message } = error as { code: string; message: string };
        return { code, message };
      }
    },
    { file: Buffer.from(file).toString('base64'), name },
  );
}

/** A GIF of a screen that is larger than its one frame, 1x1, or of several frames. */
function gif(width: number, height: number, frames = 1): Buffer {
  const head = Buffer.from('GIF89a\0\0\0\0\x80\0\0\0\0\0\xff\xff\xff', 'latin1');
  head.writeUInt16LE(width, 6);
  head.writeUInt16LE(height, 8);
  const frame = Buffer.from('\x21\xf9\x04\0\x0a\0\0\0\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0', 'latin1');
  return Buffer.concat([head, ...Array.from({ length: frames }, () => frame), Buffer.from(';')]);
}

/** The head of a BMP, and nothing behind it. */
function bmp(width: number, height: number): Buffer {
  const file = Buffer.alloc(54 + 1000);
  file.write('BM');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  return file;
}

describeWithBrowser('an enemy of a page', () => {
  let browser: Browser;
  let server: TestServer;
  let page: Page;
  beforeAll(async () => {
    browser = await startBrowser();
    server = await startServer();
    page = await openPage(browser, server.origin);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it('has graphs that never end, fill the memory, or are none', async () => {
    const loop = encoder(
      [op('Loop', ['', 'yes', 'm'], 'mean', body([]))],
      [scalar('yes', TensorProto_DataType.BOOL, 1n)],
    );
    const cases: [name: string, bytes: Uint8Array, code: string][] = [
      ['loop', loop, 'bad-graph'],
      ['huge', huge([1e9, 1e9]), 'no-memory'],
      ['large', huge([2e9]), 'run-failed'],
      ['none', Buffer.from('not a graph'), 'bad-graph'],
    ];
    for (const [name, bytes, code] of cases) {
      const { encoded, sampled } = await tryFiles(page, bundleOf(name, bytes));
      expect(encoded, name).toMatchObject({ code, message: expect.stringMatching(/^encoder\.onnx: [^\n]+; [^\n]+$/) });
      expect(sampled, name).toBe(1);
    }
    expect(await tryFiles(page, bundleOf('healthy', encoderGraph(tiny)))).toEqual({ encoded: { n: 2 }, sampled: 1 });
  });

  it('has a model.json of many megabytes', async () => {
    const found = await page.evaluate(async () => {
      const part = new Uint8Array(1 << 24);
      const file = new File(
        Array.from({ length: 8 }, () => part),
        'model.json',
      );
      return alix.loadModel([file]).catch(({ code, message }) => ({ code, message }));
    });
    expect(found).toMatchObject({ code: 'no-bundle', message: expect.stringContaining('too large') });
  });

  it('has pictures that say that they are larger than all memory', async () => {
    for (const [name, file] of [
      ['gif', gif(65535, 65535)],
      ['bmp', bmp(30_000, 30_000)],
      ['upside down', bmp(30_000, -30_000)],
    ] as const)
      expect(await pictureError(page, file, name), name).toMatchObject({ code: 'too-large' });
    expect(await pictureError(page, gif(4, 6, 3), 'moving.gif')).toMatchObject({ code: 'bad-image' });
    expect(await pictureError(page, gif(4, 6), 'still.gif')).toMatchObject({
      code: expect.stringMatching(/none|transparent/),
    });
  });
});
