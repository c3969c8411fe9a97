/*
 * `TCP`: ECMA-419's socket class as Moddable has it on lwIP (modules/io/socket/lwip/tcp.c). The callbacks come from the event
 * loop, never from inside a call; bytes that are written in one turn go out together at its end.
 */
#include "board.h"

typedef struct Socket Socket;
struct Socket {
	Socket* next;
	txMachine* the;
	txSlot object;							/* what the script holds; kept alive until close() */
	txSlot *onReadable, *onWritable, *onError;
	Stream stream;
	int entry;								/* in the poll list of this turn; -1: none */
	bool number;							/* format "number" */
	bool readable, writable;				/* to be delivered */
	bool over;								/* the event loop knows that the connection has ended: writing throws */
	bool failed;							/* onError was delivered */
	bool closed;							/* the script closed it; only bytes to be sent keep it */
};

static Socket* sockets;

static void markSocket(txMachine* the, void* data, txMarkRoot markRoot)
{
	Socket* socket = data;
	txSlot* callbacks[] = { socket->onReadable, socket->onWritable, socket->onError };
	for (int i = 0; i < 3; i++)
		if (callbacks[i])
			(*markRoot)(the, callbacks[i]);
}

static const txHostHooks socketHooks = { .destructor = NULL, .marker = markSocket };

static Socket* thisSocket(txMachine* the)
{
	return xsmcGetHostDataValidate(xsThis, (void*)&socketHooks);
}

static bool isNumberFormat(txMachine* the, txSlot* slot)
{
	txString format = xsmcToString(*slot);
	bool number = !strcmp(format, "number");
	if (!number && strcmp(format, "buffer"))
		xsRangeError("unimplemented");
	return number;
}

static txSlot* callbackOption(txMachine* the, const char* name)
{
	xsmcGet(xsVar(0), xsArg(0), xsID((txString)name));
	if (xsmcTypeOf(xsVar(0)) == xsUndefinedType)
		return NULL;
	if (!fxIsCallable(the, &xsVar(0)))
		xsTypeError("%s is no function", (txString)name);
	return xsToReference(xsVar(0));
}

/* Moddable's modules say `nodelay`, ECMA-419 says `noDelay`. */
static int noDelayOption(txMachine* the)
{
	xsmcGet(xsVar(0), xsArg(0), xsID("nodelay"));
	if (xsmcTypeOf(xsVar(0)) == xsUndefinedType)
		xsmcGet(xsVar(0), xsArg(0), xsID("noDelay"));
	return xsmcTest(xsVar(0));
}

static void socketConstruct(txMachine* the)
{
	char address[64];
	Socket options = { 0 };
	if (mxIsUndefined(mxTarget))
		xsTypeError("call: TCP");
	xsmcVars(1);
	if ((xsmcArgc < 1) || (xsmcTypeOf(xsArg(0)) != xsReferenceType))
		xsTypeError("no options");

	xsmcGet(xsVar(0), xsArg(0), xsID("format"));
	options.number = (xsmcTypeOf(xsVar(0)) != xsUndefinedType) && isNumberFormat(the, &xsVar(0));
	options.onReadable = callbackOption(the, "onReadable");
	options.onWritable = callbackOption(the, "onWritable");
	options.onError = callbackOption(the, "onError");
	int noDelay = noDelayOption(the);
	xsmcGet(xsVar(0), xsArg(0), xsID("port"));
	int port = xsmcToInteger(xsVar(0));
	if ((port < 0) || (port > 65535))
		xsRangeError("invalid port");
	xsmcGet(xsVar(0), xsArg(0), xsID("address"));
	xsmcToStringBuffer(xsVar(0), address, sizeof(address));

	mxPushSlot(mxTarget);
	fxGetPrototypeFromConstructor(the, &mxObjectPrototype);
	fxNewHostInstance(the);
	mxPullSlot(mxResult);
	xsmcGet(xsVar(0), xsArg(0), xsID("target"));
	if (xsmcTypeOf(xsVar(0)) != xsUndefinedType)
		xsmcSet(xsResult, xsID("target"), xsVar(0));

	if (!streamConnect(&options.stream, address, port, noDelay, (size_t)settings.sendWindow, (size_t)settings.receiveWindow))
		xsUnknownError("invalid address");
	Socket* socket = malloc(sizeof(Socket));
	*socket = options;
	socket->the = the;
	socket->entry = -1;
	socket->object = xsResult;
	xsmcSetHostData(xsResult, socket);
	xsSetHostHooks(xsResult, (txHostHooks*)&socketHooks);
	fxRemember(the, &socket->object);
	Socket** link = &sockets;
	while (*link)
		link = &(*link)->next;
	*link = socket;
}

static void socketClose(txMachine* the)
{
	Socket* socket = xsmcGetHostData(xsThis);
	if (!socket)
		return;
	socket = thisSocket(the);
	socket->closed = true;
	fxForget(the, &socket->object);
	xsmcSetHostData(xsThis, NULL);
	xsmcSetHostDestructor(xsThis, NULL);
}

static void socketRead(txMachine* the)
{
	Socket* socket = thisSocket(the);
	Buffer* in = &socket->stream.in;
	int available = (int)bufferUsed(in);
	if (!available)
		return;
	if (socket->number) {
		uint8_t byte;
		bufferTake(in, &byte, 1);
		xsmcSetInteger(xsResult, byte);
		return;
	}
	void* bytes = NULL;
	int requested = available;
	if (xsmcArgc > 0) {
		if (xsmcTypeOf(xsArg(0)) == xsReferenceType) {
			xsUnsignedValue length;
			xsmcGetBufferWritable(xsArg(0), &bytes, &length);
			requested = length > INT32_MAX ? INT32_MAX : (int)length;
		}
		else
			requested = xsmcToInteger(xsArg(0));
	}
	if ((requested <= 0) || (requested > available))
		xsUnknownError("invalid");
	if (bytes)
		xsmcSetInteger(xsResult, requested);
	else
		bytes = xsmcSetArrayBuffer(xsResult, NULL, requested);
	bufferTake(in, bytes, (size_t)requested);
}

static void socketWrite(txMachine* the)
{
	Socket* socket = thisSocket(the);
	Stream* stream = &socket->stream;
	if (!stream->ready || socket->over)
		xsUnknownError("not ready");
	/* It has broken since. */
	if (stream->broken || stream->ended)
		return;
	void* bytes;
	xsUnsignedValue count;
	uint8_t byte;
	if (xsmcArgc < 1)
		xsTypeError("no data");
	if (socket->number) {
		byte = (uint8_t)xsmcToInteger(xsArg(0));
		bytes = &byte;
		count = 1;
	}
	else
		xsmcGetBufferReadable(xsArg(0), &bytes, &count);
	if (count > bufferRoom(&stream->out))
		xsUnknownError("would block");
	bufferPut(&stream->out, bytes, count);
	traffic.writes++;
	xsmcSetInteger(xsResult, (int)bufferRoom(&stream->out));
}

static void socketGetFormat(txMachine* the)
{
	fxStringX(the, &xsResult, thisSocket(the)->number ? "number" : "buffer");
}

static void socketSetFormat(txMachine* the)
{
	Socket* socket = thisSocket(the);
	socket->number = isNumberFormat(the, &xsArg(0));
}

static void deliver(Socket* socket, txSlot* callback, int count)
{
	txSlot function, argument;
	if (socket->closed || !callback)
		return;
	fxReference(socket->the, &function, callback);
	argument.next = NULL;
	fxInteger(socket->the, &argument, count);
	callScript(socket->the, &function, &socket->object, count < 0 ? NULL : &argument);
}

static void serveSocket(Socket* socket, int events)
{
	Stream* stream = &socket->stream;
	int happened = events ? streamServe(stream, events) : 0;
	if (socket->closed)
		return;
	if (happened & (STREAM_READY | STREAM_SENT))
		socket->writable = true;
	if (happened & STREAM_RECEIVED)
		socket->readable = true;
	/* As tcpDeliver has it: from this event on, that for bytes which came before the end included. */
	socket->over = stream->ended;
	if (socket->readable) {
		socket->readable = false;
		deliver(socket, socket->onReadable, (int)bufferUsed(&stream->in));
	}
	if (socket->writable) {
		socket->writable = false;
		if (!stream->broken)
			deliver(socket, socket->onWritable, (int)bufferRoom(&stream->out));
	}
	/* The end is told when all that was received has been read. */
	if (stream->ended && !socket->failed && !bufferUsed(&stream->in)) {
		socket->failed = true;
		deliver(socket, socket->onError, -1);
	}
}

static void releaseSockets(void)
{
	for (Socket** link = &sockets; *link; ) {
		Socket* socket = *link;
		bool sending = socket->stream.ready && !socket->stream.broken && bufferUsed(&socket->stream.out);
		if (!socket->closed || sending)
			link = &socket->next;
		else {
			*link = socket->next;
			streamRelease(&socket->stream);
			free(socket);
		}
	}
}

int countSockets(void)
{
	int count = 0;
	for (Socket* socket = sockets; socket; socket = socket->next)
		count++;
	return count;
}

void watchSockets(struct pollfd* entries)
{
	int count = 0;
	for (Socket* socket = sockets; socket; socket = socket->next) {
		int events = streamEvents(&socket->stream);
		if (socket->closed && (events > 0))
			events &= ~POLLIN;
		entries[count].fd = events > 0 ? socket->stream.fd : -1;
		entries[count].events = (short)events;
		entries[count].revents = 0;
		socket->entry = count++;
	}
}

void serveSockets(const struct pollfd* entries)
{
	for (Socket* socket = sockets; socket; socket = socket->next)
		if (socket->entry >= 0)
			serveSocket(socket, entries[socket->entry].revents);
	releaseSockets();
}

void flushSockets(void)
{
	for (Socket* socket = sockets; socket; socket = socket->next)
		if (streamFlush(&socket->stream) & STREAM_SENT)
			socket->writable = true;
	releaseSockets();
}

int socketsAreWaiting(void)
{
	for (Socket* socket = sockets; socket; socket = socket->next) {
		bool failing = socket->stream.ended && !socket->failed && !bufferUsed(&socket->stream.in);
		if (!socket->closed && (socket->readable || socket->writable || failing))
			return 1;
	}
	return 0;
}

void installTCP(txMachine* the)
{
	xsmcVars(2);
	xsVar(0) = xsNewHostObject(NULL);
	defineFunction(the, &xsVar(0), "close", 0, socketClose);
	defineFunction(the, &xsVar(0), "read", 0, socketRead);
	defineFunction(the, &xsVar(0), "write", 1, socketWrite);
	defineGetter(the, &xsVar(0), "format", socketGetFormat);
	xsVar(1) = xsNewHostFunction(socketSetFormat, 1);
	xsmcDefine(xsVar(0), xsID("format"), xsVar(1), xsDontEnum | xsIsSetter);
	xsVar(1) = xsNewHostConstructorObject(socketConstruct, 1, xsVar(0), xsID("TCP"));
	xsmcDefine(xsGlobal, xsID("TCP"), xsVar(1), xsDontEnum);
}
