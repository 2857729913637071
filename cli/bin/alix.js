#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) {
  // its failure is told by the verb that needed what it began
  await import('../dist/early.js').catch(() => {});
  await import(main.href);
} else {
  console.error('alix: this copy is not built yet; run `npm run build`');
  process.exitCode = 1;
}
