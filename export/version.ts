import { readFileSync } from 'node:fs';

/** The version of this package, written into every file it makes. */
export const VERSION: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
