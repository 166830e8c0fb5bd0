#include "mmap_methods.h"

#include <errno.h>
#include <string.h>

#ifndef _WIN32
#include <sys/mman.h>
#endif

#include "arguments.h"

/* The system. The map is held while the GIL is not: what would pull the memory from under
   a system call in another thread is a BufferError there. */

#define ASK_SYSTEM(self, status, call) \
    do {                               \
        hold(self);                    \
        Py_BEGIN_ALLOW_THREADS         \
        status = call;                 \
        Py_END_ALLOW_THREADS           \
        let_go(self);                  \
    } while (0)

/* Edition 3.1 tells of success with zero on Unix, where a failure raises, and with anything
   else on Windows, where zero is a failure. */
static PyObject *
flushed(MmapObject *self, int status)
{
    if (self->edition->flush_gives_none) {
        return is_done(status) ? Py_NewRef(Py_None) : NULL;
    }
#ifdef _WIN32
    return PyLong_FromLong(status == MAPPING_DONE);
#else
    return is_done(status) ? PyLong_FromLong(0) : NULL;
#endif
}

static PyObject *
flush_locked(MmapObject *self, Py_ssize_t start, Py_ssize_t length, int has_length, int flags)
{
    if (!is_open(self)) {
        return NULL;
    }
    if (self->edition->flush_goes_to_end && length == -1 && start >= 0) {
        length = self->mapping.size - start;
    }
    else if (!has_length) {
        length = self->mapping.size;
    }
    if (start < 0 || length < 0 || self->mapping.size - start < length) {
        PyErr_SetString(PyExc_ValueError, "flush values out of range");
        return NULL;
    }
    int status = MAPPING_DONE;
    if (self->access != ACCESS_READ && self->access != ACCESS_COPY) {
        ASK_SYSTEM(self, status, mapping_flush(&self->mapping, start, length, flags));
    }
    return flushed(self, status);
}

PyObject *
mmap_flush(PyObject *op, PyObject *const *arguments, Py_ssize_t given, PyObject *keywords)
{
    MmapObject *self = (MmapObject *)op;
    Py_ssize_t start = 0, length = -1;
    PyObject *given_flags, *result;
    int flags = 0;

    if (!check_count("flush", given, 0, 2) ||
        !to_keyword("flush", keywords, arguments + given, "flags", &given_flags) ||
        (given > 0 && !to_size(arguments[0], &start)) ||
        (given > 1 && !to_size(arguments[1], &length)) ||
        (given_flags != NULL && !to_int(given_flags, &flags))) {
        return NULL;
    }
    LOCKED(op, result = flush_locked(self, start, length, given > 1, flags));
    return result;
}

#ifndef _WIN32
static int
madvise_locked(MmapObject *self, int advice, Py_ssize_t start, Py_ssize_t length, int to_end)
{
    if (!is_open(self)) {
        return 0;
    }
    const Py_ssize_t size = self->mapping.size;
    if (start < 0 || start >= size) {
        PyErr_SetString(PyExc_ValueError, "madvise start out of bounds");
        return 0;
    }
    if (to_end) {
        length = size - start;
    }
    if (length < 0) {
        PyErr_SetString(PyExc_ValueError, "madvise length invalid");
        return 0;
    }
    if (length > PY_SSIZE_T_MAX - start) {
        PyErr_SetString(PyExc_OverflowError, "madvise length too large");
        return 0;
    }
    if (length > size - start) {
        length = size - start;
    }
    int status;
    ASK_SYSTEM(self, status, mapping_advise(&self->mapping, start, length, advice));
    return is_done(status);
}

PyObject *
mmap_madvise(PyObject *op, PyObject *const *arguments, Py_ssize_t given)
{
    Py_ssize_t start = 0, length = 0;
    int advice, done;

    if (!check_count("madvise", given, 1, 3) || !to_int(arguments[0], &advice) ||
        (given > 1 && !to_size(arguments[1], &start))) {
        return NULL;
    }
    const int to_end = given < 3 || arguments[2] == Py_None;
    if (!to_end && !to_size(arguments[2], &length)) {
        return NULL;
    }
    LOCKED(op, done = madvise_locked((MmapObject *)op, advice, start, length, to_end));
    if (!done) {
        return NULL;
    }
    Py_RETURN_NONE;
}
#endif

#ifdef __linux__

#define NAME_PREFIX "cpython:mmap:"
#define NAME_SIZE 80 /* with the prefix and a zero: the system's limit */

/* Names are for those who debug: others are spared the system call. -1 and an error where
   that cannot be found out. */
static int
is_debugging(void)
{
#ifdef Py_DEBUG
    return 1;
#else
    PyObject *flags = PySys_GetObject("flags");
    if (flags == NULL) { /* it is always there: what was lacking is memory to ask for it */
        PyErr_NoMemory();
        return -1;
    }
    PyObject *mode = PyObject_GetAttrString(flags, "dev_mode");
    int debugging = mode == NULL ? -1 : PyObject_IsTrue(mode);
    Py_XDECREF(mode);
    return debugging;
#endif
}

static int
set_name_locked(MmapObject *self, const char *name, size_t length, int debugging)
{
    if (!is_open(self)) {
        return 0;
    }
    if (length > NAME_SIZE - sizeof(NAME_PREFIX)) {
        PyErr_SetString(PyExc_ValueError, "name is too long");
        return 0;
    }
    if ((self->mapping.flags & MAP_ANONYMOUS) == 0) {
        PyErr_SetString(PyExc_ValueError, "Cannot set annotation on non-anonymous mappings");
        return 0;
    }
    if (!debugging) {
        return 1;
    }
    char full[NAME_SIZE];
    int status;
    PyOS_snprintf(full, sizeof(full), NAME_PREFIX "%s", name);
    ASK_SYSTEM(self, status, mapping_set_name(&self->mapping, full));
    return is_done(status);
}

PyObject *
mmap_set_name(PyObject *op, PyObject *argument)
{
    int named;

    if (!PyUnicode_Check(argument)) {
        PyErr_Format(PyExc_TypeError, "set_name() argument must be str, not %.200s",
                     Py_TYPE(argument)->tp_name);
        return NULL;
    }
    Py_ssize_t length;
    const char *name = PyUnicode_AsUTF8AndSize(argument, &length);
    if (name == NULL) {
        return NULL;
    }
    if (memchr(name, '\0', (size_t)length) != NULL) {
        PyErr_SetString(PyExc_ValueError, "embedded null character");
        return NULL;
    }
    const int debugging = is_debugging();
    if (debugging < 0) {
        return NULL;
    }
    LOCKED(op, named = set_name_locked((MmapObject *)op, name, (size_t)length, debugging));
    if (!named) {
        return NULL;
    }
    Py_RETURN_NONE;
}

#endif

static int
size_locked(MmapObject *self, int64_t *size)
{
    if (!is_open(self)) {
        return 0;
    }
    if (!self->keeps_fd) {
        PyErr_SetString(PyExc_ValueError, "can't get size with trackfd=False");
        return 0;
    }
#ifndef _WIN32
    if (self->mapping.fd == -1 && !self->edition->anonymous_has_size) {
        errno = EBADF;
        PyErr_SetFromErrno(PyExc_OSError);
        return 0;
    }
#endif
    int status;
    ASK_SYSTEM(self, status, mapping_file_size(&self->mapping, size));
    return is_done(status);
}

PyObject *
mmap_size(PyObject *op, PyObject *Py_UNUSED(unused))
{
    int64_t size;
    int known;
    LOCKED(op, known = size_locked((MmapObject *)op, &size));
    return known ? PyLong_FromLongLong(size) : NULL;
}

/* With the GIL: no other thread may find the map half resized. */
static int
resize_locked(MmapObject *self, Py_ssize_t size)
{
    struct mapping *mapping = &self->mapping;

    if (!is_open(self)) {
        return 0;
    }
    if (self->holds > 0) {
        PyErr_SetString(PyExc_BufferError,
                        "mmap can't resize with extant buffers exported.");
        return 0;
    }
    if (!self->keeps_fd) {
        PyErr_SetString(PyExc_ValueError, "mmap can't resize with trackfd=False.");
        return 0;
    }
    if (self->access == ACCESS_READ || self->access == ACCESS_COPY) {
        PyErr_SetString(PyExc_TypeError,
                        "mmap can't resize a readonly or copy-on-write memory map.");
        return 0;
    }
    if (size < 0 || size > PY_SSIZE_T_MAX - mapping->offset) {
        PyErr_SetString(PyExc_ValueError, "new size out of range");
        return 0;
    }
    if (size > mapping->size && !mapping_can_grow(mapping)) {
        PyErr_SetString(PyExc_ValueError,
                        "mmap: can't expand a shared anonymous mapping on Linux");
        return 0;
    }
    return is_done(mapping_resize(mapping, size));
}

PyObject *
mmap_resize(PyObject *op, PyObject *argument)
{
    Py_ssize_t size;
    int resized;

    if (!to_size(argument, &size)) {
        return NULL;
    }
    LOCKED(op, resized = resize_locked((MmapObject *)op, size));
    if (!resized) {
        return NULL;
    }
    Py_RETURN_NONE;
}

/* The end */

static int
close_locked(MmapObject *self)
{
    if (self->holds > 0) {
        PyErr_SetString(PyExc_BufferError, "cannot close exported pointers exist");
        return 0;
    }
    struct mapping mapping = self->mapping; /* closed for all before it is unmapped */
    self->mapping.data = NULL;
    Py_BEGIN_ALLOW_THREADS
    mapping_destroy(&mapping);
    Py_END_ALLOW_THREADS
    return 1;
}

PyObject *
mmap_close(PyObject *op, PyObject *Py_UNUSED(unused))
{
    int closed;
    LOCKED(op, closed = close_locked((MmapObject *)op));
    if (!closed) {
        return NULL;
    }
    Py_RETURN_NONE;
}

PyObject *
mmap_enter(PyObject *op, PyObject *Py_UNUSED(unused))
{
    int open;
    LOCKED(op, open = is_open((MmapObject *)op));
    return open ? Py_NewRef(op) : NULL;
}

/* Not an overriding close(): the type's own, which it was made with (bpo-45621). */
PyObject *
mmap_exit(PyObject *op, PyObject *const *Py_UNUSED(arguments), Py_ssize_t given)
{
    return check_count("__exit__", given, 3, 3) ? mmap_close(op, NULL) : NULL;
}
