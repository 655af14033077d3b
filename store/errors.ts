/** Closed list of what can go wrong between hefc, its database and the repository. */
export type StoreErrorCode =
  | 'corrupt'
  | 'newer-schema'
  | 'read-only'
  | 'disk-full'
  | 'busy'
  | 'closed'
  | 'io'
  | 'network-filesystem'
  | 'unsafe-folder'
  | 'wrong-model'
  | 'bad-vectors'
  | 'native-part'
  | 'not-a-repository'
  | 'unsupported-repository'
  | 'missing-object'
  | 'object-too-large'
  | 'git-failed';

/** An error of the store: a code for programs, one line naming cause and fix for people. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: { cause?: unknown }) {
    super(message.replace(/\s*\n\s*/g, ' ').trim(), options);
    this.name = 'StoreError';
    this.code = code;
  }

  toJSON(): { name: string; code: StoreErrorCode; message: string } {
    return { name: this.name, code: this.code, message: this.message };
  }
}
