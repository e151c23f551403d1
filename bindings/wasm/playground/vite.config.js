// The build of the playground: files that any static server can give out, below any path.

import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  build: {
    target: "es2022",
    // The core and the plugins stay files of their own: inline they would be larger, and compiled later.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    rollupOptions: {
      // The grid's files have notes for another bundler.
      onwarn: (warning, tell) => warning.code === "INVALID_ANNOTATION" || tell(warning),
    },
  },
  // Its core is found beside its own file, which it would not be in a bundle made beforehand.
  optimizeDeps: { exclude: ["formualizer-udf"] },
});
