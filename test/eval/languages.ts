import { languageOf } from '../../daemon/chunker/language.js';

/** The language a task counts to in the report: TypeScript and JavaScript are one. */
export function reportLanguage(path: string): string {
  const language = languageOf(path);
  return ['typescript', 'tsx', 'javascript'].includes(language) ? 'typescript/javascript' : language;
}
