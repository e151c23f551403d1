// Files, for who has their module elsewhere than beside the package's own files.

export { initFiles } from "./filing.js";
