/**
 * More inputs than the tests have: `node test/dist/fuzz/main.js COUNT SEED [FORMAT...]`, COUNT of each format. A failure is read again by
 * `ALIX_FUZZ=format:seed:index node test/dist/fuzz/main.js`, which prints what became of it.
 */
import { formats } from './formats/index.js';
import { fuzz, replayJob } from './fuzz.js';

const [count = '100', seed = '1', ...names] = process.argv.slice(2);
const again = process.env.ALIX_FUZZ;
const chosen = formats.filter(({ name }) => names.length === 0 || names.includes(name));
const jobs = again
  ? [replayJob(again)]
  : chosen.map(({ name }) => ({ format: name, seed: Number(seed), from: 0, to: Number(count) }));
const {
  inputs,
  refused,
  failures,
  formats: counts,
} = await fuzz(jobs, {
  onInput: (replay, { problem, line, refused: isRefused }) => {
    if (again) console.log(`${replay}: ${isRefused ? 'refused' : 'taken'}: ${line}`);
    else if (problem) console.log(`${replay} ${problem}`);
  },
});
for (const [name, one] of Object.entries(counts)) console.log(`${name}: ${one.inputs} inputs, ${one.refused} refused`);
console.log(`${inputs} inputs, ${refused} refused, ${failures.length} failures`);
for (const { replay, problem } of failures) console.log(`ALIX_FUZZ=${replay} ${problem}`);
process.exitCode = failures.length > 0 ? 1 : 0;
