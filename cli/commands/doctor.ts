/** alix doctor: what works on this machine, and what to do about what does not. */
import type { Check } from '../checks.js';
import type { CommandDefinition, Context } from './command.js';

const help = `
Exits with 0 if models can be run, 1 if not; that training cannot is only reported.

Examples:
  alix doctor
  alix doctor --json > report.json
`;

export const doctor: CommandDefinition = {
  name: 'doctor',
  define(program, context) {
    program
      .command('doctor')
      .description('report what works here: Node, ONNX Runtime, TensorFlow, GPU, disk; with remedies')
      .action(async (_options, command) => run(context(command)))
      .addHelpText('after', help);
  },
};

async function run(context: Context): Promise<void> {
  const [{ EXIT }, { checkRunning, checkTraining }] = await Promise.all([
    import('@alix/infer/io/errors'),
    import('../checks.js'),
  ]);
  const running = await checkRunning();
  const training = await checkTraining(context.signal);
  if (!running.works) context.exit(EXIT.failed);
  if (context.json) return context.out(JSON.stringify({ running, training }));
  const width = Math.max(...[...running.rows, ...training.rows].map(({ name }) => name.length));
  context.out(section('Running models', running.works, running.rows, width));
  context.out(`\n${section('Training', training.works, training.rows, width)}`);
}

/** A heading with the verdict, then a line per check: a mark, the name, what was found, and the remedy where one is needed. */
export function section(title: string, works: boolean, rows: readonly Check[], width: number): string {
  const lines = rows.map(({ name, ok, detail, remedy }) =>
    `  ${ok ? 'ok' : '--'}  ${name.padEnd(width)}  ${detail}${remedy ? `; ${remedy}` : ''}`.trimEnd(),
  );
  return [`${title}: ${works ? 'works' : 'does not work yet'}`, ...lines].join('\n');
}
