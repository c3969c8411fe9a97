/*
 * The virtual board: what its parts offer each other. machine.c, flash.c, preload.c and meters.c look inside the engine;
 * tcp.c, timer.c and console.c use only its C interface; stream.c and clock.c know nothing of the engine.
 */
#ifndef BOARD_H
#define BOARD_H

#include "xsAll.h"
#include "xsScript.h"
#include "xsmc.h"
#include "stream.h"
#include <poll.h>

/* Functions of the engine that none of its headers declares together with xsAll.h. */
void* fxGetHostDataValidate(txMachine* the, txSlot* slot, void* validator);
void fxGrowSlots(txMachine* the, txSize count);
void fxRemapIDs(txMachine* the, txByte* codeBuffer, txSize codeSize, txID* ids);

/* What a creation record of a Moddable manifest says, and the buffers of the IP stack. */
typedef struct {
	int chunkInitial, chunkIncremental;		/* bytes; 0 more: fixed */
	int slotsInitial, slotsIncremental;		/* slots; 0 more: fixed */
	int stack;								/* slots */
	int total;								/* bytes for stack, slots and chunks together; 0: no common limit */
	int sendWindow, receiveWindow;			/* bytes */
	int ticks;								/* what Time.ticks shows at the start, ms */
	const char* config;						/* JSON */
} Settings;

/* How the process ends, besides Board.exit(code): the machine aborted, or it was started wrongly. */
enum { EXIT_ABORTED = 70, EXIT_MISUSED = 64 };

/* machine.c */
extern Settings settings;
txMachine* createMachine(void);
/* All that exists now is in flash; from here on the limits of `settings` count. */
void sealMachine(txMachine* the);
/* Calls a function of the script from the event loop; what it throws ends the machine. `argument` may be NULL. */
void callScript(txMachine* the, txSlot* function, txSlot* this, txSlot* argument);
/* Runs promise jobs until none is left. A rejection that nobody handles by then ends the machine: a board notices it at its next
   collection of garbage only, which a test cannot wait for. */
void runJobs(txMachine* the);
void fail(const char* format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Helpers to build what scripts see. */
void defineFunction(txMachine* the, txSlot* object, const char* name, int length, txCallback callback);
void defineGetter(txMachine* the, txSlot* object, const char* name, txCallback callback);

/* flash.c */
txScript* loadScript(txMachine* the, const char* path);
void runScript(txMachine* the, txScript* script);

/* preload.c */
/* Runs scripts whose heap then lies in flash, frozen. Before `sealMachine`. */
void preload(txMachine* the, txScript** scripts, int count);

/* meters.c */
typedef struct {
	txUnsigned base;						/* slots that were in use when the machine was sealed */
	txUnsigned chunkBase;					/* bytes, likewise */
	txSlot* stackTop;						/* where the board's stack begins */
	txUnsigned collections;
} Meters;
extern Meters meters;
extern Traffic traffic;
void installMeter(txMachine* the);
void paintStack(txMachine* the);

/* clock.c */
uint32_t clockNow(void);					/* ms since the start, plus `ticks`; wraps */

/* timer.c */
void installTimer(txMachine* the);
void runTimers(void);
int untilNextTimer(void);					/* ms; -1: none */

/* tcp.c */
void installTCP(txMachine* the);
int countSockets(void);
void watchSockets(struct pollfd* entries);	/* fills one entry a socket */
void serveSockets(const struct pollfd* entries);
void flushSockets(void);
int socketsAreWaiting(void);				/* something can be delivered without new events */

/* console.c */
void installConsole(txMachine* the);
void readConsole(txMachine* the);

#endif
