/** PyTorch at its fastest: a short trial of each of its settings, and of those together that help. */

export interface Setting {
  readonly name: string;
  /** What the peers take on their command line. */
  readonly options: readonly string[];
}

interface Single extends Setting {
  /** Of those that exclude each other only the faster goes into the combination. */
  readonly group: string;
  /** For minibatches of this kind alone. */
  readonly only?: 'images' | 'points';
}

export const eager: Setting = { name: 'eager', options: [] };

const singles: readonly Single[] = [
  { name: 'one thread', options: ['--threads', '1'], group: 'threads', only: 'points' },
  { name: 'fused Adam', options: ['--fused-adam'], group: 'adam' },
  { name: 'channels-last', options: ['--channels-last'], group: 'layout', only: 'images' },
  { name: 'networks compiled', options: ['--compile', 'networks'], group: 'compile' },
  { name: 'losses compiled', options: ['--compile', 'losses'], group: 'compile' },
];

/** The settings that exist for a kind of minibatch. */
export const settingsFor = (unit: 'images' | 'points'): readonly Setting[] => [
  eager,
  ...singles.filter(({ only }) => only === undefined || only === unit),
];

/** Examples per second, and a trial that failed in one line. */
export type Trial = (setting: Setting) => Promise<number>;

/**
 * Tries each setting `rounds` times, then those that were faster than eager together, and gives the fastest. The best trial of
 * a setting counts: what slows a trial down is the machine.
 *
 * @param trial rejects with an Error of one line where a setting does not run; eager mode has to
 */
export async function fastestSetting(
  unit: 'images' | 'points',
  trial: Trial,
  print: (line: string) => void,
  rounds = 2,
): Promise<Setting> {
  const rates = new Map<Setting, number>();
  const attempt = async (setting: Setting) => {
    try {
      const rate = await trial(setting);
      print(`trial: ${setting.name} ${rate.toFixed(1)} ${unit}/s`);
      rates.set(setting, Math.max(rate, rates.get(setting) ?? 0));
    } catch (error) {
      if (setting === eager) throw error;
      rates.set(setting, Number.NaN);
      print(`trial of ${setting.name} failed: ${(error as Error).message}`);
    }
  };
  const attempts = async (settings: readonly Setting[]) => {
    for (let round = 0; round < rounds; round++)
      for (const setting of settings) if (!Number.isNaN(rates.get(setting))) await attempt(setting);
  };
  await attempts(settingsFor(unit));
  const both = together(rates);
  if (both) await attempts([both]);
  const ran = [...rates].filter(([, rate]) => rate > 0).sort((a, b) => b[1] - a[1]);
  print(`PyTorch's settings: ${ran.map(([{ name }, rate]) => `${name} ${rate.toFixed(1)}`).join(', ')} ${unit}/s`);
  return ran[0]?.[0] ?? eager;
}

/** The settings that were faster than eager, at most one of a group; undefined where there are no two. */
function together(rates: ReadonlyMap<Setting, number>): Setting | undefined {
  const rate = (setting: Setting) => rates.get(setting) ?? 0;
  const faster = singles
    .filter((single) => rate(single) > rate(eager))
    .sort((a, b) => rate(b) - rate(a))
    .filter((single, i, sorted) => sorted.findIndex(({ group }) => group === single.group) === i);
  if (faster.length < 2) return undefined;
  return { name: faster.map(({ name }) => name).join(' + '), options: faster.flatMap(({ options }) => options) };
}
