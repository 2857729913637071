/** alix's side of the metrics benchmark: CASE REAL.npy FAKE.npy; prints one JSON line. */
import { featureDistance, featureStatistics, precisionRecall, svmProblem, trainLinearSvm } from '@alix/eval';
import { readNpy } from '@alix/infer/io/load';

const [name = '', ...paths] = process.argv.slice(2);
const [real, fake] = await Promise.all(
  paths.map(async (path) => {
    const { data, shape } = await readNpy(path);
    return { data: data as Float32Array, d: shape[1]! };
  }),
);
if (!real || !fake) throw new Error('two files are needed');

/** Draws of 1000 rows: the objectives of all classes summed. */
function machines(): number {
  let sum = 0;
  const labels = Array.from({ length: 1000 }, (_, i) => i % 10);
  for (let at = 0; at + 1000 * real!.d <= real!.data.length; at += 1000 * real!.d) {
    const problem = svmProblem({ data: real!.data.subarray(at, at + 1000 * real!.d), d: real!.d }, labels, 10);
    sum += trainLinearSvm(problem, 0.01).objective.reduce((a, b) => a + b, 0);
  }
  return sum;
}

const isDistance = name.startsWith('fid');
const statistics = isDistance ? [real, fake].map(featureStatistics) : [];
const start = performance.now();
const value = isDistance
  ? featureDistance(statistics[0]!, statistics[1]!).value
  : name === 'prdc'
    ? (await precisionRecall(real, fake, { k: 5 })).density
    : machines();
const seconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage();
console.log(
  JSON.stringify({ what: 'alix', images_per_second: 1 / seconds, cpu_seconds: (user + system) / 1e6, value }),
);
