/** Which files belong to which stage of a completion and of an index, in the order they are asked; see Stage. */
import type { Stage } from './cpuProfile.js';

const RECORDING: Stage = { stage: 'the recording itself', files: /^test\/bench\// };
const GRAPH_RUN: Stage = { stage: 'graph runs (ONNX Runtime)', files: /onnxruntime/ };
const MESSAGES: Stage = { stage: 'messages between the threads', files: /^models\/(worker\/|start\.js)|^node:internal\/worker/ };
const TOKENISING: Stage = { stage: 'tokenising', files: /^models\/tokenizer\.js|^models\/session\/recent\.js|\/tokenizers\// };

export const COMPLETION_STAGES: readonly Stage[] = [
  GRAPH_RUN,
  { stage: 'places alike', files: /^daemon\/copylane\/likePlaces\.js/ },
  { stage: 'lexical search', files: /^store\/(view\/(lexical|liveTerms|postings)|terms)\.js/ },
  { stage: 'dense search', files: /^store\/view\/(dense|dotProducts|key\w+|kthLargest)\.js/ },
  { stage: 'copy lane (propose)', files: /^daemon\/(copylane\/|engine\/copySource)/ },
  { stage: 'choosing', files: /^daemon\/complete\/(choose|lineFeatures)\.js/ },
  { stage: 'query text and identifiers', files: /^daemon\/complete\/window\.js|^daemon\/chunker\/identifiers\.js/ },
  { stage: 'reading vectors and texts of memory', files: /^daemon\/complete\/(memory|context|snippet)\.js|^daemon\/engine\/recentBlobs\.js|^store\/git\/(catFile|nativeReader)/ },
  { stage: 'hits of the searches', files: /^store\/view\// },
  { stage: 'merging the lists', files: /^daemon\/complete\/(fuseRanks|retrieve)\.js/ },
  { stage: 'locating, reading the buffer', files: /^store\/git\/|^daemon\/(methods\/|config|repositories|settling|schedule|chunker\/refuse)/ },
  { stage: 'socket (IPC)', files: /^daemon\/(ipc\/|server)|node-ipc/ },
  { stage: 'rest of the completion', files: /^daemon\/(complete|engine)\// },
  TOKENISING,
  { stage: 'prompt', files: /^models\/(prompt|session\/healing)\.js/ },
  { stage: 'pointer', files: /^models\/(pointable|session\/pointer)\.js/ },
  { stage: 'keys and values kept', files: /^models\/session\/keyValueCache\.js/ },
  { stage: "generator's inputs and outputs", files: /^models\/(session\/generator|onnx\/)/ },
  { stage: 'scoring and drafting', files: /^models\/session\// },
  { stage: "query vector's inputs", files: /^models\/fusing\// },
  MESSAGES,
  RECORDING,
];

export const INDEX_STAGES: readonly Stage[] = [
  GRAPH_RUN,
  { stage: 'parsing (tree-sitter)', files: /tree-sitter|^daemon\/chunker\/(grammars|syntaxSpans)\.js|^wasm:/ },
  { stage: 'hashing lines', files: /^daemon\/copylane\// },
  { stage: 'identifiers', files: /^daemon\/chunker\/identifiers\.js/ },
  { stage: 'refusing', files: /^daemon\/chunker\/(refuse|ignoreRules|attributeRules|patternReach)\.js/ },
  { stage: 'cutting and counting tokens', files: /^daemon\/chunker\// },
  { stage: 'writing the store', files: /^store\/(?!git\/)/ },
  { stage: 'reading objects', files: /^store\/git\// },
  { stage: 'planning and directories', files: /^daemon\/indexer\// },
  TOKENISING,
  { stage: 'quantising', files: /^models\/fusing\/vectors\.js/ },
  { stage: "fuser's inputs and outputs", files: /^models\/(fusing|onnx)\// },
  MESSAGES,
  { stage: 'progress and status', files: /^daemon\// },
  RECORDING,
];
