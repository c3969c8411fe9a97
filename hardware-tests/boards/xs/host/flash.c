/*
 * Scripts as a board has them: compiled ahead, in flash. Names are interned while the machine is still unlimited; bytecode
 * stays where the compiler put it; string literals are used in place and cost nothing at run time.
 */
#include "board.h"

static char* readFile(const char* path)
{
	FILE* file = fopen(path, "rb");
	if (!file)
		fail("cannot open %s", path);
	size_t length = 0, size = 65536;
	char* text = malloc(size);
	for (size_t count; (count = fread(text + length, 1, size - length - 1, file)) > 0; ) {
		length += count;
		if (length + 1 == size)
			text = realloc(text, size *= 2);
	}
	fclose(file);
	text[length] = 0;
	return text;
}

/* The opcode of an archive in place of the one of evaluated code: the operand is used where it is, not copied to the heap. */
static txU1 inPlace(txU1 code)
{
	switch (code) {
	case XS_CODE_CODE_1: return XS_CODE_CODE_ARCHIVE_1;
	case XS_CODE_CODE_2: return XS_CODE_CODE_ARCHIVE_2;
	case XS_CODE_CODE_4: return XS_CODE_CODE_ARCHIVE_4;
	case XS_CODE_STRING_1: return XS_CODE_STRING_ARCHIVE_1;
	case XS_CODE_STRING_2: return XS_CODE_STRING_ARCHIVE_2;
	case XS_CODE_STRING_4: return XS_CODE_STRING_ARCHIVE_4;
	default: return code;
	}
}

static void linkCode(txScript* script)
{
	txByte* p = script->codeBuffer;
	txByte* end = p + script->codeSize;
	while (p < end) {
		txU1 code = *(txU1*)p;
		txS1 size = gxCodeSizes[code];
		*(txU1*)p = inPlace(code);
		if (size > 0)
			p += size;
		else if (size == 0)				/* followed by an identifier */
			p += 1 + sizeof(txID);
		else if (size == -1)			/* followed by a length and so many bytes */
			p += 2 + *(txU1*)(p + 1);
		else if (size == -2) {
			txU2 length;
			memcpy(&length, p + 1, 2);
			p += 3 + length;
		}
		else {
			txU4 length;
			memcpy(&length, p + 1, 4);
			p += 5 + length;
		}
	}
}

static void linkNames(txMachine* the, txScript* script)
{
	txByte* p = script->symbolsBuffer;
	txID count;
	mxDecodeID(p, count);
	txID* ids = malloc(count * sizeof(txID));
	ids[0] = XS_NO_ID;
	for (txID i = 1; i < count; i++) {
		ids[i] = fxNewNameC(the, (txString)p);
		p += strlen((char*)p) + 1;
	}
	fxRemapIDs(the, script->codeBuffer, script->codeSize, ids);
	free(ids);
	/* Without symbols fxRunScript takes the script as linked, and keeps it. */
	free(script->symbolsBuffer);
	script->symbolsBuffer = NULL;
}

txScript* loadScript(txMachine* the, const char* path)
{
	char* text = readFile(path);
	txStringCStream stream = { .buffer = text, .offset = 0, .size = (txSize)strlen(text) };
	txScript* script = fxParseScript(the, &stream, fxStringCGetter, mxProgramFlag | mxStrictFlag);
	free(text);
	if (!script)
		fail("%s is no script", path);
	if (script->symbolsBuffer)
		linkNames(the, script);
	linkCode(script);
	return script;
}

void runScript(txMachine* machine, txScript* script)
{
	xsBeginHost(machine);
	{
		txSlot* realm = mxModuleInstanceInternal(mxProgram.value.reference)->value.module.realm;
		fxRunScript(the, script, mxRealmGlobal(realm), C_NULL, mxRealmClosures(realm)->value.reference, C_NULL, mxProgram.value.reference);
		mxPop();
	}
	xsEndHost(machine);
	runJobs(machine);
}
