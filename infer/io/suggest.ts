/** "Did you mean": the nearest of some names. */

/** The name that is at most a third of its letters (and 3 edits) away from `given`, or undefined. */
export function nearest(given: string, names: readonly string[]): string | undefined {
  const [best] = names
    .map((name) => ({ name, distance: editDistance(given.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.min(3, Math.ceil(name.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return best?.name;
}

/** What an error adds to "no such ...": ` (did you mean NAME?)`, or nothing. */
export function meant(given: string, names: readonly string[]): string {
  const near = nearest(given, names);
  return near === undefined ? '' : ` (did you mean ${near}?)`;
}

/** Levenshtein's distance, row by row. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
