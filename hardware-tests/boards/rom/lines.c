/* Gives pseudo-terminals the modem lines and the speed that they lack, in a program that it is loaded into before the C library
 * (LD_PRELOAD): each change goes as a line ("D1 R0", "B921600") to the UNIX socket that MOTEMQ_LINES names, and the call returns when a byte
 * has come back, so that a board at the other end sees changes and bytes in their order. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>
#include <asm/ioctls.h>
#include <asm/termbits.h>

#define DTR 0x002
#define RTS 0x004

static int lines;

static void tell(const char* text)
{
	const char* path = getenv("MOTEMQ_LINES");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char answer;
	if (!path || strlen(path) >= sizeof address.sun_path) return;
	strcpy(address.sun_path, path);
	int end = socket(AF_UNIX, SOCK_STREAM, 0);
	if (end < 0) return;
	if (!connect(end, (struct sockaddr*)&address, sizeof address) && write(end, text, strlen(text)) > 0 && read(end, &answer, 1) < 0) perror("lines");
	close(end);
}

static int is_pseudo_terminal(int fd)
{
	struct stat status;
	/* Major numbers of the ends that programs open: Linux, Documentation/admin-guide/devices.txt. */
	return !fstat(fd, &status) && S_ISCHR(status.st_mode) && major(status.st_rdev) >= 136 && major(status.st_rdev) <= 143;
}

int ioctl(int fd, unsigned long request, ...)
{
	int (*real)(int, unsigned long, ...) = (int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl");
	char text[32];
	va_list rest;
	va_start(rest, request);
	void* argument = va_arg(rest, void*);
	va_end(rest);
	if (!is_pseudo_terminal(fd)) return real(fd, request, argument);
	switch (request) {
	case TIOCMGET:
		*(int*)argument = lines;
		return 0;
	case TIOCMBIS:
	case TIOCMBIC:
	case TIOCMSET:
		if (request == TIOCMBIS) lines |= *(int*)argument;
		else if (request == TIOCMBIC) lines &= ~*(int*)argument;
		else lines = *(int*)argument;
		snprintf(text, sizeof text, "D%d R%d\n", !!(lines & DTR), !!(lines & RTS));
		tell(text);
		return 0;
	case TCSETS2:
		snprintf(text, sizeof text, "B%u\n", ((struct termios2*)argument)->c_ospeed);
		tell(text);
		return real(fd, request, argument);
	default:
		return real(fd, request, argument);
	}
}

/* <termios.h> and the kernel's own definitions do not go together: of the C library's structure only the speed is wanted. */
unsigned cfgetospeed(const void* settings);

int tcsetattr(int fd, int when, const void* settings)
{
	static const struct { unsigned code, baud; } speeds[] = {
		{ B9600, 9600 }, { B19200, 19200 }, { B38400, 38400 }, { B57600, 57600 }, { B115200, 115200 }, { B230400, 230400 },
		{ B460800, 460800 }, { B921600, 921600 }, { B1500000, 1500000 }, { B2000000, 2000000 },
	};
	int (*real)(int, int, const void*) = (int (*)(int, int, const void*))dlsym(RTLD_NEXT, "tcsetattr");
	char text[32];
	int result = real(fd, when, settings);
	if (result || !is_pseudo_terminal(fd)) return result;
	for (unsigned at = 0; at < sizeof speeds / sizeof *speeds; at++) {
		if (speeds[at].code != cfgetospeed(settings)) continue;
		snprintf(text, sizeof text, "B%u\n", speeds[at].baud);
		tell(text);
	}
	return result;
}
