/** What `alix setup --dry-run` tells: which build of TensorFlow, and how much of it is still to be fetched. */
import { existsSync } from 'node:fs';
import { cacheFolder, isUnpacked, Places } from '@alix/train/tensorflow/cache';
import { chooseBuild, type Device } from '@alix/train/tensorflow/choose';
import { thisHost } from '@alix/train/tensorflow/host';
import type { Plan } from './plan.js';

/** @throws AlixError 'unsupported-platform' */
export async function setupPlan(device: Device): Promise<Plan> {
  const host = thisHost();
  const build = await chooseBuild(host, device);
  const places = new Places(cacheFolder(host), build);
  const missing = [];
  for (const wheel of build.wheels) if (!(await isUnpacked(places, wheel))) missing.push(wheel);
  const fetched = missing.filter((wheel) => !existsSync(places.wheel(wheel)));
  return {
    device: build.device,
    inputs: missing.map(({ package: name, version }) => `${name} ${version} by pip`),
    outputs: missing.length > 0 ? [places.tree] : [],
    counts: { 'bytes to fetch': fetched.reduce((sum, { size }) => sum + size, 0) },
    notes: missing.length > 0 ? [`build ${build.name}`] : [`build ${build.name} is in the cache: ${places.tree}`],
  };
}
