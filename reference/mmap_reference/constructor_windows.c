#include "mmap_object.h"

#include <windows.h>

const char mmap_doc[] = PyDoc_STR(
"mmap(fileno, length, tagname=None, access=ACCESS_DEFAULT, offset=0, *, trackfd=True)\n"
"--\n\n"
"A file, or memory of no file where fileno is -1, mapped into memory.");

static int
settle_access(int access, struct mapping_request *request)
{
    switch (access) {
    case ACCESS_READ:
        request->protection = PAGE_READONLY;
        request->view = FILE_MAP_READ;
        break;
    case ACCESS_DEFAULT: /* constructor.windows-default-writes-through */
    case ACCESS_WRITE:
        request->protection = PAGE_READWRITE;
        request->view = FILE_MAP_WRITE;
        break;
    case ACCESS_COPY:
        request->protection = PAGE_WRITECOPY;
        request->view = FILE_MAP_COPY;
        break;
    default: /* constructor.access-unknown-value-error */
        PyErr_SetString(PyExc_ValueError, "mmap invalid access parameter.");
        return 0;
    }
    return 1;
}

/* A copy, to be freed with PyMem_Free(); NULL for none: constructor.windows-tagname-none,
   constructor.windows-tagname-types. */
static int
to_tagname(PyObject *argument, wchar_t **tagname)
{
    *tagname = NULL;
    if (argument == Py_None) {
        return 1;
    }
    if (!PyUnicode_Check(argument)) {
        PyErr_Format(PyExc_TypeError, "expected str or None for 'tagname', not %.200s",
                     Py_TYPE(argument)->tp_name);
        return 0;
    }
    *tagname = PyUnicode_AsWideCharString(argument, NULL); /* refuses a NUL */
    return *tagname != NULL;
}

PyObject *
mmap_construct(PyTypeObject *type, PyObject *arguments, PyObject *keywords,
               const struct edition *edition)
{
    static char *names[] = {"fileno", "length", "tagname", "access", "offset", "trackfd", NULL};
    struct mapping_request request = {.keeps_fd = 1};
    PyObject *tagname = Py_None, *self = NULL;
    int access = ACCESS_DEFAULT;
    long long offset = 0;

    if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "in|OiL$p:mmap", names, &request.fd,
                                     &request.length, &tagname, &access, &offset,
                                     &request.keeps_fd) ||
        !to_tagname(tagname, &request.tagname)) {
        return NULL;
    }
    request.offset = offset;
    if (PySys_Audit("mmap.__new__", "iniL", request.fd, request.length, access, offset) == 0 &&
        settle_access(access, &request) && has_length_and_offset(&request)) {
        self = make_mmap(type, &request, (enum access)access, edition);
    }
    PyMem_Free(request.tagname);
    return self;
}
