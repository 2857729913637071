/** "Did you mean", of names that a person types: where it is known to all packages. */
export { meant, nearest } from '@alix/infer/io/suggest';
