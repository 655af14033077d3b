/** The part of node-ipc 12.0.0 that transport.ts uses; the package brings no types. */
declare module 'node-ipc' {
  import type { Socket, Server as NetServer } from 'node:net';

  interface Publisher {
    on(type: string, handler: (...values: never[]) => void): this;
    off(type: string, handler: string | ((...values: never[]) => void)): this;
  }
  interface Client extends Publisher {
    socket: Socket;
    emit(data: string): void;
  }
  interface Server extends Publisher {
    server: NetServer;
    sockets: Socket[];
    start(): void;
    stop(): void;
    emit(socket: Socket, data: string): void;
  }
  export class IPCModule {
    config: {
      appspace: string;
      socketRoot: string;
      id: string;
      silent: boolean;
      logger: (text: string) => void;
      rawBuffer: boolean;
      encoding: string;
      unlink: boolean;
      maxConnections: number;
      maxRetries: number;
      retry: number;
      stopRetrying: boolean;
    };
    of: Record<string, Client>;
    server: Server;
    serve(path: string, onStart: () => void): void;
    connectTo(id: string, path: string, onMade: () => void): void;
    disconnect(id: string): void;
  }
}
