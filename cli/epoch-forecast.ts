/** How long an epoch of a run takes, said once it is known: after a minute. */
import type { Progress } from '@alix/train';
import { duration } from './progress.js';

/** Seconds of steps after which a rate is worth telling. */
const ENOUGH = 60;
/** Seconds of an epoch from which narrower networks are worth naming. */
const LONG = 3600;

/**
 * Fed with the progress of each step; gives the line once, and nothing before and after.
 *
 * @param now seconds, by a clock that cannot be set
 */
export function epochForecast(now = () => performance.now() / 1000): (progress: Progress) => string | undefined {
  let first: { readonly at: number; readonly step: number } | undefined;
  let isSaid = false;
  return ({ step, steps, stepsPerEpoch, seconds, secondsLimit }) => {
    // from the first step's end on: TensorFlow takes its memory in it
    first ??= { at: now(), step };
    const elapsed = now() - first.at;
    const done = step - first.step;
    if (isSaid || done === 0 || elapsed < ENOUGH) return undefined;
    isSaid = true;
    const perStep = elapsed / done;
    const left = Math.min((steps - step) * perStep, secondsLimit - seconds);
    const toTheEnd = Number.isFinite(left) ? `, about ${duration(left)} to the end of the run` : '';
    const perEpoch = perStep * stepsPerEpoch;
    const narrower = perEpoch > LONG ? '; narrower networks are faster: --set architecture.options.width=0.25' : '';
    return `an epoch takes about ${duration(perEpoch)} (${stepsPerEpoch.toLocaleString('en')} steps)${toTheEnd}${narrower}`;
  };
}
