// Functions that tests bind in workers.

import { CellError } from "formualizer-udf";

export default (x) => 2 * x;

export function refused(x) {
  return new CellError("#NUM!", `not ${x}`);
}

export function sums(x) {
  return x.map((value) => value + 1);
}

export function forever() {
  for (;;);
}

export function slow(x) {
  const end = performance.now() + 60;
  while (performance.now() < end);
  return x;
}

export const noFunction = 5;
