/** alix eval compare: reports of several models side by side. */
import type { Command } from 'commander';
import type { Context } from '../commands/command.js';
import { checkNeeded } from './needed.js';

const help = `
A report is a folder that \`alix eval\` wrote, or the report.json in it. The folder of the comparison gets compare.json and compare.html.

What differs between the evaluations (images, extractor, conventions, ...) is said first, and numbers that do not compare are not
ranked. A model is marked as best where its 95 % interval has nothing in common with any other.

Examples:
  alix eval compare report-dali report-ali -o comparison
  alix eval compare reports/* -o comparison
`;

/** Adds the verb below \`alix eval\`. */
export function defineCompare(parent: Command, context: (command: Command) => Context): void {
  parent
    .command('compare')
    .description('reports of several models side by side')
    .argument('<reports...>', 'folders that `alix eval` wrote, or their report.json')
    .option('-o, --output <folder>', 'where compare.json and compare.html go')
    .addHelpText('after', help)
    .action(async (reports: string[], _: object, command: Command) => {
      const options = command.optsWithGlobals<{ output: string }>();
      checkNeeded(options, { output: '-o, --output <folder>' }, 'eval compare');
      const { compare } = await import('./side-by-side.js');
      await compare(reports, options.output, context(command));
    });
}
