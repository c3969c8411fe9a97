/*
 * The virtual board as a program: `xs-board name=value... [preload=FILE...] script=FILE...`. It makes the machine, runs the scripts in order, and
 * then serves timers, sockets and lines of input until Board.exit, a fatal error, the end of the input, or a signal.
 */
#include "board.h"
#include <errno.h>
#include <signal.h>
#ifdef __linux__
	#include <sys/prctl.h>
#endif

enum { MOST_SCRIPTS = 16, MOST_SOCKETS = 64 };

/* An ESP32 of Moddable SDK 8: build/devices/esp32/manifest.json, and the windows of its sdkconfig.defaults. */
Settings settings = {
	.chunkInitial = 78848, .slotsInitial = 4928, .stack = 512,
	.sendWindow = 8192, .receiveWindow = 8192, .config = "{}",
};

static const char* scripts[MOST_SCRIPTS];
static int scriptCount;
static const char* preloads[MOST_SCRIPTS];
static int preloadCount;

static const struct { const char* name; int* value; int least, most; } numbers[] = {
	{ "chunkInitial", &settings.chunkInitial, 1024, 1 << 28 },
	{ "chunkIncremental", &settings.chunkIncremental, 0, 1 << 28 },
	{ "slotsInitial", &settings.slotsInitial, 1, 1 << 24 },
	{ "slotsIncremental", &settings.slotsIncremental, 0, 1 << 24 },
	{ "stack", &settings.stack, 1, 4096 },
	{ "total", &settings.total, 0, 1 << 28 },
	{ "sendWindow", &settings.sendWindow, 1, 1 << 24 },
	{ "receiveWindow", &settings.receiveWindow, 1, 1 << 24 },
	{ "ticks", &settings.ticks, INT32_MIN, INT32_MAX },
};

static void setNumber(const char* name, size_t length, const char* value)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if ((strlen(numbers[i].name) != length) || strncmp(numbers[i].name, name, length))
			continue;
		char* end;
		errno = 0;
		long long number = strtoll(value, &end, 10);
		if (errno || (end == value) || *end || (number < numbers[i].least) || (number > numbers[i].most))
			fail("%s must be %d..%d", numbers[i].name, numbers[i].least, numbers[i].most);
		*numbers[i].value = (int)number;
		return;
	}
	fail("unknown setting: %.*s", (int)length, name);
}

static void readArguments(int argc, char** argv)
{
	for (int i = 1; i < argc; i++) {
		const char* equals = strchr(argv[i], '=');
		if (!equals)
			fail("not name=value: %s", argv[i]);
		size_t length = (size_t)(equals - argv[i]);
		if ((length == 6) && !strncmp(argv[i], "script", 6)) {
			if (scriptCount == MOST_SCRIPTS)
				fail("more than %d scripts", MOST_SCRIPTS);
			scripts[scriptCount++] = equals + 1;
		}
		else if ((length == 7) && !strncmp(argv[i], "preload", 7)) {
			if (preloadCount == MOST_SCRIPTS)
				fail("more than %d preloaded scripts", MOST_SCRIPTS);
			preloads[preloadCount++] = equals + 1;
		}
		else if ((length == 6) && !strncmp(argv[i], "config", 6))
			settings.config = equals + 1;
		else
			setNumber(argv[i], length, equals + 1);
	}
	if (!scriptCount)
		fail("no script=FILE");
}

static void install(txMachine* machine)
{
	xsBeginHost(machine);
	{
		installMeter(the);
		installTimer(the);
		installTCP(the);
		installConsole(the);
	}
	xsEndHost(machine);
}

static void serve(txMachine* the)
{
	struct pollfd entries[1 + MOST_SOCKETS];
	int count = countSockets();
	if (count > MOST_SOCKETS)
		fail("more than %d sockets", MOST_SOCKETS);
	entries[0] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
	watchSockets(entries + 1);
	int timeout = socketsAreWaiting() ? 0 : untilNextTimer();
	if (poll(entries, (nfds_t)(1 + count), timeout) < 0) {
		if (errno != EINTR)
			fail("poll: %s", strerror(errno));
		return;
	}
	if (entries[0].revents)
		readConsole(the);
	serveSockets(entries + 1);
	runTimers();
	flushSockets();
}

int main(int argc, char** argv)
{
	signal(SIGPIPE, SIG_IGN);
#ifdef __linux__
	/* The end of the input ends a board that serves events; this one ends a board whose script never returns. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
	readArguments(argc, argv);
	clockNow();
	txMachine* the = createMachine();
	install(the);
	txScript* loaded[MOST_SCRIPTS];
	txScript* preloaded[MOST_SCRIPTS];
	for (int i = 0; i < preloadCount; i++)
		preloaded[i] = loadScript(the, preloads[i]);
	for (int i = 0; i < scriptCount; i++)
		loaded[i] = loadScript(the, scripts[i]);
	preload(the, preloaded, preloadCount);
	sealMachine(the);
	for (int i = 0; i < scriptCount; i++)
		runScript(the, loaded[i]);
	flushSockets();
	for (;;)
		serve(the);
}
