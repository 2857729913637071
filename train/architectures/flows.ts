/** The flow behind an encoder's Gaussian, as an option of architectures. */
import { affineCoupling, planarFlow, type Row } from '../spec.js';

/** 'planar' (Rezende & Mohamed 2015) has no closed inverse; 'affine' (Dinh et al. 2017) has, as log q(z|x~) of AS-VAE-g needs it. */
export const flows = ['none', 'planar', 'affine'] as const;

/** So many layers of a flow on vectors of the latent's size; couplings move one half and the other in turns. */
export function flowRows(kind: (typeof flows)[number], length: number, hidden: number): Row[] {
  if (kind === 'none') return [];
  return Array.from({ length }, (_, i) => (kind === 'planar' ? planarFlow() : affineCoupling(hidden, i % 2 === 1)));
}
