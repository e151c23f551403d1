//! Plugins and callbacks.
