/* What the operating system does for a map. No Python in here: all of it may be called
   without the GIL. Read this first. */

#ifndef MAPPING_H
#define MAPPING_H

#include <stddef.h>
#include <stdint.h>

struct mapping {
    unsigned char *data; /* NULL where nothing is mapped: then the rest means nothing */
    ptrdiff_t size;      /* bytes that may be touched */
    long long offset;    /* in the file */
#ifdef _WIN32
    void *file;               /* a handle of its own, or INVALID_HANDLE_VALUE */
    void *section;            /* the file mapping object */
    wchar_t *tagname;         /* or NULL */
    unsigned long protection; /* PAGE_..., of the file mapping object */
    unsigned long view;       /* FILE_MAP_... */
#else
    size_t mapped; /* bytes of address space held, from data: whole pages */
    int fd;        /* a descriptor of its own, or -1 */
    int prot;
    int flags;
#endif
};

/* What the functions below return: one of these, or the number, above zero, that the
   system has for its error: errno on Unix, that of GetLastError() on Windows. Taking back
   the GIL may overwrite either. */
enum {
    MAPPING_DONE = 0,
    MAPPING_EMPTY_FILE = -1,
    MAPPING_OFFSET_PAST_END = -2,
    MAPPING_LENGTH_PAST_END = -3,
    MAPPING_TOO_LARGE = -4,
    MAPPING_BAD_DESCRIPTOR = -5,
};

/* All else of the mapping is as it is asked for, a size of 0 being the rest of the file; -1
   is memory of no file. A failed call holds no address space and no descriptor, and leaves
   the file as it was. The name remains the caller's. */
int mapping_create(struct mapping *mapping, int fd, int keeps_fd);

/* Leaves no mapping behind; never fails, having nobody to tell. */
void mapping_destroy(struct mapping *mapping);

/* Where these fail they have changed nothing: neither map nor file. */

/* Also sets the length of the file to where the map then ends. */
int mapping_resize(struct mapping *mapping, ptrdiff_t size);
/* Flags as the system's call has them, where it has any; none stand for MS_SYNC. */
int mapping_flush(const struct mapping *mapping, ptrdiff_t start, ptrdiff_t length, int flags);
#ifndef _WIN32
int mapping_advise(const struct mapping *mapping, ptrdiff_t start, ptrdiff_t length, int advice);
#endif
#ifdef __linux__
/* Memory of no file, in the system's list of what a process has mapped. */
int mapping_set_name(const struct mapping *mapping, const char *name);
#endif

/* The length of the file; of memory of no file, its own. */
int mapping_file_size(const struct mapping *mapping, int64_t *size);

/* Whether the system could give a map of this kind more bytes. */
int mapping_can_grow(const struct mapping *mapping);

long mapping_page_size(void);

/* What an offset must be a multiple of. */
long mapping_granularity(void);

/* What the system's header may define, and ABSENT where it does not; the last has no name. */
struct constant {
    const char *name;
    long value;
};
#define ABSENT (-1)
extern const struct constant mapping_constants[];

/* For both systems: the size is to be what a file of this length has from the offset on. */
static inline int mapping_take_rest(struct mapping *mapping, int64_t length)
{
    /* constructor.empty-file-raises, constructor.windows-empty-file-raises */
    if (length == 0) {
        return MAPPING_EMPTY_FILE;
    }
    if (mapping->offset >= length) { /* offset.past-end-value-error */
        return MAPPING_OFFSET_PAST_END;
    }
    if (length - mapping->offset > PTRDIFF_MAX) {
        return MAPPING_TOO_LARGE;
    }
    mapping->size = (ptrdiff_t)(length - mapping->offset);
    return MAPPING_DONE;
}

#endif
