"""Pure models of the works: ``(state, dt, inputs) -> state``, no clock, no I/O, no hidden randomness."""
