/*
 * Preloaded scripts: what Moddable's linker runs on the computer that builds, whose heap then lies in flash. It freezes functions,
 * prototypes of constructors, environments and buffers; other objects are copied to RAM when they are first written. Here all that
 * such a script leaves is frozen, variables too: a preloaded module that keeps changing state fails, instead of taking RAM unseen.
 */
#include "board.h"

static txSlot** known;			/* instances that were there before, by address */
static size_t knownCount;

typedef void (*Visitor)(txMachine* the, txSlot* instance);

static void visitInstances(txMachine* the, Visitor visit)
{
	for (txSlot* slot = the->freeHeap; slot; slot = slot->next)
		slot->flag |= XS_MARK_FLAG;
	for (txSlot* heap = the->firstHeap; heap; heap = heap->next)
		for (txSlot* slot = heap + 1; slot < heap->value.reference; slot++)
			if (!(slot->flag & XS_MARK_FLAG) && (slot->kind == XS_INSTANCE_KIND))
				(*visit)(the, slot);
	for (txSlot* slot = the->freeHeap; slot; slot = slot->next)
		slot->flag &= (txFlag)~XS_MARK_FLAG;
}

static int byAddress(const void* first, const void* second)
{
	txSlot* a = *(txSlot* const*)first;
	txSlot* b = *(txSlot* const*)second;
	return a < b ? -1 : a > b;
}

static void note(txMachine* the, txSlot* instance)
{
	static size_t size;
	(void)the;
	if (knownCount == size)
		known = realloc(known, (size = size ? size * 2 : 4096) * sizeof(*known));
	known[knownCount++] = instance;
}

static void freeze(txSlot* instance)
{
	for (txSlot* property = instance->next; property; property = property->next) {
		if (property->kind != XS_ACCESSOR_KIND)
			property->flag |= XS_DONT_SET_FLAG;
		property->flag |= XS_DONT_DELETE_FLAG;
		if (property->kind == XS_CLOSURE_KIND)
			property->value.closure->flag |= XS_DONT_SET_FLAG;
	}
	instance->flag |= XS_DONT_PATCH_FLAG;
}

static void freezeIfLinked(txMachine* the, txSlot* instance)
{
	txSlot* internal = instance->next;
	if (!bsearch(&instance, known, knownCount, sizeof(*known), byAddress))
		freeze(instance);
	else if (internal && (internal->flag & XS_INTERNAL_FLAG) && ((internal->kind == XS_CALLBACK_KIND) || (internal->kind == XS_CODE_KIND))) {
		freeze(instance);
		if (instance->flag & XS_CAN_CONSTRUCT_FLAG)
			for (txSlot* property = internal->next; property; property = property->next)
				if ((property->ID == mxID(_prototype)) && (property->kind == XS_REFERENCE_KIND) && (property->value.reference != mxGlobal.value.reference))
					freeze(property->value.reference);
	}
}

void preload(txMachine* the, txScript** scripts, int count)
{
	if (!count)
		return;
	fxCollectGarbage(the);
	visitInstances(the, note);
	qsort(known, knownCount, sizeof(*known), byAddress);
	for (int i = 0; i < count; i++)
		runScript(the, scripts[i]);
	if (countSockets() || (untilNextTimer() >= 0))
		fail("a preloaded script has made a socket or a timer: these do not exist on the computer that builds");
	fxCollectGarbage(the);
	visitInstances(the, freezeIfLinked);
	free(known);
}
