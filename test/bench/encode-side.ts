/** alix's side of the encoding benchmark: the command line itself, and one JSON line when it ends. */
import { readFileSync } from 'node:fs';

const [model = '', folder = '', output = '', ...options] = process.argv.slice(2);
const start = performance.now();
process.argv.splice(2, process.argv.length, 'encode', model, folder, '-o', output, '--quiet', ...options);
process.on('exit', (code) => {
  if (code !== 0) return;
  const { n } = JSON.parse(readFileSync(`${output}.json`, 'utf8')) as { n: number };
  const { user, system } = process.cpuUsage();
  const report = {
    what: 'alix',
    images_per_second: n / ((performance.now() - start) / 1000),
    cpu_seconds: (user + system) / 1e6,
    images: n,
  };
  console.log(JSON.stringify(report));
});
await import('alix/dist/main.js');
