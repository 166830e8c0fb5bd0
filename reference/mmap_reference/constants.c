/* Each name is an enumerator first, which says that it is absent; where the system has it, the
   macro of its header takes the enumerator's place. So that header comes after the list, and
   nothing that may include it before. PROT_NONE is left out: there is no use for a map that
   cannot be touched. */

#include "mapping.h"

#define SYSTEM_CONSTANTS(X) \
    X(PROT_READ) X(PROT_WRITE) X(PROT_EXEC)                                                     \
    X(MS_SYNC) X(MS_ASYNC) X(MS_INVALIDATE)                                                     \
    X(MAP_SHARED) X(MAP_PRIVATE) X(MAP_SHARED_VALIDATE) X(MAP_ANON) X(MAP_ANONYMOUS)            \
    X(MAP_32BIT) X(MAP_ALIGNED_SUPER) X(MAP_CONCEAL) X(MAP_DENYWRITE) X(MAP_EXECUTABLE)         \
    X(MAP_FIXED_NOREPLACE) X(MAP_GROWSDOWN) X(MAP_HASSEMAPHORE) X(MAP_HUGETLB) X(MAP_JIT)       \
    X(MAP_LOCKED) X(MAP_NOCACHE) X(MAP_NOEXTEND) X(MAP_NONBLOCK) X(MAP_NORESERVE)               \
    X(MAP_NOSYNC) X(MAP_POPULATE) X(MAP_STACK) X(MAP_SYNC) X(MAP_TRANSLATED_ALLOW_EXECUTE)      \
    X(MAP_UNALIGNED) X(MAP_RESILIENT_CODESIGN) X(MAP_RESILIENT_MEDIA) X(MAP_TPRO)               \
    X(MADV_NORMAL) X(MADV_RANDOM) X(MADV_SEQUENTIAL) X(MADV_WILLNEED) X(MADV_DONTNEED)          \
    X(MADV_REMOVE) X(MADV_DONTFORK) X(MADV_DOFORK) X(MADV_HWPOISON) X(MADV_MERGEABLE)           \
    X(MADV_UNMERGEABLE) X(MADV_SOFT_OFFLINE) X(MADV_HUGEPAGE) X(MADV_NOHUGEPAGE)                \
    X(MADV_DONTDUMP) X(MADV_DODUMP) X(MADV_FREE) X(MADV_COLD) X(MADV_PAGEOUT)                   \
    X(MADV_POPULATE_READ) X(MADV_POPULATE_WRITE) X(MADV_WIPEONFORK) X(MADV_KEEPONFORK)          \
    X(MADV_COLLAPSE) X(MADV_NOSYNC) X(MADV_AUTOSYNC) X(MADV_NOCORE) X(MADV_CORE)                \
    X(MADV_PROTECT) X(MADV_FREE_REUSABLE) X(MADV_FREE_REUSE) X(MADV_ZERO_WIRED_PAGES)

#define FIRST_ABSENT(name) name = ABSENT,
enum { SYSTEM_CONSTANTS(FIRST_ABSENT) };

#ifndef _WIN32
#include <sys/mman.h>
#endif

#define CONSTANT(name) {#name, (long)(name)},
const struct constant mapping_constants[] = {SYSTEM_CONSTANTS(CONSTANT){0, 0}};
