/** Reserved words by language: they say nothing about what a chunk is about. */

const words = (list: string): string[] => list.split(/\s+/);

const PYTHON = words(`and as assert async await break class continue def del elif else except finally for from global if
  import in is lambda nonlocal not or pass raise return try while with yield None True False self cls`);
const ECMASCRIPT = words(`as async await break case catch class const continue debugger default delete do else export
  extends finally for from function get if import in instanceof let new null of return set static super switch this
  throw true false try typeof undefined var void while with yield`);
const TYPESCRIPT = [...ECMASCRIPT, ...words(`abstract any boolean declare enum implements infer interface is keyof
  namespace never number private protected public readonly string type unknown`)];
const GO = words(`break case chan const continue default defer else fallthrough for func go goto if import interface map
  package range return select struct switch type var nil true false`);
const RUST = words(`as async await break const continue crate dyn else enum extern false fn for if impl in let loop match
  mod move mut pub ref return self Self static struct super trait true type unsafe use where while`);
const JAVA = words(`abstract assert boolean break byte case catch char class const continue default do double else enum
  extends final finally float for if implements import instanceof int interface long native new null package private
  protected public return short static super switch synchronized this throw throws transient true false try void
  volatile while`);
const C = words(`auto break case char const continue default do double else enum extern float for goto if inline int long
  register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while include
  define ifdef ifndef endif elif undef NULL`);
const CPP = [...C, ...words(`bool catch class constexpr const_cast decltype delete dynamic_cast explicit export false
  final friend mutable namespace new noexcept nullptr operator override private protected public reinterpret_cast
  static_cast template this throw true try typename using virtual`)];

const KEYWORDS: Readonly<Record<string, ReadonlySet<string>>> = {
  python: new Set(PYTHON),
  javascript: new Set(ECMASCRIPT),
  typescript: new Set(TYPESCRIPT),
  tsx: new Set(TYPESCRIPT),
  go: new Set(GO),
  rust: new Set(RUST),
  java: new Set(JAVA),
  c: new Set(C),
  cpp: new Set(CPP),
};
const NONE: ReadonlySet<string> = new Set();

/** Empty for a language without a list. */
export function keywordsOf(language: string): ReadonlySet<string> {
  return Object.hasOwn(KEYWORDS, language) ? KEYWORDS[language]! : NONE;
}
