// Work beside this thread: workbooks in workers of their own, and workers for large calls of plugins.

export { startWorkers, stopWorkers } from "./pool.js";
export { WorkbookWorker } from "./workbook-worker.js";
