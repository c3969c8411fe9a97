/* What the engine asks of its platform: every XS source includes this file (XSPLATFORM). It knows the C library, not the host. */
#ifndef BOARD_PLATFORM_H
#define BOARD_PLATFORM_H

#undef mxLittleEndian
#define mxLittleEndian 1
#if defined(__linux__)
	#undef mxLinux
	#define mxLinux 1
#elif defined(__APPLE__)
	#undef mxMacOSX
	#define mxMacOSX 1
#else
	#error the virtual board needs Linux or macOS
#endif

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <arpa/inet.h>

#define mxUseGCCAtomics 1
#define mxUsePOSIXThreads 1
#define XS_FUNCTION_NORETURN __attribute__((noreturn))

/* Fields of ours in the machine: the engine has promise jobs to run; a thread's wait list (Atomics, unused here). */
#define mxMachinePlatform \
	int promiseJobs; \
	void* waiterCondition; \
	void* waiterData; \
	void* waiterLink;

#define mxUseDefaultBuildKeys 1
#define mxUseDefaultParseScript 1
#define mxUseDefaultSharedChunks 1
#define mxUseDefaultFindModule 1
#define mxUseDefaultLoadModule 1

/* Slots take 16 bytes with 32-bit pointers (16-bit IDs, as on a microcontroller) and 32 bytes with 64-bit pointers. */
#if INTPTR_MAX == INT64_MAX
	#define mx32bitID 1
#endif

#endif
