/** Frames on standard input and output. A message that is no JSON is answered; a stream out of frame cannot be mended. */
import { ErrorCodes, StreamMessageReader, StreamMessageWriter, type Message } from 'vscode-languageserver/node';
import { oneLine } from '../failure.js';

class NotJson extends Error {}

/** Words of the reader's errors after which it no longer knows where the next message begins. */
const OUT_OF_FRAME = /header|content-length/i;

export interface EditorWire {
  reader: StreamMessageReader;
  writer: StreamMessageWriter;
}

/** `onEnd` is called when the editor hung up, or with a line that says what it did wrong. */
export function editorWire(onEnd: (fault?: string) => void): EditorWire {
  const decode = async (bytes: Uint8Array): Promise<Message> => {
    try {
      return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')) as Message;
    } catch (error) {
      throw new NotJson((error as Error).message);
    }
  };
  const reader = new StreamMessageReader(process.stdin, { charset: 'utf-8', contentTypeDecoder: { name: 'application/json', decode } });
  const writer = new StreamMessageWriter(process.stdout, 'utf-8');
  reader.onError((error) => {
    if (!(error instanceof NotJson)) {
      const fault = `a message of the editor cannot be read: ${error.message}`;
      return OUT_OF_FRAME.test(error.message) ? onEnd(`${fault}; restart the language server`) : void process.stderr.write(`${oneLine(fault)}\n`);
    }
    const reply = { jsonrpc: '2.0', id: null, error: { code: ErrorCodes.ParseError, message: 'the message is not JSON' } };
    writer.write(reply as Message).catch(() => undefined);
  });
  reader.onClose(() => onEnd());
  return { reader, writer };
}
