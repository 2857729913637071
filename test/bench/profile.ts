/** Where the time of a training step goes: by kind of op, and its convolutions and products beside themselves alone. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Bench, positive, whole } from './bench.js';
import { describeMachine } from './machine.js';
import { type Measured, runSide } from './side.js';
import { caseOf, cases } from './training/cases.js';
import { kernelTable, type Profile, partTable, rateLines } from './training/profile.js';

const child = fileURLToPath(new URL('./profile-side.js', import.meta.url));

/** Profiles a case in a process of its own. Throws an Error of one line if that fails. */
export async function profileOf(name: string, options: readonly string[]): Promise<Profile> {
  const measured = await runSide([process.execPath, child, '--case', name, ...options]);
  return (measured as Measured & { profile: Profile }).profile;
}

export function printProfile(profile: Profile, print: (line: string) => void): void {
  for (const part of [rateLines(profile), kernelTable(profile), partTable(profile)]) print(['', ...part].join('\n'));
}

export const profile: Bench = {
  name: 'profile',
  usage: `[CASE...] [--seconds 10] [--threads N] [--preset NAME]`,
  summary: `where a training step's time goes, and its kernels alone; cases: ${cases.map((c) => c.name).join(', ')}`,
  async run(args, print) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        seconds: { type: 'string', default: '10' },
        threads: { type: 'string', default: `${availableParallelism()}` },
        preset: { type: 'string' },
      },
    });
    const options = [
      ...['--seconds', `${positive('seconds', values.seconds)}`],
      ...['--threads', `${whole('threads', values.threads)}`],
      ...(values.preset ? ['--preset', values.preset] : []),
    ];
    print(await describeMachine());
    for (const { name, title } of (positionals.length > 0 ? positionals : ['mnist']).map(caseOf)) {
      print(`\n## ${name}: ${title}`);
      printProfile(await profileOf(name, options), print);
    }
  },
};
