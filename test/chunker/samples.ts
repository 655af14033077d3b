/** One small program a language, each with a long class or block around functions that fit into a chunk. */

const python = (k: number): string => `
# Keeps the readings of sensor ${k}.
@register("sensor-${k}")
def read_sensor_${k}(port, retries=3):
    for attempt in range(retries):
        value = port.read(${k})
        if value is not None:
            return value * 0.5
    raise TimeoutError(f"sensor ${k} is silent")
`;
const script = (k: number): string => `
/** Keeps the readings of sensor ${k}. */
export function readSensor${k}(port, retries = 3) {
  for (let attempt = 0; attempt < retries; attempt++) {
    const value = port.read(${k});
    if (value !== null) {
      return value * 0.5;
    }
  }
  throw new Error("sensor ${k} is silent");
}
`;
const typed = (k: number): string => script(k).replace('(port, retries = 3)', '(port: Port, retries = 3): number');
const tsx = (k: number): string => `
export function Panel${k}(props: { title: string }) {
  return (
    <section className="panel-${k}">
      <h2>{props.title}</h2>
      <Reading sensor={${k}} unit="mm" />
    </section>
  );
}
`;
const go = (k: number): string => `
// ReadSensor${k} reads one value, trying a few times.
func ReadSensor${k}(port *Port, retries int) (float64, error) {
	for attempt := 0; attempt < retries; attempt++ {
		if value, ok := port.Read(${k}); ok {
			return value * 0.5, nil
		}
	}
	return 0, errors.New("sensor ${k} is silent")
}
`;
const rust = (k: number): string => `
/// Reads a value.
#[inline]
pub fn read_sensor_${k}(port: &Port, retries: usize) -> Result<f64, Silent> {
    for _ in 0..retries {
        if let Some(value) = port.read(${k}) {
            return Ok(value * 0.5);
        }
    }
    Err(Silent { sensor: ${k} })
}
`;
const java = (k: number): string => `
    /** Reads one value, trying a few times. */
    double readSensor${k}(Port port, int retries) throws SilentException {
        for (int attempt = 0; attempt < retries; attempt++) {
            Double value = port.read(${k});
            if (value != null) {
                return value * 0.5;
            }
        }
        throw new SilentException("sensor ${k}");
    }
`;
const c = (k: number): string => `
/* Reads one value, trying a few times. */
int read_sensor_${k}(struct port *port, int retries, double *out)
{
    for (int attempt = 0; attempt < retries; attempt++) {
        if (port_read(port, ${k}, out) == 0) {
            *out *= 0.5;
            return 0;
        }
    }
    return -1;
}
`;
const text = (k: number): string => `
## Sensor ${k}

The sensor answers within a few tries. Its value is halved before it is shown,
which is why two readings of it never agree with the label on its box.
`;

const times = (part: (k: number) => string, count = 9): string => Array.from({ length: count }, (_, k) => part(k)).join('');

/** Language → program. */
export const SAMPLES: Readonly<Record<string, string>> = {
  python: `import sensors\n\n\nclass Board:\n    pass\n${times(python)}`,
  typescript: `import type { Port } from './port.js';\n${times(typed)}`,
  tsx: `import { Reading } from './reading';\n${times(tsx)}`,
  javascript: `import { Port } from './port.js';\n${times(script)}`,
  go: `package sensors\n\nimport "errors"\n${times(go)}`,
  rust: `use crate::port::Port;\n${times(rust)}`,
  java: `package sensors;\n\nclass Board {\n${times(java)}}\n`,
  c: `#include "port.h"\n${times(c)}`,
  cpp: `#include "port.h"\nnamespace sensors {\n${times(c)}}\n`,
  text: `# Sensors\n${times(text)}`,
};

/** The line a function of the sample begins with, by language: the functions above are all under 128 tokens. */
export const FUNCTION_START: Readonly<Record<string, RegExp>> = {
  python: /^def /, typescript: /^export function/, tsx: /^export function/, javascript: /^export function/,
  go: /^func /, rust: /^pub fn/, java: /^ {4}double /, c: /^int /, cpp: /^int /,
};
/** … and the line it ends with. */
export const FUNCTION_END: Readonly<Record<string, RegExp>> = {
  python: /^ {4}raise /, typescript: /^\}/, tsx: /^\}/, javascript: /^\}/, go: /^\}/, rust: /^\}/, java: /^ {4}\}/, c: /^\}/, cpp: /^\}/,
};
