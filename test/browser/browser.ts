/** For tests in a page: the Chromium of the system, without a window. Skipped with a word where there is none, a failure in CI. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { describe } from 'vitest';

const path = process.env.CHROMIUM ?? '/usr/bin/chromium';
const isThere = existsSync(path);
if (!isThere) {
  const problem = `there is no Chromium at ${path}: install it, or name it in CHROMIUM`;
  if (process.env.CI === 'true') throw new Error(problem);
  console.warn(`skipped: ${problem}`);
}

/** What WebGPU needs where there is no GPU: SwiftShader, on the CPU. */
export const softwareGpu = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];

/** `describe` that skips where there is no browser. */
export function describeWithBrowser(name: string, tests: () => void): void {
  (isThere ? describe : describe.skip)(name, tests);
}

export function startBrowser(...args: string[]): Promise<Browser> {
  return chromium.launch({ executablePath: path, args });
}

/** A page of its own storage at a server's root, with `alix` in it. */
export async function openPage(browser: Browser, origin: string): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(origin);
  await page.waitForFunction('globalThis.alix !== undefined', undefined, { timeout: 20_000 });
  return page;
}
