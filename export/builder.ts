/** Grows a graph node by node; equal nodes are made once, and what no output needs is left out at the end. */
import { size } from '@alix/train/spec';
import type { Attribute, Constant, Dimension, ElementType, Graph, GraphNode, Port } from './onnx.js';

/** Which value of the builder becomes which output of the graph. */
export interface Output {
  readonly name: string;
  readonly value: string;
  readonly doc: string;
}

export class GraphBuilder {
  readonly #inputs: Port[] = [];
  readonly #nodes: GraphNode[] = [];
  readonly #constants = new Map<string, Constant>();
  /** What was made of the name that it was asked for by: layers that blocks share ask twice. */
  readonly #floats = new Map<string, string[]>();
  /** Names in use, and the value that an equal node or constant already has. */
  readonly #names = new Set<string>();
  readonly #known = new Map<string, string>();

  input(name: string, type: ElementType, shape: readonly Dimension[], doc: string): string {
    this.#names.add(name);
    this.#inputs.push({ name, type, shape, doc });
    return name;
  }

  /**
   * Adds an operator and returns the name of its output.
   *
   * @param name what the output should be called; numbered if that is taken
   * @param shape of the output, the batch axis included
   */
  node(
    op: string,
    inputs: readonly string[],
    name: string,
    shape: readonly Dimension[],
    attributes: Readonly<Record<string, Attribute>> = {},
    type: ElementType = 'float32',
  ): string {
    return this.#once(JSON.stringify([op, inputs, attributes]), name, (unique) =>
      this.#nodes.push({ op, inputs, output: { name: unique, type, shape }, attributes }),
    );
  }

  /** A float32 tensor; the numbers are rounded to float32 here. Asked for again by the same name, equal numbers are made once. */
  floats(name: string, values: ArrayLike<number>, shape: readonly number[]): string {
    if (values.length !== size(shape)) throw new Error(`${name}: ${values.length} numbers for ${shape.join('x')}`);
    const data = Float32Array.from(values);
    const made = this.#floats.get(name) ?? [];
    this.#floats.set(name, made);
    const same = made.find((other) => isSame(this.#constants.get(other), shape, data));
    if (same !== undefined) return same;
    const unique = this.#unique(name);
    made.push(unique);
    this.#constants.set(unique, { type: 'float32', shape, data });
    return unique;
  }

  /** One float32, shared by all who ask for the same. */
  scalar(value: number): string {
    return this.#once(`scalar ${value}`, `value ${Math.fround(value)}`, (unique) =>
      this.#constants.set(unique, { type: 'float32', shape: [], data: Float32Array.of(value) }),
    );
  }

  /** A list of int64: shapes and axes. */
  integers(values: readonly number[]): string {
    return this.#once(`integers ${values}`, `[${values.join(',')}]`, (unique) =>
      this.#constants.set(unique, { type: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) }),
    );
  }

  /** The operators so far, in an order in which they can run. */
  get nodes(): readonly GraphNode[] {
    return [...this.#nodes];
  }

  /** The fixed tensor of this name, if it is one. */
  constant(name: string): Constant | undefined {
    return this.#constants.get(name);
  }

  /** Axes of a value, the batch axis included. */
  dims(name: string): readonly Dimension[] {
    const made = this.#constants.get(name) ?? this.#port(name);
    if (!made) throw new Error(`no value is called ${name}`);
    return made.shape;
  }

  /** The graph: nodes and constants that the outputs need, the outputs under their names and in this order. */
  finish(name: string, doc: string, outputs: readonly Output[]): Graph {
    const renamed = new Map<string, string>();
    const sources = outputs.map(({ name: wanted, value }) => {
      const free = !renamed.has(value) && this.#nodes.some((node) => node.output.name === value);
      if (free) renamed.set(value, wanted);
      return { wanted, value, free };
    });
    for (const { wanted, value, free } of sources) if (!free) this.#copy(value, wanted);

    const called = (value: string) => renamed.get(value) ?? value;
    const nodes = this.#nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(called),
      output: { ...node.output, name: called(node.output.name) },
    }));
    const needed = new Set(outputs.map((output) => output.name));
    const kept = nodes
      .reverse()
      .filter((node) => {
        if (needed.has(node.output.name)) for (const input of node.inputs) needed.add(input);
        return needed.has(node.output.name);
      })
      .reverse();
    const ports = new Map(kept.map((node) => [node.output.name, node.output]));
    return {
      name,
      doc,
      inputs: this.#inputs,
      outputs: outputs.map((output) => ({ ...ports.get(output.name)!, doc: output.doc })),
      nodes: kept,
      constants: new Map([...this.#constants].filter(([constant]) => needed.has(constant))),
    };
  }

  /** An output that is an input, or another output too, needs a node of its own. */
  #copy(value: string, name: string): void {
    const port = this.#port(value);
    if (!port) throw new Error(`no value is called ${value}`);
    this.#nodes.push({ op: 'Identity', inputs: [value], output: { ...port, name }, attributes: {} });
  }

  #port(name: string): Port | undefined {
    return this.#inputs.find((port) => port.name === name) ?? this.#nodes.find((n) => n.output.name === name)?.output;
  }

  #once(key: string, name: string, make: (unique: string) => void): string {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const unique = this.#unique(name);
    this.#known.set(key, unique);
    make(unique);
    return unique;
  }

  #unique(name: string): string {
    let unique = name;
    for (let i = 2; this.#names.has(unique); i++) unique = `${name}.${i}`;
    this.#names.add(unique);
    return unique;
  }
}

function isSame(constant: Constant | undefined, shape: readonly number[], data: Float32Array): boolean {
  return constant?.shape.join() === shape.join() && data.every((value, i) => Object.is(constant.data[i], value));
}
