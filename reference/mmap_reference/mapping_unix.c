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
#else
#define ASAN_POISON_MEMORY_REGION(address, length) ((void)(address), (void)(length))
#define ASAN_UNPOISON_MEMORY_REGION(address, length) ((void)(address), (void)(length))
#endif

static void poison_tail(const struct mapping *mapping)
{
    ASAN_POISON_MEMORY_REGION(mapping->data + mapping->size,
                              mapping->mapped - (size_t)mapping->size);
}

static void unpoison_tail(const struct mapping *mapping)
{
    ASAN_UNPOISON_MEMORY_REGION(mapping->data + mapping->size,
                                mapping->mapped - (size_t)mapping->size);
}

static int status_of(int result)
{
    return result == -1 ? errno : MAPPING_DONE;
}

long mapping_page_size(void)
{
    return sysconf(_SC_PAGESIZE);
}

long mapping_granularity(void)
{
    return mapping_page_size();
}

static size_t whole_pages(ptrdiff_t size)
{
    size_t page = (size_t)mapping_page_size();
    return ((size_t)size + page - 1) / page * page;
}

/* Whether the memory belongs to no file, whatever descriptor came with it. */
static int is_anonymous(const struct mapping *mapping)
{
    return (mapping->flags & MAP_ANONYMOUS) != 0;
}

/* MAP_SHARED_VALIDATE has the bits of both. */
static int is_private(const struct mapping *mapping)
{
    return (mapping->flags & (MAP_SHARED | MAP_PRIVATE)) == MAP_PRIVATE;
}

int mapping_can_grow(const struct mapping *mapping)
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
static int fit_to_file(struct mapping *mapping, int fd)
{
    struct stat status;

    if (fstat(fd, &status) != 0) {
        return errno;
    }
    if (!S_ISREG(status.st_mode)) {
        return MAPPING_DONE;
    }
    if (mapping->size == 0) {
        return mapping_take_rest(mapping, status.st_size);
    }
    /* constructor.length-beyond-file-raises */
    return status.st_size - mapping->offset >= mapping->size ? MAPPING_DONE
                                                             : MAPPING_LENGTH_PAST_END;
}

static void close_descriptor(int fd)
{
    if (fd != -1) {
        close(fd);
    }
}

/* The pages of hugetlb are larger than whole_pages() knows, and munmap() takes whole ones
   only: EINVAL until the end is the end of the area, which no larger unit oversteps. */
static void unmap(void *data, size_t mapped)
{
    for (size_t page = (size_t)mapping_page_size(); page <= (size_t)1 << 30; page *= 2) {
        if (munmap(data, (mapped + page - 1) / page * page) == 0 || errno != EINVAL) {
            return;
        }
    }
}

static int map(struct mapping *mapping, int fd)
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
    return MAPPING_DONE;
}

int mapping_create(struct mapping *mapping, int fd, int keeps_fd)
{
    int status = MAPPING_DONE;

    mapping->fd = -1;
    if (fd == -1) {
        mapping->flags |= MAP_ANONYMOUS;
    } else {
#ifdef F_FULLFSYNC
        /* macOS keeps what other processes wrote from a new map until then (bpo-11277). */
        (void)fcntl(fd, F_FULLFSYNC);
#endif
        status = fit_to_file(mapping, fd);
        if (status == MAPPING_DONE && keeps_fd) {
            /* From here on its own: by then the other may stand for another file. */
            fd = mapping->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
            status = status_of(fd);
        }
    }
    if (status == MAPPING_DONE) {
        status = map(mapping, fd);
    }
    if (status == MAPPING_DONE) {
        poison_tail(mapping);
    } else {
        close_descriptor(mapping->fd);
    }
    return status;
}

void mapping_destroy(struct mapping *mapping)
{
    if (mapping->data != NULL) {
        unpoison_tail(mapping);
        unmap(mapping->data, mapping->mapped);
        close_descriptor(mapping->fd);
        mapping->data = NULL;
    }
}

static int set_file_length(int fd, int64_t length)
{
    int result;

    do {
        result = ftruncate(fd, length);
    } while (result == -1 && errno == EINTR);
    return status_of(result);
}

/* Give up what is mapped past the first bytes. The system may refuse, having to split an
   area it merged with a neighbour; the pages then stay until the map is closed, which
   nobody can see. */
static void trim(struct mapping *mapping, size_t keep)
{
    if (mapping->mapped > keep && munmap(mapping->data + keep, mapping->mapped - keep) == 0) {
        mapping->mapped = keep;
    }
}

/* More address space, in place or elsewhere. */
static int extend(struct mapping *mapping, size_t mapped)
{
#ifdef MREMAP_MAYMOVE
    void *data = mremap(mapping->data, mapping->mapped, mapped, MREMAP_MAYMOVE);
    if (data == MAP_FAILED) {
        return errno;
    }
    mapping->data = data;
    mapping->mapped = mapped;
    return MAPPING_DONE;
#else
    (void)mapping, (void)mapped;
    return EFAULT;
#endif
}

/* What a shrink leaves in the pages that stay would come back when the map grows again; in
   a shared file the kernel sees to that. Past the end of a file nothing may be touched. */
static void clear_tail(struct mapping *mapping, ptrdiff_t size)
{
    if (size < mapping->size && is_private(mapping)) {
        size_t end = is_anonymous(mapping) ? mapping->mapped : whole_pages(size);
        end = end < (size_t)mapping->size ? end : (size_t)mapping->size;
        memset(mapping->data + size, 0, end - (size_t)size);
    }
}

/* Address space is taken first and given up last, so that of all steps the one that
   changes the file is the last that can fail: until then there is nothing to undo but
   address space, and afterwards nothing to undo. */
static int resize(struct mapping *mapping, ptrdiff_t size)
{
    const size_t before = mapping->mapped, mapped = whole_pages(size);
    struct mapping second = *mapping;
    int status = mapped > before ? extend(mapping, mapped) : MAPPING_DONE;

    second.data = NULL;
    second.size = size;
    if (status == EFAULT && !is_anonymous(mapping) && !is_private(mapping)) {
        /* The same pages once more, since the bytes are not in the map alone. For where the
           system has no extension, or where madvise() has cut the map into areas that it
           extends only one by one. */
        status = map(&second, mapping->fd);
    }
    if (status == MAPPING_DONE && !is_anonymous(mapping)) {
        status = set_file_length(mapping->fd, mapping->offset + size);
    }
    if (status != MAPPING_DONE) {
        trim(mapping, before);
        if (second.data != NULL) {
            unmap(second.data, second.mapped);
        }
        return status;
    }
    if (second.data != NULL) {
        unmap(mapping->data, mapping->mapped);
        *mapping = second;
    } else {
        trim(mapping, mapped);
        clear_tail(mapping, size);
        mapping->size = size;
    }
    return MAPPING_DONE;
}

int mapping_resize(struct mapping *mapping, ptrdiff_t size)
{
    if (size == 0) { /* resize.zero-raises: nor must the file be emptied for it */
        return EINVAL;
    }
    unpoison_tail(mapping);
    int status = resize(mapping, size);
    poison_tail(mapping);
    return status;
}

int mapping_flush(const struct mapping *mapping, ptrdiff_t start, ptrdiff_t length, int flags)
{
    return status_of(msync(mapping->data + start, (size_t)length, flags == 0 ? MS_SYNC : flags));
}

int mapping_advise(const struct mapping *mapping, ptrdiff_t start, ptrdiff_t length, int advice)
{
    return status_of(madvise(mapping->data + start, (size_t)length, advice));
}

#ifdef __linux__
int mapping_set_name(const struct mapping *mapping, const char *name)
{
    return status_of(
        prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, mapping->data, mapping->mapped, name));
}
#endif

int mapping_file_size(const struct mapping *mapping, int64_t *size)
{
    struct stat status = {.st_size = mapping->size};
    int result = mapping->fd == -1 ? 0 : fstat(mapping->fd, &status);

    *size = status.st_size;
    return status_of(result);
}
