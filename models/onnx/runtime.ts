/** The one way to ONNX Runtime, so that its telemetry client is off before the library is loaded, whoever asks first. */
import './noTelemetry.js';

export { env, InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node';
