/** The k smallest of a stream of distances. */

/** Keeps the k nearest of what it is offered. */
export interface Nearest {
  /** Offers rows `first`, `first + 1`, ...; places must come in ascending order. */
  offer(distances: Float64Array, rows: number, first: number): void;
  /** The nearest first, of equally near ones the earlier first. */
  sorted(): { readonly places: number[]; readonly distances: number[] };
}

/** A heap of k whose root is the farthest kept, so that most rows cost one comparison. */
export function nearest(k: number): Nearest {
  // these grow: k may be far more than there is
  const far: number[] = [];
  const place: number[] = [];

  const isFarther = (a: number, b: number) => far[a]! > far[b]! || (far[a] === far[b] && place[a]! > place[b]!);
  function swap(a: number, b: number): void {
    [far[a], far[b]] = [far[b]!, far[a]!];
    [place[a], place[b]] = [place[b]!, place[a]!];
  }
  function rise(at: number): void {
    for (let child = at; child > 0; ) {
      const parent = (child - 1) >> 1;
      if (!isFarther(child, parent)) return;
      swap(child, parent);
      child = parent;
    }
  }
  function sink(): void {
    for (let parent = 0; ; ) {
      let next = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2])
        if (child < far.length && isFarther(child, next)) next = child;
      if (next === parent) return;
      swap(parent, next);
      parent = next;
    }
  }
  return {
    offer(distances, rows, first) {
      for (let i = 0; i < rows; i++) {
        const distance = distances[i]!;
        if (far.length < k) {
          far.push(distance);
          place.push(first + i);
          rise(far.length - 1);
          // one as far as the farthest comes later, and is left out
        } else if (distance < far[0]!) {
          far[0] = distance;
          place[0] = first + i;
          sink();
        }
      }
    },
    sorted() {
      const order = Array.from({ length: far.length }, (_, i) => i).sort(
        (a, b) => far[a]! - far[b]! || place[a]! - place[b]!,
      );
      return { places: order.map((i) => place[i]!), distances: order.map((i) => far[i]!) };
    },
  };
}
