/** The page of README.md, set up and served by the commands that stand there: the code that Node gives, and what goes wrong in words. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadModel } from '@alix/infer';
import { encodePng } from '@alix/infer/io/png';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { launcher } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { commandsUnder } from '../fixtures/readme.js';
import { describeWithBrowser, startBrowser } from './browser.js';
import { modelFolder } from './server.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const home = temporaryFolder();
const [width, height] = [28, 28];
const digit = Uint8Array.from({ length: width * height }, (_, i) => (i % 28 > 9 && i % 28 < 14 ? 255 : (i * 7) % 40));
const png = Buffer.from(encodePng(digit, { width, height, channels: 1 }));

/** A port that nobody has. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address ? address.port : 0;
}

describeWithBrowser('the encoder in a page', () => {
  let browser: Browser;
  let server: ChildProcess;
  let page: Page;
  let node: { readonly code: number[]; readonly mse: number };

  beforeAll(async () => {
    for (const folder of ['examples', 'cli/models'])
      cpSync(join(root, folder), join(home, folder), { recursive: true });
    mkdirSync(join(home, 'bin'));
    symlinkSync(launcher, join(home, 'bin', 'alix'));
    const env = { ...process.env, PATH: `${join(home, 'bin')}${delimiter}${process.env.PATH}` };
    const port = await freePort();
    const commands = commandsUnder(join(root, 'README.md'), 'Put the encoder into a page');
    const serve = commands.findIndex((line) => line.startsWith('python3 -m http.server'));
    expect(serve).toBe(commands.length - 1);
    // npx would look for a package of the folder
    for (const line of commands.slice(0, serve))
      execFileSync('bash', ['-c', line.replace(/^npx /, '')], { cwd: home, env, stdio: 'pipe' });
    const [program = '', ...args] = commands[serve]!.replace('8000', `${port}`).split(' ');
    server = spawn(program, args, { cwd: home, stdio: 'ignore' });
    const model = await loadModel(modelFolder, { device: 'cpu' });
    const { latent, mse } = await model.reconstruct({ data: digit, n: 1 });
    node = { code: [...latent], mse: mse[0]! };
    await model.dispose();
    browser = await startBrowser();
    page = await browser.newPage();
    const url = `http://127.0.0.1:${port}/`;
    const answers = () => fetch(url).catch(() => undefined);
    await vi.waitUntil(answers, { timeout: 20_000, interval: 100 });
    await page.goto(url);
    await page.getByText('strokes-dali is loaded').waitFor({ timeout: 20_000 });
  });
  afterAll(async () => {
    await browser?.close();
    server?.kill();
  });

  async function checkCode(): Promise<void> {
    await page.getByText(`mean squared error ${node.mse.toFixed(4)}`).waitFor();
    const shown = (await page.locator('output').textContent())?.match(/-?\d+\.\d{3}/g)?.map(Number) ?? [];
    expect(shown).toHaveLength(16);
    // three digits are shown
    expect(Math.max(...shown.map((value, i) => Math.abs(value - node.code[i]!)))).toBeLessThan(6e-4);
  }

  it('is under 40 lines', () => {
    const lines = readFileSync(join(root, 'examples/encoder-page/index.html'), 'utf8').trimEnd().split('\n');
    expect(lines.length).toBeLessThan(40);
  });

  it('shows the code that Node gives, and the image beside what the decoder makes of it', async () => {
    expect(await page.getByRole('main').isVisible()).toBe(false);
    await page.locator('input').setInputFiles({ name: 'a digit.png', mimeType: 'image/png', buffer: png });
    await page.getByText('a digit.png: mean squared error').waitFor();
    await checkCode();
    const drawn = await page.locator('canvas').evaluateAll((canvases) =>
      (canvases as HTMLCanvasElement[]).map((canvas) => {
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        return [...data].filter((_, i) => i % 4 === 0);
      }),
    );
    expect(drawn[0]).toEqual([...digit]);
    const error = drawn[1]!.reduce((sum, value, i) => sum + ((value - digit[i]!) / 255) ** 2, 0) / digit.length;
    expect(error).toBeCloseTo(node.mse, 3);
  });

  it('takes a dropped image, and says what is wrong with a broken one', async () => {
    const drop = (name: string, bytes: readonly number[]) =>
      page.evaluate(
        ([name, bytes]) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([Uint8Array.from(bytes)], name, { type: 'image/png' }));
          document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
        },
        [name, bytes] as const,
      );
    await drop('broken.png', [...png.subarray(0, 100)]);
    await page.getByRole('status').getByText('broken.png: ').waitFor();
    expect(await page.getByRole('main').isVisible()).toBe(false);
    await drop('dropped.png', [...png]);
    await page.getByText('dropped.png: mean squared error').waitFor();
    await checkCode();
  });

  it('fits narrow and wide windows', async () => {
    for (const width of [390, 1200]) {
      await page.setViewportSize({ width, height: 900 });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide).toBeLessThanOrEqual(width);
      if (process.env.ALIX_SCREENSHOTS)
        await page.screenshot({ path: join(process.env.ALIX_SCREENSHOTS, `encoder-page-${width}.png`) });
    }
  });
});
