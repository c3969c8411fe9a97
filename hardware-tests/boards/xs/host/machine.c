/* The engine as a board has it: memory limits, what ends the machine, and calls from the event loop into the script. */
#include "board.h"

/* On a board some slots at the top of the stack hold the machine's own roots (fxCloneMachine pushes so many). */
enum { ROOT_SLOTS = mxInstanceInspectorsStackIndex + 1, BOOT_STACK = 8192, BOARD_SLOT_BYTES = 16 };

/* Chunks that may grow lie in one piece, so that blocks which follow each other become one, as in a board's static memory. */
static uint8_t* arena;
static size_t spent;			/* bytes of `settings.total` in use; slots count as on a board */
static bool sealed;

static bool spend(size_t bytes)
{
	if (sealed && settings.total && (spent + bytes > (size_t)settings.total))
		return false;
	spent += bytes;
	return true;
}

void* fxAllocateChunks(txMachine* the, txSize size)
{
	(void)the;
	if (!spend((size_t)size))
		return NULL;
	if (!arena)
		return malloc((size_t)size);
	arena += size;
	return arena - size;
}

void fxFreeChunks(txMachine* the, void* chunks)
{
	(void)the;
	free(chunks);
}

txSlot* fxAllocateSlots(txMachine* the, txSize count)
{
	(void)the;
	return spend((size_t)count * BOARD_SLOT_BYTES) ? malloc((size_t)count * sizeof(txSlot)) : NULL;
}

void fxFreeSlots(txMachine* the, void* slots)
{
	(void)the;
	free(slots);
}

void fxCreateMachinePlatform(txMachine* the)
{
	the->promiseJobs = 0;
}

void fxDeleteMachinePlatform(txMachine* the)
{
	(void)the;
}

void fxQueuePromiseJobs(txMachine* the)
{
	the->promiseJobs = 1;
}

txMachine* createMachine(void)
{
	/* Built-ins, host objects, names and bytecode are in flash on a board: while they are made, memory grows as needed. */
	txCreation creation = {
		.initialChunkSize = 65536, .incrementalChunkSize = 16384,
		.initialHeapCount = 64, .incrementalHeapCount = 64,
		.stackCount = BOOT_STACK,
		.initialKeyCount = 1024, .incrementalKeyCount = 1024,
		.nameModulo = 1993, .symbolModulo = 127,
		.parserBufferSize = 65536, .parserTableModulo = 1993,
	};
	txMachine* the = fxCreateMachine(&creation, "board", NULL, XS_NO_ID);
	if (!the)
		fail("the engine could not be created");
	return the;
}

/* Free slots become exactly what a fresh block of `settings.slotsInitial` offers: one slot is the block's head. */
static void sealSlots(txMachine* the)
{
	int missing = settings.slotsInitial - 1;
	for (txSlot* slot = the->freeHeap; slot; slot = slot->next)
		missing--;
	if (missing < 1)
		fail("%d slots are too few for this machine, at least %d", settings.slotsInitial, settings.slotsInitial - missing + 1);
	fxGrowSlots(the, missing + 1);
	the->minimumHeapCount = settings.slotsIncremental;
}

/* The blocks made so far are full; one block of `settings.chunkInitial` follows. */
static void sealChunks(txMachine* the)
{
	for (txBlock* block = the->firstBlock; block; block = block->nextBlock)
		block->limit = block->current;
	if (settings.total)
		arena = malloc((size_t)settings.total + sizeof(txBlock));
	txSize size = settings.chunkInitial + (txSize)sizeof(txBlock);
	txBlock* block = fxAllocateChunks(the, size);
	if (!block)
		fail("no memory for %d bytes of chunks", settings.chunkInitial);
	block->nextBlock = the->firstBlock;
	block->current = (txByte*)(block + 1);
	block->limit = (txByte*)block + size;
	block->temporary = NULL;
	the->firstBlock = block;
	the->minimumChunksSize = settings.chunkIncremental;
}

void sealMachine(txMachine* the)
{
	fxCollectGarbage(the);
	sealSlots(the);
	sealChunks(the);
	/* `stack` counts the root slots that a board's stack begins with. */
	meters.stackTop = the->stack + ROOT_SLOTS;
	txSlot* bottom = meters.stackTop - settings.stack;
	if ((settings.stack <= ROOT_SLOTS) || (bottom < the->stackBottom))
		fail("the stack must have %d to %d slots", ROOT_SLOTS + 1, BOOT_STACK / 2);
	the->stackBottom = bottom;
	the->meterIndex = 0;
	meters.collections = 0;
	meters.base = (txUnsigned)the->currentHeapCount;
	meters.chunkBase = (txUnsigned)the->currentChunksSize;
	paintStack(the);
	spent = (size_t)(settings.stack + settings.slotsInitial) * BOARD_SLOT_BYTES + (size_t)settings.chunkInitial;
	sealed = true;
	if (settings.total && (spent > (size_t)settings.total))
		fail("stack, slots and chunks need %zu bytes, total is %d", spent, settings.total);
}

/* A board restarts; the virtual board prints why and ends. */
void fxAbort(txMachine* the, int status)
{
	static bool aborting;
	const char* why = "unknown reason";
	bool describe = false;
	switch (status) {
	case XS_STACK_OVERFLOW_EXIT: why = "JavaScript stack overflow"; break;
	case XS_NOT_ENOUGH_MEMORY_EXIT: why = "memory full"; break;
	case XS_NO_MORE_KEYS_EXIT: why = "not enough keys"; break;
	case XS_UNHANDLED_EXCEPTION_EXIT: why = "unhandled exception"; describe = true; break;
	case XS_UNHANDLED_REJECTION_EXIT: why = "unhandled rejection"; describe = true; break;
	}
	fflush(stdout);
	if (aborting) {
		/* Describing the exception ended here: its toString throws, or there is no memory for the text. */
		fprintf(stderr, "(no text: %s)\n", why);
		_exit(EXIT_ABORTED);
	}
	aborting = true;
	fprintf(stderr, "XS abort: %s%s", why, describe ? ": " : "\n");
	if (describe)
		fprintf(stderr, "%s\n", fxToString(the, &mxException));
	_exit(EXIT_ABORTED);
}

void fail(const char* format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	fputs("xs board: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(EXIT_MISUSED);
}

void callScript(txMachine* machine, txSlot* function, txSlot* this, txSlot* argument)
{
	xsBeginHost(machine);
	{
		mxPushSlot(this);
		mxPushSlot(function);
		mxCall();
		if (argument)
			mxPushSlot(argument);
		mxRunCount(argument ? 1 : 0);
		mxPop();
	}
	xsEndHost(machine);
	runJobs(machine);
}

void runJobs(txMachine* the)
{
	while (the->promiseJobs) {
		the->promiseJobs = 0;
		fxRunPromiseJobs(the);
	}
	fxCheckUnhandledRejections(the, 1);
}

void defineFunction(txMachine* the, txSlot* object, const char* name, int length, txCallback callback)
{
	txID id = xsID((txString)name);
	xsSlot function = xsNewHostFunctionObject(callback, length, id);
	xsmcDefine(*object, id, function, xsDontEnum);
}

void defineGetter(txMachine* the, txSlot* object, const char* name, txCallback callback)
{
	xsSlot function = xsNewHostFunction(callback, 0);
	xsmcDefine(*object, xsID((txString)name), function, xsDontEnum | xsIsGetter);
}
