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

static int has_valid_numbers(const struct mapping_request *request, int access)
{
    /* constructor.negative-length-overflow-error, offset.negative-overflow-error,
       constructor.access-unknown-value-error */
    return require(request->length >= 0, PyExc_OverflowError,
                   "memory mapped length must be positive") &&
           require(request->offset >= 0, PyExc_OverflowError,
                   "memory mapped offset must be positive") &&
           require(access >= ACCESS_DEFAULT && access <= ACCESS_COPY, PyExc_ValueError,
                   "mmap invalid access parameter.");
}

#ifdef _WIN32

static int settle_access(int *access, struct mapping_request *request)
{
    /* constructor.windows-default-writes-through */
    static const DWORD protections[] = {
        PAGE_READWRITE, PAGE_READONLY, PAGE_READWRITE, PAGE_WRITECOPY};
    static const DWORD views[] = {FILE_MAP_WRITE, FILE_MAP_READ, FILE_MAP_WRITE, FILE_MAP_COPY};

    request->protection = protections[*access];
    request->view = views[*access];
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
static int settle_access(int *access, struct mapping_request *request)
{
    const int both = PROT_READ | PROT_WRITE, prot = request->prot;

    if (*access == ACCESS_DEFAULT) {
        if ((prot & PROT_WRITE) == 0) { /* constructor.prot-read-only-type-error */
            *access = ACCESS_READ;
        } else if ((prot & PROT_READ) == 0) {
            *access = ACCESS_WRITE;
        }
        return 1;
    }
    if (!require(request->flags == MAP_SHARED && prot == both, PyExc_ValueError,
                 "mmap can't specify both access and flags, prot.")) {
        return 0; /* constructor.access-excludes-value-error */
    }
    request->prot = *access == ACCESS_READ ? PROT_READ : both;
    request->flags = *access == ACCESS_COPY ? MAP_PRIVATE : MAP_SHARED;
    return 1;
}

#endif

static PyObject *make_mmap(PyTypeObject *type, const struct mapping_request *request,
                           enum access access, const struct edition *edition)
{
    int status;
    MmapObject *self = (MmapObject *)type->tp_alloc(type, 0);

    if (self == NULL) {
        return NULL;
    }
    self->edition = edition;
    self->access = access;
    self->keeps_fd = request->keeps_fd;
    /* Into a local: without the GIL, others may already reach self through the gc module. */
    struct mapping mapping;
    Py_BEGIN_ALLOW_THREADS
    status = mapping_create(&mapping, request);
    Py_END_ALLOW_THREADS
    if (!is_done(status)) {
        Py_DECREF(self);
        return NULL;
    }
    LOCKED(self, self->mapping = mapping);
    return (PyObject *)self;
}

PyObject *mmap_construct(PyTypeObject *type, PyObject *arguments, PyObject *keywords,
                         const struct edition *edition)
{
    struct mapping_request request = {.keeps_fd = 1};
    int access = ACCESS_DEFAULT;
    long long offset = 0;
    PyObject *self = NULL;

#ifdef _WIN32
    static char *names[] = {"fileno", "length", "tagname", "access", "offset", "trackfd", NULL};
    const int parsed = PyArg_ParseTupleAndKeywords(
        arguments, keywords, "in|O&iL$p:mmap", names, &request.fd, &request.length, to_tagname,
        &request.tagname, &access, &offset, &request.keeps_fd);
#else
    static char *names[] = {"fileno", "length", "flags",   "prot",
                            "access", "offset", "trackfd", NULL};
    request.prot = PROT_READ | PROT_WRITE;
    request.flags = MAP_SHARED;
    const int parsed = PyArg_ParseTupleAndKeywords(
        arguments, keywords, "in|iiiL$p:mmap", names, &request.fd, &request.length, &request.flags,
        &request.prot, &access, &offset, &request.keeps_fd);
#endif
    request.offset = offset;
    if (parsed && has_valid_numbers(&request, access) && settle_access(&access, &request) &&
        PySys_Audit("mmap.__new__", "iniL", request.fd, request.length, access, offset) == 0) {
        self = make_mmap(type, &request, (enum access)access, edition);
    }
#ifdef _WIN32
    PyMem_Free(request.tagname);
#endif
    return self;
}
