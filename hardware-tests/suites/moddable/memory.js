// Bytes of XS's heap in use: a native module of the suites' application (memory.c), for release builds have no instruments.

/** Collects garbage and counts slots and chunks. In this form xsc makes a native function of it. */
function memory() {
	return native("motemq_memory").call(this);
}

export default memory;
