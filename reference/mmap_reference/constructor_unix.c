#include "mmap_object.h"

#include <sys/mman.h>

const char mmap_doc[] = PyDoc_STR(
"mmap(fileno, length, flags=MAP_SHARED, prot=PROT_READ|PROT_WRITE,\n"
"     access=ACCESS_DEFAULT, offset=0, *, trackfd=True)\n"
"--\n\n"
"A file, or memory of no file where fileno is -1, mapped into memory.");

/* access, flags and prot say the same thing in two ways: whichever is given decides, and
   both at once is an error, even where they agree. */
static int
settle_access(int access, struct mapping_request *request, enum access *settled)
{
    const int both = PROT_READ | PROT_WRITE;

    if (access != ACCESS_DEFAULT && (request->flags != MAP_SHARED || request->prot != both)) {
        /* constructor.access-excludes-value-error */
        PyErr_SetString(PyExc_ValueError,
                        "mmap can't specify both access and flags, prot.");
        return 0;
    }
    switch (access) {
    case ACCESS_READ:
        request->prot = PROT_READ;
        break;
    case ACCESS_WRITE:
        break;
    case ACCESS_COPY:
        request->flags = MAP_PRIVATE;
        break;
    case ACCESS_DEFAULT:
        if ((request->prot & PROT_WRITE) == 0) { /* constructor.prot-read-only-type-error */
            access = ACCESS_READ;
        }
        else if ((request->prot & PROT_READ) == 0) {
            access = ACCESS_WRITE;
        }
        break;
    default: /* constructor.access-unknown-value-error */
        PyErr_SetString(PyExc_ValueError, "mmap invalid access parameter.");
        return 0;
    }
    *settled = (enum access)access;
    return 1;
}

PyObject *
mmap_construct(PyTypeObject *type, PyObject *arguments, PyObject *keywords,
               const struct edition *edition)
{
    static char *names[] = {"fileno", "length", "flags",   "prot",
                            "access", "offset", "trackfd", NULL};
    struct mapping_request request = {
        .keeps_fd = 1, .prot = PROT_READ | PROT_WRITE, .flags = MAP_SHARED};
    int access = ACCESS_DEFAULT;
    long long offset = 0;
    enum access settled;

    if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "in|iiiL$p:mmap", names,
                                     &request.fd, &request.length, &request.flags,
                                     &request.prot, &access, &offset, &request.keeps_fd)) {
        return NULL;
    }
    request.offset = offset;
    if (!has_length_and_offset(&request) || !settle_access(access, &request, &settled) ||
        PySys_Audit("mmap.__new__", "iniL", request.fd, request.length, (int)settled,
                    offset) < 0) {
        return NULL;
    }
    return make_mmap(type, &request, settled, edition);
}
