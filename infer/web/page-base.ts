/** What texts that stand for URLs are taken from: the page's own address, or the worker's script; undefined in Node. */
export const pageBase = (): string | undefined => globalThis.document?.baseURI ?? globalThis.location?.href;
