// What memory.js counts. The machine keeps both counters in every build (SDK 8: xs/sources/xsAll.h).
#include "xsAll.h"
#include "xs.h"
#include "xsmc.h"
#include "mc.xs.h"

void motemq_memory(xsMachine *the)
{
	xsCollectGarbage();
	xsmcSetInteger(xsResult, the->currentHeapCount * sizeof(txSlot) + the->currentChunksSize);
}
