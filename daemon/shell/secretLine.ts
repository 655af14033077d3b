/** Command lines that look as if they held a secret. They are never suggested; the rule leans towards refusing too much. */
import { refuseContent } from '../chunker/refuse.js';

const NAMES = String.raw`[\w-]*(?:passw(?:or)?d|passphrase|pwd|token|secret|credential|api[_-]?key|access[_-]?key|private[_-]?key|auth)[\w-]*`;
const RULES: readonly RegExp[] = [
  // NAME=value, --name=value, --name value, "name": value
  new RegExp(String.raw`(?:^|[\s"'{,;&?(])-{0,2}${NAMES}["']?\s*[=:]\s*\S`, 'i'),
  new RegExp(String.raw`(?:^|\s)--?${NAMES}\s+[^\s-]`, 'i'),
  /\b(?:authorization|bearer|x-api-key|cookie)\b\s*[:=]?\s*\S/i,
  // user:password@host, and what curl, mysql and sshpass take
  /\w:\/\/[^\s/@:]+:[^\s/@]+@/,
  /\b(?:curl|wget|http)\b.*\s(?:-u|--user)[ =]?\S+:\S/,
  /\b(?:mysql|mysqldump|mariadb|psql|mongo|mongosh|redis-cli|sshpass|docker login|podman login|npm login)\b.*\s(?:-p|-a)\s?\S/,
  // Long runs of letters and digits mixed are keys and hashes.
  /(?=[A-Za-z0-9+/_=-]*[A-Z])(?=[A-Za-z0-9+/_=-]*[a-z])(?=[A-Za-z0-9+/_=-]*\d)(?<![\w/.-])[A-Za-z0-9+_=-]{24,}(?![\w/.])/,
  /(?<![0-9a-f])(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{32,}(?![0-9a-f])/i,
];

export function isSecretLine(line: string): boolean {
  return RULES.some((rule) => rule.test(line)) || refuseContent(Buffer.from(line)) === 'secret-like';
}
