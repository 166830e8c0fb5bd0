/* Preloaded into a process, this makes one call fail: the n-th of a kind that the extension
   makes while call_armed() runs, or the n-th time that anybody wants memory of Python. It
   also keeps account of what the extension has mapped. For one thread. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* In the order of faults.py. */
enum call { MMAP, MREMAP, MUNMAP, FTRUNCATE, FCNTL, FSTAT, MSYNC, MADVISE, PRCTL, ALLOCATION,
            CALLS };

long calls[CALLS]; /* how many there were */

static struct {
    int under_way;
    enum call call;
    long number;
    int error;
} armed;

/* What is mapped */

enum { MOST_REGIONS = 4096 };

struct region {
    char *start;
    size_t length;
};

struct region regions[MOST_REGIONS];
long region_count; /* past the most: more than one can be told of */

static size_t
whole_pages(size_t length)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (length + page - 1) / page * page;
}

static void
mapped(void *start, size_t length)
{
    if (region_count < MOST_REGIONS) {
        regions[region_count] = (struct region){start, whole_pages(length)};
    }
    region_count++;
}

/* Or will never be, the system having refused: nobody is to blame for that. */
static void
unmapped(char *start, size_t length)
{
    for (long i = 0; i < region_count && i < MOST_REGIONS; i++) {
        struct region *region = &regions[i];
        if (start == region->start && whole_pages(length) >= region->length) {
            *region = regions[--region_count];
            return;
        }
        if (start > region->start && start < region->start + region->length) {
            region->length = (size_t)(start - region->start);
            return;
        }
    }
}

static int
is_whole(const char *start)
{
    for (long i = 0; i < region_count && i < MOST_REGIONS; i++) {
        if (start == regions[i].start) {
            return 1;
        }
    }
    return 0;
}

/* Failing */

static int
is_extension(void *caller)
{
    Dl_info info;
    return dladdr(caller, &info) != 0 && strstr(info.dli_fname, "/_mmap.") != NULL;
}

static int
is_refused(enum call call)
{
    if (!armed.under_way) {
        return 0;
    }
    calls[call]++;
    if (call != armed.call || calls[call] != armed.number) {
        return 0;
    }
    errno = armed.error;
    return 1;
}

#define CALLER __builtin_return_address(0)
#define EXPORT_AS(other, name) \
    extern __typeof__(name) other __attribute__((alias(#name)))

void *
mmap(void *start, size_t length, int prot, int flags, int fd, off_t offset)
{
    if (!is_extension(CALLER)) {
        return (void *)syscall(SYS_mmap, start, length, prot, flags, fd, offset);
    }
    if (is_refused(MMAP)) {
        return (void *)-1;
    }
    void *made = (void *)syscall(SYS_mmap, start, length, prot, flags, fd, offset);
    if (made != (void *)-1) {
        mapped(made, length);
    }
    return made;
}
EXPORT_AS(mmap64, mmap);

void *
mremap(void *start, size_t length, size_t new_length, int flags, ...)
{
    const int tracked = is_extension(CALLER);
    va_list more;

    if (tracked && is_refused(MREMAP)) {
        return (void *)-1;
    }
    va_start(more, flags);
    void *made = (void *)syscall(SYS_mremap, start, length, new_length, flags,
                                 va_arg(more, void *));
    va_end(more);
    if (tracked && made != (void *)-1) {
        unmapped(start, length);
        mapped(made, new_length);
    }
    return made;
}

int
munmap(void *start, size_t length)
{
    const int tracked = is_extension(CALLER);
    const int refused = tracked && is_refused(MUNMAP);
    const int result = refused ? -1 : (int)syscall(SYS_munmap, start, length);

    if (tracked && (result == 0 || (refused && is_whole(start)))) {
        unmapped(start, length);
    }
    return result;
}

int
ftruncate(int fd, off_t length)
{
    if (is_extension(CALLER) && is_refused(FTRUNCATE)) {
        return -1;
    }
    return (int)syscall(SYS_ftruncate, fd, length);
}
EXPORT_AS(ftruncate64, ftruncate);

int
fcntl(int fd, int command, ...)
{
    va_list more;

    if (is_extension(CALLER) && is_refused(FCNTL)) {
        return -1;
    }
    va_start(more, command);
    int result = (int)syscall(SYS_fcntl, fd, command, va_arg(more, void *));
    va_end(more);
    return result;
}
EXPORT_AS(fcntl64, fcntl);

int
fstat(int fd, void *status)
{
    if (is_extension(CALLER) && is_refused(FSTAT)) {
        return -1;
    }
    return (int)syscall(SYS_fstat, fd, status);
}
EXPORT_AS(fstat64, fstat);

int
msync(void *start, size_t length, int flags)
{
    if (is_extension(CALLER) && is_refused(MSYNC)) {
        return -1;
    }
    return (int)syscall(SYS_msync, start, length, flags);
}

int
madvise(void *start, size_t length, int advice)
{
    if (is_extension(CALLER) && is_refused(MADVISE)) {
        return -1;
    }
    return (int)syscall(SYS_madvise, start, length, advice);
}

int
prctl(int option, ...)
{
    unsigned long values[4];
    va_list more;

    if (is_extension(CALLER) && is_refused(PRCTL)) {
        return -1;
    }
    va_start(more, option);
    for (int i = 0; i < 4; i++) {
        values[i] = va_arg(more, unsigned long);
    }
    va_end(more);
    return (int)syscall(SYS_prctl, option, values[0], values[1], values[2], values[3]);
}

/* Python's memory: declared here, since one shim serves every version of it */

struct allocator {
    void *context;
    void *(*malloc)(void *context, size_t size);
    void *(*calloc)(void *context, size_t count, size_t size);
    void *(*realloc)(void *context, void *memory, size_t size);
    void (*free)(void *context, void *memory);
};

enum { DOMAINS = 3 };

__attribute__((weak)) void PyMem_GetAllocator(int domain, struct allocator *allocator);
__attribute__((weak)) void PyMem_SetAllocator(int domain, struct allocator *allocator);
__attribute__((weak)) void *PyObject_Call(void *callable, void *arguments, void *keywords);

static struct allocator originals[DOMAINS];

static void *
hooked_malloc(void *context, size_t size)
{
    struct allocator *original = context;
    return is_refused(ALLOCATION) ? NULL : original->malloc(original->context, size);
}

static void *
hooked_calloc(void *context, size_t count, size_t size)
{
    struct allocator *original = context;
    return is_refused(ALLOCATION) ? NULL : original->calloc(original->context, count, size);
}

static void *
hooked_realloc(void *context, void *memory, size_t size)
{
    struct allocator *original = context;
    return is_refused(ALLOCATION) ? NULL : original->realloc(original->context, memory, size);
}

static void
hooked_free(void *context, void *memory)
{
    struct allocator *original = context;
    original->free(original->context, memory);
}

void
hook_allocators(void)
{
    for (int domain = 0; domain < DOMAINS; domain++) {
        struct allocator *original = &originals[domain];
        struct allocator hooked = {original, hooked_malloc, hooked_calloc, hooked_realloc,
                                   hooked_free};
        PyMem_GetAllocator(domain, original);
        PyMem_SetAllocator(domain, &hooked);
    }
}

/* Nothing of Python's runs between arming and the call, nor between the call and disarming:
   what the n-th allocation is for would depend on it. */
void *
call_armed(void *callable, void *arguments, void *keywords, int call, long number, int error)
{
    memset(calls, 0, sizeof(calls));
    armed.call = (enum call)call;
    armed.number = number;
    armed.error = error;
    armed.under_way = 1;
    void *result = PyObject_Call(callable, arguments, keywords);
    armed.under_way = 0;
    return result;
}
