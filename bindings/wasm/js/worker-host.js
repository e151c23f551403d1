// What the package's workers run: a workbook, and functions of plugins that are called for some rows.

import { serve } from "./thread.js";
import { answer } from "./worker-answers.js";

serve(globalThis, answer((notice) => globalThis.postMessage({ notice })));
