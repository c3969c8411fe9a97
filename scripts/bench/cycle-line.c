/* A network of its own with a delay line in it: `cycle-line MICROSECONDS COMMAND...` runs COMMAND there. What COMMAND sends to 10.77.0.2
 * comes back after so many µs as if 10.77.0.2 had sent it to 10.77.0.1: who connects to a port of 10.77.0.2 reaches the server that listens
 * at 10.77.0.1, through the machine's own TCP, over a link with a delay each way and no limit to its rate. Source and destination are
 * exchanged and nothing else; the checksums are sums over both, and stay right.
 *
 * COMMAND reads at descriptor 3 a line for each TCP segment when it has arrived:
 *   sent, arrived (µs of CLOCK_MONOTONIC), ports it was sent from and to, flags, bytes of the IP packet, bytes of payload, sequence number
 * This program alone moves packets, so that the order of these times is the order of what happened. Exit code: COMMAND's; 125, and a
 * sentence, where there can be no such network: it needs Linux, /dev/net/tun, and root or user namespaces. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CANNOT 125
#define LOG 3
/* Packets under way at most: what does not fit is lost, as on any line. */
#define ROOM 4096
#define LARGEST 2048

struct packet {
	int64_t sent;
	int size;
	unsigned char bytes[LARGEST];
};

static struct packet line[ROOM];

static void cannot(const char* what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(CANNOT);
}

static int64_t now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static void say(const char* path, const char* text)
{
	int file = open(path, O_WRONLY);
	if (file < 0 || write(file, text, strlen(text)) < 0) cannot(path);
	close(file);
}

/* A network namespace; for who is not root in a user namespace, in which he is. */
static void leave(void)
{
	char map[32];
	unsigned user = getuid(), group = getgid();
	if (!unshare(CLONE_NEWNET)) return;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET)) cannot("a network of its own");
	say("/proc/self/setgroups", "deny");
	snprintf(map, sizeof map, "0 %u 1", user);
	say("/proc/self/uid_map", map);
	snprintf(map, sizeof map, "0 %u 1", group);
	say("/proc/self/gid_map", map);
}

static void set(int control, struct ifreq* request, unsigned long what, const char* address)
{
	struct sockaddr_in* to = (struct sockaddr_in*)&request->ifr_addr;
	memset(to, 0, sizeof *to);
	to->sin_family = AF_INET;
	inet_pton(AF_INET, address, &to->sin_addr);
	if (ioctl(control, what, request)) cannot(address);
}

static void switch_on(int control, const char* name)
{
	struct ifreq request;
	memset(&request, 0, sizeof request);
	strcpy(request.ifr_name, name);
	if (ioctl(control, SIOCGIFFLAGS, &request)) cannot(name);
	request.ifr_flags |= IFF_UP;
	if (ioctl(control, SIOCSIFFLAGS, &request)) cannot(name);
}

/* The descriptor of an interface whose packets come to this program. */
static int interface(void)
{
	struct ifreq request;
	int tunnel = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK), control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	memset(&request, 0, sizeof request);
	strcpy(request.ifr_name, "line");
	request.ifr_flags = IFF_TUN | IFF_NO_PI;
	if (tunnel < 0 || control < 0 || ioctl(tunnel, TUNSETIFF, &request)) cannot("/dev/net/tun");
	set(control, &request, SIOCSIFADDR, "10.77.0.1");
	set(control, &request, SIOCSIFNETMASK, "255.255.255.252");
	switch_on(control, "line");
	switch_on(control, "lo");
	close(control);
	return tunnel;
}

static void turn(struct packet* packet)
{
	struct iphdr* ip = (struct iphdr*)packet->bytes;
	uint32_t from = ip->saddr;
	ip->saddr = ip->daddr;
	ip->daddr = from;
}

static void tell(int log, const struct packet* packet, int64_t arrived)
{
	char text[160];
	const struct iphdr* ip = (const struct iphdr*)packet->bytes;
	const struct tcphdr* tcp = (const struct tcphdr*)(packet->bytes + ip->ihl * 4);
	if (ip->version != 4 || ip->protocol != IPPROTO_TCP) return;
	int size = snprintf(text, sizeof text, "%lld %lld %u %u %s%s%s%s %d %d %u\n", (long long)packet->sent, (long long)arrived, ntohs(tcp->source), ntohs(tcp->dest),
		tcp->syn ? "S" : "", tcp->fin ? "F" : "", tcp->rst ? "R" : "", tcp->ack ? "A" : "", packet->size, packet->size - ip->ihl * 4 - tcp->doff * 4, ntohl(tcp->seq));
	/* A reader that has gone does not matter. */
	if (write(log, text, size) < 0 && errno != EPIPE) perror("cycle-line");
}

/* The child's exit code, once it has ended. */
static int carry(int tunnel, int log, int64_t delay, pid_t child)
{
	unsigned first = 0, next = 0;
	for (;;) {
		int status;
		struct timespec wait = { .tv_nsec = 50000000 };
		struct pollfd end = { .fd = tunnel, .events = POLLIN };
		if (waitpid(child, &status, WNOHANG) == child) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		if (first != next) {
			int64_t left = line[first % ROOM].sent + delay - now();
			if (left < 0) left = 0;
			if (left < 50000) wait.tv_nsec = left * 1000;
		}
		if (ppoll(&end, 1, &wait, NULL) < 0 && errno != EINTR) cannot("poll");
		while (first != next && line[first % ROOM].sent + delay <= now()) {
			struct packet* packet = &line[first++ % ROOM];
			turn(packet);
			int64_t arrived = now();
			if (write(tunnel, packet->bytes, packet->size) < 0) perror("cycle-line");
			tell(log, packet, arrived);
		}
		while (next - first < ROOM) {
			struct packet* packet = &line[next % ROOM];
			packet->size = read(tunnel, packet->bytes, LARGEST);
			if (packet->size <= 0) break;
			packet->sent = now();
			next++;
		}
	}
}

int main(int count, char** words)
{
	int ends[2];
	if (count < 3) {
		fprintf(stderr, "cycle-line MICROSECONDS COMMAND...\n");
		return CANNOT;
	}
	leave();
	int tunnel = interface();
	if (pipe2(ends, O_CLOEXEC)) cannot("pipe");
	pid_t parent = getpid(), child = fork();
	if (child < 0) cannot("fork");
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent || dup2(ends[0], LOG) < 0) _exit(CANNOT);
		fcntl(LOG, F_SETFD, 0);
		execvp(words[2], words + 2);
		cannot(words[2]);
	}
	close(ends[0]);
	signal(SIGPIPE, SIG_IGN);
	return carry(tunnel, ends[1], atoll(words[1]), child);
}
