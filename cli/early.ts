/**
 * The first thing that runs: for a verb that needs a model ONNX Runtime starts on its own thread, while this one loads the
 * command line. A guess at the arguments is enough, for `loadModel` starts another where it was wrong.
 */
const verbs = new Set([
  'encode',
  'decode',
  'reconstruct',
  'sample',
  'interpolate',
  'manifold',
  'inpaint',
  'neighbours',
]);

const args = process.argv.slice(2);
/** What follows an option, as two words or one. */
const given = (name: string): string | undefined => {
  const at = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
  if (at < 0) return undefined;
  return args[at] === name ? args[at + 1] : args[at]?.slice(name.length + 1);
};

const verb = args.find((arg, i) => !arg.startsWith('-') && args[i - 1] !== '--config');
if (verb && verbs.has(verb) && !args.some((arg) => arg === '--help' || arg === '-h')) {
  const { prepareRuntime } = await import('@alix/infer/start');
  const { ALIX_DEVICE, ALIX_THREADS } = process.env;
  const [device, threads] = [
    given('--device') ?? (ALIX_DEVICE || 'auto'),
    given('--threads') ?? (ALIX_THREADS || undefined),
  ];
  if (device === 'auto' || device === 'cpu' || device === 'cuda')
    prepareRuntime({ device, threads: threads === undefined ? undefined : Number(threads) });
  // what the verb will import is read and parsed meanwhile; its own import tells what is wrong with it
  for (const file of ['@alix/infer', './session.js', './inputs.js']) import(file).catch(() => {});
}
