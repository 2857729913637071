/** What a web page carries of alix: everything but ONNX Runtime. */
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const dist = (file: string) => fileURLToPath(new URL(`../../infer/dist/${file}`, import.meta.url));

test('all of it, the workers included, is at most 30 KB, gzipped', async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [dist('web.js'), dist('web/worker-wasm.js'), dist('web/worker-webgpu.js')],
    outdir: 'out',
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    external: ['onnxruntime-web/*'],
  });
  const sizes = outputFiles.map(({ contents }) => gzipSync(contents, { level: 9 }).length);
  expect(sizes).toHaveLength(3);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(30_000);
  // nothing of Node, of training, or of another runtime gets in
  const packages = Object.keys(metafile.inputs).flatMap(
    (path) => /node_modules\/(@[^/]+\/[^/]+|[^/]+)/.exec(path)?.[1] ?? [],
  );
  expect([...new Set(packages)]).toEqual(['pure-rand']);
});
