/** The imports between packages point one way; the linter holds it. Forbidden ones are planted in a copy and must show. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** file <- import: whether the linter must refuse it */
const cases: readonly (readonly [file: string, imported: string, refused: boolean])[] = [
  ['infer/x.ts', '@alix/train', true],
  ['infer/x.ts', '@alix/train/spec', true],
  ['infer/x.ts', '../train/spec.js', true],
  ['infer/x.ts', '@tensorflow/tfjs-core', true],
  ['infer/x.ts', 'onnxruntime-node', true],
  ['infer/x.ts', 'onnxruntime-web/wasm', true],
  ['infer/x.ts', 'onnxruntime-common', false],
  ['infer/x.ts', './bundle.js', false],
  ['infer/node/ort.ts', 'onnxruntime-node', false],
  ['infer/node/ort.ts', 'onnxruntime-web', true],
  ['infer/node.ts', 'onnxruntime-node', true],
  ['infer/web/worker-wasm.ts', 'onnxruntime-web/wasm', false],
  ['infer/web/worker-wasm.ts', 'onnxruntime-node', true],
  ['infer/web.ts', 'onnxruntime-web/wasm', true],
  ['infer/io/x.ts', 'onnxruntime-common', true],
  ['infer/io/x.ts', '../model.js', true],
  ['infer/io/x.ts', '../bundle.js', false],
  ['infer/io/x.ts', './png.js', false],
  ['train/layers/x.ts', '@alix/infer', true],
  ['train/layers/x.ts', '@alix/infer/model', true],
  ['train/layers/x.ts', '@alix/export', true],
  ['train/layers/x.ts', '../../infer/io/png.js', true],
  ['train/layers/x.ts', 'onnxruntime-node', true],
  ['train/layers/x.ts', '@alix/infer/io/png', false],
  ['train/layers/x.ts', '@tensorflow/tfjs-core', false],
  ['export/layers/x.ts', '@tensorflow/tfjs-core', true],
  ['export/layers/x.ts', '@alix/train', true],
  ['export/layers/x.ts', '@alix/train/trainer', true],
  ['export/layers/x.ts', '@alix/eval', true],
  ['export/layers/x.ts', '@alix/train/layers/conv', false],
  ['export/layers/x.ts', '@alix/train/spec', false],
  ['export/layers/x.ts', '@alix/infer/bundle', false],
  ['eval/x.ts', '@alix/export', true],
  ['eval/x.ts', '@alix/infer', false],
  ['cli/commands/x.ts', '../../infer/io/png.js', true],
  ['cli/commands/x.ts', '@alix/train', false],
];

test('imports that point the wrong way are refused, the others are not', () => {
  const root = realpathSync(temporaryFolder());
  cpSync(join(repository, 'biome.json'), join(root, 'biome.json'));
  // each case in a file of its own, in the same folder as the file it stands for unless the name matters
  const files = cases.map(([file, imported], i) => {
    const path = file.replace('x.ts', `case-${i}.ts`);
    return { path, text: `await import('${imported}');\n` };
  });
  const texts = groupByPath(files);
  for (const [path, parts] of texts) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), parts.map((part) => part.text).join(''));
  }
  const refused = lint(root);
  const found = cases.map(([file, imported], i) => {
    const { path, text } = files[i]!;
    const line = 1 + texts.get(path)!.findIndex((part) => part.text === text);
    return [file, imported, refused.has(`${path}:${line}`)];
  });
  expect(found).toEqual(cases);
});

// Map.groupBy is not in Node 20
function groupByPath<T extends { readonly path: string }>(files: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const file of files) groups.set(file.path, [...(groups.get(file.path) ?? []), file]);
  return groups;
}

/** The places, as path:line, where the linter refuses an import. */
function lint(root: string): Set<string> {
  const biome = join(repository, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  const args = [
    'lint',
    '--only=style/noRestrictedImports',
    '--vcs-enabled=false',
    '--reporter=github',
    '--max-diagnostics=none',
  ];
  let output: string;
  try {
    output = execFileSync(process.execPath, [biome, ...args], { cwd: root, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    output = (error as { stdout: string }).stdout;
  }
  const places = [...output.matchAll(/file=([^,]+),line=(\d+)/g)];
  return new Set(places.map(([, file, line]) => `${relative(root, file!)}:${line}`));
}
