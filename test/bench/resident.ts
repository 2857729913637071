/** The most memory that this process has had. */
import { readFileSync } from 'node:fs';

/** Bytes resident, threads and workers included. On Linux not getrusage's, which counts the process that this one was forked from. */
export function peakResident(): number {
  // kilobytes on macOS too, as Node gives it
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  return 1024 * Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
}
