/** The packed runtime in an empty project: in a page that Vite builds, in one that webpack builds, and in one without a bundler. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { loadModel } from '@alix/infer';
import { encodePng } from '@alix/infer/io/png';
import type { Browser, Page } from 'playwright-core';
import { build, createServer } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import webpack from 'webpack';
import { temporaryFolder } from '../fixtures/folder.js';
import { install, installedIn } from '../fixtures/installed.js';
import { describeWithBrowser, startBrowser } from './browser.js';
import { type FolderServer, serveFolder } from './folder-server.js';
import { modelFolder } from './server.js';

/** What both bundlers pack: `run` gives codes, and images of the prior. */
const MAIN = `
import { AlixError, loadModel } from '@alix/infer';
globalThis.run = async (threads) => {
  const model = await loadModel('/model/', { threads });
  const data = Uint8Array.from({ length: 3 * 784 }, (_, i) => (i * 37) % 256);
  const { mean } = await model.encode({ data, n: 3 });
  const { latent } = await model.sample(2, { seed: 1 });
  await model.dispose();
  return { mean: [...mean], latent: [...latent], device: model.device, threads: model.threads };
};
globalThis.fail = () => loadModel('/nowhere/').catch((error) => error instanceof AlixError && error.code);
`;
const PAGE =
  '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script type="module" src="main.js"></script>';

const images = { data: Uint8Array.from({ length: 3 * 784 }, (_, i) => (i * 37) % 256), n: 3 };

interface Outcome {
  readonly mean: number[];
  readonly latent: number[];
  readonly device: string;
  readonly threads: number;
}
declare const run: (threads: number) => Promise<Outcome>;
declare const fail: () => Promise<string>;

describeWithBrowser('the packed runtime', () => {
  const home = join(temporaryFolder(), 'empty');
  const at = (...parts: string[]) => join(home, ...parts);
  const servers: FolderServer[] = [];
  let browser: Browser;
  let node: { readonly mean: number[]; readonly latent: number[]; readonly error: number };

  beforeAll(async () => {
    // as for a page alone: nothing native
    install(home, '--omit=optional');
    mkdirSync(at('src'));
    writeFileSync(at('src', 'main.js'), MAIN);
    writeFileSync(at('src', 'index.html'), PAGE);
    browser = await startBrowser();
    const model = await loadModel(modelFolder, { device: 'cpu' });
    const { mean } = await model.encode(images);
    const { latent } = await model.sample(2, { seed: 1 });
    const { mse } = await model.reconstruct(images);
    node = { mean: [...mean], latent: [...latent], error: mse[0]! };
    await model.dispose();
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all(servers.map((server) => server.close()));
  });

  /** A page of a folder, with the model beside it. */
  async function open(folder: string, hasModel = true): Promise<Page> {
    if (hasModel) cpSync(modelFolder, join(folder, 'model'), { recursive: true });
    else rmSync(join(folder, 'model'), { recursive: true });
    const server = await serveFolder(folder);
    servers.push(server);
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${server.origin}/`);
    return page;
  }

  async function check(page: Page): Promise<void> {
    await page.waitForFunction('globalThis.run !== undefined', undefined, { timeout: 20_000 });
    for (const threads of [1, 2]) {
      const found = await page.evaluate((threads) => run(threads), threads);
      expect(found).toMatchObject({ device: 'wasm', threads });
      expect(Math.max(...found.mean.map((value, i) => Math.abs(value - node.mean[i]!)))).toBeLessThan(1e-4);
      expect(found.latent).toEqual(node.latent);
    }
    expect(await page.evaluate(() => fail())).toBe('no-bundle');
    const sites = await page.evaluate(() =>
      performance.getEntriesByType('resource').map(({ name }) => new URL(name).origin),
    );
    const own = new URL(page.url()).origin;
    expect(sites.filter((site) => site !== own && site !== 'null')).toEqual([]);
  }

  it('comes with nothing native, where that is left out; Node then says what to install', () => {
    const names = installedIn(home);
    expect(names).toEqual(expect.arrayContaining(['@alix/infer', 'onnxruntime-web']));
    expect(names.filter((name) => /onnxruntime-node|sharp|tensorflow/.test(name))).toEqual([]);
    const sample = ['sample', 'strokes-dali', '-n', '1', '--seed', '1', '-o', 'x.png'];
    const { status, stderr } = spawnSync(at('node_modules', '.bin', 'alix'), sample, { cwd: home, encoding: 'utf8' });
    expect([status, stderr.trim().split('\n')]).toEqual([
      1,
      [expect.stringContaining('npm install onnxruntime-node@')],
    ]);
  });

  it('runs as Vite builds it', async () => {
    await build({ root: at('src'), logLevel: 'error', build: { outDir: at('vite'), emptyOutDir: true } });
    await check(await open(at('vite')));
    // the page's own part, with the few lines above; what the workers add is counted in test/infer/web-size.test.ts
    const [main = ''] = readdirSync(at('vite', 'assets')).filter((name) => name.startsWith('index'));
    expect(gzipSync(readFileSync(at('vite', 'assets', main))).length).toBeLessThan(30_000);
  });

  it("runs on Vite's development server", async () => {
    cpSync(modelFolder, at('src', 'public', 'model'), { recursive: true });
    const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
    const server = await createServer({ root: at('src'), logLevel: 'error', server: { port: 0, headers } });
    try {
      await server.listen();
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(server.resolvedUrls!.local[0]!);
      await check(page);
    } finally {
      await server.close();
    }
  });

  it('runs as webpack builds it', async () => {
    const compiler = webpack({
      mode: 'production',
      context: at('src'),
      entry: './main.js',
      output: { path: at('webpack'), filename: 'main.js' },
      performance: false,
      // of ONNX Runtime's scripts, which are small already, it takes half a minute
      optimization: { minimize: process.env.CI === 'true' },
    });
    const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) =>
      compiler!.run((error, stats) => (error ? reject(error) : resolve(stats))),
    );
    expect(stats?.toJson({ errors: true, warnings: true })).toMatchObject({ errors: [], warnings: [] });
    writeFileSync(at('webpack', 'index.html'), PAGE);
    await check(await open(at('webpack')));
  });

  it('runs in the example page, of what `alix web assets` writes', async () => {
    mkdirSync(at('page'));
    cpSync(at('node_modules', '@alix/infer', 'examples', 'page.html'), at('page', 'index.html'));
    execFileSync(at('node_modules', '.bin', 'alix'), ['web', 'assets', 'alix'], { cwd: at('page'), stdio: 'pipe' });
    const page = await open(at('page'));
    const status = page.getByRole('status');
    await status.getByText('strokes-dali on').waitFor({ timeout: 20_000 });
    await page.getByRole('button', { name: 'New image' }).click();
    await page.getByText('Refined').waitFor();
    // of a file what Node makes of it
    const png = encodePng(images.data.slice(0, 784), { height: 28, width: 28, channels: 1 });
    const file = { name: 'a.png', mimeType: 'image/png', buffer: Buffer.from(png) };
    await page.getByLabel('Image file').setInputFiles(file);
    await page.getByText(`Decoded: error ${node.error.toFixed(4)}`).waitFor();
    await page.getByText('Refined').waitFor();
    expect(await page.getByRole('figure').count()).toBe(3);
    expect((await status.textContent())?.match(/-?\d+\.\d\d/g)).toHaveLength(16);
    await page.getByLabel('Image file').setInputFiles({ ...file, buffer: file.buffer.subarray(0, 100) });
    await status.getByText('a.png: ').waitFor();
    await page.getByRole('button', { name: 'New image', disabled: false }).waitFor();
  });

  it('says in the example page what is missing', async () => {
    const page = await open(at('page'), false);
    await page.getByRole('status').getByText('/model/model.json: ').waitFor();
    expect(await page.getByRole('button', { name: 'New image' }).isEnabled()).toBe(false);
  });
});
