//! Tests of plugins and callbacks.
