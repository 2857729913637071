/** The example that eval/README.md shows for pages is run as it stands: a report in the page, of files that a user chose. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { encodePng } from '@alix/infer/io/png';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pageExample } from '../fixtures/eval-readme.js';
import { strokesImages } from '../fixtures/strokes-evaluation.js';
import { describeWithBrowser, startBrowser } from './browser.js';
import { startServer, type TestServer } from './server.js';

const n = 12;

/** A bundler's work: both packages and the example in one file, a function that the page calls when files are chosen. */
async function packed(): Promise<string> {
  const imports = [...pageExample.matchAll(/^import .*$/gm)].map(([line]) => line);
  const body = imports.reduce((rest, line) => rest.replace(line, ''), pageExample);
  const { outputFiles } = await build({
    stdin: {
      contents: `${imports.join('\n')}\nglobalThis.example = async () => {\n${body}\n};`,
      resolveDir: dirname(createRequire(import.meta.url).resolve('alix/package.json')),
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
  });
  return outputFiles[0]!.text;
}

describeWithBrowser('the example for pages', () => {
  let server: TestServer;
  beforeAll(async () => {
    const script = await packed();
    server = await startServer();
    server.lies.set('/page/example.js', (_request, response) => {
      response.setHeader('content-type', 'text/javascript');
      response.end(script);
    });
    server.lies.set('/example', (_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(
        '<!doctype html><input type="file" multiple><iframe></iframe><script type="module" src="/page/example.js"></script>',
      );
    });
  });
  afterAll(() => server?.close());

  it('shows the report of the chosen files', { timeout: 180_000 }, async () => {
    const { pixels } = await strokesImages(n);
    const files = Array.from({ length: n }, (_, i) => ({
      name: `${i}.png`,
      mimeType: 'image/png',
      buffer: Buffer.from(encodePng(pixels.subarray(i * 784, (i + 1) * 784), { height: 28, width: 28, channels: 1 })),
    }));
    const browser = await startBrowser();
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(`${error}`));
      await page.goto(`${server.origin}/example`);
      await page.waitForFunction('globalThis.example !== undefined', undefined, { timeout: 20_000 });
      await page.setInputFiles('input', files);
      await page.evaluate('globalThis.example()');
      const report = page.frameLocator('iframe');
      expect(await report.locator('.lead').textContent({ timeout: 20_000 })).toContain(
        `measured on ${n} of ${n} images of held-out`,
      );
      expect(await report.locator('table.numbers').first().textContent()).toContain('MSE');
      expect(errors).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
