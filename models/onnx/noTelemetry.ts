/**
 * ONNX Runtime's Linux and macOS builds (1.30) start a telemetry client that uploads to its maker unless this variable
 * is set when the library starts. Imported before `onnxruntime-node` wherever that is imported; on the main thread
 * first, since a worker's environment is a copy that native code does not see.
 */
process.env['ORT_DISABLE_TELEMETRY'] = '1';
