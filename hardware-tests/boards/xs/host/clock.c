/* The board's clock: milliseconds since the start, plus an offset, so that a wrap can be tested. */
#include "board.h"

uint32_t clockNow(void)
{
	static uint64_t start;
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	uint64_t milliseconds = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	if (!start)
		start = milliseconds;
	return (uint32_t)(milliseconds - start) + (uint32_t)settings.ticks;
}
