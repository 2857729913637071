/** What the tests of architectures share: planned networks by name, and the small form of each table. */
import type { ArchitectureOptions } from '@alix/train/architectures/architecture';
import { architectures } from '@alix/train/architectures/index';
import { type PlannedNetwork, plan } from '@alix/train/spec';

export function specOf(name: string, options: ArchitectureOptions = {}) {
  const architecture = architectures[name];
  if (!architecture) throw new Error(name);
  return architecture.build({ ...architecture.options, ...options });
}

export function networksOf(name: string, options: ArchitectureOptions = {}): Record<string, PlannedNetwork> {
  const { networks } = specOf(name, options);
  return Object.fromEntries(Object.entries(networks).map(([key, network]) => [key, plan(key, network)]));
}

export function countsOf(name: string, options: ArchitectureOptions = {}): Record<string, number> {
  const networks = Object.entries(networksOf(name, options));
  return Object.fromEntries(networks.map(([key, { parameterCount }]) => [key, parameterCount]));
}

/** The outputs of a block's layers of one kind. */
export function outputsOf(network: PlannedNetwork | undefined, block: string, ...kinds: string[]) {
  const layers = network?.blocks.find(({ name }) => name === block)?.layers ?? [];
  return layers.filter(({ kind }) => kinds.includes(kind)).map(({ output }) => output);
}

/** Options of a form of each that two cores train. */
export const small: Readonly<Record<string, ArchitectureOptions>> = {
  'ali-cifar10': { width: 0.125, latent: 16 },
  'ali-svhn': { width: 0.125, latent: 16 },
  'ali-celeba': { width: 0.125, latent: 16 },
  'ali-tiny-imagenet': { width: 0.125, latent: 16 },
  'ali-grid': { width: 64, features: 32 },
  'aim-mnist': { width: 0.125, latent: 16 },
  'aim-celeba': { width: 0.0625, latent: 16 },
  'aim-grid': { width: 64, features: 32 },
  'aim-grid-pixels': { width: 64, features: 32 },
  'aim-square': { size: 32, width: 0.0625, latent: 16 },
  'gali-svhn': { width: 0.125, latent: 16, classifierWidth: 0.0625 },
  'gali-celeba': { width: 0.125, latent: 16, classifierWidth: 0.0625 },
  'bigan-mnist': { width: 0.125, latent: 16 },
  'as-vae-mnist': { width: 0.125, latent: 16, flowLength: 8, flowWidth: 16 },
  'as-vae-grid': { width: 64, features: 32 },
  'unrolled-grid': { width: 32, latent: 16 },
  'veegan-grid': { width: 32, latent: 16 },
  'small-28': { width: 8 },
  'small-28-joint': { width: 8 },
  'small-28-pixels': { width: 8 },
  'small-28-stacked': { width: 8 },
  'small-28-gali': { width: 8, classifierWidth: 8, classifierFeatures: 16 },
  'small-28-as-vae': { width: 8 },
  'classifier-mnist': { width: 0.125 },
  'classifier-cifar10': { width: 0.125 },
  'classifier-svhn': { width: 0.0625 },
  'classifier-celeba': { width: 0.0625 },
  'classifier-small': { width: 8, features: 16 },
};
