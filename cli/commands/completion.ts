/** alix completion: a script that makes a shell complete verbs, options, choices, recipes and models. */
import { Argument, type Command } from 'commander';
import { addCommonOptions } from '../common-options.js';
import type { CommandDefinition, Context } from './command.js';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

const help = `
Once for good:
  bash   alix completion bash > ~/.local/share/bash-completion/completions/alix
         without the package bash-completion: echo 'source <(alix completion bash)' >> ~/.bashrc
  zsh    alix completion zsh > ~/.zfunc/_alix, with fpath=(~/.zfunc $fpath) before compinit in ~/.zshrc
  fish   alix completion fish > ~/.config/fish/completions/alix.fish
Make it again after an update of alix.

Examples:
  source <(alix completion bash)                               in this shell alone
  alix completion fish > ~/.config/fish/completions/alix.fish
`;

export const completion: CommandDefinition = {
  name: 'completion',
  define(program, context) {
    program
      .command('completion')
      .description('print a script that makes your shell complete verbs, options, recipes and models')
      .addArgument(new Argument('<shell>', 'of which shell').choices(shells))
      .addHelpText('after', help)
      .action(async (shell: Shell, _options, command: Command) => run(shell, command, context(command)));
  },
};

async function run(shell: Shell, command: Command, context: Context): Promise<void> {
  const [{ commandsFor }, { verbsOf }] = await Promise.all([import('./index.js'), import('../completion/verbs.js')]);
  // this command line has this verb alone
  const program = command.parent!;
  for (const other of await commandsFor([])) if (other.name !== command.name()) other.define(program, () => context);
  addCommonOptions(program);
  const script = (await scripts[shell]())(verbsOf(program, await vocabulary()));
  context.out(context.json ? JSON.stringify({ shell, script }) : script);
}

const scripts = {
  bash: async () => (await import('../completion/bash.js')).bash,
  zsh: async () => (await import('../completion/zsh.js')).zsh,
  fish: async () => (await import('../completion/fish.js')).fish,
};

/** Names by the options and operands that take them. */
async function vocabulary() {
  const { modelNames } = await import('../models.js');
  const models = modelNames();
  const { recipes, systems, datasets } = await trainingNames();
  const [drawn, all] = [datasets.filter((name) => /^(strokes|gaussian)/.test(name)), datasets];
  return {
    model: models,
    '--extractor': models,
    '--classifier': models,
    '--init': models,
    '--data': all,
    '--train': all,
    'data info data': all,
    'data make what': drawn,
    'train what': [...systems, ...recipes],
    'recipes what': [...systems, ...recipes],
  };
}

/** None where the package for training is not installed. */
async function trainingNames() {
  try {
    const [{ recipes }, { datasets }] = await Promise.all([
      import('@alix/train/recipes/index'),
      import('@alix/train/datasets/index'),
    ]);
    const systems = Object.values(recipes).flatMap(({ config }) => config.objective?.name ?? []);
    return { recipes: Object.keys(recipes), systems: [...new Set(systems)], datasets: Object.keys(datasets) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    return { recipes: [], systems: [], datasets: [] };
  }
}
