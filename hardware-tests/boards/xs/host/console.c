/* `trace`, `Board` and `config`: the script's words to the one who started the board, and back. */
#include "board.h"

static txSlot board;

static void consoleTrace(txMachine* the)
{
	int argc = xsmcArgc;
	for (int i = 0; i < argc; i++)
		fputs(xsmcToString(xsArg(i)), stdout);
	fflush(stdout);
}

/* Board.exit(code): the end of the process; bytes that were written to sockets go out first. */
static void boardExit(txMachine* the)
{
	int code = xsmcArgc > 0 ? xsmcToInteger(xsArg(0)) : 0;
	flushSockets();
	fflush(stdout);
	_exit(code & 0xFF);
}

static void deliverLine(txMachine* machine, const char* line)
{
	xsBeginHost(machine);
	{
		xsmcVars(2);
		xsVar(0) = xsAccess(board);
		xsmcGet(xsVar(0), xsVar(0), xsID("onLine"));
		if (fxIsCallable(the, &xsVar(0))) {
			xsmcSetString(xsVar(1), (txString)line);
			xsResult = xsCallFunction1(xsVar(0), xsAccess(board), xsVar(1));
		}
	}
	xsEndHost(machine);
	runJobs(machine);
}

/* The end of the input is the end of the board: it does not outlive the one who started it. */
void readConsole(txMachine* the)
{
	static char line[4096];
	static size_t length;
	ssize_t count = read(STDIN_FILENO, line + length, sizeof(line) - 1 - length);
	if (count <= 0) {
		fflush(stdout);
		_exit(0);
	}
	length += (size_t)count;
	char* start = line;
	for (char* end; (end = memchr(start, '\n', length - (size_t)(start - line))); start = end + 1) {
		*end = 0;
		deliverLine(the, start);
	}
	length -= (size_t)(start - line);
	memmove(line, start, length);
	if (length == sizeof(line) - 1)
		fail("a line of input is longer than %zu bytes", length);
}

void installConsole(txMachine* the)
{
	xsmcVars(2);
	defineFunction(the, &xsGlobal, "trace", 1, consoleTrace);
	xsmcSetNewObject(xsVar(0));
	defineFunction(the, &xsVar(0), "exit", 1, boardExit);
	board = xsVar(0);
	xsRemember(board);
	xsmcDefine(xsGlobal, xsID("Board"), xsVar(0), xsDontEnum);

	xsmcSetString(xsVar(0), (txString)settings.config);
	xsmcGet(xsVar(1), xsGlobal, xsID("JSON"));
	xsVar(0) = xsCall1(xsVar(1), xsID("parse"), xsVar(0));
	xsmcGet(xsVar(1), xsGlobal, xsID("Object"));
	xsVar(0) = xsCall1(xsVar(1), xsID("freeze"), xsVar(0));
	xsmcDefine(xsGlobal, xsID("config"), xsVar(0), xsDontEnum);
}
