/* What the operating system does for a map. No Python in here: all of it may be called
   without the GIL. Read this first. */

#ifndef MAPPING_H
#define MAPPING_H

#include <stddef.h>
#include <stdint.h>

struct mapping {
    unsigned char *data; /* NULL where nothing is mapped */
    ptrdiff_t size;      /* bytes that may be touched */
    size_t mapped;       /* bytes of address space held, from data: whole pages */
    int64_t offset;      /* in the file */
    int fd;              /* a descriptor of its own, or -1 */
    int prot;
    int flags;
};

struct mapping_request {
    int fd; /* -1: memory of no file */
    int keeps_fd;
    ptrdiff_t length; /* 0: to the end of the file */
    int64_t offset;
    int prot;
    int flags;
};

enum mapping_status {
    MAPPING_DONE,
    MAPPING_SYSTEM_ERROR, /* errno tells which */
    MAPPING_EMPTY_FILE,
    MAPPING_OFFSET_PAST_END,
    MAPPING_LENGTH_PAST_END,
    MAPPING_TOO_LARGE,
};

/* A failed call holds no address space and no descriptor. */
enum mapping_status mapping_create(struct mapping *mapping,
                                   const struct mapping_request *request);

/* Leaves no mapping behind; never fails, having nobody to tell. */
void mapping_destroy(struct mapping *mapping);

/* The rest return 0, or -1 and errno, having changed nothing: neither map nor file. */

/* Also sets the length of the file to where the map then ends. */
int mapping_resize(struct mapping *mapping, ptrdiff_t size);
/* Flags as the system's call has them; none stand for MS_SYNC. */
int mapping_flush(const struct mapping *mapping, ptrdiff_t start, ptrdiff_t length, int flags);
int mapping_advise(const struct mapping *mapping, ptrdiff_t start, ptrdiff_t length,
                   int advice);
/* Memory of no file, in the system's list of what a process has mapped. Not everywhere. */
int mapping_set_name(const struct mapping *mapping, const char *name);
int mapping_file_size(const struct mapping *mapping, int64_t *size);

/* Whether the memory belongs to no file, whatever descriptor came with it. */
int mapping_is_anonymous(const struct mapping *mapping);

/* Whether the system could give a map of this kind more bytes. */
int mapping_can_grow(const struct mapping *mapping);

long mapping_page_size(void);

#endif
