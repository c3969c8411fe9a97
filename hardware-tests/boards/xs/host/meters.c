/* `Meter`: what the engine and the sockets have used. Reading allocates nothing: a number needs no heap in XS. */
#include "board.h"

Meters meters;
Traffic traffic;

/*
 * The deepest stack is exact: the unused part of the stack is painted, every push overwrites a whole slot head, and pushes
 * leave no gaps. The scan goes down from the present top, because number formatting borrows the far end as scratch memory.
 */
static const uint8_t PAINT = 0xA5;

static bool isPainted(const txSlot* slot)
{
	const uint8_t* bytes = (const uint8_t*)slot;
	for (size_t i = 0; i < sizeof(txSlot); i++)
		if (bytes[i] != PAINT)
			return false;
	return true;
}

void paintStack(txMachine* the)
{
	memset(the->stackBottom, PAINT, (size_t)((txByte*)the->stack - (txByte*)the->stackBottom));
}

static void meterDeepestStack(txMachine* the)
{
	txSlot* slot = the->stack;
	while ((slot > the->stackBottom) && !isPainted(slot - 1))
		slot--;
	xsmcSetInteger(xsResult, (int)(meters.stackTop - slot));
}

static void meterResetStack(txMachine* the)
{
	paintStack(the);
}

static void meterSlots(txMachine* the)
{
	xsmcSetInteger(xsResult, (int)((txUnsigned)the->currentHeapCount - meters.base));
}

static void meterChunkBytes(txMachine* the)
{
	xsmcSetInteger(xsResult, (int)((txUnsigned)the->currentChunksSize - meters.chunkBase));
}

static void meterCollections(txMachine* the)
{
	xsmcSetInteger(xsResult, (int)meters.collections);
}

static void meterBytecodes(txMachine* the)
{
	xsmcSetNumber(xsResult, (double)the->meterIndex);
}

static void meterCollect(txMachine* the)
{
	fxCollectGarbage(the);
}

static void meterBytesIn(txMachine* the)
{
	xsmcSetNumber(xsResult, traffic.bytesIn);
}

static void meterBytesOut(txMachine* the)
{
	xsmcSetNumber(xsResult, traffic.bytesOut);
}

static void meterWrites(txMachine* the)
{
	xsmcSetInteger(xsResult, (int)traffic.writes);
}

static void meterSends(txMachine* the)
{
	xsmcSetInteger(xsResult, (int)traffic.sends);
}

/* The collector marks each live host object once: so it counts its own runs. */
static void countCollection(txMachine* the, void* data, txMarkRoot markRoot)
{
	(void)the, (void)markRoot;
	((Meters*)data)->collections++;
}

static const txHostHooks counterHooks = { .destructor = NULL, .marker = countCollection };
static txSlot counter;

void installMeter(txMachine* the)
{
	xsmcVars(2);
	xsVar(0) = xsNewHostObject(NULL);
	xsmcSetHostData(xsVar(0), &meters);
	xsSetHostHooks(xsVar(0), (txHostHooks*)&counterHooks);
	counter = xsVar(0);
	xsRemember(counter);

	xsmcSetNewObject(xsVar(0));
	defineFunction(the, &xsVar(0), "slots", 0, meterSlots);
	defineFunction(the, &xsVar(0), "chunkBytes", 0, meterChunkBytes);
	defineFunction(the, &xsVar(0), "collections", 0, meterCollections);
	defineFunction(the, &xsVar(0), "bytecodes", 0, meterBytecodes);
	defineFunction(the, &xsVar(0), "deepestStack", 0, meterDeepestStack);
	defineFunction(the, &xsVar(0), "resetStack", 0, meterResetStack);
	defineFunction(the, &xsVar(0), "collect", 0, meterCollect);
	defineFunction(the, &xsVar(0), "bytesIn", 0, meterBytesIn);
	defineFunction(the, &xsVar(0), "bytesOut", 0, meterBytesOut);
	defineFunction(the, &xsVar(0), "writes", 0, meterWrites);
	defineFunction(the, &xsVar(0), "sends", 0, meterSends);
	xsmcSetInteger(xsVar(1), (int)sizeof(txSlot));
	xsmcDefine(xsVar(0), xsID("slotBytes"), xsVar(1), xsDontSet | xsDontDelete);
	xsmcDefine(xsGlobal, xsID("Meter"), xsVar(0), xsDontEnum);
}
