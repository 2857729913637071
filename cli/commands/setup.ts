/** alix setup: brings TensorFlow, which training needs, to this machine. */
import { Option } from 'commander';
import type { CommandDefinition, Context } from './command.js';

interface Options {
  readonly device: 'auto' | 'cpu' | 'cuda';
}

export const setup: CommandDefinition = {
  name: 'setup',
  define(program, context) {
    program
      .command('setup')
      .description('provision TensorFlow for training (cached, checksummed, resumable)')
      .addOption(
        new Option('--device <name>', 'auto takes the CUDA build where an NVIDIA GPU is seen')
          .choices(['auto', 'cpu', 'cuda'])
          .default('auto'),
      )
      .action(async (options: Options, command) => run(options, context(command)))
      .addHelpText('after', help);
  },
};

const help = `
It downloads the library with pip (270 MB; 3.2 GB with CUDA), unpacks what is needed into the cache and builds a small
addon with the C++ compiler (CXX chooses it). The cache is ALIX_CACHE, else XDG_CACHE_HOME/alix, else ~/.cache/alix
(~/Library/Caches/alix on macOS). Running models needs none of this.

Examples:
  alix setup
  alix setup --device cpu
  alix setup --dry-run      which build it would be, and how much there is to fetch
`;

async function run({ device }: Options, context: Context): Promise<void> {
  if (context.dryRun) {
    const [{ planned }, { setupPlan }] = await Promise.all([import('../plan.js'), import('../setup-plan.js')]);
    planned(context, await setupPlan(device));
    return;
  }
  const [{ provisionTensorflow }, { thisHost }, { stageBars }] = await Promise.all([
    import('@alix/train/tensorflow/provision'),
    import('@alix/train/tensorflow/host'),
    import('../stage-bars.js'),
  ]);
  const bars = stageBars(context);
  const result = await provisionTensorflow({
    device,
    signal: context.signal,
    onProgress: bars.update,
    onMessage: (line) => context.log(line),
  }).finally(bars.stop);
  if (context.json) return context.out(JSON.stringify(result));
  const { status, build, folder, seconds, tried } = result;
  const did = {
    present: 'was set up already',
    official: "tfjs-node's own installation works and is used",
    linked: 'was in the cache and is linked now',
    provisioned: 'is set up',
  }[status];
  context.out(`TensorFlow ${build} ${did} (${seconds.toFixed(1)} s): ${folder}`);
  if (result.device === 'cuda' && !(await thisHost().hasGpu())) {
    context.log('no NVIDIA GPU is seen here: TensorFlow will run on the CPU until there is one');
  }
  if (!tried) context.log('nobody has tried this build on such a machine yet: please report how it goes');
}
