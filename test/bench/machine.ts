/** How busy the machine is apart from what is measured: a figure taken on a busy machine says so. */
import { cpus, loadavg } from 'node:os';

interface Ticks {
  readonly busy: number;
  readonly all: number;
}

/** Milliseconds of CPU since the machine started, summed over its cores. */
function ticks(): Ticks {
  let busy = 0;
  let all = 0;
  for (const { times } of cpus()) {
    const total = times.user + times.nice + times.sys + times.idle + times.irq;
    busy += total - times.idle;
    all += total;
  }
  return { busy, all };
}

/** Starts a watch; its end gives the share in [0,1] of all cores that went to others than `own` seconds of CPU. */
export function watchOthers(): (own: number) => number {
  const start = ticks();
  return (own) => {
    const end = ticks();
    const all = end.all - start.all;
    if (all <= 0) return 0;
    return Math.min(1, Math.max(0, (end.busy - start.busy - own * 1000) / all));
  };
}

/** The share of the CPU that others use while this process waits for a second. */
export async function othersNow(): Promise<number> {
  const end = watchOthers();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return end(0);
}

/** One line on the machine as it is now. */
export async function describeMachine(): Promise<string> {
  const cores = cpus();
  const model = cores[0]?.model.trim() || 'unknown CPU';
  const load = loadavg()
    .map((value) => value.toFixed(2))
    .join(' ');
  const others = percent(await othersNow());
  return `${cores.length} x ${model}, Node ${process.versions.node}; load average ${load}; before the start others use ${others} of the CPU`;
}

export const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
