/*
 * `Timer` and `Time`, as Moddable's modules `timer` and `time`. As there, a timer whose callback returns without a repeat
 * interval is gone, even if the callback has scheduled it again: a reusable timer needs a repeat interval or must be
 * unscheduled (`Timer.schedule(id)`) in its callback.
 */
#include "board.h"

typedef struct Timer Timer;
struct Timer {
	Timer* next;
	txMachine* the;
	txSlot self;			/* the object the script holds */
	txSlot* callback;		/* NULL: cleared */
	uint32_t when;			/* ms */
	int32_t interval;		/* ms; 0: once; negative: stays, unscheduled */
	bool scheduled, due, running;
};

static Timer* timers;

static void markTimer(txMachine* the, void* data, txMarkRoot markRoot)
{
	Timer* timer = data;
	if (timer->callback)
		(*markRoot)(the, timer->callback);
}

static const txHostHooks timerHooks = { .destructor = NULL, .marker = markTimer };

/* The script's object stays, without a timer. */
static void detachTimer(Timer* timer)
{
	txMachine* the = timer->the;
	timer->callback = NULL;
	timer->scheduled = timer->due = false;
	fxForget(the, &timer->self);
	xsmcSetHostData(timer->self, NULL);
	xsmcSetHostDestructor(timer->self, NULL);
}

static void releaseTimers(void)
{
	for (Timer** link = &timers; *link; ) {
		Timer* timer = *link;
		if (timer->callback || timer->running)
			link = &timer->next;
		else {
			*link = timer->next;
			free(timer);
		}
	}
}

static void addTimer(txMachine* the, int delay, int interval)
{
	if (!fxIsCallable(the, &xsArg(0)))
		xsTypeError("callback is no function");
	Timer* timer = calloc(1, sizeof(Timer));
	timer->the = the;
	timer->callback = xsToReference(xsArg(0));
	timer->when = clockNow() + (uint32_t)delay;
	timer->interval = interval;
	timer->scheduled = true;
	xsResult = xsNewHostObject(NULL);
	timer->self = xsResult;
	fxRemember(the, &timer->self);
	xsmcSetHostData(xsResult, timer);
	xsSetHostHooks(xsResult, (txHostHooks*)&timerHooks);
	Timer** link = &timers;
	while (*link)
		link = &(*link)->next;
	*link = timer;
}

static void timerSet(txMachine* the)
{
	int argc = xsmcArgc;
	if (argc == 0)
		xsTypeError("callback is no function");
	addTimer(the, argc > 1 ? xsmcToInteger(xsArg(1)) : 0, argc > 2 ? xsmcToInteger(xsArg(2)) : 0);
}

static void timerRepeat(txMachine* the)
{
	int interval = xsmcToInteger(xsArg(1));
	addTimer(the, interval, interval);
}

static void timerSchedule(txMachine* the)
{
	Timer* timer = xsmcGetHostDataValidate(xsArg(0), (void*)&timerHooks);
	int argc = xsmcArgc;
	/* As there: what is due in the present turn fires even if it is put off, unless it is unscheduled. */
	if (argc <= 1)
		timer->due = false;
	timer->scheduled = argc > 1;
	timer->interval = argc > 2 ? xsmcToInteger(xsArg(2)) : argc > 1 ? 0 : -1;
	if (argc > 1)
		timer->when = clockNow() + (uint32_t)xsmcToInteger(xsArg(1));
}

static void timerClear(txMachine* the)
{
	/* As there: what is no timer, or was cleared before, is passed over. */
	if ((xsmcArgc == 0) || (xsmcTypeOf(xsArg(0)) != xsReferenceType))
		return;
	txSlot* host = xsArg(0).value.reference->next;
	if (host && (host->kind == XS_HOST_KIND) && (host->flag & XS_HOST_HOOKS_FLAG) && (host->value.host.variant.hooks == (txHostHooks*)&timerHooks) && host->value.host.data)
		detachTimer(host->value.host.data);
}

void runTimers(void)
{
	uint32_t now = clockNow();
	/* Timers that are added or become due while the callbacks run wait for the next turn. */
	for (Timer* timer = timers; timer; timer = timer->next)
		timer->due = timer->scheduled && ((int32_t)(timer->when - now) <= 0);
	for (Timer* timer = timers; timer; timer = timer->next) {
		if (!timer->due)
			continue;
		txMachine* the = timer->the;
		timer->due = false;
		timer->running = true;
		timer->when += (uint32_t)timer->interval;
		txSlot function;
		fxReference(the, &function, timer->callback);
		callScript(the, &function, &mxGlobal, &timer->self);
		timer->running = false;
		if (timer->callback && (timer->interval == 0))
			detachTimer(timer);
	}
	releaseTimers();
}

int untilNextTimer(void)
{
	uint32_t now = clockNow();
	int32_t least = -1;
	for (Timer* timer = timers; timer; timer = timer->next) {
		if (!timer->scheduled)
			continue;
		int32_t left = (int32_t)(timer->when - now);
		if (left < 0)
			left = 0;
		if ((least < 0) || (left < least))
			least = left;
	}
	return least;
}

static void timeTicks(txMachine* the)
{
	xsmcSetInteger(xsResult, (int32_t)clockNow());
}

/* Time.delta(start, end = now): ms from start to end, right across a wrap. */
static void timeDelta(txMachine* the)
{
	uint32_t end = xsmcArgc > 1 ? (uint32_t)xsmcToInteger(xsArg(1)) : clockNow();
	xsmcSetInteger(xsResult, (int32_t)(end - (uint32_t)xsmcToInteger(xsArg(0))));
}

void installTimer(txMachine* the)
{
	xsmcVars(1);
	xsmcSetNewObject(xsVar(0));
	defineFunction(the, &xsVar(0), "set", 1, timerSet);
	defineFunction(the, &xsVar(0), "repeat", 2, timerRepeat);
	defineFunction(the, &xsVar(0), "schedule", 1, timerSchedule);
	defineFunction(the, &xsVar(0), "clear", 1, timerClear);
	xsmcDefine(xsGlobal, xsID("Timer"), xsVar(0), xsDontEnum);
	xsmcSetNewObject(xsVar(0));
	defineGetter(the, &xsVar(0), "ticks", timeTicks);
	defineFunction(the, &xsVar(0), "delta", 1, timeDelta);
	xsmcDefine(xsGlobal, xsID("Time"), xsVar(0), xsDontEnum);
}
