/* A pseudo-terminal for Node, which can make none: prints its path, then carries bytes between it and standard input and output. The
 * terminal is raw and stays when a host closes it, because this program holds its other end open, too. It ends with its standard input. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

static int carry(int from, int to)
{
	char bytes[4096];
	ssize_t size = read(from, bytes, sizeof bytes);
	if (size <= 0) return size < 0 && (errno == EINTR || errno == EAGAIN) ? 0 : -1;
	for (ssize_t done = 0; done < size;) {
		ssize_t written = write(to, bytes + done, size - done);
		if (written < 0 && errno != EINTR) return -1;
		if (written > 0) done += written;
	}
	return 0;
}

int main(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	struct termios settings;
	if (master < 0 || grantpt(master) || unlockpt(master)) {
		perror("pseudo-terminal");
		return 1;
	}
	const char* path = ptsname(master);
	int slave = path ? open(path, O_RDWR | O_NOCTTY) : -1;
	if (slave < 0 || tcgetattr(slave, &settings)) {
		perror("pseudo-terminal");
		return 1;
	}
	cfmakeraw(&settings);
	tcsetattr(slave, TCSANOW, &settings);
	printf("%s\n", path);
	fflush(stdout);
	struct pollfd ends[2] = { { .fd = STDIN_FILENO, .events = POLLIN }, { .fd = master, .events = POLLIN } };
	for (;;) {
		if (poll(ends, 2, -1) < 0 && errno != EINTR) return 1;
		if (ends[0].revents && carry(STDIN_FILENO, master)) return 0;
		if (ends[1].revents && carry(master, STDOUT_FILENO)) return 0;
	}
}
