/* A non-blocking TCP connection with a bounded buffer each way, like lwIP's windows. It knows nothing of the engine. */
#ifndef BOARD_STREAM_H
#define BOARD_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
	uint8_t* bytes;
	size_t start, end, size;
} Buffer;

typedef struct {
	int fd;
	bool ready;			/* connected */
	bool broken;		/* nothing can be sent any more */
	bool ended;			/* nothing more will be received: the peer closed, or an error */
	Buffer in, out;
} Stream;

/* What went over all connections. `writes` counts calls of the script, `sends` those of the operating system. */
typedef struct {
	double bytesIn, bytesOut;
	uint32_t writes, sends;
} Traffic;

enum { STREAM_READY = 1, STREAM_RECEIVED = 2, STREAM_SENT = 4 };

/* False if `address` is no IPv4 or IPv6 address. Any other failure shows as `ended`. */
bool streamConnect(Stream* stream, const char* address, int port, int noDelay, size_t sendWindow, size_t receiveWindow);
/* The poll events that matter now; -1: none. */
int streamEvents(const Stream* stream);
/* Does what is possible after `poll` returned `events`; returns what happened (STREAM_...). */
int streamServe(Stream* stream, int events);
/* Sends what is held, as far as the system takes it. Returns STREAM_SENT if it took anything. */
int streamFlush(Stream* stream);
void streamRelease(Stream* stream);

size_t bufferUsed(const Buffer* buffer);
size_t bufferRoom(const Buffer* buffer);
/* The caller has made sure that there is room, or that there are so many bytes. */
void bufferPut(Buffer* buffer, const void* bytes, size_t count);
void bufferTake(Buffer* buffer, void* bytes, size_t count);

#endif
