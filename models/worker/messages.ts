import type { ChunkToFuse, DeviceInfo, FusedVectors, GenerateRequest, PrepareRequest, Priority } from '../types.js';

/** Between startInference and its worker. A call's reply carries its id. */
export type Call =
  | { kind: 'fuseBlob'; chunks: ChunkToFuse[] }
  | { kind: 'fuseDirectory'; children: { name: string; vectors: FusedVectors }[] }
  | { kind: 'embedQuery'; text: string }
  | { kind: 'prepare'; request: PrepareRequest }
  | { kind: 'generate'; request: GenerateRequest };

export type ToWorker = { type: 'call'; id: number; priority: Priority; sent: number; cancelled: boolean; call: Call } | { type: 'cancel'; id: number };

export type FromWorker =
  | { type: 'ready'; device: DeviceInfo }
  | { type: 'unusable'; message: string }
  | { type: 'device'; device: DeviceInfo }
  | { type: 'text'; id: number; text: string }
  | { type: 'done'; id: number; value: unknown }
  | { type: 'failed'; id: number; name: string; message: string };

export interface WorkerSettings {
  directory: string;
  device: DeviceInfo;
}
