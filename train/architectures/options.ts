/** Options that several tables have. */

/**
 * 'code': no bias under batch norm, one output bias per pixel, as in the authors' code;
 * 'table': what the table says and no more, with a bias on every row.
 */
export const conventions = ['code', 'table'] as const;
export type Convention = (typeof conventions)[number];

/** Feature maps times a width; whole groups of four, so that maxout finds its pieces. */
export const scaledBy =
  (width: number) =>
  (features: number): number =>
    Math.max(4, 4 * Math.round((features * width) / 4));

/** What keeps a critic tame: batch norm, nothing (Wasserstein's has a gradient penalty), or spectral normalisation. */
export const normalisations = ['bn', 'none', 'spectral'] as const;
export type Normalisation = (typeof normalisations)[number];

/** The options and the words of a critic's hidden row. */
export const critical = (normalisation: Normalisation, activation: string) => ({
  spectral: normalisation === 'spectral',
  words: normalisation === 'bn' ? `bn ${activation}` : activation,
});

/** What classifiers say of the latent that they do not have. */
export const unusedLatent = { size: 1, prior: 'normal' } as const;
