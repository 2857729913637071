import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { recipes, resolveConfig } from '@alix/train';
import { design } from '@alix/train/design';
import { usualThreads } from '@alix/train/threads';
import { expect, it } from 'vitest';
import { describeWithTensorflow } from '../tensorflow.js';

const designed = (recipe: string, batch: number) =>
  design(
    resolveConfig([
      { from: 'recipe', config: recipes[recipe]?.config },
      { from: 'test', config: { batch } },
    ]),
  );

it('networks of the grid take one thread, those of images all, and a large batch makes up for small networks', () => {
  expect(usualThreads(designed('dali-grid', 100))).toBe(1);
  expect(usualThreads(designed('dali-mnist', 100))).toBeUndefined();
  expect(usualThreads(designed('dali-grid', 100_000))).toBeUndefined();
});

/** In a process of its own; what it prints. */
async function loading(settings: string, env: Record<string, string> = {}): Promise<string> {
  const code = `
    import { loadTensorflow } from '@alix/train/tensorflow/load';
    await loadTensorflow(${settings});
    const again = (threads) => loadTensorflow({ threads }).then(() => 'taken', ({ expected }) => 'not ' + expected);
    console.log(process.env.TF_NUM_INTRAOP_THREADS, await again(1), await again(2));
    process.exit();`;
  const arguments_ = ['--input-type=module', '-e', code];
  const { TF_NUM_INTRAOP_THREADS: _, ...rest } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, arguments_, { env: { ...rest, ...env } });
  return stdout.trim();
}

describeWithTensorflow('usual threads', () => {
  it.each<[string, Record<string, string>, string]>([
    ['{ usualThreads: 1 }', {}, '1 taken not 1'],
    ['{ usualThreads: 1, threads: 2 }', {}, '2 not 2 taken'],
    ['{ usualThreads: 1 }', { TF_NUM_INTRAOP_THREADS: '2' }, '2 not the default not the default'],
    ['{ usualThreads: undefined }', {}, 'undefined not the default not the default'],
  ])('%s with %j: %s', { timeout: 60_000 }, async (settings, env, wanted) => {
    expect(await loading(settings, env)).toBe(wanted);
  });
});
