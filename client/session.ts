/** One conversation with the daemon: connect, call, hang up whatever happens. */
import { connect, type Connection } from '../daemon/ipc/client.js';

export async function withDaemon<T>(body: (connection: Connection) => Promise<T>, options: { start?: boolean; timeout?: number } = {}): Promise<T> {
  const connection = await connect(options);
  try {
    return await body(connection);
  } finally {
    connection.close();
  }
}
