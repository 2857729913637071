/** Long loops of plain computation, cut so that the page or the server goes on meanwhile. */

/** Milliseconds of work at a time. */
const SLICE = 8;

/** Lets the event loop turn once. In browsers setTimeout would wait 4 ms. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

/** To be awaited between pieces of work: lets the event loop turn when it has not for 8 ms. */
export function turns(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < SLICE) return;
    await turn();
    last = performance.now();
  };
}
