/** npm run bench -- NAME: runs one benchmark of the table, or lists them. */
import { benches } from './index.js';
import { endSidesOnSignals } from './side.js';

const [name = '', ...args] = process.argv.slice(2);
const bench = benches.find((candidate) => candidate.name === name);
const print = (line: string): void => console.log(line);

if (bench) {
  endSidesOnSignals();
  try {
    await bench.run(args, print);
  } catch (error) {
    console.error(`bench ${name}: ${(error as Error).message.split('\n', 1)[0]}`);
    process.exitCode = 1;
  }
} else {
  if (name) console.error(`there is no benchmark called "${name}"`);
  print('npm run bench -- NAME, where NAME is one of:');
  for (const { name, usage, summary } of benches) print(`  ${name} ${usage}\n      ${summary}`);
  process.exitCode = name ? 2 : 0;
}
