/** alix eval merge: statistics of parts of a data set to those of all of it. */
import type { Command } from 'commander';
import type { Context } from '../commands/command.js';
import { planned } from '../plan.js';
import { checkNeeded } from './needed.js';

const help = `
The files are what \`alix eval features\` wrote, of other images each, with one extractor. The order does not matter.
A file that ends in .npz is written for pytorch-fid: mu and sigma alone, which no longer merge.

Examples:
  alix eval merge a.safetensors b.safetensors -o all.safetensors
  alix eval merge shards/*.safetensors -o all.npz
`;

/** Adds the verb below \`alix eval\`. */
export function defineMerge(parent: Command, context: (command: Command) => Context): void {
  parent
    .command('merge')
    .description('statistics of parts of a data set to those of all of it')
    .argument('<files...>', 'files of `alix eval features`')
    .option('-o, --output <path>', 'a file that ends in .safetensors, or in .npz for pytorch-fid')
    .addHelpText('after', help)
    .action(async (files: string[], _: object, command: Command) => {
      const options = command.optsWithGlobals<{ output: string }>();
      checkNeeded(options, { output: '-o, --output <path>' }, 'eval merge');
      await merge(files, options.output, context(command));
    });
}

async function merge(paths: readonly string[], output: string, context: Context): Promise<void> {
  const [{ mergeFeatureFiles }, { checkOutput, readFeatureFile, writeFeatureFile }, { intoFile }] = await Promise.all([
    import('@alix/eval'),
    import('./files.js'),
    import('../pictures/files.js'),
  ]);
  checkOutput(output);
  const files = [];
  for (const where of paths) files.push({ where, file: await readFeatureFile(where) });
  const all = mergeFeatureFiles(files);
  // a file may be merged into itself: all are read by now
  const { n, d } = all.statistics;
  if (planned(context, { inputs: paths, counts: { images: n, features: d }, outputs: [output] })) return;
  await intoFile(output, () => writeFeatureFile(output, all));
  if (context.json) return context.out(JSON.stringify({ n, d, images: all.images, extractor: all.extractor, output }));
  context.out(`${n} images, ${d} features, ${all.sample.keys.length} of them sampled`);
  context.log(`-> ${output}`);
}
