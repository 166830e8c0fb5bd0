/* The constructor. Systems differ in its arguments and in what access means to them. */

#include "mmap_object.h"

#ifdef _WIN32
#include <windows.h>
#define OF_SYSTEM "tagname=None"
#else
#include <sys/mman.h>
#define OF_SYSTEM "flags=MAP_SHARED, prot=PROT_READ|PROT_WRITE"
#endif

const char mmap_doc[] = PyDoc_STR(
    "mmap(fileno, length, " OF_SYSTEM ", access=ACCESS_DEFAULT, offset=0, *, trackfd=True)\n"
    "--\n\n"
    "A file, or memory of no file where fileno is -1, mapped into memory.");

static int has_length_and_offset(const struct mapping *mapping)
{
    /* constructor.negative-length-overflow-error, offset.negative-overflow-error */
    return require(mapping->size >= 0, PyExc_OverflowError,
                   "memory mapped length must be positive") &&
           require(mapping->offset >= 0, PyExc_OverflowError,
                   "memory mapped offset must be positive");
}

/* constructor.access-unknown-value-error */
static int is_access(int access)
{
    return require(access >= ACCESS_DEFAULT && access <= ACCESS_COPY, PyExc_ValueError,
                   "mmap invalid access parameter.");
}

static int is_allowed(int fd, const struct mapping *mapping, int access)
{
    return PySys_Audit("mmap.__new__", "iniL", fd, mapping->size, access, mapping->offset) == 0;
}

#ifdef _WIN32

static int settle_access(int *access, struct mapping *mapping)
{
    /* constructor.windows-default-writes-through */
    static const DWORD protections[] = {
        PAGE_READWRITE, PAGE_READONLY, PAGE_READWRITE, PAGE_WRITECOPY};
    static const DWORD views[] = {FILE_MAP_WRITE, FILE_MAP_READ, FILE_MAP_WRITE, FILE_MAP_COPY};

    if (!is_access(*access)) {
        return 0;
    }
    mapping->protection = protections[*access];
    mapping->view = views[*access];
    return 1;
}

/* A copy, to be freed with PyMem_Free(); NULL for none: constructor.windows-tagname-none,
   constructor.windows-tagname-types. */
static int to_tagname(PyObject *argument, void *tagname)
{
    if (argument == Py_None) {
        return 1;
    }
    if (!PyUnicode_Check(argument)) {
        PyErr_Format(PyExc_TypeError, "expected str or None for 'tagname', not %.200s",
                     Py_TYPE(argument)->tp_name);
        return 0;
    }
    *(wchar_t **)tagname = PyUnicode_AsWideCharString(argument, NULL); /* refuses a NUL */
    return *(wchar_t **)tagname != NULL;
}

#else

/* access, flags and prot say the same thing in two ways: whichever is given decides, and
   both at once is an error, even where they agree. */
static int settle_access(int *access, struct mapping *mapping)
{
    const int both = PROT_READ | PROT_WRITE, prot = mapping->prot;

    if (*access == ACCESS_DEFAULT) {
        if ((prot & PROT_WRITE) == 0) { /* constructor.prot-read-only-type-error */
            *access = ACCESS_READ;
        } else if ((prot & PROT_READ) == 0) {
            *access = ACCESS_WRITE;
        }
        return 1;
    }
    if (!require(mapping->flags == MAP_SHARED && prot == both, PyExc_ValueError,
                 "mmap can't specify both access and flags, prot.") ||
        !is_access(*access)) { /* constructor.access-excludes-value-error */
        return 0;
    }
    mapping->prot = *access == ACCESS_READ ? PROT_READ : both;
    mapping->flags = *access == ACCESS_COPY ? MAP_PRIVATE : MAP_SHARED;
    return 1;
}

#endif

PyObject *mmap_construct(PyTypeObject *type, PyObject *arguments, PyObject *keywords,
                         const struct edition *edition)
{
    MmapObject *self = NULL;
    struct mapping mapping = {.data = NULL};
    int fd, status, access = ACCESS_DEFAULT, keeps_fd = 1;

#ifdef _WIN32
    static char *names[] = {"fileno", "length", "tagname", "access", "offset", "trackfd", NULL};
    wchar_t *tagname = NULL;
    const int is_settled =
        PyArg_ParseTupleAndKeywords(arguments, keywords, "in|O&iL$p:mmap", names, &fd,
                                    &mapping.size, to_tagname, &tagname, &access, &mapping.offset,
                                    &keeps_fd) &&
        is_allowed(fd, &mapping, access) && settle_access(&access, &mapping) &&
        has_length_and_offset(&mapping);
    mapping.tagname = tagname;
#else
    static char *names[] = {"fileno", "length", "flags",   "prot",
                            "access", "offset", "trackfd", NULL};
    mapping.prot = PROT_READ | PROT_WRITE;
    mapping.flags = MAP_SHARED;
    const int is_settled =
        PyArg_ParseTupleAndKeywords(arguments, keywords, "in|iiiL$p:mmap", names, &fd,
                                    &mapping.size, &mapping.flags, &mapping.prot, &access,
                                    &mapping.offset, &keeps_fd) &&
        has_length_and_offset(&mapping) && settle_access(&access, &mapping) &&
        is_allowed(fd, &mapping, access);
#endif
    if (is_settled) {
        self = (MmapObject *)type->tp_alloc(type, 0);
    }
    if (self != NULL) {
        self->edition = edition;
        self->access = (enum access)access;
        self->keeps_fd = keeps_fd;
        Py_BEGIN_ALLOW_THREADS
        status = mapping_create(&mapping, fd, keeps_fd);
        Py_END_ALLOW_THREADS
        if (is_done(status)) { /* only now: others may already reach self through the gc module */
            LOCKED(self, self->mapping = mapping);
        } else {
            Py_CLEAR(self);
        }
    }
#ifdef _WIN32
    PyMem_Free(tagname);
#endif
    return (PyObject *)self;
}
