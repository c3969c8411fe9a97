/* A non-blocking TCP connection with a bounded buffer each way, like lwIP's windows. It knows nothing of the engine. */
#include "board.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

enum { LEAST_SYSTEM_BUFFER = 8192 };	/* bytes */

static void bufferInit(Buffer* buffer, size_t size)
{
	buffer->bytes = malloc(size);
	buffer->size = size;
	buffer->start = buffer->end = 0;
}

/* Moves what is held to the front, so that all room is in one piece. */
static void bufferCompact(Buffer* buffer)
{
	memmove(buffer->bytes, buffer->bytes + buffer->start, bufferUsed(buffer));
	buffer->end -= buffer->start;
	buffer->start = 0;
}

size_t bufferUsed(const Buffer* buffer)
{
	return buffer->end - buffer->start;
}

size_t bufferRoom(const Buffer* buffer)
{
	return buffer->size - bufferUsed(buffer);
}

void bufferPut(Buffer* buffer, const void* bytes, size_t count)
{
	if (buffer->size - buffer->end < count)
		bufferCompact(buffer);
	memcpy(buffer->bytes + buffer->end, bytes, count);
	buffer->end += count;
}

void bufferTake(Buffer* buffer, void* bytes, size_t count)
{
	memcpy(bytes, buffer->bytes + buffer->start, count);
	buffer->start += count;
}

static void breakStream(Stream* stream)
{
	stream->broken = stream->ended = true;
}

/* Not below LEAST_SYSTEM_BUFFER: a smaller one makes the system's TCP wait for its own timers on loopback. */
static void limitSystemBuffer(int fd, int which, size_t window)
{
	int size = window > LEAST_SYSTEM_BUFFER ? (int)window : LEAST_SYSTEM_BUFFER;
	setsockopt(fd, SOL_SOCKET, which, &size, sizeof(size));
}

bool streamConnect(Stream* stream, const char* address, int port, int noDelay, size_t sendWindow, size_t receiveWindow)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} to;
	memset(&to, 0, sizeof(to));
	socklen_t length;
	if (inet_pton(AF_INET, address, &to.v4.sin_addr) == 1) {
		to.v4.sin_family = AF_INET;
		to.v4.sin_port = htons((uint16_t)port);
		length = sizeof(to.v4);
	}
	else if (inet_pton(AF_INET6, address, &to.v6.sin6_addr) == 1) {
		to.v6.sin6_family = AF_INET6;
		to.v6.sin6_port = htons((uint16_t)port);
		length = sizeof(to.v6);
	}
	else
		return false;
	memset(stream, 0, sizeof(Stream));
	bufferInit(&stream->in, receiveWindow);
	bufferInit(&stream->out, sendWindow);
	stream->fd = socket(to.any.sa_family, SOCK_STREAM, 0);
	if (stream->fd < 0) {
		breakStream(stream);
		return true;
	}
	fcntl(stream->fd, F_SETFL, O_NONBLOCK);
	fcntl(stream->fd, F_SETFD, FD_CLOEXEC);
	/* The system's own buffers, by default hundreds of KB, would hide what a small window does. */
	limitSystemBuffer(stream->fd, SO_RCVBUF, receiveWindow);
	limitSystemBuffer(stream->fd, SO_SNDBUF, sendWindow);
	setsockopt(stream->fd, IPPROTO_TCP, TCP_NODELAY, &noDelay, sizeof(noDelay));
	if ((connect(stream->fd, &to.any, length) < 0) && (errno != EINPROGRESS) && (errno != EINTR))
		breakStream(stream);
	return true;
}

int streamEvents(const Stream* stream)
{
	if (!stream->ready)
		return stream->ended ? -1 : POLLOUT;
	int events = 0;
	if (!stream->ended && bufferRoom(&stream->in))
		events |= POLLIN;
	if (!stream->broken && bufferUsed(&stream->out))
		events |= POLLOUT;
	return events ? events : -1;
}

static int finishConnect(Stream* stream)
{
	int error = 0;
	socklen_t length = sizeof(error);
	if ((getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0) || error) {
		breakStream(stream);
		return 0;
	}
	stream->ready = true;
	return STREAM_READY;
}

/* Unread bytes fill the buffer, and the rest stays in the system: that holds the peer's window. */
static int receive(Stream* stream)
{
	int happened = 0;
	while (!stream->ended && bufferRoom(&stream->in)) {
		bufferCompact(&stream->in);
		ssize_t count = recv(stream->fd, stream->in.bytes + stream->in.end, bufferRoom(&stream->in), 0);
		if (count > 0) {
			stream->in.end += (size_t)count;
			traffic.bytesIn += (double)count;
			happened = STREAM_RECEIVED;
		}
		else if ((count == 0) || ((errno != EAGAIN) && (errno != EWOULDBLOCK) && (errno != EINTR)))
			breakStream(stream);
		else if (errno != EINTR)
			break;
	}
	return happened;
}

int streamServe(Stream* stream, int events)
{
	if (!stream->ready)
		return events ? finishConnect(stream) : 0;
	int happened = 0;
	if (events & (POLLIN | POLLHUP | POLLERR))
		happened |= receive(stream);
	if (events & POLLOUT)
		happened |= streamFlush(stream);
	else if ((events & POLLERR) && !bufferRoom(&stream->in))
		breakStream(stream);
	return happened;
}

int streamFlush(Stream* stream)
{
	int happened = 0;
	while (stream->ready && !stream->broken && bufferUsed(&stream->out)) {
		ssize_t count = send(stream->fd, stream->out.bytes + stream->out.start, bufferUsed(&stream->out), 0);
		if (count >= 0) {
			traffic.sends++;
			traffic.bytesOut += (double)count;
			stream->out.start += (size_t)count;
			happened = STREAM_SENT;
		}
		else if ((errno == EAGAIN) || (errno == EWOULDBLOCK))
			break;
		else if (errno != EINTR)
			/* What the peer sent before it broke the connection can still be read; that ends with an error or the end. */
			stream->broken = true;
	}
	return happened;
}

void streamRelease(Stream* stream)
{
	if (stream->fd >= 0)
		close(stream->fd);
	free(stream->in.bytes);
	free(stream->out.bytes);
}
