/** The part of tfjs-node's backend that alix calls by itself: TensorFlow's own kernels, by name. */
import type { DataId, Tensor, TensorInfo } from '@tensorflow/tfjs-core';

/** An attribute of a TensorFlow op; `type` is one of the binding's TF_ATTR_ constants. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: boolean | number | object | string | readonly number[];
}

/** The native addon: its constants, and the counts that leak tests read. */
export interface NodeBinding {
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_INT64: number;
  readonly TF_BOOL: number;
  readonly TF_COMPLEX64: number;
  readonly TF_STRING: number;
  readonly TF_RESOURCE: number;
  readonly TF_UINT8: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  readonly TF_ATTR_RESOURCE: number;
  readonly TF_Version: string;
  /** Tensors alive inside TensorFlow. */
  getNumOfTensors(): number;
}

/** tfjs-node's backend. Inputs are tensors of this backend; outputs are tracked by `tidy` like any tensor. */
export interface NodeBackend {
  readonly binding: NodeBinding;
  readonly isUsingGpuDevice: boolean;
  /** One more tensor has these numbers. */
  incRef(dataId: DataId): void;
  /** Runs the TensorFlow op `name`, which has one output. */
  executeSingleOutput(name: string, attributes: readonly OpAttribute[], inputs: readonly TensorInfo[]): Tensor;
  /** Runs the TensorFlow op `name`, which has `outputs` outputs. */
  executeMultipleOutputs(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly TensorInfo[],
    outputs: number,
  ): Tensor[];
}
