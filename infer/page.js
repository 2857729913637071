/**
 * Packs the web door for pages without a bundler, into dist/page: alix.js and its workers, with ONNX Runtime's script in them.
 * Part of `npm run build`, after tsc.
 */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const dist = (path) => fileURLToPath(new URL(`dist/${path}`, import.meta.url));

await rm(dist('page'), { recursive: true, force: true });
await build({
  entryPoints: {
    alix: dist('web.js'),
    'worker-wasm': dist('web/worker-wasm.js'),
    'worker-webgpu': dist('web/worker-webgpu.js'),
  },
  outdir: dist('page'),
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  legalComments: 'inline',
  logLevel: 'warning',
});
