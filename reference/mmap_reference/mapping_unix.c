/* Where a long has 32 bits, so has off_t without this: files would be cut at 4 GiB. */
#define _FILE_OFFSET_BITS 64

#include "mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/prctl.h>
#include <sys/prctl.h>
#endif

_Static_assert(sizeof(off_t) == sizeof(int64_t), "offsets would be cut");

#if !defined(MAP_ANONYMOUS) && defined(MAP_ANON)
#define MAP_ANONYMOUS MAP_ANON
#endif

/* AddressSanitizer knows nothing of mmap: without this it would not see an access between
   the end of the map and the end of its last page. */
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define POISON(address, length) ASAN_POISON_MEMORY_REGION(address, length)
#define UNPOISON(address, length) ASAN_UNPOISON_MEMORY_REGION(address, length)
#else
#define POISON(address, length) ((void)0)
#define UNPOISON(address, length) ((void)0)
#endif

static void
poison_tail(const struct mapping *mapping)
{
    POISON(mapping->data + mapping->size, mapping->mapped - (size_t)mapping->size);
    (void)mapping;
}

static void
unpoison_tail(const struct mapping *mapping)
{
    UNPOISON(mapping->data + mapping->size, mapping->mapped - (size_t)mapping->size);
    (void)mapping;
}

long
mapping_page_size(void)
{
    return sysconf(_SC_PAGESIZE);
}

long
mapping_granularity(void)
{
    return mapping_page_size();
}

static size_t
whole_pages(ptrdiff_t size)
{
    size_t page = (size_t)mapping_page_size();
    return ((size_t)size + page - 1) / page * page;
}

/* Whether the memory belongs to no file, whatever descriptor came with it. */
static int
is_anonymous(const struct mapping *mapping)
{
    return (mapping->flags & MAP_ANONYMOUS) != 0;
}

/* MAP_SHARED_VALIDATE has the bits of both. */
static int
is_private(const struct mapping *mapping)
{
    return (mapping->flags & (MAP_SHARED | MAP_PRIVATE)) == MAP_PRIVATE;
}

int
mapping_can_grow(const struct mapping *mapping)
{
#if defined(__linux__) || defined(__NetBSD__)
    /* The system extends the addresses but not the memory behind them: touching it is a
       SIGBUS (gh-138204). */
    return !is_anonymous(mapping) || is_private(mapping);
#else
    (void)mapping;
    return 1;
#endif
}

/* Only of regular files is the length known to mean anything: pipes, devices and shared
   memory are the kernel's to judge (SF 708374). */
static int
fit_to_file(const struct mapping_request *request, ptrdiff_t *length)
{
    struct stat status;

    if (fstat(request->fd, &status) != 0) {
        return errno;
    }
    if (!S_ISREG(status.st_mode)) {
        return MAPPING_DONE;
    }
    int64_t size = status.st_size;
    if (*length > 0) {
        int fits = request->offset <= size && size - request->offset >= *length;
        return fits ? MAPPING_DONE : MAPPING_LENGTH_PAST_END;
    }
    if (size == 0) {
        return MAPPING_EMPTY_FILE;
    }
    if (request->offset >= size) {
        return MAPPING_OFFSET_PAST_END;
    }
    if (size - request->offset > PTRDIFF_MAX) {
        return MAPPING_TOO_LARGE;
    }
    *length = (ptrdiff_t)(size - request->offset);
    return MAPPING_DONE;
}

static void
close_descriptor(int fd)
{
    if (fd != -1) {
        close(fd);
    }
}

/* The pages of hugetlb are larger than whole_pages() knows, and munmap() takes whole ones
   only: EINVAL until the end is the end of the area, which no larger unit oversteps. */
static void
unmap(void *data, size_t mapped)
{
    for (size_t page = (size_t)mapping_page_size(); page <= (size_t)1 << 30; page *= 2) {
        if (munmap(data, (mapped + page - 1) / page * page) == 0 || errno != EINVAL) {
            return;
        }
    }
}

static int
map(struct mapping *mapping, int fd)
{
    size_t length = (size_t)mapping->size;
    void *data = mmap(NULL, length, mapping->prot, mapping->flags, fd, mapping->offset);
    if (data == NULL) { /* root asked for MAP_FIXED: NULL is our sign for closed */
        unmap(data, length);
        return EINVAL;
    }
    if (data == MAP_FAILED) {
        return errno;
    }
    mapping->data = data;
    mapping->mapped = whole_pages(mapping->size);
    poison_tail(mapping);
    return MAPPING_DONE;
}

int
mapping_create(struct mapping *mapping, const struct mapping_request *request)
{
    struct mapping made = {
        .size = request->length,
        .offset = request->offset,
        .fd = -1,
        .prot = request->prot,
        .flags = request->flags,
    };
    int status;

    if (request->fd == -1) {
        made.flags |= MAP_ANONYMOUS;
    }
    else {
#ifdef F_FULLFSYNC
        /* macOS keeps what other processes wrote from a new map until then (bpo-11277). */
        (void)fcntl(request->fd, F_FULLFSYNC);
#endif
        status = fit_to_file(request, &made.size);
        if (status != MAPPING_DONE) {
            return status;
        }
        if (request->keeps_fd) {
            made.fd = fcntl(request->fd, F_DUPFD_CLOEXEC, 0);
            if (made.fd == -1) {
                return errno;
            }
        }
    }
    /* Its own descriptor: by now the other may stand for another file. */
    status = map(&made, made.fd != -1 ? made.fd : request->fd);
    if (status != MAPPING_DONE) {
        close_descriptor(made.fd);
        return status;
    }
    *mapping = made;
    return MAPPING_DONE;
}

void
mapping_destroy(struct mapping *mapping)
{
    if (mapping->data != NULL) {
        unpoison_tail(mapping);
        unmap(mapping->data, mapping->mapped);
        mapping->data = NULL;
        close_descriptor(mapping->fd);
    }
}

static int
set_file_length(int fd, int64_t length)
{
    int result;

    do {
        result = ftruncate(fd, length);
    } while (result == -1 && errno == EINTR);
    return result;
}

/* Give up what is mapped past the first bytes. The system may refuse, having to split an
   area it merged with a neighbour; the pages then stay until the map is closed, which
   nobody can see. */
static void
trim(struct mapping *mapping, size_t keep)
{
    if (mapping->mapped > keep &&
        munmap(mapping->data + keep, mapping->mapped - keep) == 0) {
        mapping->mapped = keep;
    }
}

/* More address space, in place or elsewhere. */
static int
extend(struct mapping *mapping, size_t mapped)
{
#ifdef MREMAP_MAYMOVE
    void *data = mremap(mapping->data, mapping->mapped, mapped, MREMAP_MAYMOVE);
    if (data == MAP_FAILED) {
        return -1;
    }
    mapping->data = data;
    mapping->mapped = mapped;
    return 0;
#else
    (void)mapping, (void)mapped;
    errno = EFAULT;
    return -1;
#endif
}

/* A second view of the same pages. It stands in for an extension where the system has
   none, or where madvise() has cut the map into areas it extends only one by one. */
static int
map_again(struct mapping *mapping, size_t mapped)
{
    if (is_anonymous(mapping) || is_private(mapping)) {
        errno = EFAULT; /* the bytes are in the map alone */
        return -1;
    }
    void *data = mmap(NULL, mapped, mapping->prot, mapping->flags, mapping->fd,
                      mapping->offset);
    if (data == MAP_FAILED) {
        return -1;
    }
    mapping->data = data;
    mapping->mapped = mapped;
    return 0;
}

/* What a shrink leaves in the pages that stay would come back when the map grows again; in
   a shared file the kernel sees to that. Past the end of a file nothing may be touched. */
static void
clear_tail(struct mapping *mapping, ptrdiff_t size)
{
    if (size < mapping->size && is_private(mapping)) {
        ptrdiff_t end = mapping->size;
        ptrdiff_t stays = (ptrdiff_t)(is_anonymous(mapping) ? mapping->mapped
                                                            : whole_pages(size));
        memset(mapping->data + size, 0, (size_t)((stays < end ? stays : end) - size));
    }
}

/* Address space is taken first and given up last, so that of all steps the one that
   changes the file is the last that can fail: until then there is nothing to undo but
   address space, and afterwards nothing to undo. */
static int
resize(struct mapping *mapping, ptrdiff_t size)
{
    const size_t before = mapping->mapped;
    const size_t mapped = whole_pages(size);
    struct mapping second = *mapping;

    second.data = NULL;
    if (mapped > before && extend(mapping, mapped) == -1 &&
        (errno != EFAULT || map_again(&second, mapped) == -1)) {
        return errno;
    }
    if (!is_anonymous(mapping) &&
        set_file_length(mapping->fd, mapping->offset + size) == -1) {
        int error = errno;
        trim(mapping, before);
        if (second.data != NULL) {
            unmap(second.data, second.mapped);
        }
        return error;
    }
    if (second.data != NULL) {
        unmap(mapping->data, mapping->mapped);
        *mapping = second;
    }
    trim(mapping, mapped);
    clear_tail(mapping, size);
    mapping->size = size;
    return MAPPING_DONE;
}

int
mapping_resize(struct mapping *mapping, ptrdiff_t size)
{
    if (size == 0) { /* nothing can be mapped, and the file must not be emptied for it */
        return EINVAL;
    }
    unpoison_tail(mapping);
    int status = resize(mapping, size);
    poison_tail(mapping);
    return status;
}

int
mapping_flush(const struct mapping *mapping, ptrdiff_t start, ptrdiff_t length, int flags)
{
    int result = msync(mapping->data + start, (size_t)length, flags == 0 ? MS_SYNC : flags);
    return result == -1 ? errno : MAPPING_DONE;
}

int
mapping_advise(const struct mapping *mapping, ptrdiff_t start, ptrdiff_t length, int advice)
{
    int result = madvise(mapping->data + start, (size_t)length, advice);
    return result == -1 ? errno : MAPPING_DONE;
}

#ifdef __linux__
int
mapping_set_name(const struct mapping *mapping, const char *name)
{
    int result =
        prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, mapping->data, mapping->mapped, name);
    return result == -1 ? errno : MAPPING_DONE;
}
#endif

int
mapping_file_size(const struct mapping *mapping, int64_t *size)
{
    struct stat status;

    if (mapping->fd == -1) {
        *size = mapping->size;
        return MAPPING_DONE;
    }
    if (fstat(mapping->fd, &status) == -1) {
        return errno;
    }
    *size = status.st_size;
    return MAPPING_DONE;
}
