/** Whether encoding needs the more memory the more images there are. */
import { describeMachine, percent } from './machine.js';
import { type Measured, runSide } from './side.js';

/** The most resident memory, in bytes. */
const MOST = 600e6;
/** How much it may grow over the second half of the time. */
const GROWTH = 0.1;

/** What the samples of resident memory say, taken at equal distances. */
export function residentLine(samples: readonly number[], peak: number): string {
  const mean = (part: readonly number[]) => part.reduce((sum, value) => sum + value, 0) / part.length;
  const tenth = Math.max(1, Math.floor(samples.length / 10));
  const half = Math.floor(samples.length / 2);
  const [middle, end] = [mean(samples.slice(half, half + tenth)), mean(samples.slice(-tenth))];
  const growth = end / middle - 1;
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  const verdict = (met: boolean) => (met ? 'met' : 'NOT met');
  return (
    `resident ${mb(middle)} half way, ${mb(end)} at the end: grew by ${(100 * growth).toFixed(1)} % ` +
    `(under ${percent(GROWTH)}: ${verdict(growth < GROWTH)}); peak ${mb(peak)} (under ${mb(MOST)}: ${verdict(peak < MOST)})`
  );
}

export async function encodeMemory(command: readonly string[], print: (line: string) => void): Promise<void> {
  print(await describeMachine());
  const samples: number[] = [];
  const measured = (await runSide(command, {
    onLine(line) {
      const bytes = /^resident (\d+)$/.exec(line)?.[1];
      if (bytes) samples.push(Number(bytes));
    },
  })) as Measured & { images: number; peak: number; loop_ms: number };
  const { images, wall, others, peak, loop_ms } = measured;
  print(`${images} images in ${wall.toFixed(0)} s, ${(images / wall).toFixed(0)} images/s; others ${percent(others)}`);
  print(residentLine(samples, peak));
  print(`the event loop stood still for ${loop_ms.toFixed(0)} ms at most`);
}
