/** alix's side of the encoding benchmark: the command line itself, and one JSON line when it ends. */
import { readFileSync, writeSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { peakResident } from './resident.js';

const [model = '', folder = '', output = '', ...options] = process.argv.slice(2);
const start = performance.now();
const loop = monitorEventLoopDelay({ resolution: 5 });
loop.enable();
process.argv.splice(2, process.argv.length, 'encode', model, folder, '-o', output, '--quiet', ...options);
// told where a bench listens; does not keep the process alive
setInterval(() => say(`resident ${process.memoryUsage.rss()}`), 1000).unref();
process.on('exit', (code) => {
  if (code !== 0) return;
  // the description may have a million names, and its size must not count as the encoder's memory
  const most = peakResident();
  const { n } = JSON.parse(readFileSync(`${output}.json`, 'utf8')) as { n: number };
  const { user, system } = process.cpuUsage();
  const report = {
    what: 'alix',
    images_per_second: n / ((performance.now() - start) / 1000),
    cpu_seconds: (user + system) / 1e6,
    images: n,
    loop_ms: loop.max / 1e6,
    peak: most,
  };
  say(JSON.stringify(report));
});
/** The command line sends what is printed with `console` to stderr. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
}

await import('alix/dist/main.js');
