/** Training: steps of four cases, alix beside PyTorch at its fastest setting, with a profile of where alix's time goes. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Bench, positive, whole } from './bench.js';
import { percent } from './machine.js';
import { median, type Pair, ratio, runPairs } from './pairs.js';
import { printProfile, profileOf } from './profile.js';
import { findPython, peerScript } from './python.js';
import { type Measured, runSide } from './side.js';
import { type Case, caseOf, cases } from './training/cases.js';
import { kernelSummary, table } from './training/profile.js';
import { eager, fastestSetting, type Setting, settingsFor } from './training/settings.js';

const child = fileURLToPath(new URL('./train-side.js', import.meta.url));

/** A trial that takes longer than this, compilation included, is given up. */
const MOST_SECONDS = 900;

interface Steps extends Measured {
  readonly batch: number;
  readonly flops_per_step: number;
  readonly parameters: Readonly<Record<string, number>>;
}

interface Request {
  readonly pairs: number;
  readonly seconds: number;
  readonly trialSeconds: number;
  readonly threads: number;
  readonly preset: string | undefined;
  /** Names a setting, which is then not looked for. */
  readonly setting: string | undefined;
  readonly brief: boolean;
}

export const train: Bench = {
  name: 'train',
  usage: `[CASE...] [--pairs 5] [--seconds 20] [--threads N] [--preset NAME] [--trial 5] [--setting NAME] [--brief]`,
  summary: `training steps against PyTorch at its fastest setting, with a profile (--brief: without); cases: ${cases.map((c) => c.name).join(', ')}`,
  async run(args, print) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        pairs: { type: 'string', default: '5' },
        seconds: { type: 'string', default: '20' },
        trial: { type: 'string', default: '5' },
        threads: { type: 'string', default: `${availableParallelism()}` },
        preset: { type: 'string' },
        setting: { type: 'string' },
        brief: { type: 'boolean', default: false },
      },
    });
    const request: Request = {
      pairs: whole('pairs', values.pairs),
      seconds: positive('seconds', values.seconds),
      trialSeconds: positive('trial', values.trial),
      threads: whole('threads', values.threads),
      preset: values.preset,
      setting: values.setting,
      brief: values.brief,
    };
    const chosen = positionals.length > 0 ? positionals.map(caseOf) : cases;
    const python = findPython(['torch']);
    const rows: string[][] = [];
    const failures: string[] = [];
    for (const one of chosen) {
      print(`\n# ${one.name}: ${one.title}`);
      try {
        rows.push(await runCase(one, python, request, print));
      } catch (error) {
        failures.push(`${one.name}: ${(error as Error).message}`);
        print(`failed: ${(error as Error).message}`);
      }
    }
    if (rows.length > 0)
      print(
        ['', ...table(['ratio', 'beside', 'alix/s', 'peer/s', 'of peak', 'of kernels', 'case, setting'], rows)].join(
          '\n',
        ),
      );
    if (failures.length > 0) throw new Error(failures.join('; '));
  },
};

async function runCase(one: Case, python: string, request: Request, print: (line: string) => void) {
  const { pairs, seconds, threads, preset, brief } = request;
  const common = ['--threads', `${threads}`];
  const peer = (setting: Setting, seconds: number, mostSeconds?: number) =>
    runSide([python, peerScript(one.peer), '--seconds', `${seconds}`, ...common, ...setting.options], { mostSeconds });
  const alix = (presets: readonly string[]) =>
    runSide([process.execPath, child, '--case', one.name, '--seconds', `${seconds}`, ...common, ...presets]);
  const chosen = preset ? ['--preset', preset] : [];
  if (preset) print(`alix takes the preset "${preset}", the peer does what recipe ${one.recipe} does`);
  const setting = request.setting
    ? settingNamed(request.setting, one.unit)
    : await fastestSetting(
        one.unit,
        async (tried) => (await peer(tried, request.trialSeconds, MOST_SECONDS)).images_per_second,
        print,
      );
  print(`the peer is PyTorch with this setting: ${setting.name}`);
  const { beside } = one;
  const results = await runPairs(
    pairs,
    () => alix(chosen),
    () => peer(setting, seconds),
    print,
    { unit: one.unit, beside: beside && !preset ? () => alix(['--preset', beside]) : undefined },
  );
  for (const line of comparison(results)) print(line);
  const row = [
    median(results.map(ratio)).toFixed(3),
    beside && !preset ? `${median(results.map(besideRatio)).toFixed(3)}` : '',
    median(results.map((pair) => pair.alix.images_per_second)).toFixed(1),
    median(results.map((pair) => pair.peer.images_per_second)).toFixed(1),
  ];
  const name = `${one.name}, ${setting.name}`;
  if (brief) return [...row, '', '', name];
  const profile = await profileOf(one.name, [...common, ...chosen, '--seconds', `${seconds}`]);
  printProfile(profile, print);
  const { reached, shareOfHighest } = kernelSummary(profile);
  return [...row, percent(reached / Math.max(...profile.peaks)), percent(shareOfHighest), name];
}

const besideRatio = ({ beside, peer }: Pair) => (beside?.images_per_second ?? Number.NaN) / peer.images_per_second;

/** The rate in floating-point operations, and whether both sides have the same networks. */
function comparison(pairs: readonly Pair[]): readonly string[] {
  const [alix, peer] = [pairs[0]?.alix as Steps, pairs[0]?.peer as Steps];
  const rate = (pick: (pair: Pair) => Measured) =>
    (median(pairs.map((pair) => pick(pair).images_per_second)) / alix.batch) * (alix.flops_per_step / 1e9);
  const counts = (of: Steps) =>
    Object.entries(of.parameters)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, n]) => `${name} ${n}`)
      .join(', ');
  const same = counts(alix) === counts(peer);
  return [
    `${(alix.flops_per_step / 1e9).toFixed(3)} GFLOP a step, counted from the rows: alix ${rate((p) => p.alix).toFixed(1)}, peer ${rate((p) => p.peer).toFixed(1)} GFLOP/s`,
    same
      ? `parameters of both sides: ${counts(alix)}`
      : `the sides differ in parameters: alix ${counts(alix)}, peer ${counts(peer)}`,
  ];
}

/** "eager", or the names of settings joined by +. Throws an Error of one line. */
function settingNamed(name: string, unit: Case['unit']): Setting {
  const known = settingsFor(unit);
  const parts = name.split('+').map((part) => known.find((setting) => setting.name === part.trim()));
  if (parts.includes(undefined))
    throw new Error(
      `there is no setting "${name}"; there are ${known.map((s) => s.name).join(', ')}, joined by + where several`,
    );
  return name === eager.name ? eager : { name, options: parts.flatMap((part) => part?.options ?? []) };
}
